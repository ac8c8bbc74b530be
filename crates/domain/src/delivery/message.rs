//! What people receive.

use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::id::{ChallengeId, UserId};
use crate::secret::Secret;

/// The way a message takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Channel {
    /// E-mail.
    Email,
    /// A text message.
    Sms,
    /// WhatsApp, to the number of a phone.
    Whatsapp,
}

impl Channel {
    /// All channels.
    pub const ALL: [Self; 3] = [Self::Email, Self::Sms, Self::Whatsapp];

    /// The name in the outbox, the audit trail and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Whatsapp => "whatsapp",
        }
    }
}

/// The way a code to a phone takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TextChannel {
    /// A text message.
    Sms,
    /// WhatsApp.
    Whatsapp,
}

impl From<TextChannel> for Channel {
    fn from(channel: TextChannel) -> Self {
        match channel {
            TextChannel::Sms => Self::Sms,
            TextChannel::Whatsapp => Self::Whatsapp,
        }
    }
}

/// What is said. Lives are whole minutes, as the message tells them.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Message {
    /// A one-time code by e-mail.
    EmailCode {
        /// The digits.
        #[serde(with = "sealed_text")]
        code: Secret,
        /// How long it works.
        minutes: i64,
    },
    /// A link that proves who opens it: to sign in, to confirm something, or to enrol the address.
    MagicLink {
        /// Where it leads.
        #[serde(with = "sealed_text")]
        url: Secret,
        /// How long it works.
        minutes: i64,
    },
    /// A one-time code to a phone.
    SmsCode {
        /// The digits.
        #[serde(with = "sealed_text")]
        code: Secret,
        /// How long it works.
        minutes: i64,
        /// By text message or WhatsApp.
        channel: TextChannel,
    },
    /// A link that shows that an address is the person's.
    VerifyEmail {
        /// Where it leads.
        #[serde(with = "sealed_text")]
        url: Secret,
        /// How long it works.
        minutes: i64,
    },
    /// Something changed that its owner should know of.
    Notice(Notice),
}

impl Message {
    /// The way it takes.
    pub fn channel(&self) -> Channel {
        match self {
            Self::SmsCode { channel, .. } => (*channel).into(),
            Self::EmailCode { .. } | Self::MagicLink { .. } | Self::VerifyEmail { .. } | Self::Notice(_) => {
                Channel::Email
            }
        }
    }

    /// The name of its kind: in the outbox, the audit trail and the names of templates.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::EmailCode { .. } => "emailCode",
            Self::MagicLink { .. } => "magicLink",
            Self::SmsCode { .. } => "smsCode",
            Self::VerifyEmail { .. } => "verifyEmail",
            Self::Notice(_) => "notice",
        }
    }

    pub(super) fn code(&self) -> Option<&Secret> {
        match self {
            Self::EmailCode { code, .. } | Self::SmsCode { code, .. } => Some(code),
            Self::MagicLink { .. } | Self::VerifyEmail { .. } | Self::Notice(_) => None,
        }
    }

    pub(super) fn link(&self) -> Option<&Secret> {
        match self {
            Self::MagicLink { url, .. } | Self::VerifyEmail { url, .. } => Some(url),
            Self::EmailCode { .. } | Self::SmsCode { .. } | Self::Notice(_) => None,
        }
    }
}

/// A change to an account, for its owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// What happened.
    pub happened: Happened,
    /// When; milliseconds since 1970.
    pub at: Millis,
    /// What it happened to, in words: "Passkey (this device)", or an address, [`masked`](super::masked).
    pub about: Option<String>,
    /// From what device or browser, in words: "Chrome on Windows".
    pub device: Option<String>,
}

/// What a notice tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Happened {
    /// A factor was added.
    FactorAdded,
    /// A factor was changed.
    FactorChanged,
    /// A factor was removed.
    FactorRemoved,
    /// An address or number was added.
    AddressAdded,
    /// An address or number was replaced.
    AddressChanged,
    /// An address or number was removed.
    AddressRemoved,
    /// A recovery code was used.
    RecoveryCodeUsed,
    /// Somebody tried to sign up with an address that has an account.
    SignUpTried,
}

impl Happened {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::FactorAdded,
        Self::FactorChanged,
        Self::FactorRemoved,
        Self::AddressAdded,
        Self::AddressChanged,
        Self::AddressRemoved,
        Self::RecoveryCodeUsed,
        Self::SignUpTried,
    ];

    /// Its name, in settings and in templates.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FactorAdded => "factorAdded",
            Self::FactorChanged => "factorChanged",
            Self::FactorRemoved => "factorRemoved",
            Self::AddressAdded => "addressAdded",
            Self::AddressChanged => "addressChanged",
            Self::AddressRemoved => "addressRemoved",
            Self::RecoveryCodeUsed => "recoveryCodeUsed",
            Self::SignUpTried => "signUpTried",
        }
    }
}

/// To whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Recipient {
    /// An e-mail address, or a number in E.164.
    pub address: String,
    /// The person's name, as the backend gave it.
    #[serde(default)]
    pub name: Option<String>,
    /// BCP 47; the tenant's first locale where it is absent or not spoken.
    #[serde(default)]
    pub locale: Option<String>,
}

/// One message to one person, as a command asks for it.
#[derive(Debug, Clone)]
pub struct Post {
    /// Whose account it is about. It is not sent when that account is gone.
    pub user: Option<UserId>,
    /// The challenge it belongs to. It is not sent when that is over, and it takes the place of older ones of that challenge.
    pub challenge: Option<ChallengeId>,
    /// To whom.
    pub to: Recipient,
    /// What.
    pub message: Message,
    /// When it is of no use any more: until then it is tried.
    pub expires_at: Millis,
}

/// A secret as plain text: for the payload alone, which is sealed as a whole.
mod sealed_text {
    use serde::{Deserialize as _, Deserializer, Serializer};

    use crate::secret::Secret;

    pub(super) fn serialize<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(secret.expose())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
        String::deserialize(deserializer).map(Secret::new)
    }
}
