//! Codes that an application's backend asks for and answers (docs/reference/authsignal.md §5.3, docs/adr/0022).
//!
//! The backend may or may not know the user. A challenge of a user is the one that the Client API would arm for the same action, so
//! that both doors count on one row. Behind the backend stands somebody who may be anyone: with a user named, the answer does not tell
//! whether that user has such a factor, nor whether it is locked.

mod answer;
mod begin;
mod choose;
mod claim;
mod complete;
mod show;

use super::Rules;
use crate::authenticator::SmsChannel;
use crate::challenge::{Challenge, Purpose};
use crate::error::{Error, Result};
use crate::methods::code_rules;

pub use answer::CodeAnswer;
pub use begin::{Asked, Wanted};
pub use claim::Claimed;
pub use show::{Shown, WhichChallenge};

const MISSING: Error = Error::NotFound("challenge");

/// The rules of a challenge that is answered by a code and proves a factor; anything else is as if it were not there. A code to a
/// phone goes by `channel`, else as the one before it did.
fn rules_of(open: &Challenge, channel: Option<SmsChannel>) -> Result<&'static Rules> {
    let channel = channel.or(open.note.sms_channel).unwrap_or_default();
    let method = open.method.filter(|_| open.purpose == Purpose::Verify);
    method.and_then(|method| code_rules(method, channel)).ok_or(MISSING)
}
