//! An open loop: sign-ins begin by the clock, whatever becomes of those before.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::sync::Semaphore;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::Arrivals;
use crate::figures::{Latencies, micros};
use crate::http::Connection;
use crate::passkey::Signature;
use crate::target::{Outcome, Subject, sign_in};

/// How long a user waits for a sign-in.
const PATIENCE: Duration = Duration::from_secs(10);

/// What became of all arrivals.
#[derive(Debug, Default)]
pub(crate) struct Offered {
    /// Sign-ins that were due.
    pub(crate) arrived: u64,
    /// Those that found every connection busy: the generator could not begin them.
    pub(crate) not_begun: u64,
    /// Whole sign-ins that ended within the load, and how long they took.
    pub(crate) signed_in: Latencies,
    /// What else became of how many, by name.
    pub(crate) others: BTreeMap<String, u64>,
    /// How long the load went on.
    pub(crate) elapsed: Duration,
}

/// What workers and clock share.
struct Shared {
    subject: Subject,
    begin: Instant,
    length: Duration,
    /// One permit for each arrival that a waiting worker is to take.
    due: Semaphore,
    idle: AtomicU64,
    next_user: AtomicU64,
    tally: Mutex<(Vec<u32>, BTreeMap<String, u64>)>,
}

/// Offers `per_second` sign-ins for `length`, over at most `connections`; `each_second` is called about once a second.
pub(crate) async fn open(
    subject: &Subject,
    per_second: f64,
    connections: u32,
    length: Duration,
    mut each_second: impl FnMut(Duration) -> Result<()>,
) -> Result<Offered> {
    let shared = Arc::new(Shared {
        subject: subject.clone(),
        begin: Instant::now(),
        length,
        due: Semaphore::new(0),
        idle: AtomicU64::new(0),
        next_user: AtomicU64::new(0),
        tally: Mutex::default(),
    });
    let workers: Vec<_> = (0..connections).map(|place| tokio::spawn(Arc::clone(&shared).work(place))).collect();
    // Connections are opened at their first use, so that a flood begins with connections as it would.
    tokio::task::yield_now().await;
    let (mut arrivals, mut offered) = (Arrivals::new(per_second), Offered::default());
    let mut ticks = interval(Duration::from_millis(1));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut second = 1;
    while shared.begin.elapsed() < length {
        ticks.tick().await;
        let due = arrivals.due(shared.begin.elapsed());
        let begun = due.min(shared.idle.load(Ordering::Relaxed));
        shared.idle.fetch_sub(begun, Ordering::Relaxed);
        shared.due.add_permits(usize::try_from(begun)?);
        offered.not_begun += due - begun;
        if shared.begin.elapsed().as_secs() >= second {
            second += 1;
            each_second(shared.begin.elapsed())?;
        }
    }
    offered.elapsed = shared.begin.elapsed();
    offered.arrived = arrivals.issued();
    for worker in workers {
        worker.abort();
    }
    let (spans, others) = std::mem::take(&mut *shared.tally.lock().unwrap_or_else(PoisonError::into_inner));
    let ended = u64::try_from(spans.len())? + others.values().sum::<u64>();
    offered.others = others;
    let open = offered.arrived.saturating_sub(offered.not_begun).saturating_sub(ended);
    offered.others.insert("still open at the end".to_owned(), open);
    offered.signed_in = Latencies::new(spans);
    Ok(offered)
}

impl Shared {
    async fn work(self: Arc<Self>, place: u32) {
        let mut connection = None;
        let mut scratch = Vec::new();
        loop {
            self.idle.fetch_add(1, Ordering::Relaxed);
            let Ok(permit) = self.due.acquire().await else { return };
            permit.forget();
            let start = Instant::now();
            let ended = timeout(PATIENCE, self.one(place, &mut connection, &mut scratch)).await;
            let span = start.elapsed();
            if self.begin.elapsed() > self.length {
                return;
            }
            let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
            let what = match ended {
                Ok(Ok(Outcome::SignedIn)) => {
                    tally.0.push(micros(span));
                    continue;
                }
                Ok(Ok(Outcome::TurnedAway { status, says_when: true })) => format!("{status} with Retry-After"),
                Ok(Ok(Outcome::TurnedAway { status, .. })) => format!("{status} without Retry-After"),
                Ok(Ok(Outcome::Refused { status, .. })) => format!("{status}"),
                Ok(Err(error)) => {
                    connection = None;
                    format!("connection: {}", error.root_cause())
                }
                Err(_) => {
                    connection = None;
                    format!("no answer within {} seconds", PATIENCE.as_secs())
                }
            };
            *tally.1.entry(what).or_default() += 1;
        }
    }

    async fn one(&self, place: u32, kept: &mut Option<Connection>, scratch: &mut Vec<u8>) -> Result<Outcome> {
        let door = &self.subject.door;
        let mut connection = match kept.take() {
            Some(connection) => connection,
            None => Connection::open_from(source(place), door.address).await?,
        };
        let users = &self.subject.users;
        let place = self.next_user.fetch_add(1, Ordering::Relaxed) % u64::try_from(users.len())?;
        let user = &users[usize::try_from(place)?];
        let outcome = sign_in(door, &mut connection, user, Signature::Right, scratch).await?;
        if !connection.is_closing() {
            *kept = Some(connection);
        }
        Ok(outcome)
    }
}

/// One of a thousand addresses of this machine: a crowd comes from many places.
pub(super) fn source(place: u32) -> IpAddr {
    let [_, _, high, low] = (place % 1_000).to_be_bytes();
    IpAddr::V4(Ipv4Addr::new(127, 1, high, low.max(1)))
}
