//! The ways to prove who one is. Each is a folder; adding one is a folder and the places the compiler lists.

pub mod email_otp;
pub mod passkey;
pub mod security_key;
mod shared;
mod verified;

use serde::{Deserialize, Serialize};

use crate::Countersign;
use crate::delivery::Channel;
use crate::error::{Error, Result};
use crate::tenant::Tenant;

pub use shared::code::backend::{Asked, Claimed, CodeAnswer, Shown, Wanted, WhichChallenge};
pub use shared::code::{Begun, Checked, Proved, WrongBecause};
pub(crate) use shared::permission::STATEMENTS;
pub use shared::webauthn::{
    Answered, Enrolled, Offer, ParsedAnswer, ParsedCredential, Who, Wish, parse_authentication, parse_registration,
};
pub use verified::Brought;

/// A method that the product implements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Method {
    /// A discoverable, user-verifying WebAuthn credential.
    Passkey,
    /// A WebAuthn credential on a hardware key, used as a second factor.
    SecurityKey,
    /// A code by e-mail.
    EmailOtp,
}

impl Method {
    /// All of them, the strongest first.
    pub const ALL: [Self; 3] = [Self::Passkey, Self::SecurityKey, Self::EmailOtp];

    /// The name on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passkey => "PASSKEY",
            Self::SecurityKey => "SECURITY_KEY",
            Self::EmailOtp => "EMAIL_OTP",
        }
    }

    /// Reads what `as_str` writes.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == text)
    }

    /// The way that what it sends takes, where it sends something.
    pub(crate) const fn sends_by(self) -> Option<Channel> {
        match self {
            Self::Passkey | Self::SecurityKey => None,
            Self::EmailOtp => Some(Channel::Email),
        }
    }

    /// What people call it in a sentence.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Passkey => "passkey",
            Self::SecurityKey => "security key",
            Self::EmailOtp => "code by e-mail",
        }
    }
}

/// What a method that sends codes goes by; `None` for all others.
const fn code_rules(method: Method) -> Option<&'static shared::code::Rules> {
    match method {
        Method::EmailOtp => Some(&email_otp::RULES),
        Method::Passkey | Method::SecurityKey => None,
    }
}

impl Countersign {
    /// Whether users of the tenant can use `method`: it is on, and what it sends can be sent.
    pub fn offers(&self, tenant: &Tenant, method: Method) -> bool {
        self.require_offered(tenant, method).is_ok()
    }

    /// The methods that users of the tenant can use, the strongest first.
    pub fn offered_methods(&self, tenant: &Tenant) -> Vec<Method> {
        Method::ALL.into_iter().filter(|method| self.offers(tenant, *method)).collect()
    }

    /// `InvalidConfiguration` that says what is missing, unless the method can be used.
    fn require_offered(&self, tenant: &Tenant, method: Method) -> Result<()> {
        let name = method.as_str();
        if !tenant.allows(method) {
            return Err(Error::InvalidConfiguration(format!("The method {name} is off for this tenant.")));
        }
        match method.sends_by() {
            Some(channel) if !self.delivers(channel) => {
                let channel = channel.as_str();
                Err(Error::InvalidConfiguration(format!(
                    "{name} sends by {channel}, and this server has no way to: see the configuration of {channel}."
                )))
            }
            _ => Ok(()),
        }
    }
}
