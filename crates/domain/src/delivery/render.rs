//! A message in words.

use super::carrier::{Carried, Email, Mailbox, Refusal, Text};
use super::message::{Message, Recipient};
use super::outbox::Payload;
use crate::clock::Millis;
use crate::secret::Secret;
use crate::tenant::Tenant;

/// What is known besides the message.
pub(super) struct Context<'a> {
    pub(super) tenant: &'a Tenant,
    pub(super) message_id: String,
    pub(super) date: Millis,
}

/// A message ready to be carried.
pub(super) enum Written {
    Email(Box<Email>),
    Text(Text),
}

/// Writes a message out. `from` is the configured sender of e-mails.
pub(super) fn render(context: &Context<'_>, payload: Payload, from: Option<&Mailbox>) -> Result<Written, Refusal> {
    let Payload { to: Recipient { address, name, locale }, message } = payload;
    let shop = &context.tenant.name;
    let carried = Carried { kind: message.kind(), code: message.code().cloned(), link: message.link().cloned() };
    let (subject, text) = match &message {
        Message::EmailCode { code, minutes } => (
            format!("{} is your code for {shop}", code.expose()),
            format!("{}\n\nThis is your code for {shop}. It works for {minutes} minutes.\n", code.expose()),
        ),
        Message::MagicLink { url, minutes } => (
            format!("Sign in to {shop}"),
            format!("Sign in to {shop} with this link. It works for {minutes} minutes.\n\n{}\n", url.expose()),
        ),
        Message::VerifyEmail { url, minutes } => (
            format!("Confirm your address for {shop}"),
            format!("Confirm your address with this link. It works for {minutes} minutes.\n\n{}\n", url.expose()),
        ),
        Message::SmsCode { code, minutes, channel } => {
            let body = format!("{} is your code for {shop}. It works for {minutes} minutes.", code.expose());
            let (id, body) = (context.message_id.clone(), Secret::new(body));
            return Ok(Written::Text(Text { id, channel: *channel, to: address, body, carried }));
        }
        Message::Notice(notice) => (
            format!("Your account at {shop} was changed"),
            format!(
                "{:?} at {}.\nIf this was not you, sign in and remove what you do not know.\n",
                notice.happened,
                notice.at.rfc3339()
            ),
        ),
    };
    let from = from.ok_or_else(|| Refusal::permanent("no sender"))?;
    Ok(Written::Email(Box::new(Email {
        message_id: context.message_id.clone(),
        date: context.date,
        from: Mailbox { name: from.name.clone().or_else(|| Some(shop.clone())), address: from.address.clone() },
        reply_to: None,
        to: Mailbox { name, address },
        locale: locale.unwrap_or_else(|| "en".to_owned()),
        subject,
        html: Secret::new(format!("<pre>{}</pre>", text.replace('&', "&amp;").replace('<', "&lt;"))),
        text: Secret::new(text),
        carried,
    })))
}
