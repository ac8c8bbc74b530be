//! One-time codes that are sent to an address.
//!
//! For each action of a user, each method and purpose has one such challenge, whose id follows from these: asking again arms
//! it anew with another code, and the one before is worth nothing (checklist 8). So the answer need not name it.

use super::{Challenge, MacKeys, Purpose};
use crate::action::Action;
use crate::id::ChallengeId;
use crate::methods::Method;
use crate::secret::{self, Secret};

/// The challenge of an action that a code of this method answers.
pub(crate) fn id_of(action: &Action, method: Method, purpose: Purpose) -> ChallengeId {
    ChallengeId::of(&action.user, &[&action.code, &action.idempotency_key, method.as_str(), purpose.as_str()])
}

/// Six digits, each value equally likely (decisions §3).
pub(crate) struct Code(Secret);

const DIGITS: usize = 6;
const VALUES: u32 = 1_000_000;

impl Code {
    /// A fresh code.
    pub(crate) fn random() -> Self {
        // Values beyond the last whole million would make small codes likelier.
        const END: u32 = u32::MAX - u32::MAX % VALUES;
        loop {
            let number = u32::from_be_bytes(secret::random());
            if number < END {
                return Self(Secret::new(format!("{:0DIGITS$}", number % VALUES)));
            }
        }
    }

    /// The digits, to be sent.
    pub(crate) fn digits(&self) -> Secret {
        Secret::new(self.0.expose().to_owned())
    }

    /// What is stored of it.
    pub(crate) fn tag(&self, keys: &MacKeys, id: &ChallengeId) -> Vec<u8> {
        keys.sign(&message(id, self.0.expose()))
    }
}

impl Challenge {
    /// Whether these digits are this challenge's code.
    pub(crate) fn is_answered_by_code(&self, keys: &MacKeys, said: &str) -> bool {
        self.secret_hash.as_deref().is_some_and(|tag| keys.verify(&message(&self.id, said), tag))
    }
}

fn message(id: &ChallengeId, digits: &str) -> Vec<u8> {
    [id.as_str().as_bytes(), b"\0", digits.as_bytes()].concat()
}

/// An answer as people type it: without spaces and dashes between the digits.
pub(crate) fn typed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::TenantId;
    use crate::ring::KeyRing;

    #[test]
    fn codes_are_six_digits_with_leading_zeros_kept() {
        let codes: Vec<String> = (0..2000).map(|_| Code::random().0.expose().to_owned()).collect();
        assert!(codes.iter().all(|code| code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit())));
        assert!(codes.iter().any(|code| code.starts_with('0')));
    }

    #[test]
    fn a_code_answers_its_own_challenge_alone() {
        let ring = KeyRing::generate();
        let tenant = TenantId::random();
        let keys = MacKeys::new(&ring, "one-time-code", &tenant);
        let (code, id, other) = (Code::random(), ChallengeId::random(), ChallengeId::random());
        let tag = code.tag(&keys, &id);
        assert!(keys.verify(&message(&id, code.0.expose()), &tag));
        assert!(!keys.verify(&message(&other, code.0.expose()), &tag));
        let foreign = MacKeys::new(&ring, "one-time-code", &TenantId::random());
        assert!(!foreign.verify(&message(&id, code.0.expose()), &tag));
    }

    #[test]
    fn spaces_and_dashes_do_not_count() {
        assert_eq!(typed(" 123 456\n"), "123456");
        assert_eq!(typed("123-456"), "123456");
        assert_eq!(typed("12a"), "12a");
    }
}
