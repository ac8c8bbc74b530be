//! Messages to phones by Twilio's Messages API (`POST /2010-04-01/Accounts/{sid}/Messages.json`), as text or by WhatsApp.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use countersign_domain::delivery::{Carrying, Refusal, Text, TextChannel, Texter};
use reqwest::Client;
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use super::{answer, webhook};
use crate::config::{Hidden, Twilio as Settings};

/// An answer is read up to here, for the number of an error.
const MOST_ANSWER: usize = 64 * 1024;

/// A Twilio account.
#[derive(Clone)]
pub(super) struct Twilio {
    inner: Arc<Inner>,
}

struct Inner {
    client: Client,
    url: Url,
    account_sid: String,
    auth_token: Hidden,
    from: Option<String>,
    whatsapp_from: Option<String>,
    whatsapp_content_sid: Option<String>,
}

impl Twilio {
    /// From `sms.twilio`; `None` without an account.
    pub(super) fn open(settings: &Settings) -> Result<Option<Self>> {
        let Some(account_sid) = settings.account_sid.clone() else { return Ok(None) };
        let auth_token = settings.auth_token.clone().context("sms.twilio.auth_token is missing")?;
        if settings.from.is_none() && settings.whatsapp_from.is_none() {
            anyhow::bail!("sms.twilio.from is missing: the number or messaging service that messages come from");
        }
        let base = Url::parse(&settings.base_url).context("sms.twilio.base_url is no URL")?;
        let path = format!("/2010-04-01/Accounts/{account_sid}/Messages.json");
        let url = base.join(&path).context("sms.twilio.account_sid is no name")?;
        let inner = Inner {
            client: webhook::client()?,
            url,
            account_sid,
            auth_token,
            from: settings.from.clone(),
            whatsapp_from: settings.whatsapp_from.clone(),
            whatsapp_content_sid: settings.whatsapp_content_sid.clone(),
        };
        Ok(Some(Self { inner: Arc::new(inner) }))
    }

    /// Whether it can send by this channel.
    pub(super) fn sends(&self, channel: TextChannel) -> bool {
        match channel {
            TextChannel::Sms => self.inner.from.is_some(),
            TextChannel::Whatsapp => self.inner.whatsapp_from.is_some(),
        }
    }
}

impl Texter for Twilio {
    fn send(&self, text: Text) -> Carrying {
        let inner = self.inner.clone();
        Box::pin(async move { inner.post(&text).await })
    }
}

impl Inner {
    async fn post(&self, text: &Text) -> Result<(), Refusal> {
        let form = self.form(text)?;
        let request = self
            .client
            .post(self.url.clone())
            .basic_auth(&self.account_sid, Some(self.auth_token.expose()))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        let mut response = request.send().await.map_err(|error| answer::unanswered("Twilio", &error))?;
        let status = response.status();
        let mut body = Vec::new();
        if !status.is_success() {
            while let Ok(Some(chunk)) = response.chunk().await {
                body.extend_from_slice(&chunk);
                if body.len() > MOST_ANSWER {
                    break;
                }
            }
        }
        let told: Value = serde_json::from_slice(&body).unwrap_or_default();
        answer::judged("Twilio", status, told["code"].as_i64())
    }

    fn form(&self, text: &Text) -> Result<String, Refusal> {
        let missing = || Refusal::permanent("sms.twilio has no sender for this channel");
        let mut form = form_urlencoded::Serializer::new(String::new());
        match text.channel {
            TextChannel::Sms => {
                let from = self.from.as_deref().ok_or_else(missing)?;
                let sender = if from.starts_with("MG") { "MessagingServiceSid" } else { "From" };
                form.append_pair("To", &text.to).append_pair(sender, from);
                form.append_pair("Body", text.body.expose());
            }
            TextChannel::Whatsapp => {
                let from = self.whatsapp_from.as_deref().ok_or_else(missing)?;
                form.append_pair("To", &format!("whatsapp:{}", text.to));
                form.append_pair("From", &format!("whatsapp:{from}"));
                match (&self.whatsapp_content_sid, &text.carried.code) {
                    (Some(content), Some(code)) => {
                        let variables = json!({ "1": code.expose() }).to_string();
                        form.append_pair("ContentSid", content).append_pair("ContentVariables", &variables);
                    }
                    _ => {
                        form.append_pair("Body", text.body.expose());
                    }
                }
            }
        }
        Ok(form.finish())
    }
}
