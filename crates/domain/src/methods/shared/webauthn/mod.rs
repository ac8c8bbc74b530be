//! The WebAuthn ceremonies that passkeys and security keys share: options, the answer, the record.

mod enrol;
mod refuse;
mod verify;

pub(crate) use enrol::{check_registration, new_factor};
pub(crate) use verify::{check_assertion, counter_event};

use std::sync::Arc;

use countersign_webauthn::options::ResidentKey;
use countersign_webauthn::{Algorithm, Attachment, AuthenticationCredential, RegistrationCredential, UserVerification};
use serde_json::Value;

use crate::action::Bearer;
use crate::authenticator::{Authenticator, Credential};
use crate::clock::Span;
use crate::error::Result;
use crate::id::{ChallengeId, UserId};
use crate::limit::Limit;
use crate::methods::Method;
use crate::tenant::Tenant;
use crate::user::User;

/// Algorithms offered at registration, in order of preference (decisions §6).
pub(crate) const ALGORITHMS: [Algorithm; 3] = [Algorithm::EdDsa, Algorithm::Es256, Algorithm::Rs256];

/// Life of a challenge that a token asked for.
pub(crate) const TOKEN_CHALLENGE: Span = Span::minutes(5);

/// How many options one user may ask for.
pub(crate) const OPTIONS_LIMIT: Limit = Limit { most: 100, within: Span::minutes(10) };

/// What one method asks of a ceremony.
pub(crate) struct Rules {
    pub(crate) method: Method,
    pub(crate) resident_key: ResidentKey,
    pub(crate) user_verification: UserVerification,
    /// What the options of a registration ask. Where it is less than `user_verification`, that is demanded all the same of
    /// every credential but one made without asking.
    pub(crate) creation_user_verification: UserVerification,
}

/// What a page wishes for in a new credential.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// Name shown by the authenticator; the user's when absent.
    pub username: Option<String>,
    /// Name shown by the authenticator; the user's when absent.
    pub display_name: Option<String>,
    /// Built in or roaming; either when absent.
    pub attachment: Option<Attachment>,
}

/// Options for a ceremony, and the challenge they belong to.
#[derive(Debug)]
pub struct Offer<T> {
    /// The challenge to name with the answer, where a dialect lets it travel.
    pub challenge: ChallengeId,
    /// What the page hands to the browser.
    pub options: T,
}

/// Who answers a verification.
#[derive(Debug, Clone)]
pub enum Who {
    /// Nobody yet: the credential says who.
    Anonymous(Arc<Tenant>),
    /// The holder of a client token.
    Bearer(Box<Bearer>),
}

impl Who {
    /// Whose rules apply.
    pub fn tenant(&self) -> &Arc<Tenant> {
        match self {
            Self::Anonymous(tenant) => tenant,
            Self::Bearer(bearer) => &bearer.tenant,
        }
    }
}

/// A new credential as a page sent it.
#[derive(Debug)]
pub struct ParsedCredential {
    /// The challenge it says it answers; the client data's when absent.
    pub challenge: Option<ChallengeId>,
    /// The credential.
    pub credential: RegistrationCredential,
    /// Made without the user's doing (conditional create): UP and UV may be absent.
    pub conditional: bool,
    /// The app's id of the device.
    pub device_id: Option<String>,
}

/// An assertion as a page sent it.
#[derive(Debug)]
pub struct ParsedAnswer {
    /// The challenge it says it answers; the client data's when absent.
    pub challenge: Option<ChallengeId>,
    /// The assertion.
    pub credential: AuthenticationCredential,
    /// The app's id of the device.
    pub device_id: Option<String>,
}

/// A completed enrolment.
#[derive(Debug)]
pub struct Enrolled {
    /// The token to go on with.
    pub token: String,
    /// Whose.
    pub user: User,
    /// The new factor.
    pub factor: Authenticator<Credential>,
}

/// A completed verification.
#[derive(Debug)]
pub struct Answered {
    /// The token that proves it.
    pub token: String,
    /// Who.
    pub user: User,
    /// With what.
    pub factor: Authenticator<Credential>,
}

/// Reads the JSON form of a new credential.
pub fn parse_registration(value: Value) -> Result<RegistrationCredential> {
    Ok(RegistrationCredential::from_value(value)?)
}

/// Reads the JSON form of an assertion.
pub fn parse_authentication(value: Value) -> Result<AuthenticationCredential> {
    Ok(AuthenticationCredential::from_value(value)?)
}

/// The user handle in options: the ASCII of the UUID text (decisions §1).
fn user_handle(user: &UserId) -> Vec<u8> {
    user.as_str().as_bytes().to_vec()
}

/// The forms in which a user's handle may come back: as sent, and as clients return it that read the UUID text as base64url
/// (36 characters, 27 bytes).
pub(crate) fn user_handle_forms(user: &UserId) -> [Vec<u8>; 2] {
    [user_handle(user), crate::secret::from_base64url(user.as_str()).unwrap_or_default()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_is_36_ascii_bytes_and_also_known_as_27() {
        let user = UserId::random();
        let [sent, decoded] = user_handle_forms(&user);
        assert_eq!((sent.len(), decoded.len()), (36, 27));
        assert_eq!(sent, user.as_str().as_bytes());
    }
}
