//! THE lifecycle: every proof a user gives runs through one challenge.
//!
//! `pending → verified | failed | expired | cancelled`. This room alone knows attempts, expiry and single use; a method
//! only says whether an answer is right. Each step is one compare-and-set statement, so that of twenty racing answers one
//! wins on either engine.

mod asked;
mod begin;
mod code;
mod keys;
mod late;
mod purpose;
mod sealed;
mod state;
mod store;

use countersign_webauthn::Attachment;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::account::Kept;
use crate::authenticator::SmsChannel;
use crate::clock::Millis;
use crate::id::{AuthenticatorId, ChallengeId, UserId};
use crate::methods::Method;

pub(crate) use asked::Asked;
pub use begin::AnonymousChallenge;
pub(crate) use code::{Code, id_of, typed};
pub(crate) use keys::MacKeys;
pub use purpose::{Purpose, Step};
pub(crate) use state::MAX_ATTEMPTS;
pub use state::State;
pub(crate) use store::{
    Attempt, STATEMENTS, arm, arm_if_over, bind, cancel, claim, close_verified, count_failure, fail, find, insert,
    open_of, rearm, reload, take_attempt,
};

use crate::secret;

/// A challenge as stored. Its secret is not in it, only the SHA-256.
#[derive(Debug, Clone)]
pub(crate) struct Challenge {
    pub(crate) id: ChallengeId,
    /// Whose; `None` until an anonymous sign-in shows a credential.
    pub(crate) user: Option<UserId>,
    pub(crate) action_code: String,
    /// `None` for an anonymous challenge whose caller gave none: made when it succeeds.
    pub(crate) idempotency_key: Option<String>,
    /// `None` for one made by `POST /challenge` that no method has begun with yet.
    pub(crate) method: Option<Method>,
    pub(crate) purpose: Purpose,
    pub(crate) state: State,
    pub(crate) secret_hash: Option<Vec<u8>>,
    pub(crate) note: Note,
    pub(crate) expires_at: Millis,
    /// Whether it has a row; one for anyone gets it with its first answer.
    pub(crate) is_stored: bool,
}

/// What a method wants to know again when the answer comes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Note {
    /// Name asked for in the credential.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) username: Option<String>,
    /// Name asked for in the credential.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) display_name: Option<String>,
    /// Kind of authenticator asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) attachment: Option<Attachment>,
    /// The factor that a code was sent to; in an enrolment the one that a right answer makes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) factor: Option<AuthenticatorId>,
    /// Where a code was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) address: Option<String>,
    /// The seed of an authenticator app that is being enrolled: sealed, then base64url.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seed: Option<String>,
    /// What a backend told that began it: for the action that a claim makes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) told: Option<Told>,
    /// Whether it was claimed before its answer came: the right one then completes the action by itself.
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) is_claimed: bool,
    /// How it was sent to a phone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sms_channel: Option<SmsChannel>,
    /// Who asked for a link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) asked: Option<Asked>,
    /// What a step of an account goes on with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) account: Option<Box<Kept>>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "shaped for serde")]
fn is_false(value: &bool) -> bool {
    !value
}

/// What a backend tells of an action whose user it may not know yet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Told {
    /// What the token of the claim may do to factors, as `track` takes it.
    pub scope: String,
    /// BCP 47, for what is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// Address of the user, as the backend sees it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_address: Option<String>,
    /// Agent of the user, as the backend sees it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// The user's device.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_id: Option<String>,
    /// Data points of the action.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom: Option<Value>,
}

/// A WebAuthn challenge: the challenge's id (16 bytes) and 256 random bits. The id lets the ceremony be found from the
/// client data alone, where no id travels (docs/reference/authsignal.md §3.2).
pub(crate) struct Ceremony {
    pub(crate) bytes: Vec<u8>,
    pub(crate) hash: Vec<u8>,
}

impl Ceremony {
    /// Fresh bytes for the challenge `id`.
    pub(crate) fn mint(id: &ChallengeId) -> Self {
        let mut bytes = uuid::Uuid::try_parse(id.as_str()).unwrap_or_default().into_bytes().to_vec();
        bytes.extend_from_slice(&secret::random::<32>());
        Self { hash: secret::sha256(&bytes), bytes }
    }

    /// The id in the bytes that came back. Proves nothing until the hash is compared.
    pub(crate) fn id_in(bytes: &[u8]) -> Option<ChallengeId> {
        let id = uuid::Uuid::from_slice(bytes.get(..16)?).ok()?;
        ChallengeId::parse(&id.as_hyphenated().to_string())
    }
}

impl Challenge {
    /// Whether it still awaits an answer. For an answer there is `require_open`.
    pub(crate) fn is_open(&self, now: Millis) -> bool {
        self.state.at(now, self.expires_at) == State::Pending
    }

    /// Whether `bytes` are this challenge's.
    pub(crate) fn is_answered_by(&self, bytes: &[u8]) -> bool {
        self.secret_hash.as_deref().is_some_and(|hash| secret::same(hash, &secret::sha256(bytes)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ceremony_names_its_challenge_and_no_two_are_alike() {
        let id = ChallengeId::random();
        let (one, two) = (Ceremony::mint(&id), Ceremony::mint(&id));
        assert_eq!(Ceremony::id_in(&one.bytes), Some(id));
        assert_ne!(one.bytes, two.bytes);
        assert!(Ceremony::id_in(&one.bytes[..15]).is_none());
    }
}
