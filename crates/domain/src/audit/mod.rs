//! The audit trail: one event for each thing that happened, written in the transaction that made it happen
//! (checklist 89). An event never holds a secret, a code, a token or a challenge.

mod store;

use serde_json::{Map, Value};

use crate::Caller;
use crate::clock::Millis;
use crate::id::{AuthenticatorId, ChallengeId, EventId, UserId};

pub use store::StoredEvent;
pub(crate) use store::{STATEMENTS, record};

/// An event to be recorded.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    id: EventId,
    at: Millis,
    kind: &'static str,
    user: Option<UserId>,
    action: Option<(String, String)>,
    challenge: Option<ChallengeId>,
    authenticator: Option<AuthenticatorId>,
    caller: Caller,
    detail: Map<String, Value>,
}

impl Event {
    /// An event of `kind` (`room.what_happened`).
    pub(crate) fn new(kind: &'static str, at: Millis) -> Self {
        Self {
            id: EventId::random(),
            at,
            kind,
            user: None,
            action: None,
            challenge: None,
            authenticator: None,
            caller: Caller::default(),
            detail: Map::new(),
        }
    }

    /// The same event under another name, as a row of its own.
    pub(crate) fn renamed(mut self, kind: &'static str) -> Self {
        self.id = EventId::random();
        self.kind = kind;
        self
    }

    pub(crate) fn user(mut self, id: &UserId) -> Self {
        self.user = Some(id.clone());
        self
    }

    pub(crate) fn action(mut self, code: &str, idempotency_key: &str) -> Self {
        self.action = Some((code.to_owned(), idempotency_key.to_owned()));
        self
    }

    pub(crate) fn challenge(mut self, id: &ChallengeId) -> Self {
        self.challenge = Some(id.clone());
        self
    }

    pub(crate) fn authenticator(mut self, id: &AuthenticatorId) -> Self {
        self.authenticator = Some(id.clone());
        self
    }

    pub(crate) fn caller(mut self, caller: &Caller) -> Self {
        self.caller = caller.clone();
        self
    }

    pub(crate) fn detail(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.detail.insert(name.to_owned(), value.into());
        self
    }
}
