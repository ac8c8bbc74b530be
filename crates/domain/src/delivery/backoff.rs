//! How long to wait before the next attempt.

use crate::clock::{Millis, Span};

/// What a sender's first own attempt takes at most; the job keeps off meanwhile.
pub(super) const FIRST: Span = Span::seconds(8);
/// How long one attempt may take.
pub(super) const ATTEMPT: Span = Span::seconds(20);
/// How long a message belongs to who claimed it: longer than an attempt, so that nobody sends it a second time beside it.
pub(super) const LEASE: Span = Span::seconds(30);

const SHORTEST: i64 = 2_000;
const LONGEST: i64 = 600_000;

/// The time of the attempt after `attempts` failed ones: 2 seconds, then twice as long each time up to 10 minutes, of which a
/// random half, so that what failed together does not come back together. `None` when that is past the message's end.
pub(super) fn next(attempts: i64, now: Millis, expires_at: Millis, random: [u8; 2]) -> Option<Millis> {
    let doublings = u32::try_from(attempts.clamp(1, 20) - 1).unwrap_or(0);
    let whole = (SHORTEST << doublings).min(LONGEST);
    let half = whole / 2;
    let share = half * i64::from(u16::from_be_bytes(random)) / i64::from(u16::MAX);
    let next = now.plus(Span(half + share));
    (next < expires_at).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    const END: Millis = Millis(i64::MAX);

    #[test]
    fn waits_double_and_are_spread_over_a_half() {
        for (attempts, least, most) in
            [(1, 1_000, 2_000), (2, 2_000, 4_000), (5, 16_000, 32_000), (90, 300_000, 600_000)]
        {
            assert_eq!(next(attempts, Millis(0), END, [0, 0]), Some(Millis(least)));
            assert_eq!(next(attempts, Millis(0), END, [255, 255]), Some(Millis(most)));
        }
    }

    #[test]
    fn nothing_is_tried_after_its_end() {
        assert_eq!(next(1, Millis(0), Millis(1_000), [0, 0]), None);
        assert_eq!(next(1, Millis(0), Millis(1_001), [0, 0]), Some(Millis(1_000)));
    }

    #[test]
    fn a_code_of_ten_minutes_is_tried_about_nine_times() {
        let (mut now, mut attempts) = (Millis(0), 1);
        while let Some(at) = next(attempts, now, Millis(600_000), [128, 0]) {
            (now, attempts) = (at, attempts + 1);
        }
        assert_eq!(attempts, 9);
    }
}
