//! Messages that are caught and sent nowhere: what `--dev` shows and tests read.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::timeout;

use super::carrier::{Carriers, Carrying, Email, EmailSender, Mailbox, Mailer, Refusal, Text, Texter};
use super::message::Channel;
use crate::clock::{Clock, Millis};
use crate::secret::Secret;

/// Older ones are forgotten.
const KEPT: usize = 500;

/// A caught message. It shows code and link: it is a tool.
#[derive(Debug, Clone)]
pub struct Caught {
    /// The same for every copy: `Message-ID`, or the id of a message to a phone.
    pub id: String,
    /// When it was caught.
    pub at: Millis,
    /// By which way.
    pub channel: Channel,
    /// Name of its kind: [`Message::kind`](super::Message::kind).
    pub kind: &'static str,
    /// Address or number.
    pub to: String,
    /// Name of the receiver.
    pub name: Option<String>,
    /// Sender of an e-mail.
    pub from: Option<Mailbox>,
    /// Where answers to an e-mail go.
    pub reply_to: Option<Mailbox>,
    /// Subject of an e-mail.
    pub subject: Option<String>,
    /// The words.
    pub text: String,
    /// The page of an e-mail.
    pub html: Option<String>,
    /// The code in it.
    pub code: Option<String>,
    /// The link in it.
    pub link: Option<String>,
}

/// Catches messages, the newest first. Clones share everything.
#[derive(Clone, Default)]
pub struct Inbox {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    clock: Clock,
    caught: Mutex<VecDeque<Caught>>,
    /// What the next attempts get instead of being caught: a refusal, or no answer ever.
    refusals: Mutex<VecDeque<Option<Refusal>>>,
    arrived: Notify,
}

impl Inbox {
    /// An empty one that goes by this clock.
    pub fn new(clock: Clock) -> Self {
        Self { inner: Arc::new(Inner { clock, ..Inner::default() }) }
    }

    /// Carriers that bring everything here; e-mails come from `from`.
    pub fn carriers(&self, from: Mailbox) -> Carriers {
        let texter: Arc<dyn Texter> = Arc::new(self.clone());
        let email = EmailSender { mailer: Arc::new(self.clone()), from };
        Carriers { email: Some(email), sms: Some(texter.clone()), whatsapp: Some(texter) }
    }

    /// All that is kept, the newest first.
    pub fn messages(&self) -> Vec<Caught> {
        self.caught().iter().cloned().collect()
    }

    /// The newest to this address or number.
    pub fn newest(&self, to: &str) -> Option<Caught> {
        self.caught().iter().find(|caught| caught.to == to).cloned()
    }

    /// Waits until there are `count` messages to this address or number and gives the newest; `None` when they have not come
    /// within ten seconds.
    pub async fn wait_for(&self, to: &str, count: usize) -> Option<Caught> {
        let arrived = async {
            loop {
                let notified = self.inner.arrived.notified();
                if self.caught().iter().filter(|caught| caught.to == to).count() >= count {
                    return self.newest(to);
                }
                notified.await;
            }
        };
        timeout(Duration::from_secs(10), arrived).await.ok().flatten()
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.caught().clear();
    }

    /// Refuses the next message.
    pub fn refuse_next(&self, refusal: Refusal) {
        self.inner.refusals.lock().unwrap_or_else(PoisonError::into_inner).push_back(Some(refusal));
    }

    /// Never answers for the next message.
    pub fn hang_next(&self) {
        self.inner.refusals.lock().unwrap_or_else(PoisonError::into_inner).push_back(None);
    }

    fn caught(&self) -> std::sync::MutexGuard<'_, VecDeque<Caught>> {
        self.inner.caught.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, caught: Caught) -> Carrying {
        let refusal = self.inner.refusals.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        match refusal {
            Some(Some(refusal)) => return Box::pin(async { Err(refusal) }),
            Some(None) => return Box::pin(std::future::pending()),
            None => {}
        }
        let mut kept = self.caught();
        kept.push_front(caught);
        kept.truncate(KEPT);
        drop(kept);
        self.inner.arrived.notify_waiters();
        Box::pin(async { Ok(()) })
    }
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Inbox({} messages)", self.caught().len())
    }
}

fn shown(secret: &Secret) -> String {
    secret.expose().to_owned()
}

impl Mailer for Inbox {
    fn send(&self, email: Email) -> Carrying {
        self.take(Caught {
            id: email.message_id,
            at: self.inner.clock.now(),
            channel: Channel::Email,
            kind: email.carried.kind,
            to: email.to.address,
            name: email.to.name,
            from: Some(email.from),
            reply_to: email.reply_to,
            subject: Some(email.subject),
            text: shown(&email.text),
            html: Some(shown(&email.html)),
            code: email.carried.code.as_ref().map(shown),
            link: email.carried.link.as_ref().map(shown),
        })
    }
}

impl Texter for Inbox {
    fn send(&self, text: Text) -> Carrying {
        self.take(Caught {
            id: text.id,
            at: self.inner.clock.now(),
            channel: text.channel.into(),
            kind: text.carried.kind,
            to: text.to,
            name: None,
            from: None,
            reply_to: None,
            subject: None,
            text: shown(&text.body),
            html: None,
            code: text.carried.code.as_ref().map(shown),
            link: None,
        })
    }
}
