//! The code of a time step (RFC 6238 on RFC 4226): SHA-1, six digits, thirty seconds, which is what every app can.

use aws_lc_rs::hmac::{self, HMAC_SHA1_FOR_LEGACY_USE_ONLY};

use super::seed::Seed;
use crate::clock::{Millis, Span};
use crate::secret;

/// How long a code is shown.
pub(super) const STEP: Span = Span::seconds(30);

/// How many steps a clock may be off, either way (checklist 16).
const DRIFT: i64 = 1;

/// The step whose code was typed: one that was not used yet, at most one away from the present. A step serves once, and none
/// before it serves after it (RFC 6238 §5.2).
pub(super) fn check(seed: &Seed, last_step: i64, typed: &str, now: Millis) -> Option<i64> {
    let present = now.0.div_euclid(STEP.0);
    let mut found = None;
    // Each is compared, also after one that matches.
    for step in present - DRIFT..=present + DRIFT {
        if secret::same(code(seed, step).as_bytes(), typed.as_bytes()) && step > last_step {
            found = found.or(Some(step));
        }
    }
    found
}

/// The code of a step.
fn code(seed: &Seed, step: i64) -> String {
    let key = hmac::Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, seed.bytes());
    let tag = hmac::sign(&key, &step.to_be_bytes());
    format!("{:06}", truncated(tag.as_ref()) % 1_000_000)
}

/// RFC 4226 §5.3: 31 bits at the place that the last four bits name.
fn truncated(tag: &[u8]) -> u32 {
    let at = tag.last().map_or(0, |last| usize::from(last & 0x0f));
    let word = tag.get(at..at + 4).and_then(|word| word.try_into().ok()).unwrap_or_default();
    u32::from_be_bytes(word) & 0x7fff_ffff
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seed() -> Seed {
        Seed::of_bytes(b"12345678901234567890").unwrap()
    }

    fn at(seconds: i64) -> Millis {
        Millis(seconds * 1000)
    }

    /// RFC 6238 appendix B, the rows of SHA-1: eight digits there, the last six of them here.
    #[test]
    fn the_vectors_of_the_standard() {
        let vectors = [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ];
        for (seconds, digits) in vectors {
            let step = seconds / 30;
            assert_eq!(check(&seed(), 0, &digits[2..], at(seconds)), Some(step), "at {seconds}");
        }
    }

    #[test]
    fn a_code_serves_one_step_before_and_after_its_own() {
        let present = 1_000_000;
        let right = code(&seed(), present);
        for (off, found) in [(-2, None), (-1, Some(present)), (0, Some(present)), (1, Some(present)), (2, None)] {
            assert_eq!(check(&seed(), 0, &right, at((present + off) * 30)), found, "{off} steps away");
            assert_eq!(check(&seed(), 0, &right, at((present + off) * 30 + 29)), found, "{off} steps away, at its end");
        }
    }

    #[test]
    fn a_step_serves_once_and_none_before_it_after_it() {
        let present = 1_000_000;
        let now = at(present * 30);
        for (last, step, found) in [
            (present, present, None),
            (present, present - 1, None),
            (present, present + 1, Some(present + 1)),
            (present - 1, present, Some(present)),
            (present + 1, present + 1, None),
        ] {
            assert_eq!(check(&seed(), last, &code(&seed(), step), now), found, "{step} after {last}");
        }
    }

    #[test]
    fn what_is_no_code_is_refused() {
        let now = at(59);
        for typed in ["", "28708", "2870820", "94287082", "287083", "28708２", " 287082"] {
            assert_eq!(check(&seed(), 0, typed, now), None, "{typed:?}");
        }
        assert_eq!(check(&Seed::of_bytes(&[7; 20]).unwrap(), 0, "287082", now), None, "another seed");
    }
}
