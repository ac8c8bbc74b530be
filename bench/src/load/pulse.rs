//! The pulse of a server: when was the last time that nothing was completed for long?

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A span without anything, from the beginning of the watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gap {
    pub(crate) from: Duration,
    pub(crate) to: Duration,
}

impl Gap {
    pub(crate) fn length(self) -> Duration {
        self.to.saturating_sub(self.from)
    }

    /// How much of it lies within another.
    pub(crate) fn within(self, other: Self) -> Duration {
        self.to.min(other.to).saturating_sub(self.from.max(other.from))
    }
}

/// Watches beats and keeps the gaps that are longer than a bound.
#[derive(Debug)]
pub(crate) struct Pulse {
    begin: Instant,
    bound: Duration,
    seen: Mutex<(Duration, Vec<Gap>)>,
}

impl Pulse {
    pub(crate) fn new(begin: Instant, bound: Duration) -> Self {
        Self { begin, bound, seen: Mutex::new((begin.elapsed(), Vec::new())) }
    }

    /// Something is asked again after a time in which nothing was: that is no gap.
    pub(crate) fn resume(&self) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).0 = self.begin.elapsed();
    }

    /// Something was completed.
    pub(crate) fn beat(&self) {
        self.beat_at(self.begin.elapsed());
    }

    fn beat_at(&self, now: Duration) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let gap = Gap { from: std::mem::replace(&mut seen.0, now), to: now };
        if gap.length() > self.bound {
            seen.1.push(gap);
        }
    }

    /// The gaps so far, which are forgotten.
    pub(crate) fn gaps(&self) -> Vec<Gap> {
        std::mem::take(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner).1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_longer_than_the_bound_is_a_gap() {
        let ms = Duration::from_millis;
        let pulse = Pulse::new(Instant::now(), ms(50));
        pulse.seen.lock().unwrap().0 = ms(0);
        for beat in [10, 60, 111, 120] {
            pulse.beat_at(ms(beat));
        }
        assert_eq!(pulse.gaps(), [Gap { from: ms(60), to: ms(111) }]);
        assert_eq!(pulse.gaps(), []);
        let gap = |from, to| Gap { from: ms(from), to: ms(to) };
        assert_eq!(gap(10, 30).within(gap(20, 100)), ms(10));
        assert_eq!(gap(10, 30).within(gap(40, 100)), ms(0));
    }
}
