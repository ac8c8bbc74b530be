//! Messages to phones by a webhook of the operator's (docs/reference/delivery.md §3): what has a gateway of its own sends by it.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use countersign_domain::clock::Clock;
use countersign_domain::delivery::{Carrying, Refusal, Text, TextChannel, Texter};
use countersign_domain::secret::Secret;
use reqwest::{Client, redirect};
use serde_json::json;
use url::Url;

use super::answer;

const PATIENCE: Duration = Duration::from_secs(15);

/// Where messages are posted.
pub(super) struct Webhook {
    inner: Arc<Inner>,
}

struct Inner {
    client: Client,
    url: Url,
    key: Option<hmac::Key>,
    clock: Clock,
}

impl Webhook {
    /// From `sms.webhook_url` and `sms.webhook_secret`. The clock is for the signature's time.
    pub(super) fn open(url: Url, secret: Option<&str>, clock: Clock) -> Result<Self> {
        if !matches!(url.scheme(), "http" | "https") {
            bail!("sms.webhook_url begins with http:// or https://");
        }
        let key = secret.map(|secret| hmac::Key::new(HMAC_SHA256, secret.as_bytes()));
        Ok(Self { inner: Arc::new(Inner { client: client()?, url, key, clock }) })
    }
}

/// A client that takes an answer where it is given and does not wait for ever.
pub(super) fn client() -> Result<Client> {
    let builder = Client::builder().timeout(PATIENCE).redirect(redirect::Policy::none());
    builder.build().context("an HTTP client cannot be set up")
}

impl Texter for Webhook {
    fn send(&self, text: Text) -> Carrying {
        let inner = self.inner.clone();
        Box::pin(async move { inner.post(text).await })
    }
}

impl Inner {
    async fn post(&self, text: Text) -> Result<(), Refusal> {
        let channel = match text.channel {
            TextChannel::Sms => "SMS",
            TextChannel::Whatsapp => "WHATSAPP",
        };
        let code = text.carried.code.as_ref().map(Secret::expose);
        let body = json!({ "to": text.to, "body": text.body.expose(), "code": code, "channel": channel }).to_string();
        let mut request = self
            .client
            .post(self.url.clone())
            .header("content-type", "application/json")
            // The same for every copy: a gateway that heeds it sends one.
            .header("idempotency-key", &text.id);
        if let Some(key) = &self.key {
            request = request.header("x-signature-v2", signature(key, self.clock.now().seconds(), &body));
        }
        match request.body(body).send().await {
            Ok(response) => answer::judged("the SMS webhook", response.status(), None),
            Err(error) => Err(answer::unanswered("the SMS webhook", &error)),
        }
    }
}

/// `t=<unix seconds>,v2=<base64 without padding of HMAC-SHA-256 over "<t>.<body>">`: the form that the SDKs of Authsignal check.
fn signature(key: &hmac::Key, at: i64, body: &str) -> String {
    let tag = hmac::sign(key, format!("{at}.{body}").as_bytes());
    format!("t={at},v2={}", BASE64_STANDARD_NO_PAD.encode(tag))
}
