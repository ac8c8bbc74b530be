//! API keys: `csk_server_…` for the Server API, `csk_mgmt_…` for the Management API (decisions §2, checklist 86).
//!
//! Form: prefix, 43 characters of base 62 (256 bits), 6 characters of CRC-32 over what precedes. The checksum lets a
//! mistyped or made-up key be refused without a look-up, and lets scanners recognise a leaked one.

use serde::{Deserialize, Serialize};

use crate::secret::{self, Secret};

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const RANDOM_LENGTH: usize = 43;
const CHECKSUM_LENGTH: usize = 6;

/// What a key opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyKind {
    /// The Server API.
    Server,
    /// The Management API.
    Management,
}

impl KeyKind {
    /// The stored and printed name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Management => "management",
        }
    }

    /// Reads what `as_str` writes.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Server, Self::Management].into_iter().find(|kind| kind.as_str() == text)
    }

    const fn prefix(self) -> &'static str {
        match self {
            Self::Server => "csk_server_",
            Self::Management => "csk_mgmt_",
        }
    }
}

/// A fresh key of `kind`.
pub fn generate(kind: KeyKind) -> Secret {
    let mut text = String::from(kind.prefix());
    while text.len() < kind.prefix().len() + RANDOM_LENGTH {
        // 248 = 4 × 62: bytes above it are dropped so that every character is equally likely.
        let fresh = secret::random::<64>().into_iter().filter(|byte| *byte < 248);
        let room = kind.prefix().len() + RANDOM_LENGTH - text.len();
        text.extend(fresh.take(room).map(|byte| char::from(ALPHABET[usize::from(byte % 62)])));
    }
    text.push_str(&checksum(&text));
    Secret::new(text)
}

/// Whether `text` has the form of a key of `kind`, checksum included.
pub fn well_formed(kind: KeyKind, text: &str) -> bool {
    let Some(rest) = text.strip_prefix(kind.prefix()) else { return false };
    if rest.len() != RANDOM_LENGTH + CHECKSUM_LENGTH || !rest.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return false;
    }
    let (body, sum) = text.split_at(text.len() - CHECKSUM_LENGTH);
    checksum(body) == sum
}

fn checksum(text: &str) -> String {
    let mut rest = crc32fast::hash(text.as_bytes());
    let mut out = [b'0'; CHECKSUM_LENGTH];
    for place in out.iter_mut().rev() {
        *place = ALPHABET[(rest % 62) as usize];
        rest /= 62;
    }
    out.iter().copied().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_key_has_its_form() {
        for kind in [KeyKind::Server, KeyKind::Management] {
            let key = generate(kind);
            assert!(well_formed(kind, key.expose()));
            assert_ne!(key.expose(), generate(kind).expose());
        }
        assert!(!well_formed(KeyKind::Server, generate(KeyKind::Management).expose()));
    }

    #[test]
    fn one_changed_character_is_seen_without_a_lookup() {
        let key = generate(KeyKind::Server);
        for index in 0..key.expose().len() {
            let mut changed = key.expose().as_bytes().to_vec();
            changed[index] = if changed[index] == b'x' { b'y' } else { b'x' };
            assert!(!well_formed(KeyKind::Server, std::str::from_utf8(&changed).unwrap()), "character {index}");
        }
        for text in ["", "csk_server_", "csk_server_é", &key.expose()[..key.expose().len() - 1]] {
            assert!(!well_formed(KeyKind::Server, text), "{text}");
        }
    }
}
