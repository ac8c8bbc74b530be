//! When things arrive that wait for nobody.

use std::time::Duration;

/// Arrivals at equal distances, by the clock alone: what is late is made up for, whatever became of those before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrivals {
    per_second: f64,
    issued: u64,
}

impl Arrivals {
    pub(crate) fn new(per_second: f64) -> Self {
        Self { per_second, issued: 0 }
    }

    /// How many have become due since it was asked last; the first is due at once.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds times a rate, both positive")]
    pub(crate) fn due(&mut self, elapsed: Duration) -> u64 {
        let so_far = (elapsed.as_secs_f64() * self.per_second).floor() as u64 + 1;
        let due = so_far.saturating_sub(self.issued);
        self.issued = self.issued.max(so_far);
        due
    }

    /// When the arrival that was issued as number `place` (from 0) was due.
    #[expect(clippy::cast_precision_loss, reason = "a run has less than 2^52 arrivals")]
    pub(crate) fn at(&self, place: u64) -> Duration {
        Duration::from_secs_f64(place as f64 / self.per_second)
    }

    pub(crate) fn issued(&self) -> u64 {
        self.issued
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_arrive_as_the_clock_says_however_it_is_asked() {
        let ms = Duration::from_millis;
        for steps in [vec![1_000], vec![0, 1, 2, 500, 999, 1_000], (0..=1_000).collect(), vec![0, 900, 1_000]] {
            let mut arrivals = Arrivals::new(2_000.0);
            let issued: u64 = steps.iter().map(|step| arrivals.due(ms(*step))).sum();
            assert_eq!((issued, arrivals.issued()), (2_001, 2_001), "{} steps", steps.len());
        }
    }

    #[test]
    fn a_stall_is_made_up_for_at_once() {
        let mut arrivals = Arrivals::new(100.0);
        assert_eq!(arrivals.due(Duration::ZERO), 1);
        assert_eq!(arrivals.due(Duration::from_millis(9)), 0);
        assert_eq!(arrivals.due(Duration::from_secs(3)), 300);
        assert_eq!(arrivals.due(Duration::from_secs(3)), 0);
        assert_eq!(arrivals.at(300), Duration::from_secs(3));
    }
}
