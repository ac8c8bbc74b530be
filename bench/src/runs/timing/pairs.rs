//! Two kinds of calls, timed in turns.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::figures::number;
use crate::http::Connection;
use crate::ranks::mann_whitney;

/// Between two calls: what the first one left to be done is done, as it is for an attacker with patience.
const REST: Duration = Duration::from_millis(8);

/// Nanoseconds of calls about what the server knows, and about what it does not.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    known: Vec<u64>,
    unknown: Vec<u64>,
}

/// How far apart the two kinds are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gap {
    /// Median of the known ones, in milliseconds.
    pub(super) known: f64,
    /// Median of the unknown ones, in milliseconds.
    pub(super) unknown: f64,
    /// How likely one distribution gives both.
    pub(super) p: f64,
}

impl Pairs {
    /// Times one of each and gives both bodies. Who is first changes such that each kind follows each kind as often. Both have to
    /// answer with `status`: what answers otherwise needs no clock to be told apart.
    pub(super) async fn take(
        &mut self,
        connection: &mut Connection,
        (known, unknown): (&[u8], &[u8]),
        status: (u16, u16),
    ) -> Result<(String, String)> {
        let count = self.known.len();
        if count.is_multiple_of(2) {
            let first = timed(connection, known, status.0, &mut self.known).await?;
            Ok((first, timed(connection, unknown, status.1, &mut self.unknown).await?))
        } else {
            let first = timed(connection, unknown, status.1, &mut self.unknown).await?;
            Ok((timed(connection, known, status.0, &mut self.known).await?, first))
        }
    }

    pub(super) fn count(&self) -> usize {
        self.known.len()
    }

    pub(super) fn gap(&self) -> Gap {
        Gap { known: median(&self.known), unknown: median(&self.unknown), p: mann_whitney(&self.known, &self.unknown) }
    }
}

impl Gap {
    /// Milliseconds between the medians.
    pub(super) fn apart(self) -> f64 {
        (self.known - self.unknown).abs()
    }

    /// The distance of the medians as a part of what it may be: 5 ms, or 5 % of the smaller one (checklist 56).
    pub(super) fn of_what_may_be(self) -> f64 {
        self.apart() / (self.known.min(self.unknown) * 0.05).max(5.0)
    }
}

async fn timed(connection: &mut Connection, request: &[u8], status: u16, times: &mut Vec<u64>) -> Result<String> {
    tokio::time::sleep(REST).await;
    let begin = Instant::now();
    let answer = connection.call(request).await?;
    times.push(u64::try_from(begin.elapsed().as_nanos())?);
    ensure!(answer.status == status, "{} and not {status}: {}", answer.status, answer.text());
    Ok(answer.text().to_owned())
}

/// In milliseconds.
fn median(nanoseconds: &[u64]) -> f64 {
    let mut sorted = nanoseconds.to_vec();
    sorted.sort_unstable();
    let micros = sorted.get(sorted.len() / 2).map_or(0, |nanos| nanos / 1_000);
    number(usize::try_from(micros).unwrap_or(usize::MAX)) / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_may_be_five_milliseconds_or_five_per_cent_apart() {
        let gap = |known, unknown| Gap { known, unknown, p: 1.0 }.of_what_may_be();
        assert!(gap(10.0, 14.9) <= 1.0 && gap(14.9, 10.0) <= 1.0 && gap(10.0, 15.1) > 1.0);
        assert!(gap(1_000.0, 1_049.0) <= 1.0 && gap(1_000.0, 1_051.0) > 1.0);
    }

    #[test]
    fn the_median_is_one_that_was_measured() {
        assert!((median(&[9_000_000, 1_000_000, 2_500_000]) - 2.5).abs() < 1e-9);
        assert!(median(&[]).abs() < f64::EPSILON);
    }
}
