//! A message in words: the tenant's where it has its own, else ours, in the receiver's locale.

use minijinja::context;
use minijinja::value::Value;

use super::carrier::{Carried, Email, Mailbox, Text};
use super::message::{Message, Notice, TextChannel};
use super::outbox::Payload;
use super::settings::MessageSettings;
use super::template::{Form, fill};
use super::words::{self, Page, Words};
use crate::clock::Millis;
use crate::secret::Secret;
use crate::user::is_unseen;

const TEXT: &str = include_str!("layout.txt");
const HTML: &str = include_str!("layout.html");
/// Characters of a subject; RFC 5322 §2.1.1 allows 998 bytes a line, and people read a few dozen.
const MOST_SUBJECT: usize = 150;
/// Characters of a name in a greeting: no room for somebody else's message.
const MOST_NAME: usize = 64;

/// What is known besides the message.
pub(super) struct Context<'a> {
    /// The tenant's name.
    pub(super) tenant: &'a str,
    /// The site that a code to a phone is for.
    pub(super) rp_id: &'a str,
    pub(super) settings: &'a MessageSettings,
    pub(super) message_id: String,
    pub(super) date: Millis,
    /// Whether a tenant's template that fails is an error; else ours takes its place, because a person waits.
    pub(super) is_trial: bool,
}

impl Context<'_> {
    fn fill(&self, form: Form, own: Option<&String>, ours: &str, values: &Value) -> Result<String, String> {
        match own.map(|own| fill(form, own, values)) {
            Some(Ok(made)) => Ok(made),
            Some(Err(error)) if self.is_trial => Err(error),
            _ => fill(form, ours, values),
        }
    }
}

/// A message ready to be carried.
pub(super) enum Written {
    Email(Box<Email>),
    Text(Text),
}

/// Writes a message out. `from` is the configured sender of e-mails. An error names the template and quotes no value.
pub(super) fn render(context: &Context<'_>, payload: Payload, from: Option<&Mailbox>) -> Result<Written, String> {
    let Payload { to, message } = payload;
    let locales: Vec<&str> = [to.locale.as_deref(), context.settings.locale.as_deref()].into_iter().flatten().collect();
    let words = words::of(locales.iter().copied());
    let name = greeted(to.name.as_deref().unwrap_or_default());
    let known = known(context, words, &message, &name);
    let template = context.settings.template(message.kind(), &[&words.locale]);
    let carried = Carried { kind: message.kind(), code: message.code().cloned(), link: message.link().cloned() };
    let page = match &message {
        Message::SmsCode { code, channel, .. } => {
            let own = template.and_then(|own| own.text.as_ref());
            let body = context.fill(Form::Text, own, &words.sms_code, &known)?;
            let body = bound(&body, context.rp_id, code, *channel);
            let id = context.message_id.clone();
            return Ok(Written::Text(Text { id, channel: *channel, to: to.address, body: Secret::new(body), carried }));
        }
        Message::EmailCode { .. } => Parts::of(&words.email_code),
        Message::MagicLink { .. } => Parts::of(&words.magic_link),
        Message::VerifyEmail { .. } => Parts::of(&words.verify_email),
        Message::Notice(notice) => Parts::of_notice(words, notice),
    };
    let values = page.values(words, &message, &known)?;
    let part = |own: Option<&String>, form: Form, ours: &str| context.fill(form, own, ours, &values);
    let own = template.cloned().unwrap_or_default();
    let subject = one_line(&part(own.subject.as_ref(), Form::Text, &page.subject)?);
    let text = part(own.text.as_ref(), Form::Text, TEXT)?;
    let html = part(own.html.as_ref(), Form::Html, HTML)?;
    let from = from.ok_or("there is no sender for e-mails")?;
    Ok(Written::Email(Box::new(Email {
        message_id: context.message_id.clone(),
        date: context.date,
        from: sender(context, from),
        reply_to: context.settings.reply_to.clone().map(|address| Mailbox { name: None, address }),
        to: Mailbox { name: Some(one_line(&name)).filter(|name| !name.is_empty()), address: to.address },
        locale: words.locale.clone(),
        subject,
        text: Secret::new(text),
        html: Secret::new(html),
        carried,
    })))
}

/// The tenant's own sender, then the configured one, then the tenant's name.
fn sender(context: &Context<'_>, from: &Mailbox) -> Mailbox {
    let own = context.settings;
    let name = own.sender_name.clone().or_else(|| from.name.clone()).unwrap_or_else(|| context.tenant.to_owned());
    Mailbox { name: Some(name), address: own.sender_address.clone().unwrap_or_else(|| from.address.clone()) }
}

