//! A load, a kill at a random moment, a restart, and what has to hold then.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use countersign_testkit::nodes::{Deployment, Node};
use tokio::task::JoinHandle;

use super::chance::Chance;
use super::life::Life;
use super::revoked::Keys;
use super::seen::Seen;
use super::shop::Shop;
use super::whole;

/// Clients that call at once, each for one user at a time.
const CLIENTS: usize = 6;

/// The longest that a load runs before the kill, in milliseconds.
const LONGEST_LOAD: u64 = 150;

/// The same where connections to a server have to be made first.
const LONGEST_LOAD_ON_A_SERVER: u64 = 500;

/// Users that are examined to the end, so that a lane does not get slower and slower.
const REMEMBERED: usize = 60;

/// An installation with its users, over any number of kills.
pub(super) struct Lane {
    pub(super) deployment: Deployment,
    pub(super) chance: Chance,
    shop: Shop,
    keys: Keys,
    lives: Vec<Life>,
    /// Users who were deleted.
    past: Vec<Life>,
    /// What was examined.
    pub(super) tally: Tally,
}

/// How much a run has shown.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) kills: u32,
    /// Things that were acknowledged, or were in flight and have happened.
    pub(super) done: usize,
    /// Calls that were in flight when the end came.
    pub(super) in_flight: usize,
    /// … and of those, how many have happened.
    pub(super) happened: usize,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.kills += other.kills;
        self.done += other.done;
        self.in_flight += other.in_flight;
        self.happened += other.happened;
    }
}

impl Lane {
    pub(super) fn new(deployment: Deployment, chance: Chance) -> Self {
        let tenant = deployment.tenant();
        let keys = Keys::new(tenant.id.clone());
        let lives = (0..CLIENTS).map(|_| Life::new()).collect();
        Self { deployment, chance, shop: Shop { tenant }, keys, lives, past: Vec::new(), tally: Tally::default() }
    }

    /// This many times: start, load, kill, restart, examine.
    pub(super) async fn kill_process(&mut self, times: u32) {
        let mut node = self.start().await;
        for _ in 0..times {
            let load = self.load(&node);
            self.let_it_run().await;
            let revoking = self.keys.maybe_revoke(&self.deployment, &mut self.chance);
            tokio::task::spawn_blocking(move || node.kill()).await.unwrap();
            self.keys.end(revoking, &mut self.chance);
            assert!(!self.take_back(load).await, "somebody was still answered");
            if self.chance.below(8) == 0 {
                // Killed again while it starts.
                let starting = self.deployment.spawn();
                tokio::time::sleep(Duration::from_millis(self.chance.below(40))).await;
                starting.kill();
            }
            node = self.start().await;
            self.tally.kills += 1;
            self.examine(&node).await;
        }
        self.examine_everything().await;
    }

    pub(super) async fn start(&self) -> Node {
        let starting = self.deployment.spawn();
        tokio::task::spawn_blocking(move || starting.ready().unwrap()).await.unwrap()
    }

    pub(super) async fn let_it_run(&mut self) {
        let is_server = self.deployment.database.starts_with("postgres");
        let longest = if is_server { LONGEST_LOAD_ON_A_SERVER } else { LONGEST_LOAD };
        tokio::time::sleep(Duration::from_millis(10 + self.chance.below(longest))).await;
    }

    /// Lets the users go on with their lives on this node, each until an answer is missing.
    pub(super) fn load(&mut self, node: &Node) -> Load {
        self.load_some(CLIENTS, node)
    }

    /// The same for so many of them.
    pub(super) fn load_some(&mut self, clients: usize, node: &Node) -> Load {
        let shop = self.shop_at(node);
        let lives = self.lives.split_off(self.lives.len().saturating_sub(clients));
        let enough = Arc::<AtomicBool>::default();
        let live = |life| tokio::spawn(live(shop.clone(), life, self.chance.fork(), enough.clone()));
        Load { clients: lives.into_iter().map(live).collect(), enough }
    }

    /// The tenant as this node serves it.
    pub(super) fn shop_at(&self, node: &Node) -> Shop {
        Shop { tenant: self.shop.tenant.at(&node.url) }
    }

    /// The users after the end of a load. Whether every call was answered.
    pub(super) async fn take_back(&mut self, load: Load) -> bool {
        let mut all_answered = true;
        for client in load.clients {
            let (life, mut past, answered) = client.await.unwrap();
            all_answered &= answered;
            self.lives.push(life);
            self.past.append(&mut past);
        }
        all_answered
    }

    /// Compares what was acknowledged with what is there, settles what was in flight, and tries everything again.
    pub(super) async fn examine(&mut self, node: &Node) {
        let seen = Seen::read(&self.deployment.database).await;
        whole::examine(&seen);
        self.keys.examine(&seen);
        let shop = self.shop_at(node);
        for life in &mut self.lives {
            let (before, was_in_flight) = (life.done.len(), life.doubtful.is_some());
            life.settle(&seen);
            self.tally.in_flight += usize::from(was_in_flight);
            self.tally.happened += life.done.len() - before;
        }
        for life in self.lives.iter().chain(&self.past) {
            life.examine(&seen);
        }
        for life in self.lives.iter_mut().chain(&mut self.past) {
            self.tally.done += life.try_again(&shop).await;
        }
        self.keys.try_again(&shop.tenant).await;
        let (deleted, mut living): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.lives).into_iter().partition(|life| life.is_deleted);
        self.past.extend(deleted);
        living.resize_with(CLIENTS, Life::new);
        self.lives = living;
        let forgotten = self.past.len().saturating_sub(REMEMBERED);
        self.past.drain(..forgotten);
    }

    /// Once more from the beginning, at the end.
    pub(super) async fn examine_everything(&mut self) {
        let node = self.start().await;
        for life in self.lives.iter_mut().chain(&mut self.past) {
            life.examined = 0;
        }
        let tally = self.tally;
        self.examine(&node).await;
        self.tally = tally;
        if let Some(path) = self.deployment.database.strip_prefix("sqlite://") {
            let connection = rusqlite::Connection::open(path).unwrap();
            let sound: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
            assert_eq!(sound, "ok");
        }
    }
}

/// Clients at work.
pub(super) struct Load {
    clients: Vec<JoinHandle<(Life, Vec<Life>, bool)>>,
    enough: Arc<AtomicBool>,
}

impl Load {
    /// Lets each client end what it is at.
    pub(super) fn is_enough(&self) {
        self.enough.store(true, Ordering::Relaxed);
    }
}

/// One client: user after user, until an answer is missing or it is enough.
async fn live(shop: Shop, mut life: Life, mut chance: Chance, enough: Arc<AtomicBool>) -> (Life, Vec<Life>, bool) {
    let mut past = Vec::new();
    while !enough.load(Ordering::Relaxed) {
        if life.step(&shop, &mut chance).await.is_err() {
            return (life, past, false);
        }
        if life.is_deleted {
            past.push(std::mem::replace(&mut life, Life::new()));
        }
    }
    (life, past, true)
}
