//! Refresh tokens: 128 bits written as a UUID, kept as their SHA-256 (decisions §2, checklist 59).

use uuid::Uuid;

use crate::challenge::MacKeys;
use crate::secret::{self, Secret};

/// A refresh token, as its holder has it.
#[derive(Debug, Clone)]
pub(super) struct RefreshToken(Secret);

impl RefreshToken {
    /// A fresh one.
    pub(super) fn random() -> Self {
        Self::of(secret::random())
    }

    /// Reads one from outside, in any of a UUID's forms.
    pub(super) fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(|uuid| Self::of(uuid.into_bytes()))
    }

    /// All 128 bits count: the text names no version of a UUID.
    fn of(bytes: [u8; 16]) -> Self {
        Self(Secret::new(Uuid::from_bytes(bytes).as_hyphenated().to_string()))
    }

    /// What is kept of it.
    pub(super) fn hash(&self) -> Vec<u8> {
        secret::sha256(self.0.expose().as_bytes())
    }

    /// What it is exchanged for: always the same, though no token is kept. One a key of the ring, the current one first: the key may
    /// have been replaced between the exchange and the question for it.
    pub(super) fn successors(&self, keys: &MacKeys) -> Vec<Self> {
        let tags = keys.tags(self.0.expose().as_bytes());
        tags.filter_map(|tag| tag.first_chunk::<16>().copied()).map(Self::of).collect()
    }

    pub(super) fn into_secret(self) -> Secret {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::TenantId;
    use crate::ring::KeyRing;

    #[test]
    fn the_successor_is_the_same_for_everybody_who_asks_and_nobody_elses() {
        let (ring, tenant) = (KeyRing::generate(), TenantId::random());
        let next = |ring: &KeyRing, tenant: &TenantId, token: &RefreshToken| {
            token.successors(&MacKeys::new(ring, "refresh-token", tenant))[0].hash()
        };
        let token = RefreshToken::random();
        let same = RefreshToken::parse(&token.0.expose().to_uppercase()).unwrap();
        assert_eq!(next(&ring, &tenant, &token), next(&ring, &tenant, &same));
        assert_ne!(next(&ring, &tenant, &token), next(&KeyRing::generate(), &tenant, &token));
        assert_ne!(next(&ring, &tenant, &token), next(&ring, &TenantId::random(), &token));
        assert_ne!(next(&ring, &tenant, &token), next(&ring, &tenant, &RefreshToken::random()));
        for text in ["", "x", "3f2504e0-4f89-41d3-9a0c", &"0".repeat(4096)] {
            assert!(RefreshToken::parse(text).is_none(), "{text}");
        }
    }
}
