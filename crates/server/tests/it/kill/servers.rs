//! The database server is killed, and one process of two.

use std::time::{Duration, Instant};

use countersign_domain::secret;
use countersign_testkit::app::Engine;
use countersign_testkit::nodes::{Deployment, Node};
use countersign_testkit::postgres::{self, Cluster};
use http::Method;
use serde_json::json;

use super::chance::Chance;
use super::processes::kills;
use super::round::Lane;
use crate::engines::PROGRAM;

on_both_engines!(item_95_of_two_processes_one_is_killed_and_the_other_goes_on);

/// The server's children are ended with it; what they had written is in the system's memory and comes to the disk, because
/// the system stays up. `synchronous_commit` is on, `fsync` is off: a loss of power is another matter.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn item_95_a_killed_database_loses_nothing_and_the_program_finds_it_again() {
    if !postgres::is_there("kill::servers::item_95_a_killed_database_loses_nothing_and_the_program_finds_it_again") {
        return;
    }
    let seed = Chance::seed();
    println!("KILL_SEED={seed}");
    let folder = std::env::temp_dir().join(format!("countersign-kill-{}", secret::base64url(&secret::random::<9>())));
    let server = Server(Cluster::new(&folder), folder);
    server.0.start();
    let deployment = Deployment::on(PROGRAM, &format!("{}postgres", server.0.url()));
    let mut lane = Lane::new(deployment, Chance::new(seed));
    let node = lane.start().await;
    for kill in 0..kills(20).min(20) {
        let load = lane.load(&node);
        lane.let_it_run().await;
        // By turns: without a word, and at its parent's command (SIGQUIT), as when one of its children has crashed.
        tokio::task::block_in_place(|| if kill % 2 == 0 { server.0.kill() } else { server.0.crash() });
        lane.take_back(load).await;
        is_away(&lane, &node).await;
        tokio::task::block_in_place(|| server.0.start());
        until_ready_says(&node, 200).await;
        lane.tally.kills += 1;
        lane.examine(&node).await;
    }
    println!("{:?}", lane.tally);
    assert!(lane.tally.done > 20, "{:?}", lane.tally);
    drop(node);
    lane.examine_everything().await;
}

/// Whoever calls is told to come back, and the process says that it is not ready.
async fn is_away(lane: &Lane, node: &Node) {
    let shop = lane.shop_at(node);
    let answer = shop.tenant.try_server(Method::POST, "/users/ada/actions/pay", json!({})).await.unwrap();
    assert!(!answer.header("retry-after").is_empty());
    answer.refused(503, "unavailable");
    until_ready_says(node, 503).await;
}

/// What `/readyz` says holds for half a second.
async fn until_ready_says(node: &Node, status: u16) {
    let begin = Instant::now();
    while reqwest::get(format!("{}/readyz", node.url)).await.unwrap().status().as_u16() != status {
        assert!(begin.elapsed() < Duration::from_mins(1), "/readyz does not come to say {status}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Every other client calls the process that stays: not one of their calls is lost.
async fn item_95_of_two_processes_one_is_killed_and_the_other_goes_on(engine: Engine) {
    let seed = Chance::seed();
    println!("KILL_SEED={seed}");
    let mut lane = Lane::new(Deployment::new(PROGRAM, engine), Chance::new(seed));
    let (mut staying, mut leaving) = (lane.start().await, lane.start().await);
    for _ in 0..5 {
        let stays = lane.load_some(3, &staying);
        let leaves = lane.load(&leaving);
        lane.let_it_run().await;
        tokio::task::block_in_place(|| leaving.kill());
        lane.take_back(leaves).await;
        // They go on for a while without it.
        lane.let_it_run().await;
        stays.is_enough();
        assert!(lane.take_back(stays).await, "a call to the process that stayed was not answered");
        leaving = lane.start().await;
        lane.examine(&leaving).await;
        std::mem::swap(&mut staying, &mut leaving);
    }
    drop((staying, leaving));
    lane.examine_everything().await;
}

/// Ended with the test, and its files removed.
struct Server(Cluster, std::path::PathBuf);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.end().stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).status();
        let _ = std::fs::remove_dir_all(&self.1);
    }
}
