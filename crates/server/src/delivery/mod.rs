//! How messages to people leave the house: by SMTP, by a webhook, by Twilio (docs/reference/delivery.md).

mod answer;
mod smtp;
mod twilio;
mod webhook;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use countersign_domain::clock::Clock;
use countersign_domain::delivery::{Carriers, EmailSender, Ending, Inbox, Report, TextChannel, Texter};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::timeout;
use tracing::{debug, info, warn};
use url::Url;

use crate::config::{Config, Hidden};
use crate::open::{self, Opened};
use smtp::Smtp;
use twilio::Twilio;
use webhook::Webhook;

/// What the configuration says to send with. Nothing is connected yet.
pub(crate) fn carriers(config: &Config, clock: &Clock) -> Result<Carriers> {
    let host = host(config)?;
    let from = config.email.from(&host)?;
    let email = match &config.email.smtp_url {
        Some(url) => {
            let mailer = Arc::new(Smtp::open(&url.parse("email.smtp_url")?, &host)?);
            Some(EmailSender { mailer, from })
        }
        None => None,
    };
    let (sms, whatsapp) = texters(config, clock)?;
    Ok(Carriers { email, sms, whatsapp })
}

/// Whether the configured mail server would take mail from us, within ten seconds: it is connected to and shown name and password.
/// `Err` says why not, in words for the operator. `None` where none is configured, or the configuration cannot be used.
pub(crate) async fn mail_server(config: &Config) -> Option<Result<(), String>> {
    let url = config.email.smtp_url.as_ref()?.parse("email.smtp_url").ok()?;
    let mailer = Smtp::open(&url, &host(config).ok()?).ok()?;
    let answer = timeout(Duration::from_secs(10), mailer.greet()).await;
    Some(answer.unwrap_or_else(|_| Err("it did not answer within ten seconds".to_owned())))
}

/// The product with an inbox that catches every message.
pub(crate) async fn caught(config: &Config) -> Result<(Inbox, Opened)> {
    let host = host(config)?;
    let mut kept = None;
    let carriers = |clock: &Clock| {
        let inbox = Inbox::new(clock.clone());
        let carriers = inbox.carriers(config.email.from(&host)?);
        kept = Some(inbox);
        Ok(carriers)
    };
    let opened = open::open_with(config, carriers).await?;
    Ok((kept.unwrap_or_default(), opened))
}

fn host(config: &Config) -> Result<String> {
    Ok(Url::parse(&config.public_url()?)?.host_str().unwrap_or("localhost").to_owned())
}

type Way = Option<Arc<dyn Texter>>;

/// The ways to a phone, by text message and by WhatsApp.
fn texters(config: &Config, clock: &Clock) -> Result<(Way, Way)> {
    let twilio = Twilio::open(&config.sms.twilio)?;
    let Some(url) = &config.sms.webhook_url else {
        if config.sms.webhook_secret.is_some() {
            bail!("sms.webhook_secret is set and sms.webhook_url is not");
        }
        let way = |channel| -> Way {
            twilio.clone().filter(|twilio| twilio.sends(channel)).map(|twilio| Arc::new(twilio) as Arc<dyn Texter>)
        };
        return Ok((way(TextChannel::Sms), way(TextChannel::Whatsapp)));
    };
    if twilio.is_some() {
        bail!("sms.webhook_url and sms.twilio are both set: messages to phones take one way");
    }
    let secret = config.sms.webhook_secret.as_ref().map(Hidden::expose);
    let webhook = Webhook::open(url.parse("sms.webhook_url")?, secret, clock.clone());
    let webhook: Arc<dyn Texter> = Arc::new(webhook.context("sms.webhook_url cannot be used")?);
    Ok((Some(webhook.clone()), Some(webhook)))
}

/// Writes down what becomes of attempts, one line each (docs/logging.md): no address in full, no code, no link.
pub(crate) async fn log(mut reports: Receiver<Report>) {
    loop {
        match reports.recv().await {
            Ok(report) => line(&report),
            Err(RecvError::Lagged(lost)) => warn!("{lost} lines about messages were lost; the audit trail has them"),
            Err(RecvError::Closed) => return,
        }
    }
}

fn line(report: &Report) {
    let Report { tenant, id, channel, kind, to, attempts, ending } = report;
    let (channel, to) = (channel.as_str(), to.as_deref().unwrap_or("nobody"));
    match ending {
        Ending::Sent => {
            info!(message.id = %id, tenant.id = %tenant, attempts, "Sent {kind} by {channel} to {to}");
        }
        Ending::Deferred(refusal, due) => {
            let (reason, due) = (&refusal.reason, due.rfc3339());
            warn!(message.id = %id, tenant.id = %tenant, attempts, "Could not send {kind} by {channel} to {to}: {reason}; next at {due}");
        }
        Ending::Failed(refusal) => {
            let reason = &refusal.reason;
            warn!(message.id = %id, tenant.id = %tenant, attempts, "Did not send {kind} by {channel} to {to}: {reason}");
        }
        Ending::Unsettled(why) => {
            warn!(message.id = %id, tenant.id = %tenant, "An attempt by {channel} is not written down and is made again: {why}");
        }
        Ending::Abandoned => {
            debug!(message.id = %id, tenant.id = %tenant, attempts, "Nobody waits for {kind} by {channel} any more");
        }
    }
}
