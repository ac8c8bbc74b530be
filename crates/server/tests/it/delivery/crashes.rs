//! The program is killed on the way of a message: none is lost, at most one comes twice, and then under one id.

use std::collections::BTreeMap;

use countersign_testkit::app::Engine;
use countersign_testkit::smtp::{MailServer, Manner};

use super::house::{House, message_id};

on_both_engines!(
    killed_before_sending_each_message_comes_once,
    killed_between_sending_and_marking_it_comes_again_under_the_same_id,
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
