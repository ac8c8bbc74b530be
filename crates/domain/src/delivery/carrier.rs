//! What carries a message out: the traits, and what is handed over.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use super::message::{Channel, TextChannel};
use crate::clock::Millis;
use crate::secret::Secret;

/// Name and address of a sender or receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// Display name, without control characters.
    pub name: Option<String>,
    /// The address.
    pub address: String,
}

/// An e-mail, written out.
#[derive(Debug, Clone)]
pub struct Email {
    /// `id@host`, without brackets: the same for every copy.
    pub message_id: String,
    /// When it was put into the outbox: the same for every copy.
    pub date: Millis,
    /// Who sends it.
    pub from: Mailbox,
    /// Where answers go, when not to `from`.
    pub reply_to: Option<Mailbox>,
    /// Who gets it.
    pub to: Mailbox,
    /// BCP 47, for `Content-Language`.
    pub locale: String,
    /// One line.
    pub subject: String,
    /// The part without form.
    pub text: Secret,
    /// The part with form.
    pub html: Secret,
    /// The code or link in it, for those who read it by program.
    pub carried: Carried,
}

/// A message to a phone, written out.
#[derive(Debug, Clone)]
pub struct Text {
    /// The same for every copy.
    pub id: String,
    /// By text message or WhatsApp.
    pub channel: TextChannel,
    /// E.164.
    pub to: String,
    /// What is shown.
    pub body: Secret,
    /// The code in it.
    pub carried: Carried,
}

/// What a message is about, apart from its words.
#[derive(Debug, Clone, Default)]
pub struct Carried {
    /// Name of the message's kind.
    pub kind: &'static str,
    /// A one-time code.
    pub code: Option<Secret>,
    /// A link.
    pub link: Option<Secret>,
}

/// Why something was not taken. The reason never holds an address, a code or the provider's own words about them: what
/// makes it out of an answer takes numbers and known phrases alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// In a few words: "SMTP 550", "connection refused".
    pub reason: String,
    /// Whether trying again is of no use.
    pub is_permanent: bool,
}

impl Refusal {
    /// One that may pass.
    pub fn temporary(reason: impl Into<String>) -> Self {
        Self { reason: readable(&reason.into()), is_permanent: false }
    }

    /// One that stays.
    pub fn permanent(reason: impl Into<String>) -> Self {
        Self { reason: readable(&reason.into()), is_permanent: true }
    }
}

/// Without control characters and not long: a certificate's names can end up in a reason, and a reason in the log.
fn readable(reason: &str) -> String {
    reason.chars().filter(|c| !c.is_control()).take(200).collect()
}

/// What a carrier does, boxed so that carriers can be chosen when the program starts.
pub type Carrying = Pin<Box<dyn Future<Output = Result<(), Refusal>> + Send>>;

/// Takes e-mails out of the house. `Ok` means that the other side has taken responsibility.
pub trait Mailer: Send + Sync {
    /// Sends one. The caller gives up after a while; a carrier has a shorter patience of its own.
    fn send(&self, email: Email) -> Carrying;
}

/// Takes messages to phones. `Ok` means that the provider has accepted it.
pub trait Texter: Send + Sync {
    /// Sends one.
    fn send(&self, text: Text) -> Carrying;
}

/// The way for e-mails and the address they come from where a tenant has none.
#[derive(Clone)]
pub struct EmailSender {
    /// What sends.
    pub mailer: Arc<dyn Mailer>,
    /// `email.from`; the tenant's name stands in for a missing one.
    pub from: Mailbox,
}

/// What this process can send with. Nothing by default.
#[derive(Clone, Default)]
pub struct Carriers {
    /// E-mail.
    pub email: Option<EmailSender>,
    /// Text messages.
    pub sms: Option<Arc<dyn Texter>>,
    /// WhatsApp.
    pub whatsapp: Option<Arc<dyn Texter>>,
}

impl Carriers {
    /// Whether there is a way.
    pub fn has(&self, channel: Channel) -> bool {
        match channel {
            Channel::Email => self.email.is_some(),
            Channel::Sms => self.sms.is_some(),
            Channel::Whatsapp => self.whatsapp.is_some(),
        }
    }
}

impl fmt::Debug for Carriers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(Channel::ALL.into_iter().filter(|channel| self.has(*channel))).finish()
    }
}
