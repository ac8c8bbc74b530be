//! Factors: what a user has enrolled.

mod added;
mod assurance;
pub(crate) mod codes;
mod commands;
mod credential;
pub(crate) mod credentials;
mod import;
mod name;
mod own;
mod provider;
mod removal;
pub(crate) mod store;
mod user_agent;

use countersign_db::Statement;
use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::id::{AuthenticatorId, UserId};
use crate::methods::Method;

pub(crate) use added::Added;
pub(crate) use assurance::{assurance, assurance_of_code, combine};
pub use credential::Credential;
pub(crate) use credential::{IMPORTED, words};
pub use import::{ImportFailure, ImportReport, ImportedCredential};
pub use name::FactorName;
pub use own::FactorChange;
pub(crate) use own::count_change;
pub use provider::{Provider, provider_of};
pub(crate) use removal::Removal;
pub use removal::Removed;
pub use store::Enrolled;
pub(crate) use store::rename as rename_factor;
pub use user_agent::{Browser, Device, ParsedUserAgent, parse as parse_user_agent};

/// The statements of this room.
pub(crate) fn statements() -> Vec<&'static Statement> {
    [store::STATEMENTS, credentials::STATEMENTS, codes::STATEMENTS].concat()
}

/// One enrolled factor. `D` is what it rests on, where the method is known.
#[derive(Debug, Clone)]
pub struct Authenticator<D = Detail> {
    /// Its id.
    pub id: AuthenticatorId,
    /// Whose.
    pub user: UserId,
    /// Of which kind.
    pub method: Method,
    /// Whether it is asked for first.
    pub is_default: bool,
    /// What its user calls it.
    pub label: Option<String>,
    /// When enrolment began.
    pub created_at: Millis,
    /// When enrolment was completed.
    pub verified_at: Option<Millis>,
    /// When it last proved anything.
    pub last_verified_at: Option<Millis>,
    /// What it rests on.
    pub detail: D,
}

/// What a factor rests on.
#[derive(Debug, Clone)]
pub enum Detail {
    /// A WebAuthn credential: passkeys and security keys.
    Credential(Box<Credential>),
    /// An e-mail address: codes and links.
    Email(String),
    /// A phone: codes by SMS and WhatsApp.
    Phone(Phone),
    /// An authenticator app. Its seed stays in the database.
    App,
    /// A set of recovery codes.
    RecoveryCodes {
        /// How many were not used yet.
        left: i64,
    },
}

/// A phone that codes are sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone {
    /// E.164.
    pub number: String,
    /// How the last code travelled, once one did.
    pub last_channel: Option<SmsChannel>,
}

/// How a code reaches a phone.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum SmsChannel {
    /// A text message.
    #[default]
    Default,
    /// A WhatsApp message.
    Whatsapp,
}

impl SmsChannel {
    /// The name on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Default => "DEFAULT",
            Self::Whatsapp => "WHATSAPP",
        }
    }

    /// Reads what `as_str` writes.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Default, Self::Whatsapp].into_iter().find(|channel| channel.as_str() == text)
    }
}

impl Authenticator {
    /// The factor with its credential; `None` when it is no WebAuthn factor.
    pub fn webauthn(&self) -> Option<Authenticator<Credential>> {
        let Detail::Credential(credential) = &self.detail else { return None };
        Some(self.clone().with((**credential).clone()))
    }

    /// Of a set of recovery codes: how many were not used yet.
    pub fn recovery_codes_left(&self) -> Option<i64> {
        if let Detail::RecoveryCodes { left } = self.detail { Some(left) } else { None }
    }
}

impl From<Credential> for Detail {
    fn from(credential: Credential) -> Self {
        Self::Credential(Box::new(credential))
    }
}

impl From<Authenticator<Credential>> for Authenticator {
    fn from(factor: Authenticator<Credential>) -> Self {
        let detail = Detail::Credential(Box::new(factor.detail.clone()));
        factor.with(detail)
    }
}

impl<D> Authenticator<D> {
    fn with<E>(self, detail: E) -> Authenticator<E> {
        Authenticator {
            id: self.id,
            user: self.user,
            method: self.method,
            is_default: self.is_default,
            label: self.label,
            created_at: self.created_at,
            verified_at: self.verified_at,
            last_verified_at: self.last_verified_at,
            detail,
        }
    }
}
