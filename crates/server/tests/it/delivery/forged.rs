//! Names and addresses that would like to be more: a header, another receiver, a line of the log.

use countersign_testkit::app::Engine;
use countersign_testkit::nodes::Deployment;
use countersign_testkit::smtp::MailServer;
use http::Method;
use mail_parser::{Message, MessageParser};
use serde_json::{Value, json};

use crate::engines::PROGRAM;

const ADA: &str = "ada@example.com";

/// What a name must never become.
const FORGED: [&str; 7] = [
    "Ada\u{2028}Bcc: eve@example.com",
    "Ada\u{85}Bcc: eve@example.com",
    "\"Ada\" <eve@example.com>, Ada",
    "=?utf-8?q?Ada=0D=0ABcc:_eve=40example.com?=",
    "Ada\\\" <eve@example.com>",
    "{\"level\":\"ERROR\",\"message\":\"canary\"}",
    "\u{202e}moc.live\u{202c} (Bcc: eve) ; , : <>",
];

/// The headers of every mail of ours, and no others.
const HEADERS: [&str; 11] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "Content-Language",
    "Reply-To",
    "MIME-Version",
    "Content-Type",
];

fn check(raw: &[u8], shown: &str) {
    let message: Message<'_> = MessageParser::default().parse(raw).unwrap_or_else(|| panic!("{shown}: no mail"));
    for header in message.headers() {
        let name = header.name();
        assert!(HEADERS.iter().any(|known| known.eq_ignore_ascii_case(name)), "{shown}: a header {name}");
    }
    let only = |of: Option<&mail_parser::Address<'_>>| {
        let all: Vec<String> = of
            .into_iter()
            .flat_map(|address| address.iter())
            .filter_map(|one| Some(one.address()?.to_owned()))
            .collect();
        all.join(" ")
    };
    assert_eq!(only(message.to()), ADA, "{shown}");
    assert_eq!(only(message.from()), "no-reply@auth.shop.example", "{shown}");
    assert!(message.cc().is_none() && message.bcc().is_none(), "{shown}");
    let head = raw.split(|byte| *byte == b'\n').take_while(|line| !line.is_empty() && *line != b"\r");
    assert!(head.count() < 40, "{shown}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn item_91_names_forge_no_header_no_receiver_and_no_line_of_the_log() {
    let mail = MailServer::new().await;
    let url = format!("smtp://{}", mail.address);
    let deployment = Deployment::new(PROGRAM, Engine::Sqlite)
        .with("COUNTERSIGN_EMAIL__SMTP_URL", &url)
        .with("COUNTERSIGN_LOG__LEVEL", "debug")
        .with("COUNTERSIGN_LOG__FORMAT", "json");
    let tenant = deployment.tenant();
    let update = |words: &[&str]| deployment.run(&[&["tenant", "update"], words].concat()).status.success();
    // A line break is in no name of a tenant or sender.
    for name in ["Shop\r\nBcc: eve@example.com", "Shop\n", "Shop\u{1b}[31m"] {
        assert!(!update(&["--name", name]), "{name:?}");
        let sender = json!({ "messages": { "senderName": name } }).to_string();
        assert!(!update(&["--settings", &sender]), "{name:?}");
    }
    let subject = json!({ "messages": { "templates": { "emailCode": { "en": {
        "subject": "{{ name }}\r\nBcc: eve@example.com\r\n\r\n{{ tenant }}" } } } } });
    assert!(update(&["--settings", &subject.to_string()]), "of a subject one line is left");

    let node = deployment.start();
    let shop = tenant.at(&node.url);
    let mut sent = 0;
    for (nth, name) in FORGED.iter().enumerate() {
        assert!(update(&["--name", name]) || name.contains('\u{85}'), "{name:?}");
        let user = format!("user-{nth}");
        let named = json!({ "displayName": name, "username": name, "custom": { "name": name } });
        let answer = shop.server(Method::PATCH, &format!("/users/{user}"), named).await;
        assert!(answer.status == 200 || (answer.status == 400 && name.contains('\u{85}')), "{name:?}: {}", answer.body);
        let token = shop.track(&user, "sign-up").await.token;
        let request = shop.raw(Method::POST, "/v1/client/user-authenticators/email-otp").bearer_auth(&token);
        let agent = name.replace(|c: char| !c.is_ascii_graphic(), " ");
        shop.send(request.header("user-agent", agent).json(&json!({ "email": ADA }))).await.ok();
        sent += 1;
        let received = mail.wait_for(sent).await;
        let last = &received[sent - 1];
        assert_eq!((last.to.as_slice(), last.from.as_str()), (&[ADA.to_owned()][..], "no-reply@auth.shop.example"));
        check(&last.raw, name);
    }
    // Nor is it in an address.
    let token = shop.track("eve", "sign-up").await.token;
    for address in [
        "ada@example.com\r\nBcc: eve@example.com",
        "ada@example.com\nRCPT TO:<eve@example.com>",
        "ada@example.com,eve@example.com",
        "<ada@example.com>, <eve@example.com>",
        "ada@example.com eve@example.com",
        "\"ada\r\n\"@example.com",
        "ada@example.com\u{0}",
        "ada\u{200b}@example.com",
    ] {
        shop.enrol_email(&token, address).await.refused(400, "invalid_request");
    }
    // What a mail server would not take as one address goes to nobody.
    for address in ["ada>@example.com", "ada,eve@example.com", "<i>@example.com", "ada@example.com>", "ada@[::1"] {
        let refused = shop.enrol_email(&token, address).await;
        assert!(matches!(refused.status, 400 | 502), "{address}: {}", refused.body);
    }
    assert_eq!(mail.received().len(), sent);
    let (_, log) = node.stop();
    for line in &log {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
        assert!(line["timestamp"].is_string() && line["message"] != "canary", "{line}");
    }
}
