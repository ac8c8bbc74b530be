//! Challenges for anyone, stored only when they are answered (docs/adr/0015-unstored-challenges.md).
//!
//! A sign-in page asks for one each time it is opened, and most are never answered. So what such a challenge says travels in
//! its own bytes, under a key of the tenant: id (16) · random (32) · end of its life, milliseconds since 1970 (8, big-endian)
//! · HMAC-SHA-256 over method and all of that (32). The first answer, right, wrong or late, stores it under its id; from then on
//! the row decides.

use super::{AnonymousChallenge, Ceremony, Challenge, MacKeys, State};
use crate::clock::Millis;
use crate::id::ChallengeId;
use crate::methods::Method;
use crate::secret;
use crate::tenant::Tenant;

const PLAIN: usize = 16 + 32 + 8;
const TAG: usize = 32;

impl MacKeys {
    fn seal(&self, method: Method, mut plain: Vec<u8>) -> Vec<u8> {
        let tag = self.sign(&authenticated(method, &plain));
        plain.extend_from_slice(&tag);
        plain
    }

    /// What was sealed for this method; the tag is compared in constant time.
    fn open<'a>(&self, method: Method, sealed: &'a [u8]) -> Option<&'a [u8]> {
        let (plain, tag) = sealed.split_at_checked(PLAIN).filter(|(_, tag)| tag.len() == TAG)?;
        self.verify(&authenticated(method, plain), tag).then_some(plain)
    }
}

fn authenticated(method: Method, plain: &[u8]) -> Vec<u8> {
    [method.as_str().as_bytes(), b"\0", plain].concat()
}

impl Ceremony {
    /// Bytes of a challenge for anyone that nothing is stored of: `method`, by the life the tenant gives it.
    pub(crate) fn sealed(tenant: &Tenant, method: Method, id: &ChallengeId, expires_at: Millis) -> Self {
        let mut plain = Self::mint(id).bytes;
        plain.extend_from_slice(&expires_at.0.to_be_bytes());
        let bytes = tenant.seal_keys.seal(method, plain);
        Self { hash: secret::sha256(&bytes), bytes }
    }
}

impl Challenge {
    /// The challenge that `answered` seals, if it is `id` and ours, as if nobody had answered it; whether it is still open is
    /// for its reader to ask, and whether it was answered for its row.
    pub(crate) fn unseal(
        tenant: &Tenant,
        method: Method,
        id: &ChallengeId,
        answered: &[u8],
        now: Millis,
    ) -> Option<Self> {
        let plain = tenant.seal_keys.open(method, answered);
        let plain = plain.filter(|plain| Ceremony::id_in(plain).as_ref() == Some(id))?;
        let ends = plain.last_chunk().map_or(i64::MIN, |ends| i64::from_be_bytes(*ends));
        let expires_at = Millis(ends);
        Some(Self {
            method: Some(method),
            // One whose row may have been swept is over, even for a clock that was set back.
            state: if expires_at <= tenant.swept_until { State::Expired } else { State::Pending },
            secret_hash: Some(secret::sha256(answered)),
            expires_at,
            is_stored: false,
            ..AnonymousChallenge::default().challenge(id.clone(), tenant, now)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::TenantId;
    use crate::ring::KeyRing;

    fn keys(ring: &KeyRing) -> MacKeys {
        MacKeys::new(ring, "anonymous-challenge", &TenantId::parse("6f9619ff-8b86-4d01-b42d-00cf4fc964ff").unwrap())
    }

    #[test]
    fn what_is_sealed_opens_unchanged_for_its_method_and_tenant_alone() {
        let ring = KeyRing::generate();
        let keys = keys(&ring);
        let sealed = keys.seal(Method::Passkey, vec![7; PLAIN]);
        assert_eq!(keys.open(Method::Passkey, &sealed), Some(&[7; PLAIN][..]));
        assert_eq!(keys.open(Method::SecurityKey, &sealed), None);
        let other = MacKeys::new(
            &ring,
            "anonymous-challenge",
            &TenantId::parse("6f9619ff-8b86-4d01-b42d-00cf4fc964fe").unwrap(),
        );
        assert_eq!(other.open(Method::Passkey, &sealed), None);
        assert_eq!(self::keys(&KeyRing::generate()).open(Method::Passkey, &sealed), None);
    }

    #[test]
    fn every_byte_and_the_length_count() {
        let keys = keys(&KeyRing::generate());
        let sealed = keys.seal(Method::Passkey, vec![7; PLAIN]);
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(keys.open(Method::Passkey, &changed), None, "byte {at}");
            assert_eq!(keys.open(Method::Passkey, &sealed[..at]), None, "cut at {at}");
        }
        assert_eq!(keys.open(Method::Passkey, &[&sealed[..], b"x"].concat()), None);
    }
}
