//! The ways to prove who one is. Each is a folder; adding one is a folder and the places the compiler lists.

pub mod email_otp;
pub mod magic_link;
pub mod passkey;
pub mod recovery_codes;
pub mod security_key;
mod shared;
pub mod sms;
pub mod totp;
mod verified;

use countersign_db::Statement;
use serde::{Deserialize, Serialize};

use crate::Countersign;
use crate::authenticator::SmsChannel;
use crate::delivery::Channel;
use crate::error::{Error, Result};
use crate::tenant::Tenant;

pub use magic_link::{LINK_PATH, LinkAnswer, LinkAsks};
pub use shared::code::backend::{Asked, Claimed, CodeAnswer, Shown, Wanted, WhichChallenge};
pub use shared::code::{Begun, Checked, Proved, WrongBecause};
pub(crate) use shared::webauthn::{
    ALGORITHMS, OPTIONS_LIMIT, Rules, TOKEN_CHALLENGE, check_assertion, check_registration, counter_event, new_factor,
    user_handle_forms,
};
pub use shared::webauthn::{
    Answered, Enrolled, Offer, ParsedAnswer, ParsedCredential, Who, Wish, parse_authentication, parse_registration,
};
pub use verified::{Brought, TakenIn};

/// A method that the product implements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Method {
    /// A discoverable, user-verifying WebAuthn credential.
    Passkey,
    /// A WebAuthn credential on a hardware key, used as a second factor.
    SecurityKey,
    /// A code that an authenticator app shows.
    AuthenticatorApp,
    /// A link by e-mail.
    EmailMagicLink,
    /// A code by e-mail.
    EmailOtp,
    /// A code by WhatsApp, to the phone of an SMS factor.
    Whatsapp,
    /// A code to a phone.
    Sms,
    /// One of the codes kept for the day that nothing else is at hand. Not a factor of its own.
    RecoveryCode,
}

/// The statements of the methods.
pub(crate) fn statements() -> Vec<&'static Statement> {
    [shared::permission::STATEMENTS, recovery_codes::STATEMENTS].concat()
}

impl Method {
    /// All of them, the strongest first.
    pub const ALL: [Self; 8] = [
        Self::Passkey,
        Self::SecurityKey,
        Self::AuthenticatorApp,
        Self::EmailMagicLink,
        Self::EmailOtp,
        Self::Whatsapp,
        Self::Sms,
        Self::RecoveryCode,
    ];

    /// The name on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passkey => "PASSKEY",
            Self::SecurityKey => "SECURITY_KEY",
            Self::AuthenticatorApp => "AUTHENTICATOR_APP",
            Self::EmailMagicLink => "EMAIL_MAGIC_LINK",
            Self::EmailOtp => "EMAIL_OTP",
            Self::Whatsapp => "WHATSAPP",
            Self::Sms => "SMS",
            Self::RecoveryCode => "RECOVERY_CODE",
        }
    }

    /// Reads what `as_str` writes.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == text)
    }

    /// The way that what it sends takes, where it sends something.
    pub(crate) const fn sends_by(self) -> Option<Channel> {
        match self {
            Self::Passkey | Self::SecurityKey | Self::AuthenticatorApp | Self::RecoveryCode => None,
            Self::EmailMagicLink | Self::EmailOtp => Some(Channel::Email),
            Self::Whatsapp => Some(Channel::Whatsapp),
            Self::Sms => Some(Channel::Sms),
        }
    }

    /// Whether one of it makes its user enrolled. Recovery codes stand in for factors and are none.
    pub(crate) const fn is_factor(self) -> bool {
        !matches!(self, Self::RecoveryCode)
    }

    /// The kind of factor that it answers with.
    pub(crate) const fn factor_kind(self) -> Self {
        match self {
            Self::Whatsapp => Self::Sms,
            kind => kind,
        }
    }

    /// Whether users enrol it by itself: a phone for WhatsApp is one for SMS, and recovery codes come with other factors.
    pub(crate) const fn is_enrolled_by_user(self) -> bool {
        !matches!(self, Self::Whatsapp | Self::RecoveryCode)
    }

    /// What people call it in a sentence.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Passkey => "passkey",
            Self::SecurityKey => "security key",
            Self::AuthenticatorApp => "authenticator app",
            Self::EmailMagicLink => "link by e-mail",
            Self::EmailOtp => "code by e-mail",
            Self::Whatsapp => "code by WhatsApp",
            Self::Sms => "phone for codes",
            Self::RecoveryCode => "recovery code",
        }
    }
}

/// What a method goes by that sends codes to be typed, to phones by `channel`; `None` for all others.
const fn code_rules(method: Method, channel: SmsChannel) -> Option<&'static shared::code::Rules> {
    match method {
        Method::EmailOtp => Some(&email_otp::RULES),
        Method::Sms => Some(sms::rules_of(channel)),
        Method::Whatsapp => Some(&sms::WHATSAPP),
        Method::Passkey
        | Method::SecurityKey
        | Method::AuthenticatorApp
        | Method::EmailMagicLink
        | Method::RecoveryCode => None,
    }
}

impl Countersign {
    /// Whether users of the tenant can use `method`: it is on, and what it sends can be sent.
    pub fn offers(&self, tenant: &Tenant, method: Method) -> bool {
        self.require_offered(tenant, method).is_ok()
    }

    /// The kinds of factors that users of the tenant can have, the strongest first.
    pub fn offered_methods(&self, tenant: &Tenant) -> Vec<Method> {
        Method::ALL.into_iter().filter(|method| method.is_factor() && self.offers(tenant, *method)).collect()
    }

    /// `InvalidConfiguration` that says what is missing, unless the method can be used.
    pub(crate) fn require_offered(&self, tenant: &Tenant, method: Method) -> Result<()> {
        let name = method.as_str();
        if !tenant.allows(method) {
            return Err(Error::InvalidConfiguration(format!("The method {name} is off for this tenant.")));
        }
        if matches!(method, Method::Sms | Method::Whatsapp) && tenant.settings.sms.countries.is_empty() {
            return Err(Error::InvalidConfiguration(format!(
                "{name} is sent to no country yet. List those of your users in the tenant's settings, such as \
                 {{\"sms\":{{\"countries\":[\"NZ\"]}}}}."
            )));
        }
        let Some(channel) = method.sends_by().filter(|channel| !self.delivers(*channel)) else { return Ok(()) };
        let channel = channel.as_str();
        Err(Error::InvalidConfiguration(format!(
            "{name} sends by {channel}, and this server has no way to: see the configuration of {channel}."
        )))
    }
}
