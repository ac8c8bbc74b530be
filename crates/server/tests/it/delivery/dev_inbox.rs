//! `/dev/inbox`: what `--dev` catches in place of sending it.

use std::time::{Duration, Instant};

use countersign_db::Db;
use countersign_domain::clock::{Clock, Span};
use countersign_domain::delivery::{Carriers, Message, Post, Recipient};
use countersign_domain::id::TenantId;
use countersign_domain::ring::KeyRing;
use countersign_domain::secret::Secret;
use countersign_domain::{Countersign, Options, Retention};
use countersign_testkit::smtp::MailServer;
use serde_json::Value;

use crate::program::{Program, Server};

/// Puts messages into the outbox of a running server.
async fn post(program: &Program, tenant: &Value, name: &str, messages: Vec<Message>) {
    let url = format!("sqlite://{}", program.path("data/countersign.db").display());
    let db = Db::open(&url, countersign_db::Options::default()).await.unwrap();
    let clock = Clock::default();
    let ring = KeyRing::for_database(&db, &program.path("data/keys.json"), clock.now()).await.unwrap();
    let options = Options {
        public_url: "http://localhost".to_owned(),
        carriers: Carriers::default(),
        retention: Retention::default(),
    };
    let countersign = Countersign::new(db.clone(), ring, clock, &options).unwrap();
    let tenant = TenantId::parse(tenant["tenantId"].as_str().unwrap()).unwrap();
    for message in messages {
        let to = Recipient { address: "ada@example.com".to_owned(), name: Some(name.to_owned()), locale: None };
        let expires_at = countersign.now().plus(Span::minutes(10));
        let letter = countersign.letter(&tenant, &Post { user: None, challenge: None, to, message, expires_at });
        countersign.post(&letter).await.unwrap();
    }
    db.close().await;
}

/// The caught messages, once there are so many; the job takes them up a few seconds after they were written.
async fn caught(server: &Server, count: usize) -> Vec<Value> {
    let begin = Instant::now();
    loop {
        let (status, body) = server.get("/dev/inbox").await;
        let messages = body["messages"].as_array().cloned().unwrap_or_default();
        if messages.len() >= count {
            return messages;
        }
        assert!(status == 200 && begin.elapsed().as_secs() < 60, "{status}: {body}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn page(server: &Server, path: &str) -> (String, String) {
    let request = reqwest::Client::new().get(format!("{}{path}", server.url)).header("accept", "text/html");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
    (policy, answer.text().await.unwrap())
}

#[tokio::test]
async fn messages_are_caught_and_shown_and_none_is_sent() {
    let mail = MailServer::new().await;
    let program = Program::new().with("COUNTERSIGN_EMAIL__SMTP_URL", format!("smtp://{}", mail.address));
    let tenant = program.tenant();
    let server = program.serve(&["--dev"]);
    assert!(page(&server, "/dev/inbox").await.1.contains("No message yet"));
    let code = Message::EmailCode { code: Secret::new("271828".to_owned()), minutes: 10 };
    let url = Secret::new("http://localhost/l?a=1&b=2".to_owned());
    let link = Message::MagicLink { url, minutes: 10 };
    post(&program, &tenant, "<script>alert(1)</script>", vec![code]).await;
    server.post("/dev/clock", &serde_json::json!({ "advanceSeconds": 9 })).await;
    caught(&server, 1).await;
    post(&program, &tenant, "Ada", vec![link]).await;
    server.post("/dev/clock", &serde_json::json!({ "advanceSeconds": 9 })).await;
    let messages = caught(&server, 2).await;
    assert_eq!((&messages[1]["code"], &messages[1]["to"]), (&"271828".into(), &"ada@example.com".into()));
    assert_eq!(messages[0]["link"], "http://localhost/l?a=1&b=2", "the newest first");

    let (policy, list) = page(&server, "/dev/inbox").await;
    assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
    assert!(list.contains(">271828<") && list.contains("href=\"http://localhost/l?a=1&amp;b=2\""), "{list}");
    assert!(!list.contains("<script>alert"), "a name is no script: {list}");
    let id = messages[1]["id"].as_str().unwrap().split('@').next().unwrap();
    let (policy, mail_page) = page(&server, &format!("/dev/inbox/{id}/page")).await;
    assert!(policy.contains("sandbox") && policy.contains("default-src 'none'"), "{policy}");
    assert!(mail_page.contains("271828") && !mail_page.contains("<script>"), "{mail_page}");
    assert!(mail_page.contains("<base target=\"_blank\">"), "a link opens beside the inbox: {mail_page}");
    assert_eq!(server.get("/dev/inbox?to=eve@example.com").await.1["messages"], serde_json::json!([]));
    assert_eq!(mail.received().len(), 0);
}

#[tokio::test]
async fn without_dev_there_is_no_inbox() {
    let server = Program::new().serve(&[]);
    assert_eq!(server.get("/dev/inbox").await.0, 404);
}
