//! Many processes start at once on a database that is new: one migrates it, and one key ring becomes its own.

use std::fs;

use countersign_testkit::app::Engine;
use countersign_testkit::nodes::Deployment;

use crate::engines::PROGRAM;

on_both_engines!(
    of_machines_that_start_at_once_with_rings_of_their_own_one_wins,
    processes_that_share_a_ring_file_all_start_at_once,
    a_ring_file_left_by_a_start_that_was_killed_is_taken_up,
);

async fn of_machines_that_start_at_once_with_rings_of_their_own_one_wins(engine: Engine) {
    let first = Deployment::new(PROGRAM, engine);
    let machines: Vec<Deployment> = (0..4).map(|_| first.elsewhere()).collect();
    let starting: Vec<_> = machines.iter().map(Deployment::spawn).collect();
    let (mut won, mut lost) = (Vec::new(), Vec::new());
    for (machine, starting) in machines.iter().zip(starting) {
        match starting.ready() {
            Ok(node) => won.push((machine, node)),
            Err(said) => lost.push((machine, said)),
        }
    }
    assert_eq!(won.len(), 1, "{:?}", lost.iter().map(|(_, said)| said).collect::<Vec<_>>());
    let (winner, node) = &won[0];
    for (machine, said) in &lost {
        assert!(said.contains("Copy the key file"), "{said}");
        assert!(!machine.keys().exists(), "a ring that no database knows was left behind");
        // With the right file it starts; without one it refuses and makes none.
        let refused = machine.spawn().ready().err().unwrap();
        assert!(refused.contains("Copy the key file"), "{refused}");
        assert!(!machine.keys().exists());
        fs::copy(winner.keys(), machine.keys()).unwrap();
        machine.start();
    }
    let shop = winner.tenant().at(&node.url);
    shop.track("ada", "sign-up").await;
}

async fn processes_that_share_a_ring_file_all_start_at_once(engine: Engine) {
    let deployment = Deployment::new(PROGRAM, engine);
    let starting: Vec<_> = (0..4).map(|_| deployment.spawn()).collect();
    let nodes: Vec<_> = starting.into_iter().map(|starting| starting.ready().unwrap()).collect();
    let applied = |line: &&String| line.contains("Applied migration 0001");
    let logs: Vec<String> = nodes.iter().flat_map(countersign_testkit::nodes::Node::log).collect();
    assert_eq!(logs.iter().filter(applied).count(), 1, "one of them migrates: {logs:#?}");
    // A token of one is good on all: they sign with one ring.
    let shop = deployment.tenant();
    let token = shop.at(&nodes[0].url).track("ada", "sign-up").await.token;
    for node in &nodes {
        shop.at(&node.url).passkey_options(&token).await;
    }
}

/// Killed between the file and the row: the database remembers nothing, and takes the ring that is there.
async fn a_ring_file_left_by_a_start_that_was_killed_is_taken_up(engine: Engine) {
    let other = Deployment::new(PROGRAM, Engine::Sqlite);
    other.tenant();
    let deployment = Deployment::new(PROGRAM, engine);
    fs::copy(other.keys(), deployment.keys()).unwrap();
    let node = deployment.start();
    assert_eq!(fs::read(deployment.keys()).unwrap(), fs::read(other.keys()).unwrap());
    deployment.tenant().at(&node.url).track("ada", "sign-up").await;
}
