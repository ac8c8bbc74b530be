//! Overload: at most so many requests are worked on at once, others wait a moment in line and are then sent away cheaply.
//! What ends a ceremony goes before what begins one: a sign-in whose options were given should be able to end.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::Method;
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

use crate::problem::Problem;

/// How many may wait for each that is worked on. Each holds its request in memory.
const WAITING: usize = 16;

/// How long a request may wait. Waiting holds the client back: a refusal costs some 60 µs of processor time, and after one
/// second refusals over 8,000 connections took a third of it.
const PATIENCE: Duration = Duration::from_secs(2);

/// How many more are held back for each that is worked on, before they are refused.
const HELD_BACK: usize = 64;

/// Who goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rank {
    /// Ends a ceremony or asks for its result.
    Ending,
    /// Anything else.
    Other,
}

impl Rank {
    pub(super) fn of(method: &Method, path: &str) -> Self {
        let adds =
            || path.ends_with("/user-authenticators/passkey") || path.ends_with("/user-authenticators/security-key");
        let is_ending =
            path.contains("/verify/") || path.ends_with("/webauthn/verify") || path.ends_with("/validate") || adds();
        if *method == Method::POST && is_ending { Self::Ending } else { Self::Other }
    }
}

/// The gate in front of the handlers. Clones share it.
#[derive(Clone)]
pub(crate) struct Admission(Arc<Gate>);

struct Gate {
    places: usize,
    line: Mutex<Line>,
    refused: AtomicU64,
    /// Requests that wait for nothing but their refusal.
    held_back: AtomicUsize,
}

/// Counts one less when it is dropped, also when its client has gone.
struct Held<'a>(&'a AtomicUsize);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

struct Line {
    free: usize,
    ending: VecDeque<oneshot::Sender<Place>>,
    other: VecDeque<oneshot::Sender<Place>>,
}

/// A request's place among those that are worked on; handed on when it is dropped.
pub(super) struct Place(Option<Arc<Gate>>);

/// How full it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Load {
    /// Requests that are worked on.
    pub in_flight: usize,
    /// Requests that wait.
    pub waiting: usize,
    /// Requests sent away since the start.
    pub refused: u64,
}

impl Admission {
    pub(crate) fn new(places: NonZeroUsize) -> Self {
        let line = Line { free: places.get(), ending: VecDeque::new(), other: VecDeque::new() };
        Self(Arc::new(Gate {
            places: places.get(),
            line: Mutex::new(line),
            refused: AtomicU64::new(0),
            held_back: AtomicUsize::new(0),
        }))
    }

    /// A place, at once or within [`PATIENCE`]; else 503 with Retry-After.
    pub(super) async fn enter(&self, rank: Rank) -> Result<Place, Problem> {
        match self.0.enter(rank) {
            Ok(place) => return Ok(place),
            Err(Some(turn)) => {
                if let Ok(Ok(place)) = timeout(PATIENCE, turn).await {
                    return Ok(place);
                }
            }
            // Refused at once, it would be back at once: ten thousand refusals a second leave no time for anything else.
            Err(None) => self.hold_back().await,
        }
        self.0.refused.fetch_add(1, Relaxed);
        Err(Problem::not_ready("The server is busy. Try again in a second."))
    }

    /// Waits as long as it would have waited in line, where not too many do so already.
    async fn hold_back(&self) {
        let held = Held(&self.0.held_back);
        if held.0.fetch_add(1, Relaxed) < self.0.places * HELD_BACK {
            sleep(PATIENCE).await;
        }
    }

    pub(crate) fn load(&self) -> Load {
        let line = self.0.line();
        let waits = |line: &VecDeque<oneshot::Sender<Place>>| line.iter().filter(|turn| !turn.is_closed()).count();
        Load {
            in_flight: self.0.places - line.free,
            waiting: waits(&line.ending) + waits(&line.other),
            refused: self.0.refused.load(Relaxed),
        }
    }
}

impl Gate {
    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place; or a turn to wait for; or neither, when too many wait already.
    fn enter(self: &Arc<Self>, rank: Rank) -> Result<Place, Option<oneshot::Receiver<Place>>> {
        let mut line = self.line();
        if line.free > 0 {
            line.free -= 1;
            return Ok(Place(Some(self.clone())));
        }
        let queue = match rank {
            Rank::Ending => &mut line.ending,
            Rank::Other => &mut line.other,
        };
        // Those whose patience ended are still in line until it is their turn; all have the same, so they stand in front.
        while queue.len() >= self.places * WAITING && queue.front().is_some_and(oneshot::Sender::is_closed) {
            queue.pop_front();
        }
        if queue.len() >= self.places * WAITING {
            return Err(None);
        }
        let (sender, turn) = oneshot::channel();
        queue.push_back(sender);
        Err(Some(turn))
    }

