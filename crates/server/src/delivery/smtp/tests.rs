//! Against a mail server by other hands, and what came is read by other hands.

use std::process::Command;
use std::sync::Arc;

use countersign_domain::clock::Millis;
use countersign_domain::delivery::Carried;
use countersign_domain::secret::{self, Secret};
use countersign_testkit::smtp::{MailServer, MailServerOptions, Manner};
use mail_parser::MessageParser;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::*;

const CODE: &str = "271828";

fn email() -> Email {
    let mailbox = |name: &str, address: &str| Mailbox { name: Some(name.to_owned()), address: address.to_owned() };
    Email {
        message_id: "0b1c@auth.shop.example".to_owned(),
        date: Millis(1_795_342_530_000),
        from: mailbox("Käthe & 鍵, \"Co\"", "no-reply@shop.example"),
        reply_to: Some(mailbox("Hilfe", "help@shop.example")),
        to: mailbox("أدا لافليس", "ada@example.com"),
        locale: "ar".to_owned(),
        subject: "رمزك في Kettle & Key".to_owned(),
        text: Secret::new(format!("مرحبًا\n\n.{CODE}\nA line that begins with a dot, and ends.\n")),
        html: Secret::new(format!("<p dir=\"rtl\">مرحبًا <b>{CODE}</b></p>")),
        carried: Carried::default(),
    }
}

fn smtp(server: &MailServer, user: &str, security: Security) -> Smtp {
    let url = Url::parse(&format!("smtp://{user}{}", server.address)).unwrap();
    Smtp::with(&url, security, 587, "auth.shop.example").unwrap()
}

