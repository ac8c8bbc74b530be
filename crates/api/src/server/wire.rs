//! Shapes that several calls of the Server API share.

use countersign_domain::action::Action;
use countersign_domain::authenticator::{Authenticator, Detail, SmsChannel};
use countersign_domain::methods::Method;
use countersign_domain::user::{AttributeError, ExternalId, Patch, User, UserChange};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::credential::WebauthnCredential;
use crate::problem::Problem;

/// Every name in the SDKs' list of verification methods. What is not built or not set up answers
/// `invalid_configuration`.
const KNOWN_METHODS: [&str; 16] = [
    "SMS",
    "EMAIL_OTP",
    "EMAIL_MAGIC_LINK",
    "AUTHENTICATOR_APP",
    "PASSKEY",
    "SECURITY_KEY",
    "PUSH",
    "VERIFF",
    "IPROOV",
    "IDVERSE",
    "PALM_BIOMETRICS_RR",
    "PALM_BIOMETRICS_BR",
    "RECOVERY_CODE",
    "DEVICE",
    "WHATSAPP",
    "QR_CODE",
];

/// Reads a verification method that has to be usable.
pub(super) fn method_of(name: &str) -> Result<Method, Problem> {
    match Method::parse(name) {
        Some(method) => Ok(method),
        None if KNOWN_METHODS.contains(&name) => {
            let text = format!("The method {name} is not available on this server.");
            Err(countersign_domain::Error::InvalidConfiguration(text).into())
        }
        None => Err(Problem::invalid(format!("verificationMethod must be one of {}.", KNOWN_METHODS.join(", ")))),
    }
}

/// A text that is kept as it is said: at most 512 characters, none of control.
pub(super) fn short(what: &'static str, text: Option<String>) -> Result<Option<String>, Problem> {
    match text {
        Some(text) if text.chars().count() > 512 || text.chars().any(char::is_control) => {
            Err(Problem::invalid(format!("{what} must have at most 512 characters and no control characters.")))
        }
        text => Ok(text),
    }
}

pub(super) fn user_id(text: &str) -> Result<ExternalId, Problem> {
    ExternalId::parse(text).map_err(refused)
}

#[expect(clippy::needless_pass_by_value, reason = "shaped for map_err")]
pub(super) fn refused(error: AttributeError) -> Problem {
    Problem::invalid(error.to_string())
}

/// A member that may be absent (unchanged), `null` (removed) or set.
pub(super) type Member<T> = Option<Option<T>>;

/// Keeps `null` apart from absence.
pub(super) fn member<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Member<T>, D::Error> {
    Option::<T>::deserialize(from).map(Some)
}

/// Attributes of a user, as `updateUser` takes them. Omitted is unchanged, `null` removes.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Attributes {
    #[serde(default, deserialize_with = "member")]
    #[schema(value_type = Option<String>)]
    email: Member<String>,
    email_verified: Option<bool>,
    /// E.164.
    #[serde(default, deserialize_with = "member")]
    #[schema(value_type = Option<String>)]
    phone_number: Member<String>,
    phone_number_verified: Option<bool>,
    #[serde(default, deserialize_with = "member")]
    #[schema(value_type = Option<String>)]
    username: Member<String>,
    #[serde(default, deserialize_with = "member")]
    #[schema(value_type = Option<String>)]
    display_name: Member<String>,
    #[serde(default, deserialize_with = "member")]
    #[schema(value_type = Option<String>)]
    locale: Member<String>,
    /// Flat: text, numbers, booleans.
    #[serde(default, deserialize_with = "member")]
    #[schema(value_type = Option<Object>)]
    custom: Member<Map<String, Value>>,
    #[serde(default, deserialize_with = "member")]
    #[schema(value_type = Option<String>)]
    default_verification_method: Member<String>,
}

impl Attributes {
    pub(super) fn change(self) -> Result<UserChange, Problem> {
        Ok(UserChange {
            email: Patch::parse(self.email, UserChange::email).map_err(refused)?,
            email_verified: self.email_verified,
            phone_number: Patch::parse(self.phone_number, UserChange::phone_number).map_err(refused)?,
            phone_number_verified: self.phone_number_verified,
            username: Patch::parse(self.username, UserChange::name("username")).map_err(refused)?,
            display_name: Patch::parse(self.display_name, UserChange::name("displayName")).map_err(refused)?,
            locale: Patch::parse(self.locale, UserChange::locale).map_err(refused)?,
            custom: Patch::parse(self.custom, UserChange::custom).map_err(refused)?,
            default_method: Patch::parse(self.default_verification_method, |name: String| {
                UserChange::default_method(method_of(&name)?).map_err(refused)
            })?,
        })
    }
}

