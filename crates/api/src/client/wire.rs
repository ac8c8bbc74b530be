//! Shapes of the Client API and how they come from the domain (docs/reference/authsignal.md §3).

use countersign_domain::authenticator::{Authenticator, Credential};
use countersign_domain::methods::{Answered, Enrolled, Offer};
use countersign_domain::secret::{base64url, from_base64url};
use countersign_domain::user::UserChange;
use countersign_webauthn::options::{CreationOptions, RequestOptions};
use serde::Serialize;
use utoipa::ToSchema;

use super::authenticator::UserAuthenticator;
use crate::problem::Problem;

/// A name of 1 to 256 characters, where one was sent. An empty one counts as none: SDKs send what their forms hold.
pub(super) fn name_of(what: &'static str, text: Option<String>) -> Result<Option<String>, Problem> {
    let text = text.filter(|text| !text.is_empty());
    text.map(|text| UserChange::name(what)(text).map_err(|error| Problem::invalid(error.to_string()))).transpose()
}

/// base64url without padding.
pub(super) fn bytes_of(text: &str) -> Option<Vec<u8>> {
    from_base64url(text).filter(|bytes| !bytes.is_empty())
}

/// `PublicKeyCredentialCreationOptionsJSON`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Object)]
pub(super) struct CreationOptionsJson(pub(super) CreationOptions);

/// `PublicKeyCredentialRequestOptionsJSON`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Object)]
pub(super) struct RequestOptionsJson(pub(super) RequestOptions);

/// Options for making a credential.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RegistrationOptions {
    /// To be sent back with the credential.
    challenge_id: String,
    /// For `navigator.credentials.create`.
    options: CreationOptionsJson,
}

impl From<Offer<CreationOptions>> for RegistrationOptions {
    fn from(offer: Offer<CreationOptions>) -> Self {
        Self { challenge_id: offer.challenge.to_string(), options: CreationOptionsJson(offer.options) }
    }
}

/// Options for an assertion.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AuthenticationOptions {
    /// To be sent back with the assertion.
    challenge_id: String,
    /// For `navigator.credentials.get`.
    options: RequestOptionsJson,
}

impl From<Offer<RequestOptions>> for AuthenticationOptions {
    fn from(offer: Offer<RequestOptions>) -> Self {
        Self { challenge_id: offer.challenge.to_string(), options: RequestOptionsJson(offer.options) }
    }
}

/// A completed enrolment.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Added {
    /// Always true: what is not verified is an error.
    is_verified: bool,
    /// The token to go on with, and for the backend to validate.
    access_token: String,
    /// The new authenticator.
    user_authenticator_id: String,
    /// The user as the backend calls them.
    user_id: String,
    /// The new authenticator.
    user_authenticator: UserAuthenticator,
    /// Credential id, base64url: what mobile SDKs remember.
    credential_id: String,
}

impl From<Enrolled> for Added {
    fn from(enrolled: Enrolled) -> Self {
        Self {
            is_verified: true,
            access_token: enrolled.token,
            user_authenticator_id: enrolled.factor.id.to_string(),
            user_id: enrolled.user.external_id,
            user_authenticator: UserAuthenticator::from(&enrolled.factor.clone().into()),
            credential_id: base64url(&enrolled.factor.detail.id),
        }
    }
}

/// The answer to a passkey's assertion.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct VerifiedPasskey {
    /// Always true: what is not verified is an error.
    is_verified: bool,
    /// The token that proves it, for the backend to validate.
    #[serde(skip_serializing_if = "Option::is_none")]
    access_token: Option<String>,
    /// The user as the backend calls them.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    /// The authenticator that answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_authenticator_id: Option<String>,
    /// Account name of the credential.
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    /// Person's name of the credential.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_display_name: Option<String>,
}

impl From<Answered> for VerifiedPasskey {
    fn from(answered: Answered) -> Self {
        let credential = answered.factor.detail;
        Self {
            is_verified: true,
            access_token: Some(answered.token),
            user_id: Some(answered.user.external_id),
            user_authenticator_id: Some(answered.factor.id.to_string()),
            username: answered.user.username.or(credential.username),
            user_display_name: answered.user.display_name.or(credential.display_name),
        }
    }
}

/// The answer to a security key's assertion.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Verified {
    /// Always true: what is not verified is an error.
    is_verified: bool,
    /// The token that proves it, for the backend to validate.
    access_token: String,
    /// The user as the backend calls them.
    user_id: String,
    /// The authenticator that answered.
    user_authenticator_id: String,
}

impl From<Answered> for Verified {
    fn from(answered: Answered) -> Self {
        Self {
            is_verified: true,
            access_token: answered.token,
            user_id: answered.user.external_id,
            user_authenticator_id: answered.factor.id.to_string(),
        }
    }
}

/// A passkey that works.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct KnownPasskey {
    /// Which of the asked ones.
    credential_id: String,
    /// When it was enrolled.
    verified_at: String,
}

impl From<&Authenticator<Credential>> for KnownPasskey {
    fn from(factor: &Authenticator<Credential>) -> Self {
        let verified_at = factor.verified_at.unwrap_or(factor.created_at).rfc3339();
        Self { credential_id: base64url(&factor.detail.id), verified_at }
    }
}