    /// Whose turn it is; without anybody the place is free.
    fn next(&self) -> Option<oneshot::Sender<Place>> {
        let mut line = self.line();
        let next = line.ending.pop_front().or_else(|| line.other.pop_front());
        if next.is_none() {
            line.free += 1;
        }
        next
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(gate) = self.0.take() else { return };
        while let Some(turn) = gate.next() {
            match turn.send(Self(Some(gate.clone()))) {
                Ok(()) => return,
                // Nobody waits there any more. Emptied, so that dropping it hands nothing on.
                Err(mut unwanted) => unwanted.0 = None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(places: usize) -> Admission {
        Admission::new(NonZeroUsize::new(places).unwrap())
    }

    /// Begins to wait, in a task of its own that notes its name when it is let in.
    async fn wait(gate: &Admission, rank: Rank, name: &'static str, order: &Arc<Mutex<Vec<&'static str>>>) {
        let before = gate.load().waiting;
        let (waiting, order) = (gate.clone(), order.clone());
        tokio::spawn(async move {
            let place = waiting.enter(rank).await;
            order.lock().unwrap().push(name);
            drop(place);
        });
        while gate.load().waiting == before {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_ends_something_goes_first_and_each_in_order() {
        let gate = gate(1);
        let order = Arc::default();
        let place = gate.enter(Rank::Other).await.unwrap();
        for (rank, name) in [(Rank::Other, "begin 1"), (Rank::Other, "begin 2"), (Rank::Ending, "end 1")] {
            wait(&gate, rank, name, &order).await;
        }
        wait(&gate, Rank::Ending, "end 2", &order).await;
        assert_eq!(gate.load(), Load { in_flight: 1, waiting: 4, refused: 0 });
        drop(place);
        while gate.load().in_flight > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(*order.lock().unwrap(), ["end 1", "end 2", "begin 1", "begin 2"]);
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_too_long_is_sent_away_and_leaves_no_gap() {
        let gate = gate(2);
        let held = [gate.enter(Rank::Other).await.unwrap(), gate.enter(Rank::Ending).await.unwrap()];
        for rank in [Rank::Other, Rank::Ending] {
            let refused = gate.enter(rank).await.err().unwrap();
            assert_eq!(refused.code(), "unavailable");
        }
        assert_eq!(gate.load(), Load { in_flight: 2, waiting: 0, refused: 2 });
        drop(held);
        assert_eq!(gate.load().in_flight, 0);
        let again = [gate.enter(Rank::Other).await, gate.enter(Rank::Other).await];
        assert!(again.iter().all(Result::is_ok));
    }

    #[tokio::test(start_paused = true)]
    async fn the_line_has_an_end() {
        let gate = gate(1);
        let _place = gate.enter(Rank::Other).await.unwrap();
        let turns: Vec<_> = (0..WAITING).map(|_| gate.0.enter(Rank::Other)).collect();
        assert!(turns.iter().all(|turn| matches!(turn, Err(Some(_)))));
        assert!(matches!(gate.0.enter(Rank::Other), Err(None)));
        assert!(matches!(gate.0.enter(Rank::Ending), Err(Some(_))), "its own line");
        drop(turns);
        assert!(matches!(gate.0.enter(Rank::Other), Err(Some(_))), "those who left are forgotten");
    }

    #[tokio::test(start_paused = true)]
    async fn beyond_the_end_of_the_line_a_refusal_takes_as_long_as_waiting() {
        let gate = gate(1);
        let _place = gate.enter(Rank::Other).await.unwrap();
        let _turns: Vec<_> = (0..WAITING).map(|_| gate.0.enter(Rank::Other)).collect();
        let begin = tokio::time::Instant::now();
        let mut held: Vec<_> = (0..=HELD_BACK).map(|_| Box::pin(gate.enter(Rank::Other))).collect();
        let last = held.pop().unwrap();
        for early in &mut held {
            assert!(timeout(Duration::ZERO, early).await.is_err(), "held back");
        }
        assert!(last.await.is_err());
        assert_eq!(begin.elapsed(), Duration::ZERO, "one too many is refused at once");
        drop(held.pop());
        for refused in held {
            assert!(refused.await.is_err());
        }
        assert_eq!(begin.elapsed(), PATIENCE);
        assert_eq!(gate.0.held_back.load(Relaxed), 0, "also those who left are counted out");
    }

    /// A turn that comes while its owner leaves is handed on.
    #[tokio::test(start_paused = true)]
    async fn a_turn_that_nobody_takes_is_not_lost() {
        let gate = gate(1);
        let place = gate.enter(Rank::Other).await.unwrap();
        let Err(Some(turn)) = gate.0.enter(Rank::Other) else { panic!("the place is taken") };
        drop(place);
        drop(turn);
        assert_eq!(gate.load().in_flight, 0);
    }

    #[test]
    fn what_ends_a_ceremony_is_told_by_its_path() {
        let post = |path| Rank::of(&Method::POST, path);
        for path in [
            "/v1/client/verify/passkey",
            "/v1/client/verify/security-key",
            "/v1/client/user-authenticators/passkey",
            "/v1/client/user-authenticators/security-key",
            "/v1/validate",
            "/validate",
            "/auth/v1/signin/webauthn/verify",
        ] {
            assert_eq!(post(path), Rank::Ending, "{path}");
        }
        for path in
            ["/v1/client/challenge", "/v1/client/user-authenticators/passkey/authentication-options", "/v1/users/a"]
        {
            assert_eq!(post(path), Rank::Other, "{path}");
        }
        assert_eq!(Rank::of(&Method::GET, "/v1/client/user-authenticators/passkey"), Rank::Other);
    }
}
