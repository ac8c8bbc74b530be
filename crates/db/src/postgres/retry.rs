//! When to try again, and how long to wait before.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::{Duration, Instant};

use super::error::Cure;

/// How often something is tried in all.
const TRIES: u32 = 5;

/// What has failed for so long is not begun again.
const PATIENCE: Duration = Duration::from_secs(5);

/// The longest wait before the second try; it doubles with each further one.
const PAUSE: Duration = Duration::from_millis(40);

/// The tries of one call.
#[derive(Debug)]
pub(super) struct Tries {
    failed: u32,
    began: Instant,
}

impl Default for Tries {
    fn default() -> Self {
        Self { failed: 0, began: Instant::now() }
    }
}

impl Tries {
    /// Waits for the next try; `false` when there shall be none.
    pub(super) async fn wait(&mut self, cure: Cure) -> bool {
        self.failed += 1;
        if cure == Cure::Nothing || self.failed >= TRIES || self.began.elapsed() >= PATIENCE {
            return false;
        }
        tokio::time::sleep(chance(PAUSE * 2_u32.pow(self.failed - 1))).await;
        true
    }
}

/// A random part of a duration: rivals that met once shall not meet again.
fn chance(most: Duration) -> Duration {
    // The standard library's own seed; nothing secret depends on it.
    let random = RandomState::new().build_hasher().finish();
    let micros = u64::try_from(most.as_micros()).unwrap_or(u64::MAX).max(1);
    Duration::from_micros(random % micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_is_tried_five_times_and_not_for_ever() {
        let mut tries = Tries::default();
        let mut made = 1;
        while tries.wait(Cure::Repeat).await {
            made += 1;
        }
        assert_eq!(made, TRIES);
        assert!(!Tries::default().wait(Cure::Nothing).await);
        let mut late = Tries { failed: 0, began: Instant::now().checked_sub(PATIENCE).unwrap() };
        assert!(!late.wait(Cure::Reconnect).await);
    }

    #[test]
    fn waits_differ_and_stay_below_the_most() {
        let waits: std::collections::HashSet<_> = (0..100).map(|_| chance(PAUSE)).collect();
        assert!(waits.len() > 50 && waits.iter().all(|wait| *wait < PAUSE), "{waits:?}");
    }
}
