//! How many rows go at once. The writer does one thing at a time, so a batch has to be short; how many rows fit into so short a
//! time hangs on what they are, on the disk and on the database's size.

use std::time::Duration;

/// What a batch may take of the writer's time.
const MOMENT: Duration = Duration::from_millis(4);

/// How large the batches of one kind of rows are, learnt from those before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Batch {
    rows: u64,
}

impl Batch {
    const MOST: u64 = 500;
    const LEAST: u64 = 20;

    /// The number of rows as the parameter of a statement.
    pub(super) fn limit(self) -> i64 {
        i64::try_from(self.rows).unwrap_or(i64::MAX)
    }

    /// Whether a batch that found `rows` may have left some.
    pub(super) fn is_full(self, rows: u64) -> bool {
        rows >= self.rows
    }

    /// A batch took so long: the next one is to take a moment. One that was not full says nothing of larger ones.
    fn learn(&mut self, took: Duration, is_full: bool) {
        let next = if took > MOMENT * 2 {
            self.rows / 2
        } else if took < MOMENT / 2 && is_full {
            self.rows * 2
        } else {
            self.rows
        };
        self.rows = next.clamp(Self::LEAST, Self::MOST);
    }
}

impl Default for Batch {
    fn default() -> Self {
        Self { rows: Self::MOST }
    }
}

/// What one batch came to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Done {
    /// Rows removed.
    pub(super) rows: u64,
    /// Whether there may be more.
    pub(super) more: bool,
    /// The writer's time, without what it waited for others.
    pub(super) took: Duration,
}

/// The batches of each kind of rows, and the writer's time that they took.
#[derive(Debug, Default)]
pub struct Pace {
    batches: [Batch; 7],
    worked: Duration,
}

impl Pace {
    pub(super) fn batch(&self, kind: usize) -> Batch {
        self.batches[kind]
    }

    pub(super) fn learn(&mut self, kind: usize, done: Done) {
        self.worked += done.took;
        self.batches[kind].learn(done.took, done.more);
    }

    /// The writer's time that was taken since this was asked last: how long others go first.
    pub fn worked(&mut self) -> Duration {
        std::mem::take(&mut self.worked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAST: Duration = Duration::from_micros(500);
    const SLOW: Duration = Duration::from_millis(30);

    #[test]
    fn slow_batches_become_small_and_fast_ones_large() {
        let mut batch = Batch::default();
        for _ in 0..10 {
            batch.learn(SLOW, true);
        }
        assert_eq!(batch.rows, Batch::LEAST);
        for _ in 0..10 {
            batch.learn(FAST, true);
        }
        assert_eq!(batch.rows, Batch::MOST);
    }

    #[test]
    fn a_batch_with_little_to_do_says_nothing_of_larger_ones() {
        let mut batch = Batch::default();
        batch.learn(SLOW, true);
        batch.learn(FAST, false);
        assert_eq!(batch.rows, 250);
    }

    #[test]
    fn each_kind_has_its_own_size_and_the_time_is_told_once() {
        let mut pace = Pace::default();
        pace.learn(1, Done { rows: 500, more: true, took: SLOW });
        pace.learn(2, Done { rows: 500, more: true, took: FAST });
        assert_eq!((pace.batch(1).rows, pace.batch(2).rows), (250, 500));
        assert_eq!(pace.worked(), SLOW + FAST);
        assert_eq!(pace.worked(), Duration::ZERO);
    }
}
