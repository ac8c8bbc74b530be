//! The program is killed.

use countersign_testkit::app::Engine;
use countersign_testkit::nodes::Deployment;
use countersign_testkit::postgres;

use super::chance::Chance;
use super::round::{Lane, Tally};
use crate::engines::PROGRAM;

/// Kills of one installation; then a new one begins.
const LANE: u32 = 50;

/// How many kills: `KILLS`, else as many as the test can afford.
pub(super) fn kills(otherwise: u32) -> u32 {
    std::env::var("KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn item_95_a_killed_process_on_sqlite_loses_nothing_and_revives_nothing() {
    let tally = kill_processes(Engine::Sqlite, kills(200)).await;
    // Enough was under way to show something.
    assert!(tally.done > 2 * usize::try_from(tally.kills).unwrap(), "{tally:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn item_95_a_killed_process_on_postgresql_loses_nothing_and_revives_nothing() {
    if postgres::is_there("kill::processes::item_95_a_killed_process_on_postgresql_loses_nothing_and_revives_nothing") {
        let tally = kill_processes(Engine::Postgres, kills(20).div_ceil(10).max(20)).await;
        assert!(tally.done > usize::try_from(tally.kills).unwrap(), "{tally:?}");
    }
}

/// Two installations at a time, until all kills are done.
async fn kill_processes(engine: Engine, kills: u32) -> Tally {
    let seed = Chance::seed();
    println!("KILL_SEED={seed} KILLS={kills}");
    let mut chance = Chance::new(seed);
    let lanes = kills.div_ceil(LANE).max(2);
    let mut waiting: Vec<u32> = (0..lanes).map(|lane| kills / lanes + u32::from(lane < kills % lanes)).collect();
    let mut running = tokio::task::JoinSet::new();
    let mut total = Tally::default();
    loop {
        while running.len() < 2
            && let Some(times) = waiting.pop()
        {
            let chance = chance.fork();
            running.spawn(async move {
                let mut lane = Lane::new(Deployment::new(PROGRAM, engine), chance);
                lane.kill_process(times).await;
                lane.tally
            });
        }
        let Some(ended) = running.join_next().await else { break };
        total += ended.unwrap();
    }
    println!("{total:?}");
    total
}