/// A certificate that signs itself, for 127.0.0.1, from the system's `openssl`.
fn self_signed() -> Arc<ServerConfig> {
    let folder = std::env::temp_dir().join(format!("countersign-smtp-{}", secret::base64url(&secret::random::<9>())));
    std::fs::create_dir_all(&folder).unwrap();
    let words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=127.0.0.1 -addext \
                 subjectAltName=IP:127.0.0.1 -out cert.pem -keyout key.pem";
    let made = Command::new("openssl").args(words.split_whitespace()).current_dir(&folder).output();
    assert!(made.expect("openssl is installed (apt-get install openssl)").status.success());
    let certificate = CertificateDer::from_pem_file(folder.join("cert.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(folder.join("key.pem")).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    let versions = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let config = versions.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    Arc::new(config.with_single_cert(vec![certificate], key).unwrap())
}

#[tokio::test]
async fn what_arrives_is_what_was_sent() {
    let server = MailServer::new().await;
    let smtp = smtp(&server, "", Security::Loopback);
    smtp.send(email()).await.unwrap();
    smtp.send(email()).await.unwrap();
    let received = server.wait_for(2).await;
    assert_eq!(
        (received[0].from.as_str(), &received[0].to[..]),
        ("no-reply@shop.example", &["ada@example.com".to_owned()][..])
    );

    let message = MessageParser::default().parse(&received[0].raw).unwrap();
    assert_eq!(message.message_id(), Some("0b1c@auth.shop.example"));
    assert_eq!(message.date().unwrap().to_timestamp() * 1000, email().date.0);
    assert_eq!(message.subject(), Some("رمزك في Kettle & Key"));
    let from = message.from().unwrap().first().unwrap();
    assert_eq!((from.name(), from.address()), (Some("Käthe & 鍵, \"Co\""), Some("no-reply@shop.example")));
    let to = message.to().unwrap().first().unwrap();
    assert_eq!((to.name(), to.address()), (Some("أدا لافليس"), Some("ada@example.com")));
    assert_eq!(message.reply_to().unwrap().first().unwrap().address(), Some("help@shop.example"));
    let head = String::from_utf8_lossy(&received[0].raw).split("\r\n\r\n").next().unwrap().to_owned();
    for line in ["Auto-Submitted: auto-generated", "X-Auto-Response-Suppress: All", "Content-Language: ar"] {
        assert!(head.lines().any(|given| given == line), "{line} is missing: {head}");
    }
    let text = message.body_text(0).unwrap().replace("\r\n", "\n");
    assert_eq!(text.trim_end(), email().text.expose().trim_end());
    assert_eq!(message.body_html(0).unwrap().trim_end(), email().html.expose());
    assert!(received[0].raw.split(|byte| *byte == b'\n').all(|line| line.len() < 998), "RFC 5322 §2.1.1");

    let ids: Vec<_> = received.iter().map(|copy| MessageParser::default().parse(&copy.raw).unwrap()).collect();
    assert_eq!(ids[0].message_id(), ids[1].message_id(), "copies have one id");
    assert_eq!(ids[0].date(), ids[1].date());
}

#[tokio::test]
async fn a_header_cannot_be_smuggled_in() {
    let server = MailServer::new().await;
    let smtp = smtp(&server, "", Security::Loopback);
    let evil = "x\r\nBcc: eve@example.com\r\n\r\nbody";
    let mut email = email();
    evil.clone_into(&mut email.subject);
    email.from.name = Some(evil.to_owned());
    email.to.name = Some(evil.to_owned());
    smtp.send(email).await.unwrap();
    let received = server.wait_for(1).await;
    let message = MessageParser::default().parse(&received[0].raw).unwrap();
    assert!(message.bcc().is_none(), "{}", String::from_utf8_lossy(&received[0].raw));
    assert_eq!(received[0].to, ["ada@example.com"]);
    for address in ["ada@example.com\r\nRCPT TO:<eve@example.com>", "ada", "ada@example.com>", ""] {
        let mut email = self::email();
        address.clone_into(&mut email.to.address);
        assert!(smtp.send(email).await.unwrap_err().is_permanent, "{address}");
    }
}

#[tokio::test]
async fn credentials_go_through_tls_alone() {
    let credentials = Some(("ada@shop".to_owned(), "p@ss/word".to_owned()));
    let offers = MailServerOptions { tls: Some(self_signed()), credentials: credentials.clone(), ..Default::default() };
    let server = MailServer::with(offers).await;
    let user = "ada%40shop:p%40ss%2Fword@";
    smtp(&server, user, Security::Loopback).send(email()).await.unwrap();
    assert!(server.received()[0].through_tls);

    let refused = smtp(&server, "ada%40shop:wrong@", Security::Loopback).send(email()).await.unwrap_err();
    assert_eq!(refused, Refusal::temporary("SMTP 535"), "somebody will put the password right");

    let refused = smtp(&server, user, Security::StartTls).send(email()).await.unwrap_err();
    assert!(!refused.is_permanent && refused.reason.contains("certificate"), "nobody vouches for it: {refused:?}");

    let plain = MailServer::with(MailServerOptions { credentials, ..Default::default() }).await;
    smtp(&plain, user, Security::StartTls).send(email()).await.unwrap_err();
    assert_eq!((server.received().len(), plain.received().len()), (1, 0));
}

#[tokio::test]
async fn tls_from_the_first_byte_is_checked_too() {
    let offers = MailServerOptions { tls: Some(self_signed()), tls_at_once: true, ..Default::default() };
    let server = MailServer::with(offers).await;
    let refused = smtp(&server, "", Security::Tls).send(email()).await.unwrap_err();
    assert!(!refused.is_permanent, "{refused:?}");
    assert_eq!(server.received().len(), 0);
}

#[tokio::test]
async fn a_refusal_says_whether_it_may_pass_and_not_to_whom() {
    let server = MailServer::new().await;
    let smtp = smtp(&server, "", Security::Loopback);
    for (status, is_permanent) in [(550, true), (553, true), (450, false), (421, false)] {
        server.behave(Manner::Refuses(status));
        let refused = smtp.send(email()).await.unwrap_err();
        assert_eq!(refused, Refusal { reason: format!("SMTP {status}"), is_permanent });
    }
    for manner in [Manner::Closes, Manner::TakesAndCloses] {
        server.behave(manner);
        let refused = smtp.send(email()).await.unwrap_err();
        assert!(!refused.is_permanent && !refused.reason.contains("ada"), "{refused:?}");
    }
    server.behave(Manner::Takes);
    smtp.send(email()).await.unwrap();

    let nobody = Url::parse("smtp://127.0.0.1:1").unwrap();
    let refused = Smtp::open(&nobody, "localhost").unwrap().send(email()).await.unwrap_err();
    assert!(!refused.is_permanent && refused.reason.contains("refused"), "{refused:?}");
}

#[test]
fn only_this_machine_may_go_without_tls() {
    let loopback = |url: &str| is_loopback(&Url::parse(url).unwrap());
    for url in
        ["smtp://localhost", "smtp://127.0.0.1:25", "smtp://127.8.8.8", "smtp://[::1]:25", "smtp://u:p@localhost:25"]
    {
        assert!(loopback(url), "{url}");
    }
    for url in [
        "smtp://mail.example.com",
        "smtp://10.0.0.1",
        "smtp://localhost.example.com",
        "smtp://127.0.0.1.example.com",
        "smtp://[::2]",
    ] {
        assert!(!loopback(url), "{url}");
    }
    for url in
        ["http://mail.example.com", "smtp://", "smtp://mail.example.com/path", "smtp://mail.example.com?tls=none"]
    {
        let parsed = Url::parse(url).unwrap();
        assert!(Smtp::open(&parsed, "localhost").is_err(), "{url}");
    }
}
