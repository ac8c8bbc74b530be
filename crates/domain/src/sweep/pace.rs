//! How many rows go at once. The writer does one thing at a time, so a batch has to be short; how many rows fit into so short a
//! time hangs on the disk, on the database's size and on what else it does.

use std::time::Duration;

/// What a batch may take of the writer's time.
const MOMENT: Duration = Duration::from_millis(4);

/// Rows of a batch, learnt from the batches before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    rows: u64,
    worked: Duration,
}

impl Pace {
    /// No batch has more rows, however fast it goes.
    pub const MOST: u64 = 500;
    const LEAST: u64 = 20;

    /// Rows of the next batch.
    pub(super) fn rows(self) -> u64 {
        self.rows
    }

    /// The same as the parameter of a statement.
    pub(super) fn limit(self) -> i64 {
        i64::try_from(self.rows).unwrap_or(i64::MAX)
    }

    /// Whether a batch that removed `rows` may have left some.
    pub(super) fn is_full(self, rows: u64) -> bool {
        rows >= self.rows
    }

    /// A batch removed `rows` in `took`: the next one is to take a moment.
    pub(super) fn learn(&mut self, rows: u64, took: Duration) {
        self.worked += took;
        let next = if took > MOMENT * 2 {
            self.rows / 2
        } else if took < MOMENT / 2 && self.is_full(rows) {
            self.rows * 2
        } else {
            self.rows
        };
        self.rows = next.clamp(Self::LEAST, Self::MOST);
    }

    /// The writer's time that was taken since this was asked last: how long others go first.
    pub fn worked(&mut self) -> Duration {
        std::mem::take(&mut self.worked)
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self { rows: Self::MOST, worked: Duration::ZERO }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAST: Duration = Duration::from_micros(500);
    const SLOW: Duration = Duration::from_millis(30);

    #[test]
    fn slow_batches_become_small_and_fast_ones_large() {
        let mut pace = Pace::default();
        for _ in 0..10 {
            pace.learn(pace.rows(), SLOW);
        }
        assert_eq!(pace.rows(), Pace::LEAST);
        for _ in 0..10 {
            pace.learn(pace.rows(), FAST);
        }
        assert_eq!(pace.rows(), Pace::MOST);
    }

    #[test]
    fn a_batch_with_little_to_do_says_nothing_of_larger_ones() {
        let mut pace = Pace::default();
        pace.learn(500, SLOW);
        pace.learn(3, FAST);
        assert_eq!(pace.rows(), 250);
    }

    #[test]
    fn the_time_taken_is_told_once() {
        let mut pace = Pace::default();
        pace.learn(500, FAST);
        pace.learn(500, FAST);
        assert_eq!(pace.worked(), FAST * 2);
        assert_eq!(pace.worked(), Duration::ZERO);
    }
}
