//! What a link carries.

use uuid::Uuid;

use crate::id::{ChallengeId, TenantId};
use crate::secret::{self, Secret};

/// Tenant and challenge, so that it is found, and 256 random bits, so that nobody else finds it. Only its SHA-256 is stored
/// (checklist 14).
pub(super) struct LinkToken(Vec<u8>);

const IDS: usize = 32;
const BYTES: usize = IDS + 32;

impl LinkToken {
    pub(super) fn mint(tenant: &TenantId, challenge: &ChallengeId) -> Self {
        let id = |text: &str| Uuid::try_parse(text).unwrap_or_default().into_bytes();
        Self([&id(tenant.as_str())[..], &id(challenge.as_str()), &secret::random::<32>()].concat())
    }

    /// Reads one. Proves nothing until it is compared with what is stored.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let is_one = text.len() == (BYTES * 8).div_ceil(6);
        let bytes = is_one.then(|| secret::from_base64url(text)).flatten()?;
        (bytes.len() == BYTES).then_some(Self(bytes))
    }

    pub(super) fn tenant(&self) -> Option<TenantId> {
        TenantId::parse(&self.id(0)?)
    }

    pub(super) fn challenge(&self) -> Option<ChallengeId> {
        ChallengeId::parse(&self.id(16)?)
    }

    fn id(&self, from: usize) -> Option<String> {
        Some(Uuid::from_slice(self.0.get(from..from + 16)?).ok()?.as_hyphenated().to_string())
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn hash(&self) -> Vec<u8> {
        secret::sha256(&self.0)
    }

    /// As it stands in the link.
    pub(super) fn text(&self) -> Secret {
        Secret::new(secret::base64url(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_its_challenge_and_no_two_are_alike() {
        let (tenant, challenge) = (TenantId::random(), ChallengeId::random());
        let (one, two) = (LinkToken::mint(&tenant, &challenge), LinkToken::mint(&tenant, &challenge));
        assert_ne!(one.hash(), two.hash());
        let read = LinkToken::parse(one.text().expose()).unwrap();
        assert_eq!((read.tenant(), read.challenge(), read.hash()), (Some(tenant), Some(challenge), one.hash()));
    }

    #[test]
    fn anything_else_is_none() {
        let token = LinkToken::mint(&TenantId::random(), &ChallengeId::random());
        let text = token.text().expose().to_owned();
        for bad in ["", &text[1..], &format!("{text}A"), &text.replace(&text[..1], "="), &"ü".repeat(43)] {
            assert!(LinkToken::parse(bad).is_none(), "{bad}");
        }
    }
}
