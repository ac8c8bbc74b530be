//! What a tenant sets about its messages.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::preview;
use super::template::MOST_SOURCE;
use super::words;
use crate::error::{Error, Result};
use crate::user::UserChange;

/// Templates of all kinds and locales together, in bytes.
const MOST: usize = 256 * 1024;

/// Sender, words and templates of a tenant's messages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct MessageSettings {
    /// Name that e-mails come from; the configured one, then the tenant's name where it is absent.
    pub sender_name: Option<String>,
    /// Address that e-mails come from; `email.from` where it is absent. The mail server has to allow it.
    pub sender_address: Option<String>,
    /// Where answers to e-mails go.
    pub reply_to: Option<String>,
    /// Where people find help: an address, number or link, shown in messages.
    pub support: Option<String>,
    /// Locale for people whose own is not known or not spoken.
    pub locale: Option<String>,
    /// Templates in place of ours: by kind of message, then by locale, or `*` for every locale.
    pub templates: BTreeMap<TemplateKind, BTreeMap<String, Template>>,
}

/// What has a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TemplateKind {
    /// A code by e-mail.
    EmailCode,
    /// A link that signs in.
    MagicLink,
    /// A link that confirms an address.
    VerifyEmail,
    /// A code to a phone; `text` alone.
    SmsCode,
    /// A change to an account.
    Notice,
}

/// A message in a tenant's own words. A part that is absent is ours.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Template {
    /// One line.
    pub subject: Option<String>,
    /// The part without form.
    pub text: Option<String>,
    /// The page; values in it are escaped.
    pub html: Option<String>,
}

impl TemplateKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::EmailCode, Self::MagicLink, Self::VerifyEmail, Self::SmsCode, Self::Notice];

    /// Its name in settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EmailCode => "emailCode",
            Self::MagicLink => "magicLink",
            Self::VerifyEmail => "verifyEmail",
            Self::SmsCode => "smsCode",
            Self::Notice => "notice",
        }
    }
}

impl MessageSettings {
    /// The template for a message in one of these locales, the first that has one.
    pub(super) fn template(&self, kind: &str, locales: &[&str]) -> Option<&Template> {
        let (_, own) = self.templates.iter().find(|(known, _)| known.as_str() == kind)?;
        locales.iter().find_map(|locale| own.get(*locale)).or_else(|| own.get("*"))
    }

    /// Whether all of it can be used: checked when it is set, so that no message fails for it later.
    pub(crate) fn check(&self) -> Result<()> {
        if let Some(name) = &self.sender_name {
            one_line("messages.senderName", name, 100)?;
        }
        if let Some(support) = &self.support {
            one_line("messages.support", support, 200)?;
        }
        for (what, address) in [("messages.senderAddress", &self.sender_address), ("messages.replyTo", &self.reply_to)]
        {
            if let Some(address) = address {
                UserChange::email(address.clone())
                    .map_err(|_| Error::invalid(format!("{what} is not an e-mail address.")))?;
            }
        }
        if let Some(locale) = &self.locale {
            spoken("messages.locale", locale)?;
        }
        let parts = || self.templates.values().flat_map(BTreeMap::values).flat_map(Template::parts);
        if parts().map(str::len).sum::<usize>() > MOST {
            return Err(Error::invalid(format!("messages.templates hold more than {} KiB.", MOST / 1024)));
        }
        for (kind, own) in &self.templates {
            for (locale, template) in own {
                let place = format!("messages.templates.{}.{locale}", kind.as_str());
                if locale != "*" {
                    spoken(&place, locale)?;
                }
                template.check(*kind, locale, &place)?;
            }
        }
        Ok(())
    }
}

impl Template {
    fn parts(&self) -> impl Iterator<Item = &str> {
        [&self.subject, &self.text, &self.html].into_iter().flatten().map(String::as_str)
    }

    fn check(&self, kind: TemplateKind, locale: &str, place: &str) -> Result<()> {
        if kind == TemplateKind::SmsCode && (self.subject.is_some() || self.html.is_some()) {
            return Err(Error::invalid(format!("{place}: a message to a phone has a text alone.")));
        }
        if self.parts().any(|part| part.len() > MOST_SOURCE) {
            return Err(Error::invalid(format!("{place}: a template has at most {} KiB.", MOST_SOURCE / 1024)));
        }
        preview::try_out(kind, locale, self).map_err(|error| Error::invalid(format!("{place}: {error}.")))
    }
}

fn one_line(what: &str, text: &str, most: usize) -> Result<()> {
    let length = text.chars().count();
    if length == 0 || length > most || text.chars().any(char::is_control) {
        return Err(Error::invalid(format!("{what} must have 1 to {most} characters and no control characters.")));
    }
    Ok(())
}

fn spoken(what: &str, locale: &str) -> Result<()> {
    let known = words::locales();
    if known.contains(&locale) {
        return Ok(());
    }
    Err(Error::invalid(format!("{what}: there are no words for {locale}. There are for {}.", known.join(", "))))
}
