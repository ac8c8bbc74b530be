//! Figures: percentiles of one run, medians and spread of several.

use std::time::Duration;

/// How long each of many things took, sorted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Latencies(Vec<u32>);

impl Latencies {
    /// From microseconds in any order.
    pub(crate) fn new(mut micros: Vec<u32>) -> Self {
        micros.sort_unstable();
        Self(micros)
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// The smallest value that at least `per_mille` of a thousand do not exceed (nearest rank), in milliseconds; zero of
    /// nothing.
    pub(crate) fn at(&self, per_mille: usize) -> f64 {
        let rank = (self.0.len() * per_mille).div_ceil(1_000).max(1);
        self.0.get(rank - 1).map_or(0.0, |micros| f64::from(*micros) / 1_000.0)
    }
}

/// Microseconds, as they are kept.
pub(crate) fn micros(span: Duration) -> u32 {
    u32::try_from(span.as_micros()).unwrap_or(u32::MAX)
}

/// A count as a figure to reckon with.
pub(crate) fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// The median of several rounds with the smallest and the largest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    pub(crate) least: f64,
    pub(crate) median: f64,
    pub(crate) most: f64,
}

impl Spread {
    /// `None` of nothing. Of an even number of rounds the median is the mean of the two in the middle.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = values.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let (least, most) = (*sorted.first()?, *sorted.last()?);
        let upper = sorted[sorted.len() / 2];
        let lower = sorted[(sorted.len() - 1) / 2];
        Some(Self { least, median: f64::midpoint(lower, upper), most })
    }

    /// `median (least to most)`.
    pub(crate) fn text(&self) -> String {
        let figure = |value: f64| if value < 100.0 { format!("{value:.2}") } else { format!("{value:.0}") };
        format!("{} ({} to {})", figure(self.median), figure(self.least), figure(self.most))
    }
}

/// The median of what `figure` says of each round of one and the same round of another: what is compared was measured
/// shortly after one another. Not a number when there is no round.
pub(crate) fn median_by_round<T>(one: &[T], other: &[T], figure: impl Fn(&T, &T) -> f64) -> f64 {
    let pairs = one.iter().zip(other).map(|(one, other)| figure(one, other));
    Spread::of(pairs).map_or(f64::NAN, |spread| spread.median)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let hundred = Latencies::new((1..=100).rev().map(|n| n * 1_000).collect());
        let found: Vec<String> = [0, 500, 990, 991, 1_000].map(|per_mille| hundred.at(per_mille).to_string()).into();
        assert_eq!(found, ["1", "50", "99", "100", "100"]);
        let one = Latencies::new(vec![1_500]);
        assert!([1, 500, 999].iter().all(|per_mille| one.at(*per_mille).to_string() == "1.5"));
        assert!(Latencies::default().at(990) < f64::EPSILON);
    }

    #[test]
    fn the_median_stands_between_the_least_and_the_most() {
        assert_eq!(Spread::of([3.0, 1.0, 2.0]), Some(Spread { least: 1.0, median: 2.0, most: 3.0 }));
        assert_eq!(Spread::of([4.0, 1.0, 2.0, 3.0]).map(|spread| spread.median), Some(2.5));
        assert_eq!(Spread::of([]), None);
        assert_eq!(Spread::of([250.4, 99.0]).map(|spread| spread.text()).as_deref(), Some("175 (99.00 to 250)"));
    }

    #[test]
    fn rounds_are_compared_one_by_one() {
        // The machine was three times slower in the second round, for both.
        let ratio = median_by_round(&[10.0, 30.0, 12.0], &[5.0, 15.0, 6.0], |one, other| one / other);
        assert_eq!(ratio.to_string(), "2");
        assert!(median_by_round(&[], &[1.0], |one: &f64, other| one / other).is_nan());
    }
}
