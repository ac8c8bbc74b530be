//! What became of an attempt.

use super::carrier::Refusal;
use super::message::Channel;
use super::store::Address;
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::id::{OutboxId, TenantId};

/// What the first attempt tells who waited for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The provider has it.
    Sent,
    /// No answer yet: the attempt goes on, and the job after it.
    Queued,
    /// The provider said no or was not there. Where that may pass the job tries again.
    Refused(Refusal),
}

impl Outcome {
    /// `DeliveryFailed` for a refusal: what callers with a token are told (decisions §7).
    pub fn into_result(self) -> Result<()> {
        match self {
            Self::Sent | Self::Queued => Ok(()),
            Self::Refused(refusal) => Err(Error::DeliveryFailed(refusal.reason)),
        }
    }
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// The provider has it.
    Sent,
    /// It is tried again at this time.
    Deferred(Refusal, Millis),
    /// It is not tried again: the provider will not have it, or its time is over.
    Failed(Refusal),
    /// Nobody wants it any more: its challenge is over, or its user is gone.
    Abandoned,
    /// The database failed, with these words: the attempt is in no trail, may have reached its provider or not, and is made again
    /// when its lease ends.
    Unsettled(String),
}

impl Ending {
    /// The name of the event in the audit trail.
    pub(super) const fn event(&self) -> &'static str {
        match self {
            Self::Sent => "message.sent",
            Self::Deferred(..) => "message.deferred",
            Self::Failed(_) => "message.failed",
            Self::Abandoned => "message.abandoned",
            Self::Unsettled(_) => "message.unsettled",
        }
    }
}

/// An attempt and its end, for the log. Holds no address in full, no code and no link.
#[derive(Debug, Clone)]
pub struct Report {
    /// Whose message.
    pub tenant: TenantId,
    /// Which.
    pub id: OutboxId,
    /// By which way.
    pub channel: Channel,
    /// Of what kind: [`Message::kind`](super::Message::kind); empty where that was not found out.
    pub kind: String,
    /// To whom, [`masked`](super::masked); `None` where the message could not be opened or was not wanted.
    pub to: Option<String>,
    /// Which attempt, from 1; 0 where that was not found out.
    pub attempts: i64,
    /// How it ended.
    pub ending: Ending,
}

impl Report {
    pub(super) fn unsettled(at: Address, why: String) -> Self {
        let Address { tenant, id, channel } = at;
        Self { tenant, id, channel, kind: String::new(), to: None, attempts: 0, ending: Ending::Unsettled(why) }
    }
}
