//! The program is killed on the way of a message: none is lost, at most one comes twice, and then under one id.

use std::collections::BTreeMap;

use countersign_domain::delivery::TextChannel;
use countersign_testkit::app::{Engine, Who};
use countersign_testkit::smtp::{MailServer, Manner};
use http::Method;
use mail_parser::MessageParser;
use serde_json::json;

use super::house::{ADA, House, message_id};
use super::phones::Gateway;

on_both_engines!(
    killed_before_sending_each_message_comes_once,
    killed_between_sending_and_marking_it_comes_again_under_the_same_id,
    killed_while_who_asked_waits_the_code_comes_again_and_works,
    killed_before_sending_each_text_comes_once,
    killed_between_sending_and_marking_a_text_comes_again_under_the_same_key,
    two_processes_send_each_message_once,
    a_server_that_stops_sends_what_it_has_begun,
);

async fn house(engine: Engine) -> (House, MailServer) {
    let server = MailServer::new().await;
    let url = format!("smtp://{}", server.address);
    (House::new(engine, &[("COUNTERSIGN_EMAIL__SMTP_URL", &url)]).await, server)
}

/// How often each came, by id.
fn copies(server: &MailServer) -> BTreeMap<String, usize> {
    let mut copies = BTreeMap::new();
    for mail in server.received() {
        *copies.entry(message_id(&mail.raw)).or_default() += 1;
    }
    copies
}

async fn killed_before_sending_each_message_comes_once(engine: Engine) {
    let (house, server) = house(engine).await;
    server.behave(Manner::Closes);
    let node = house.deployment.start();
    let ids = house.post(None, 12).await;
    node.wait_for("Could not send");
    node.kill();
    server.behave(Manner::Takes);
    house.lapse().await;
    let _node = house.deployment.start();
    assert_eq!(house.wait_for(12).await, vec!["sent"; 12]);
    let copies = copies(&server);
    assert_eq!(copies.len(), 12);
    assert!(ids.iter().all(|id| copies.get(id.as_str()) == Some(&1)), "{copies:?}");
}

async fn killed_between_sending_and_marking_it_comes_again_under_the_same_id(engine: Engine) {
    let (house, server) = house(engine).await;
    server.behave(Manner::Hangs);
    let node = house.deployment.start();
    let ids = house.post(None, 1).await;
    server.wait_for(1).await;
    node.kill();
    assert_eq!(house.ended().await, Vec::<String>::new(), "it was not marked");
    server.behave(Manner::Takes);
    house.lapse().await;
    let _node = house.deployment.start();
    assert_eq!(house.wait_for(1).await, ["sent"]);
    assert_eq!(copies(&server), BTreeMap::from([(ids[0].as_str().to_owned(), 2)]));
}

/// The same from the door on: what was asked for over HTTP is in the outbox before anybody tries to send it.
async fn killed_while_who_asked_waits_the_code_comes_again_and_works(engine: Engine) {
    let (house, server) = house(engine).await;
    server.behave(Manner::Hangs);
    let node = house.deployment.start();
    let shop = house.shop.at(&node.url);
    let token = shop.track("ada", "sign-up").await.token;
    let asking = {
        let token = token.clone();
        let body = json!({ "email": ADA });
        tokio::spawn(async move {
            shop.try_client(Who::Token(&token), Method::POST, "/user-authenticators/email-otp", body).await
        })
    };
    server.wait_for(1).await;
    node.kill();
    assert!(asking.await.unwrap().is_err(), "who asked got no answer");
    server.behave(Manner::Takes);
    house.lapse().await;
    let node = house.deployment.start();
    assert_eq!(house.wait_for(1).await, ["sent"]);
    let received = server.received();
    assert_eq!(received.len(), 2);
    assert_eq!(copies(&server).len(), 1, "both copies carry one Message-ID");
    let [first, second] = [0, 1].map(|nth| code_in(&received[nth].raw));
    assert_eq!(first, second);
    let done = house.shop.at(&node.url).answer_email(&token, &first).await.ok();
    assert_eq!(done["isVerified"], true);
}

fn code_in(raw: &[u8]) -> String {
    let message = MessageParser::default().parse(raw).unwrap();
    let text = message.body_text(0).unwrap().into_owned();
    let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit());
    text.lines().map(str::trim).find(is_code).unwrap().to_owned()
}

async fn gateway(engine: Engine, statuses: &[u16]) -> (House, Gateway) {
    let (gateway, url) = Gateway::start(statuses).await;
    (House::new(engine, &[("COUNTERSIGN_SMS__WEBHOOK_URL", &url)]).await, gateway)
}

/// How often each text came, by the key that is the same for every copy.
fn texts(gateway: &Gateway) -> BTreeMap<String, usize> {
    let mut copies = BTreeMap::new();
    for call in gateway.calls().iter() {
        let id = call.header("idempotency-key").split('@').next().unwrap_or_default().to_owned();
        *copies.entry(id).or_default() += 1;
    }
    copies
}

async fn killed_before_sending_each_text_comes_once(engine: Engine) {
    let (house, gateway) = gateway(engine, &[503; 500]).await;
    let node = house.deployment.start();
    let ids = house.post(Some(TextChannel::Sms), 12).await;
    node.wait_for("Could not send");
    node.kill();
    gateway.begin_anew(&[]);
    house.lapse().await;
    let _node = house.deployment.start();
    assert_eq!(house.wait_for(12).await, vec!["sent"; 12]);
    let texts = texts(&gateway);
    assert_eq!(texts.len(), 12);
    assert!(ids.iter().all(|id| texts.get(id.as_str()) == Some(&1)), "{texts:?}");
}

async fn killed_between_sending_and_marking_a_text_comes_again_under_the_same_key(engine: Engine) {
    let (house, gateway) = gateway(engine, &[0]).await;
    let node = house.deployment.start();
    let ids = house.post(Some(TextChannel::Whatsapp), 1).await;
    gateway.wait_for(1).await;
    node.kill();
    assert_eq!(house.ended().await, Vec::<String>::new(), "it was not marked");
    house.lapse().await;
    let _node = house.deployment.start();
    assert_eq!(house.wait_for(1).await, ["sent"]);
    assert_eq!(texts(&gateway), BTreeMap::from([(ids[0].as_str().to_owned(), 2)]));
    let calls = gateway.calls();
    assert_eq!(calls[0].body, calls[1].body, "and says the same");
}

async fn two_processes_send_each_message_once(engine: Engine) {
    let (house, server) = house(engine).await;
    let nodes = [house.deployment.start(), house.deployment.start()];
    let ids = house.post(None, 60).await;
    assert_eq!(house.wait_for(60).await, vec!["sent"; 60]);
    let copies = copies(&server);
    assert_eq!((copies.len(), copies.values().sum()), (ids.len(), ids.len()), "{copies:?}");
    drop(nodes);
}

async fn a_server_that_stops_sends_what_it_has_begun(engine: Engine) {
    let (house, server) = house(engine).await;
    let node = house.deployment.start();
    house.post(None, 8).await;
    server.wait_for(1).await;
    let (status, log) = node.stop();
    assert!(status.success());
    let sent = log.iter().filter(|line| line.contains("Sent emailCode by email to a***@example.com")).count();
    assert_eq!(sent, server.received().len(), "what went out is written down: {log:#?}");
    house.lapse().await;
    let _node = house.deployment.start();
    house.wait_for(8).await;
    assert!(copies(&server).values().all(|count| *count == 1));
}
