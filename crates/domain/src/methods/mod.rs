//! The ways to prove who one is. Each is a folder; adding one is a folder and the places the compiler lists.

pub mod passkey;
pub mod security_key;
mod shared;

use serde::{Deserialize, Serialize};

pub(crate) use shared::webauthn::STATEMENTS;
pub use shared::webauthn::{
    Answered, Enrolled, Offer, ParsedAnswer, ParsedCredential, Who, Wish, parse_authentication, parse_registration,
};

/// A method that the product implements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Method {
    /// A discoverable, user-verifying WebAuthn credential.
    Passkey,
    /// A WebAuthn credential on a hardware key, used as a second factor.
    SecurityKey,
}

impl Method {
    /// All of them, the strongest first.
    pub const ALL: [Self; 2] = [Self::Passkey, Self::SecurityKey];

    /// The name on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passkey => "PASSKEY",
            Self::SecurityKey => "SECURITY_KEY",
        }
    }

    /// Reads what `as_str` writes.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == text)
    }

    /// What people call it in a sentence.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Passkey => "passkey",
            Self::SecurityKey => "security key",
        }
    }
}
