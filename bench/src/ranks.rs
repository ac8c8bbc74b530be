//! Whether two samples can be told apart by their ranks.

use crate::figures::number;

/// Two-sided p of the Mann–Whitney test: how likely samples of one distribution are to lie as far apart as these. Normal
/// approximation with corrections for ties and continuity, which needs some twenty values a side. 1 of nothing.
pub(crate) fn mann_whitney(one: &[u64], other: &[u64]) -> f64 {
    let mut all: Vec<(u64, bool)> = one.iter().map(|value| (*value, true)).collect();
    all.extend(other.iter().map(|value| (*value, false)));
    all.sort_unstable_by_key(|(value, _)| *value);
    let (mut rank_sum, mut ties, mut before) = (0.0, 0.0, 0.0);
    for alike in all.chunk_by(|a, b| a.0 == b.0) {
        let count = number(alike.len());
        let ours = number(alike.iter().filter(|(_, is_ours)| *is_ours).count());
        rank_sum += ours * (before + f64::midpoint(count, 1.0));
        ties += count.powi(3) - count;
        before += count;
    }
    let (n, m) = (number(one.len()), number(other.len()));
    let total = n + m;
    let variance = n * m / 12.0 * (total + 1.0 - ties / (total * (total - 1.0)));
    if variance.is_nan() || variance <= 0.0 {
        return 1.0;
    }
    let apart = (rank_sum - n * (n + 1.0) / 2.0 - n * m / 2.0).abs();
    twice_the_tail((apart - 0.5).max(0.0) / variance.sqrt())
}

/// How often a standard normal variable lies further from zero than `z` (Abramowitz and Stegun 7.1.26: within 2 in ten million).
fn twice_the_tail(z: f64) -> f64 {
    let x = z / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let terms = [1.061_405_429, -1.453_152_027, 1.421_413_741, -0.284_496_736, 0.254_829_592];
    let sum = terms.into_iter().fold(0.0, |sum, term| sum * t + term) * t;
    (sum * (-x * x).exp()).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_near(found: f64, expected: f64) -> bool {
        (found - expected).abs() < 0.000_2
    }

    #[test]
    fn the_tail_is_the_normal_ones() {
        for (z, p) in [(0.0, 1.0), (1.0, 0.317_31), (1.959_964, 0.05), (2.575_829, 0.01), (4.0, 0.000_063)] {
            assert!(is_near(twice_the_tail(z), p), "{z}: {}", twice_the_tail(z));
        }
    }

    #[test]
    fn a_sample_is_like_itself_and_unlike_one_that_was_shifted() {
        let times: Vec<u64> = (0..1_000).map(|n| 1_000 + n * 7_919 % 1_000).collect();
        let shifted = |by: u64| times.iter().map(|time| time + by).collect::<Vec<_>>();
        assert!(is_near(mann_whitney(&times, &times), 1.0));
        // A thousandth of what they are spread over is lost among 1,000; a twentieth is not.
        assert!(mann_whitney(&times, &shifted(1)) > 0.5);
        assert!(mann_whitney(&times, &shifted(50)) < 0.001);
        assert!(mann_whitney(&shifted(50), &times) < 0.001);
    }

    #[test]
    fn ties_count_half_and_nothing_tells_nothing() {
        // By hand: U = 2 of 12, σ² = 12/12 · (8 − 12/42), (|2 − 6| − 0.5)/σ = 1.2601.
        assert!(is_near(mann_whitney(&[1, 2, 3], &[2, 3, 4, 5]), 0.207_62));
        assert!(is_near(mann_whitney(&[1, 1], &[1, 1, 1]), 1.0));
        assert!(is_near(mann_whitney(&[], &[1]), 1.0));
    }
}
