//! What `countersign doctor` says about messages to people.

use std::process::Output;

use countersign_testkit::app::Engine;
use countersign_testkit::nodes::Deployment;
use countersign_testkit::smtp::{MailServer, MailServerOptions, Manner};
use serde_json::Value;

use super::tls::certified;
use crate::engines::PROGRAM;

/// Exit code and findings, each as `level: text`.
fn doctor(variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let deployment = variables.iter().fold(Deployment::new(PROGRAM, Engine::Sqlite), |deployment, (name, value)| {
        deployment.with(&format!("COUNTERSIGN_{name}"), value)
    });
    deployment.tenant();
    let Output { status, stdout, .. } = deployment.run(&["doctor", "--json"]);
    let answer: Value = serde_json::from_slice(&stdout).expect("doctor prints JSON");
    let line =
        |finding: &Value| format!("{}: {}", finding["level"].as_str().unwrap(), finding["text"].as_str().unwrap());
    let lines: Vec<String> = answer["findings"].as_array().unwrap().iter().map(line).collect();
    (status.code(), lines.join("\n"))
}

#[test]
fn what_is_off_is_noted_and_breaks_nothing() {
    let (code, said) = doctor(&[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("note: No e-mail is sent") && said.contains("note: No message is sent to a phone"), "{said}");
    assert!(!said.contains("email.from") && !said.contains("sms.countries"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_server_that_lets_us_in_is_no_finding_and_gets_no_mail() {
    // Name and password are shown through TLS alone.
    let tls = Some(certified(&Deployment::new(PROGRAM, Engine::Sqlite).path("")));
    let credentials = Some(("ada".to_owned(), "hush".to_owned()));
    let mail = MailServer::with(MailServerOptions { tls, tls_at_once: false, credentials }).await;
    let url = |password: &str| format!("smtp://ada:{password}@{}", mail.address);
    let from = ("EMAIL__FROM", "Shop <hello@shop.example>");
    let (code, said) = doctor(&[("EMAIL__SMTP_URL", &url("hush")), from]);
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains("mail server") && !said.contains("email.from") && !said.contains("Links"), "{said}");
    assert_eq!(mail.received().len(), 0);

    let (code, said) = doctor(&[("EMAIL__SMTP_URL", &url("canary")), from]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("error: The mail server") && said.contains("SMTP 535") && !said.contains("canary"), "{said}");

    mail.behave(Manner::Closes);
    let (code, said) = doctor(&[("EMAIL__SMTP_URL", &url("hush")), from]);
    assert_eq!(code, Some(1), "{said}");
    drop(mail);
    let (code, said) = doctor(&[("EMAIL__SMTP_URL", "smtp://127.0.0.1:9"), from]);
    assert!(code == Some(1) && said.contains("error: The mail server"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sender_of_ours_and_links_to_ones_own_machine_are_warned_of() {
    let mail = MailServer::new().await;
    let url = format!("smtp://{}", mail.address);
    let (code, said) = doctor(&[("EMAIL__SMTP_URL", &url), ("SERVER__PUBLIC_URL", "http://localhost:8080")]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("warning: E-mails come from no-reply@localhost, because email.from is not set"), "{said}");
    assert!(said.contains("warning: Links in e-mails lead to http://localhost:8080, which is each reader's"), "{said}");
}

#[test]
fn a_gateway_that_cannot_know_us_is_warned_of() {
    let webhook = ("SMS__WEBHOOK_URL", "https://sms.example.com/hook");
    let (code, said) = doctor(&[webhook]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("warning: What is posted to sms.webhook_url is not signed"), "{said}");
    assert!(said.contains("note: Tenant Test shop: no code is sent to a phone"), "{said}");
    let (_, said) = doctor(&[webhook, ("SMS__WEBHOOK_SECRET", "canary")]);
    assert!(!said.contains("not signed") && !said.contains("TLS") && !said.contains("canary"), "{said}");
    let open = [("SMS__WEBHOOK_URL", "http://sms.example.com/hook"), ("SMS__WEBHOOK_SECRET", "canary")];
    assert!(doctor(&open).1.contains("warning: Codes go to sms.webhook_url without TLS"));
    let twilio = [
        ("SMS__TWILIO__ACCOUNT_SID", "AC0123"),
        ("SMS__TWILIO__AUTH_TOKEN", "canary"),
        ("SMS__TWILIO__WHATSAPP_FROM", "+15550100"),
    ];
    let (code, said) = doctor(&twilio);
    assert!(code == Some(0) && said.contains("sms.twilio.whatsapp_content_sid") && !said.contains("canary"), "{said}");
}
