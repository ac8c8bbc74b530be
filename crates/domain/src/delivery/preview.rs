//! Messages with invented values: to look at, and to try a template out before it is kept.

use super::carrier::Mailbox;
use super::message::{Happened, Message, Notice, Recipient, TextChannel};
use super::outbox::Payload;
use super::render::{self, Context, Written};
use super::settings::{MessageSettings, Template, TemplateKind};
use crate::clock::Millis;
use crate::secret::Secret;

const CODE: &str = "271828";
const LINK: &str = "https://auth.example.com/l/tNAJLf3vV0mHkqVbJ6p2rQ";
/// 2026-11-22T10:15:30Z.
const AT: Millis = Millis(1_795_342_530_000);

/// A message as it would be sent.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The locale it is written in.
    pub locale: String,
    /// Sender of an e-mail.
    pub from: Option<Mailbox>,
    /// Subject of an e-mail.
    pub subject: Option<String>,
    /// The words.
    pub text: String,
    /// The page of an e-mail.
    pub html: Option<String>,
}

/// Writes a message with invented values. `happened` is for notices.
pub fn preview(
    tenant: &str,
    rp_id: &str,
    settings: &MessageSettings,
    kind: TemplateKind,
    happened: Happened,
    locale: &str,
) -> Result<Preview, String> {
    let context = Context { tenant, rp_id, settings, message_id: String::new(), date: AT, is_trial: true };
    let to = Recipient {
        address: "ada@example.com".to_owned(),
        name: Some("Ada Lovelace".to_owned()),
        locale: Some(locale.to_owned()),
    };
    let from = Mailbox { name: None, address: "no-reply@auth.example.com".to_owned() };
    let written = render::render(&context, Payload { to, message: message(kind, happened) }, Some(&from))?;
    Ok(match written {
        Written::Email(email) => Preview {
            locale: email.locale,
            from: Some(email.from),
            subject: Some(email.subject),
            text: email.text.expose().to_owned(),
            html: Some(email.html.expose().to_owned()),
        },
        Written::Text(text) => Preview {
            locale: locale.to_owned(),
            from: None,
            subject: None,
            text: text.body.expose().to_owned(),
            html: None,
        },
    })
}

/// Whether a template can be used: it can be filled in, also for people of whom nothing is known, and says what it is for.
pub(super) fn try_out(kind: TemplateKind, locale: &str, template: &Template) -> Result<(), String> {
    let mut settings = MessageSettings::default();
    settings.templates.entry(kind).or_default().insert(locale.to_owned(), template.clone());
    let locale = if locale == "*" { "en" } else { locale };
    for happened in Happened::ALL {
        let made = preview("Example", "example.com", &settings, kind, happened, locale)?;
        let needed = match kind {
            TemplateKind::EmailCode | TemplateKind::SmsCode => Some(("code", CODE)),
            TemplateKind::MagicLink | TemplateKind::VerifyEmail => Some(("url", LINK)),
            TemplateKind::Notice => None,
        };
        let Some((name, value)) = needed else { continue };
        for (part, words) in [("text", Some(&made.text)), ("html", made.html.as_ref())] {
            if words.is_some_and(|words| !words.contains(value)) {
                return Err(format!("{part} does not say {{{{ {name} }}}}"));
            }
        }
    }
    Ok(())
}

fn message(kind: TemplateKind, happened: Happened) -> Message {
    let (code, url) = (Secret::new(CODE.to_owned()), Secret::new(LINK.to_owned()));
    match kind {
        TemplateKind::EmailCode => Message::EmailCode { code, minutes: 10 },
        TemplateKind::MagicLink => Message::MagicLink { url, minutes: 10 },
        TemplateKind::VerifyEmail => Message::VerifyEmail { url, minutes: 60 },
        TemplateKind::SmsCode => Message::SmsCode { code, minutes: 10, channel: TextChannel::Sms },
        TemplateKind::Notice => Message::Notice(Notice {
            happened,
            at: AT,
            about: Some("Passkey (this device)".to_owned()),
            device: Some("Firefox on Linux".to_owned()),
        }),
    }
}
