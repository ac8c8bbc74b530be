//! An authenticator as its user sees it (docs/reference/authsignal.md §3.8).

use countersign_domain::authenticator::{Authenticator, Detail, SmsChannel};
use countersign_domain::clock::Millis;
use countersign_domain::delivery::masked;
use countersign_domain::methods::Method;
use serde::Serialize;
use utoipa::ToSchema;

use crate::credential::WebauthnCredential;

/// One of the user's authenticators.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct UserAuthenticator {
    user_authenticator_id: String,
    /// Such as `PASSKEY` or `EMAIL_OTP`.
    verification_method: &'static str,
    /// The same kind in older words.
    authenticator_type: &'static str,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    verified_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_verified_at: Option<String>,
    is_default: bool,
    /// What its user calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    /// `platform` or `cross-platform`.
    #[serde(skip_serializing_if = "Option::is_none")]
    authenticator_attachment: Option<&'static str>,
    /// Masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// Masked.
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

impl From<&Authenticator> for UserAuthenticator {
    fn from(factor: &Authenticator) -> Self {
        let webauthn = factor.webauthn();
        let credential = webauthn.as_ref().map(|factor| &factor.detail);
        let webauthn_credential = webauthn.as_ref().map(WebauthnCredential::new);
        let (email, phone) = match &factor.detail {
            Detail::Email(address) => (Some(masked(address)), None),
            Detail::Phone(phone) => (None, Some(phone)),
            Detail::Credential(_) | Detail::App | Detail::RecoveryCodes { .. } => (None, None),
        };
        Self {
            user_authenticator_id: factor.id.to_string(),
            verification_method: factor.method.as_str(),
            authenticator_type: authenticator_type(factor.method),
            created_at: factor.created_at.rfc3339(),
            verified_at: factor.verified_at.map(Millis::rfc3339),
            last_verified_at: factor.last_verified_at.map(Millis::rfc3339),
            is_default: factor.is_default,
            name: factor.label.clone(),
            username: credential.and_then(|credential| credential.username.clone()),
            display_name: credential.and_then(|credential| credential.display_name.clone()),
            email,
            phone_number: phone.map(|phone| masked(&phone.number)),
            previous_sms_channel: phone.and_then(|phone| phone.last_channel).map(SmsChannel::as_str),
            recovery_codes_left: factor.recovery_codes_left(),
            authenticator_attachment: webauthn_credential.as_ref().and_then(WebauthnCredential::attachment),
            webauthn_credential,
        }
    }
}

/// The kind in the words of older clients.
const fn authenticator_type(method: Method) -> &'static str {
    match method {
        Method::Passkey => "PASSKEY",
        Method::SecurityKey => "SECURITY_KEY",
        Method::AuthenticatorApp | Method::RecoveryCode => "OTP",
        Method::EmailMagicLink | Method::EmailOtp | Method::Whatsapp | Method::Sms => "OOB",
    }
}