/// A name as a mail says it. People choose names, also for accounts at others' addresses: one that mail programs would make a link
/// of, or that turns the line or its direction, is left out, and of a long one the beginning is said.
fn greeted(name: &str) -> String {
    // What has no width parts nothing, and a domain may be written with other dots (UTS 46 §2.3).
    let seen: String = name.chars().filter(|c| !is_unseen(*c)).collect();
    let parts: Vec<Vec<char>> =
        seen.split(['.', '\u{3002}', '\u{ff0e}', '\u{ff61}']).map(|part| part.chars().collect()).collect();
    let is_domain = parts.windows(2).any(|two| {
        let begins = two[1].iter().take(2).filter(|c| c.is_alphanumeric()).count() == 2;
        two[0].last().is_some_and(|c| c.is_alphanumeric()) && begins
    });
    let turns = |c: char| matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if is_domain || name.contains(['/', '@', '\\']) || name.contains(turns) {
        return String::new();
    }
    name.chars().take(MOST_NAME).collect()
}

/// What every template may say.
fn known(context: &Context<'_>, words: &Words, message: &Message, name: &str) -> Value {
    let minutes = match message {
        Message::EmailCode { minutes, .. }
        | Message::MagicLink { minutes, .. }
        | Message::SmsCode { minutes, .. }
        | Message::VerifyEmail { minutes, .. } => *minutes,
        Message::Notice(_) => 0,
    };
    let exposed = |secret: Option<&Secret>| secret.map_or("", Secret::expose).to_owned();
    context! {
        name,
        minutes,
        tenant => context.tenant,
        support => context.settings.support.as_deref().unwrap_or_default(),
        locale => words.locale.as_str(),
        direction => words.direction.as_str(),
        code => exposed(message.code()),
        url => exposed(message.link()),
    }
}

/// The sources of an e-mail's words.
struct Parts {
    subject: String,
    heading: String,
    lead: String,
    button: String,
    notes: Vec<String>,
    /// Label and value.
    facts: Vec<(String, String)>,
}

impl Parts {
    fn of(page: &Page) -> Self {
        Self {
            subject: page.subject.clone(),
            heading: page.heading.clone(),
            lead: page.lead.clone(),
            button: page.button.clone(),
            notes: page.notes.clone(),
            facts: Vec::new(),
        }
    }

    fn of_notice(words: &Words, notice: &Notice) -> Self {
        let told = words.notice.told(notice.happened);
        let at = notice.at.rfc3339();
        // To the minute and in UTC, in digits that every locale reads: 2026-11-22 10:15 UTC.
        let at = format!("{} {} UTC", at.get(..10).unwrap_or_default(), at.get(11..16).unwrap_or_default());
        let facts = [
            (&words.notice.about, notice.about.clone()),
            (&words.notice.at, Some(at)),
            (&words.notice.device, notice.device.clone()),
        ];
        let facts = facts.into_iter().filter_map(|(label, value)| Some((label.clone(), value?)));
        Self {
            subject: told.subject.clone(),
            heading: told.subject.clone(),
            lead: told.lead.clone(),
            button: String::new(),
            notes: words.notice.notes.clone(),
            facts: facts.collect(),
        }
    }

    /// All that the layouts and a tenant's templates may say.
    fn values(&self, words: &Words, message: &Message, known: &Value) -> Result<Value, String> {
        let say = |source: &str| fill(Form::Text, source, known);
        let notes = self.notes.iter().map(|note| say(note)).collect::<Result<Vec<_>, _>>()?;
        let facts: Vec<Value> = self.facts.iter().map(|(label, value)| context! { label, value }).collect();
        let happened = match message {
            Message::Notice(notice) => notice.happened.as_str(),
            _ => "",
        };
        Ok(context! {
            happened,
            greeting => say(&words.greeting)?,
            heading => say(&self.heading)?,
            lead => say(&self.lead)?,
            button => say(&self.button)?,
            footer => say(&words.footer)?,
            notes => Value::from(notes),
            facts => Value::from(facts),
            ..known.clone()
        })
    }
}

/// One line, whatever a template or a name holds: a line break in a header would begin another header.
fn one_line(text: &str) -> String {
    let plain: String =
        text.chars().map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(MOST_SUBJECT).collect()
}

/// A text message with the line by which phones offer the code on this site's pages alone
/// (<https://wicg.github.io/sms-one-time-codes/>).
fn bound(body: &str, rp_id: &str, code: &Secret, channel: TextChannel) -> String {
    match channel {
        TextChannel::Sms => format!("{}\n\n@{rp_id} #{}", body.trim_end(), code.expose()),
        TextChannel::Whatsapp => body.to_owned(),
    }
}

#[cfg(test)]
mod tests;
