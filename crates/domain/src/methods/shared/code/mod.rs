//! What methods share whose answer is a short code, sent or made by the factor: the sending, the counting, what it comes to.
//!
//! Wrong answers are counted before the answer is looked at, in the same transaction: against the code (five), against the
//! factor in a row (growing pauses, the end after a hundred), against the user and the address (ten in five minutes each) and against
//! the action. All doors take from the same counts.

mod answer;
pub(in crate::methods) mod backend;
mod cap;
mod check;
mod judge;
mod link;
mod send;
mod write;

use crate::authenticator::{Authenticator, Detail, Phone, SmsChannel};
use crate::challenge::{Code, Note};
use crate::clock::Span;
use crate::delivery::Message;
use crate::error::Result;
use crate::id::{AuthenticatorId, ChallengeId};
use crate::limit::Limit;
use crate::methods::Method;
use crate::secret::Secret;
use crate::tenant::Tenant;
use crate::user::User;

pub(in crate::methods) use answer::{Answer, Judged, Taken, Turn};
pub(in crate::methods) use cap::Cap;

/// How long a code or link works (checklist 1).
pub(in crate::methods) const CODE_LIFE: Span = Span::minutes(10);

/// How long the tries of a factor that makes its codes itself belong to one challenge: as long as a token may live.
const FACTOR_WAITS: Span = Span::minutes(60);

/// How many answers of one user are looked at.
const ANSWERS: Limit = Limit { most: 10, within: Span::minutes(5) };

/// How many answers are looked at in a day for an address that is no factor.
const ANSWERS_OF_A_DAY: Limit = Limit { most: 100, within: Span::days(1) };

/// What one method that sends codes needs.
pub(in crate::methods) struct Rules {
    /// The method asked for.
    pub(in crate::methods) method: Method,
    /// The kind of factor that it is sent to.
    pub(in crate::methods) factor: Method,
    /// How many are sent to one user, and to one address.
    pub(in crate::methods) sends: Limit,
    /// Where it goes to a phone: how.
    pub(in crate::methods) phone: Option<SmsChannel>,
    /// Whether who answers is shown who asked.
    pub(in crate::methods) shows_asker: bool,
    /// Refuses an address that nothing is sent to; else the tenant's bounds that a sending takes from.
    pub(in crate::methods) guard: fn(&Tenant, &str) -> Result<Vec<Cap>>,
    /// Makes what is sent for a challenge.
    pub(in crate::methods) make: fn(&Tenant, &ChallengeId) -> Made,
}

impl Rules {
    /// What the factor rests on that the answer to `note` makes.
    fn detail(&self, note: &Note) -> Detail {
        let address = note.address.clone().unwrap_or_default();
        match self.phone {
            Some(_) => Detail::Phone(Phone { number: address, last_channel: note.sms_channel }),
            None => Detail::Email(address),
        }
    }
}

/// What is sent, and what is kept of it.
pub(in crate::methods) struct Made {
    pub(in crate::methods) message: Message,
    pub(in crate::methods) kept: Vec<u8>,
}

/// A fresh code, in a message that tells it and the minutes it works.
pub(in crate::methods) fn coded(tenant: &Tenant, id: &ChallengeId, say: fn(Secret, i64) -> Message) -> Made {
    let code = Code::random();
    Made { message: say(code.digits(), CODE_LIFE.0 / 60_000), kept: code.tag(&tenant.code_keys, id) }
}

/// A code is on its way.
#[derive(Debug)]
pub struct Begun {
    /// The challenge that it answers.
    pub challenge: ChallengeId,
    /// The factor that was asked, or that a right answer makes.
    pub factor: AuthenticatorId,
    /// Whose.
    pub user: User,
}

/// What came of an answer.
#[derive(Debug)]
pub enum Checked {
    /// It was right.
    Right(Box<Proved>),
    /// It was not: nothing else changed than the counts.
    Wrong(WrongBecause),
}

/// A right answer.
#[derive(Debug)]
pub struct Proved {
    /// The token that proves it.
    pub token: String,
    /// Who.
    pub user: User,
    /// With what.
    pub factor: Authenticator,
    /// Whether this answer enrolled it.
    pub is_enrolment: bool,
}

/// Why an answer was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WrongBecause {
    /// Another code, or none is awaited any more.
    CodeInvalidOrExpired,
    /// This was the last attempt, or there was none left.
    MaxAttemptsExceeded,
}

impl WrongBecause {
    /// The name on the wire (docs/reference/authsignal.md §3.3).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CodeInvalidOrExpired => "CODE_INVALID_OR_EXPIRED",
            Self::MaxAttemptsExceeded => "MAX_ATTEMPTS_EXCEEDED",
        }
    }
}