/// A user.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct UserBody {
    pub(super) user_id: String,
    pub(super) is_enrolled: bool,
    pub(super) email_verified: bool,
    pub(super) phone_number_verified: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) phone_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) display_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub(super) custom: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) locale: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) enrolled_verification_methods: Option<Vec<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) allowed_verification_methods: Option<Vec<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) default_verification_method: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) created_at: Option<String>,
}

impl UserBody {
    /// A user we have never heard of: not an error (docs/reference/authsignal.md §5.1).
    pub(super) fn unknown(user_id: String) -> Self {
        Self {
            user_id,
            is_enrolled: false,
            email_verified: false,
            phone_number_verified: false,
            email: None,
            phone_number: None,
            username: None,
            display_name: None,
            custom: None,
            locale: None,
            enrolled_verification_methods: None,
            allowed_verification_methods: None,
            default_verification_method: None,
            created_at: None,
        }
    }
}

impl From<User> for UserBody {
    fn from(user: User) -> Self {
        Self {
            is_enrolled: user.is_enrolled(),
            user_id: user.external_id,
            email_verified: user.email_verified,
            phone_number_verified: user.phone_number_verified,
            email: user.email,
            phone_number: user.phone_number,
            username: user.username,
            display_name: user.display_name,
            custom: user.custom,
            locale: user.locale,
            enrolled_verification_methods: None,
            allowed_verification_methods: None,
            default_verification_method: user.default_method.map(Method::as_str),
            created_at: Some(user.created_at.rfc3339()),
        }
    }
}

pub(super) fn names(methods: &[Method]) -> Vec<&'static str> {
    methods.iter().map(|method| method.as_str()).collect()
}

/// An authenticator, as backends see it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AuthenticatorBody {
    user_id: String,
    user_authenticator_id: String,
    verification_method: &'static str,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    verified_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_verified_at: Option<String>,
    is_default: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// E.164.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<String>,
    /// How the last code travelled: `DEFAULT` or `WHATSAPP`.
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_sms_channel: Option<&'static str>,
    /// How many codes of a set were not used yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    recovery_codes_left: Option<i64>,
    /// Present on passkeys and security keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    webauthn_credential: Option<WebauthnCredential>,
}

impl AuthenticatorBody {
    pub(super) fn new(user_id: &str, factor: &Authenticator) -> Self {
        let webauthn = factor.webauthn();
        let credential = webauthn.as_ref().map(|factor| &factor.detail);
        let webauthn_credential = webauthn.as_ref().map(WebauthnCredential::new);
        let (email, phone) = match &factor.detail {
            Detail::Email(address) => (Some(address.clone()), None),
            Detail::Phone(phone) => (None, Some(phone)),
            Detail::Credential(_) | Detail::App | Detail::RecoveryCodes { .. } => (None, None),
        };
        Self {
            user_id: user_id.to_owned(),
            user_authenticator_id: factor.id.to_string(),
            verification_method: factor.method.as_str(),
            created_at: factor.created_at.rfc3339(),
            verified_at: factor.verified_at.map(countersign_domain::clock::Millis::rfc3339),
            last_verified_at: factor.last_verified_at.map(countersign_domain::clock::Millis::rfc3339),
            is_default: factor.is_default,
            username: credential.and_then(|credential| credential.username.clone()),
            display_name: credential.and_then(|credential| credential.display_name.clone()),
            email,
            phone_number: phone.map(|phone| phone.number.clone()),
            previous_sms_channel: phone.and_then(|phone| phone.last_channel).map(SmsChannel::as_str),
            recovery_codes_left: factor.recovery_codes_left(),
            webauthn_credential,
        }
    }
}

/// `{"success": true}`: an answer always has a body.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Success {
    pub(super) success: bool,
}

/// What an action's last proof was made with.
pub(super) fn proof_method(action: &Action) -> Option<&'static str> {
    action.method.map(Method::as_str)
}
