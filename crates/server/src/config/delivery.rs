//! `[email]` and `[sms]`: what messages to people are sent with. Secrets in it do not print.

use std::fmt;

use anyhow::{Context as _, Result, bail};
use countersign_domain::delivery::Mailbox;
use countersign_domain::user::UserChange;
use serde::{Deserialize, Serialize, Serializer};
use url::Url;

/// A secret of the configuration: shown as `***`.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub(crate) struct Hidden(String);

impl Hidden {
    /// The text itself. Every call of this is a place to review.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Serialize for Hidden {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("***")
    }
}

/// A URL that may hold a user's name and password: shown without the latter.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub(crate) struct SecretUrl(String);

impl SecretUrl {
    /// The URL, understood. The error does not quote it.
    pub(crate) fn parse(&self, key: &str) -> Result<Url> {
        Url::parse(&self.0).with_context(|| format!("{key} is no URL"))
    }

    fn shown(&self) -> String {
        let Ok(mut url) = Url::parse(&self.0) else { return "***".to_owned() };
        if url.password().is_some() {
            // Only a URL that cannot have a password refuses one.
            let _masked = url.set_password(Some("***"));
        }
        url.to_string()
    }
}

impl fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

impl Serialize for SecretUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.shown())
    }
}

/// `[email]`
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Email {
    /// `smtp://user:password@host:587` or `smtps://…:465`.
    pub(crate) smtp_url: Option<SecretUrl>,
    /// `name@host`, or `Name <name@host>`.
    pub(crate) from: Option<String>,
}

/// `[sms]`
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Sms {
    /// Gets a POST of `{to, body, code, channel}` for each message to a phone.
    pub(crate) webhook_url: Option<SecretUrl>,
    /// Signs it.
    pub(crate) webhook_secret: Option<Hidden>,
    /// Twilio in place of the webhook.
    pub(crate) twilio: Twilio,
}

/// `[sms.twilio]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Twilio {
    /// `AC…`.
    pub(crate) account_sid: Option<String>,
    /// Its token.
    pub(crate) auth_token: Option<Hidden>,
    /// Number in E.164, or `MG…` for a messaging service.
    pub(crate) from: Option<String>,
    /// Number in E.164 that is registered with WhatsApp.
    pub(crate) whatsapp_from: Option<String>,
    /// `HX…`: the approved template that WhatsApp demands, with the code as its variable 1.
    pub(crate) whatsapp_content_sid: Option<String>,
    /// Where Twilio's API is.
    pub(crate) base_url: String,
}

impl Default for Twilio {
    fn default() -> Self {
        Self {
            account_sid: None,
            auth_token: None,
            from: None,
            whatsapp_from: None,
            whatsapp_content_sid: None,
            base_url: "https://api.twilio.com".to_owned(),
        }
    }
}

impl Email {
    /// Who e-mails come from: `email.from`, else `no-reply@` the public host.
    pub(crate) fn from(&self, host: &str) -> Result<Mailbox> {
        let text = self.from.clone().unwrap_or_else(|| format!("no-reply@{host}"));
        let (name, address) = match text.strip_suffix('>').and_then(|rest| rest.rsplit_once('<')) {
            Some((name, address)) => (Some(name.trim().trim_matches('"').to_owned()), address.trim().to_owned()),
            None => (None, text.trim().to_owned()),
        };
        let name = name.filter(|name| !name.is_empty());
        if name.iter().flat_map(|name| name.chars()).any(char::is_control) {
            bail!("email.from holds a control character");
        }
        let address = UserChange::email(address).ok();
        let address = address
            .with_context(|| format!("email.from is {text}, which is neither name@host nor Name <name@host>"))?;
        Ok(Mailbox { name, address })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(text: &str) -> Result<Mailbox> {
        Email { from: Some(text.to_owned()), ..Email::default() }.from("auth.example.com")
    }

    #[test]
    fn a_sender_is_an_address_with_or_without_a_name() {
        let whole =
            |name: Option<&str>, address: &str| Mailbox { name: name.map(str::to_owned), address: address.to_owned() };
        assert_eq!(from("hello@example.com").unwrap(), whole(None, "hello@example.com"));
        assert_eq!(from("Kettle & Key <hello@example.com>").unwrap(), whole(Some("Kettle & Key"), "hello@example.com"));
        assert_eq!(from("\"Kettle, Key\" <h@example.com>").unwrap(), whole(Some("Kettle, Key"), "h@example.com"));
        assert_eq!(Email::default().from("auth.example.com").unwrap(), whole(None, "no-reply@auth.example.com"));
        for text in ["", "hello", "Kettle <hello>", "a@b <c>", "Kettle\r\nBcc: x@example.com <hello@example.com>"] {
            assert!(from(text).is_err(), "{text}");
        }
    }

    #[test]
    fn secrets_do_not_print() {
        let secret = Hidden("canary".to_owned());
        let url = SecretUrl("smtps://ada:canary@mail.example.com:465".to_owned());
        for shown in [format!("{secret:?}{url:?}"), serde_json::to_string(&(&secret, &url)).unwrap()] {
            assert!(!shown.contains("canary") && shown.contains("mail.example.com"), "{shown}");
        }
        assert!(!format!("{:?}", SecretUrl("canary at large".to_owned())).contains("canary"));
    }
}
