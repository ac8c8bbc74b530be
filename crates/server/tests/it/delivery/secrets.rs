//! Secrets of delivery do not print, and what cannot work is said at the start with the key to change.

use crate::program::Program;

#[test]
fn no_secret_of_delivery_is_printed() {
    let program = Program::new()
        .with("COUNTERSIGN_EMAIL__SMTP_URL", "smtps://ada:canary@mail.example.com:465")
        .with("COUNTERSIGN_SMS__WEBHOOK_SECRET", "canary")
        .with("COUNTERSIGN_SMS__TWILIO__AUTH_TOKEN", "canary");
    let (text, json) = (program.run(&["config"]).ok(), program.json(&["config"]).to_string());
    assert!(!format!("{text}{json}").contains("canary"), "{text}");
    assert!(text.contains("smtps://ada:***@mail.example.com:465"), "{text}");
}

#[test]
fn numbers_and_secrets_that_look_like_others_stay_as_they_are() {
    let program = Program::new()
        .with("COUNTERSIGN_SMS__TWILIO__FROM", "+15550100")
        .with("COUNTERSIGN_SMS__TWILIO__ACCOUNT_SID", "0042")
        .with("COUNTERSIGN_EMAIL__FROM", "1e5");
    let config = program.json(&["config"]);
    let twilio = &config["sms"]["twilio"];
    assert_eq!((&twilio["from"], &twilio["account_sid"]), (&"+15550100".into(), &"0042".into()));
    assert_eq!(config["email"]["from"], "1e5");
}

#[test]
fn what_cannot_send_is_said_at_the_start() {
    for (variables, word) in [
        (&[("EMAIL__SMTP_URL", "http://mail.example.com")][..], "email.smtp_url"),
        (&[("EMAIL__SMTP_URL", "canary mail")][..], "email.smtp_url"),
        (&[("EMAIL__SMTP_URL", "smtp://mail.example.com"), ("EMAIL__FROM", "nobody")][..], "email.from"),
        (&[("SMS__WEBHOOK_URL", "ftp://sms.example.com")][..], "sms.webhook_url"),
        (&[("SMS__WEBHOOK_SECRET", "canary")][..], "sms.webhook_url"),
        (&[("SMS__TWILIO__ACCOUNT_SID", "AC1")][..], "sms.twilio.auth_token"),
        (&[("SMS__TWILIO__ACCOUNT_SID", "AC1"), ("SMS__TWILIO__AUTH_TOKEN", "canary")][..], "sms.twilio.from"),
        (
            &[
                ("SMS__TWILIO__ACCOUNT_SID", "AC1"),
                ("SMS__TWILIO__AUTH_TOKEN", "canary"),
                ("SMS__TWILIO__FROM", "+15550100"),
                ("SMS__WEBHOOK_URL", "https://sms.example.com"),
            ][..],
            "one way",
        ),
    ] {
        let program = variables
            .iter()
            .fold(Program::new(), |program, (name, value)| program.with(&format!("COUNTERSIGN_{name}"), *value));
        let error = program.run(&["serve"]).refused();
        assert!(error.contains(word) && !error.contains("canary"), "{variables:?}: {error}");
    }
}
