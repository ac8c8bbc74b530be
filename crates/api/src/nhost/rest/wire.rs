//! Shapes of this door.

use countersign_domain::account::{Account, Wishes};
use countersign_domain::session::Granted;
use countersign_domain::user::User;
use countersign_webauthn::options::{CreationOptions, RequestOptions};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::problem::Problem;

/// Body of an error.
#[derive(Serialize, ToSchema)]
#[schema(as = AuthError)]
pub(crate) struct ErrorBody<'a> {
    /// Code.
    pub(crate) error: &'a str,
    /// Sentence.
    pub(crate) message: &'a str,
    /// HTTP status.
    pub(crate) status: u16,
    /// With `invalid-request`: what was wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<&'a str>,
}

/// What somebody who signs up says of themselves. What is not known is ignored.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct SignUpOptions {
    /// Roles of the account's sessions, of those that the tenant gives.
    allowed_roles: Option<Vec<String>>,
    /// One of them.
    default_role: Option<String>,
    /// Shown by authenticators; the address where it is absent.
    display_name: Option<String>,
    /// Two or three letters.
    locale: Option<String>,
    /// An object of the app's own, at most 8 KiB.
    #[schema(value_type = Option<Object>)]
    metadata: Option<Value>,
    /// Where the link of the mail leads in the end.
    redirect_to: Option<String>,
    /// As clients of 2.x and 3.x say it at the end of a sign-up.
    pub(super) nickname: Option<String>,
}

impl From<SignUpOptions> for Wishes {
    fn from(options: SignUpOptions) -> Self {
        Self {
            display_name: options.display_name,
            locale: options.locale,
            allowed_roles: options.allowed_roles,
            default_role: options.default_role,
            metadata: options.metadata,
            redirect_to: options.redirect_to,
        }
    }
}

/// A session.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Session {
    /// JWT.
    access_token: String,
    /// Seconds.
    access_token_expires_in: i64,
    /// UUID; each is used once.
    refresh_token: String,
    /// The session's id: it stays the same.
    refresh_token_id: String,
    user: UserBody,
}

impl From<Granted> for Session {
    fn from(granted: Granted) -> Self {
        Self {
            user: UserBody::new(&granted.user, granted.account.as_ref()),
            access_token: granted.access_token,
            access_token_expires_in: granted.access_expires_in,
            refresh_token: granted.refresh_token.expose().to_owned(),
            refresh_token_id: granted.session.to_string(),
        }
    }
}

/// A session in the wrapper that most calls have.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SessionPayload {
    /// Absent where an address has to be verified first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) session: Option<Session>,
}

impl From<Granted> for SessionPayload {
    fn from(granted: Granted) -> Self {
        Self { session: Some(granted.into()) }
    }
}

/// A user.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct UserBody {
    /// Always null.
    active_mfa_type: Option<&'static str>,
    /// Always empty.
    avatar_url: &'static str,
    /// RFC 3339.
    created_at: String,
    default_role: String,
    display_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    email_verified: bool,
    /// UUID.
    id: String,
    /// Always false.
    is_anonymous: bool,
    locale: String,
    #[schema(value_type = Option<Object>)]
    metadata: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<String>,
    phone_number_verified: bool,
    roles: Vec<String>,
}

impl UserBody {
    pub(super) fn new(user: &User, account: Option<&Account>) -> Self {
        let email = account.map(|account| account.email.clone()).or_else(|| user.email.clone());
        Self {
            active_mfa_type: None,
            avatar_url: "",
            created_at: user.created_at.rfc3339(),
            default_role: account.map_or_else(|| "user".to_owned(), |account| account.default_role.clone()),
            display_name: user.display_name.clone().unwrap_or_else(|| user.account_name().to_owned()),
            email,
            email_verified: account.map_or(user.email_verified, |account| account.email_verified_at.is_some()),
            id: user.id.to_string(),
            is_anonymous: false,
            locale: user.locale.clone().unwrap_or_else(|| "en".to_owned()),
            metadata: account.and_then(|account| account.metadata.clone()),
            phone_number: user.phone_number.clone(),
            phone_number_verified: user.phone_number_verified,
            roles: account.map_or_else(Vec::new, |account| account.roles.clone()),
        }
    }
}

/// Options as the browser reads them, without a wrapper.
pub(super) fn creation(options: &CreationOptions) -> Result<Value, Problem> {
    serde_json::to_value(options).map_err(|error| countersign_domain::Error::Internal(error.to_string()).into())
}

/// The same for an assertion. Where any key may answer the list is left out.
pub(super) fn request(options: &RequestOptions) -> Result<Value, Problem> {
    let mut value =
        serde_json::to_value(options).map_err(|error| countersign_domain::Error::Internal(error.to_string()))?;
    if let (true, Some(members)) = (options.allow_credentials.is_empty(), value.as_object_mut()) {
        members.remove("allowCredentials");
    }
    Ok(value)
}
