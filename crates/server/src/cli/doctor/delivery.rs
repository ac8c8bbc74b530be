//! What can be said about messages to people without sending one.

use countersign_domain::tenant::Tenant;
use url::{Host, Url};

use super::Finding;
use crate::config::Config;
use crate::delivery;

/// Looks at the configuration, and asks the mail server whether it would take mail.
pub(super) async fn findings(config: &Config) -> Vec<Finding> {
    let mut findings = of_mail(config);
    if let Some(Err(why)) = delivery::mail_server(config).await {
        let text =
            format!("The mail server of email.smtp_url does not let this server in: {why}. No e-mail can be sent.");
        findings.push(Finding::error(text));
    }
    findings.extend(of_phones(config));
    findings
}

/// What a tenant lacks for what the server could send.
pub(super) fn of_tenant(config: &Config, tenant: &Tenant) -> Option<Finding> {
    let has_way = config.sms.webhook_url.is_some() || config.sms.twilio.account_sid.is_some();
    (has_way && tenant.settings.sms.countries.is_empty()).then(|| {
        let name = &tenant.name;
        Finding::note(format!(
            "Tenant {name}: no code is sent to a phone, because its settings list no country (sms.countries)."
        ))
    })
}

fn of_mail(config: &Config) -> Vec<Finding> {
    if config.email.smtp_url.is_none() {
        let off = "No e-mail is sent: email.smtp_url is not set. Codes and links by e-mail and notices are off.";
        return vec![Finding::note(off)];
    }
    let mut findings = Vec::new();
    let public = config.public_url().ok().and_then(|url| Url::parse(&url).ok());
    let host = public.as_ref().and_then(Url::host_str).unwrap_or("localhost");
    if config.email.from.is_none() {
        findings.push(Finding::warning(format!(
            "E-mails come from no-reply@{host}, because email.from is not set. Set an address that your mail server may send for."
        )));
    }
    // Elsewhere the public URL is https.
    if let Some(url) = public.as_ref().filter(|url| url.scheme() == "http") {
        let url = url.as_str().trim_end_matches('/');
        findings.push(Finding::warning(format!(
            "Links in e-mails lead to {url}, which is each reader's own machine: set server.public_url."
        )));
    }
    findings
}

fn of_phones(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    let (sms, twilio) = (&config.sms, &config.sms.twilio);
    match &sms.webhook_url {
        None if twilio.account_sid.is_none() => findings.push(Finding::note(
            "No message is sent to a phone: neither sms.webhook_url nor sms.twilio is set. SMS and WhatsApp are off.",
        )),
        None => {}
        Some(url) => {
            if sms.webhook_secret.is_none() {
                findings.push(Finding::warning(
                    "What is posted to sms.webhook_url is not signed, so your gateway cannot tell it from anybody else's: set \
                     sms.webhook_secret.",
                ));
            }
            let url = url.parse("sms.webhook_url").ok();
            if url.as_ref().is_some_and(|url| url.scheme() == "http") && !is_loopback(url.as_ref()) {
                findings.push(Finding::warning("Codes go to sms.webhook_url without TLS: use https://."));
            }
        }
    }
    if twilio.whatsapp_from.is_some() && twilio.whatsapp_content_sid.is_none() {
        findings.push(Finding::warning(
            "WhatsApp lets a business begin a conversation with an approved template alone: set \
             sms.twilio.whatsapp_content_sid.",
        ));
    }
    findings
}

fn is_loopback(url: Option<&Url>) -> bool {
    match url.and_then(Url::host) {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}
