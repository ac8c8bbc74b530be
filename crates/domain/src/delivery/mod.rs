//! What has to reach a person: codes, links and notices by e-mail, SMS or WhatsApp (docs/adr/0019-outbox.md).
//!
//! A command makes a [`Letter`], puts it into the outbox in the transaction of what it tells (`put`), and after the commit
//! sends it ([`Countersign::send_now`]) or has it sent ([`Countersign::send_soon`]). What does not get through is tried again
//! by a job ([`Countersign::send_due`]) until it expires. At least once: every copy has the same id.
//!
//! ```ignore
//! let letter = self.letter(&tenant.id, &Post { user, challenge, to, message, expires_at });
//! let posted = letter.clone();
//! self.write(async move |tx| { /* the challenge's row */ posted.put(tx).await }).await?;
//! self.send_now(&letter).await.into_result()?;
//! ```
//!
//! This room knows neither SMTP nor HTTP: whoever opens the product hands it the [`Carriers`].

mod backoff;
mod carrier;
mod inbox;
mod mask;
mod message;
mod outbox;
mod preview;
mod render;
mod report;
mod send;
mod sender;
mod settings;
mod store;
mod template;
mod words;

pub use carrier::{Carried, Carriers, Carrying, Email, EmailSender, Mailbox, Mailer, Refusal, Text, Texter};
pub use inbox::{Caught, Inbox};
pub use mask::masked;
pub use message::{Channel, Happened, Message, Notice, Post, Recipient, TextChannel};
pub use outbox::Letter;
pub use preview::{Preview, preview};
pub use report::{Ending, Outcome, Report};
pub(crate) use sender::Sender;
pub use settings::{MessageSettings, Template, TemplateKind};
pub(crate) use store::{STATEMENTS, sweep};
pub use words::{locales, spoken};
