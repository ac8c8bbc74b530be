//! The key ring: what seals secrets at rest and signs client tokens (decisions §7).
//!
//! A ring is a list of 256-bit keys. The first is used for new things, the others still open and verify old ones. Every
//! purpose has its own key, derived with HKDF-SHA-256 (RFC 5869) from the ring key and a label.

mod file;
mod store;

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf::{self, HKDF_SHA256, KeyType, Prk, Salt};
use zeroize::Zeroizing;

use crate::secret;

pub use file::RingFileError;
pub(crate) use store::STATEMENTS;

/// One key of the ring.
#[derive(Clone)]
struct RingKey {
    id: String,
    secret: Zeroizing<[u8; 32]>,
}

/// The keys of this deployment, in memory. Does not print.
#[derive(Clone)]
pub struct KeyRing {
    keys: Vec<RingKey>,
}

/// A sealed value could not be opened: another ring, another place, or changed bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sealed value does not open with this key ring")]
pub struct SealBroken;

impl KeyRing {
    /// A ring with one fresh key.
    pub fn generate() -> Self {
        let id = secret::base64url(&secret::random::<6>());
        Self { keys: vec![RingKey { id, secret: Zeroizing::new(secret::random()) }] }
    }

    /// The id of the key that new things are made with.
    pub fn current_id(&self) -> &str {
        &self.keys[0].id
    }

    /// For each key its id and a fingerprint that says nothing about the key: what the database remembers.
    pub fn fingerprints(&self) -> Vec<(&str, String)> {
        self.keys
            .iter()
            .map(|key| (key.id.as_str(), secret::base64url(&*derive::<16>(key, &[b"fingerprint"]))))
            .collect()
    }

    /// A 256-bit key for `purpose`, which is a list of labels such as `["client-token", tenant]`, under the ring key
    /// `key_id`; `None` when the ring has no such key.
    pub fn derive(&self, key_id: &str, purpose: &[&[u8]]) -> Option<Zeroizing<[u8; 32]>> {
        let key = self.keys.iter().find(|key| key.id == key_id)?;
        Some(derive::<32>(key, purpose))
    }

    /// Seals `plain` for one place: `context` (such as table, tenant and row id) must be given again to open it.
    /// Layout: length of key id (1) · key id · nonce (12) · AES-256-GCM ciphertext and tag.
    pub fn seal(&self, context: &[&[u8]], plain: &[u8]) -> Vec<u8> {
        let key = &self.keys[0];
        let mut sealed = plain.to_vec();
        #[expect(clippy::expect_used, reason = "AES-GCM refuses only plaintexts of 64 GiB")]
        let nonce = sealing_key(key)
            .seal_in_place_append_tag(Aad::from(joined(context)), &mut sealed)
            .expect("a short plaintext seals");
        let mut out = Vec::with_capacity(1 + key.id.len() + 12 + sealed.len());
        out.push(u8::try_from(key.id.len()).unwrap_or(u8::MAX));
        out.extend_from_slice(key.id.as_bytes());
        out.extend_from_slice(nonce.as_ref());
        out.extend_from_slice(&sealed);
        out
    }

    /// Opens what `seal` made in the same place.
    pub fn open(&self, context: &[&[u8]], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealBroken> {
        let (&id_length, rest) = sealed.split_first().ok_or(SealBroken)?;
        let (id, rest) = rest.split_at_checked(usize::from(id_length)).ok_or(SealBroken)?;
        let (nonce, ciphertext) = rest.split_at_checked(12).ok_or(SealBroken)?;
        let key = self.keys.iter().find(|key| key.id.as_bytes() == id).ok_or(SealBroken)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealBroken)?;
        let mut opened = Zeroizing::new(ciphertext.to_vec());
        let length = sealing_key(key)
            .open_in_place(nonce, Aad::from(joined(context)), &mut opened)
            .map_err(|_| SealBroken)?
            .len();
        opened.truncate(length);
        Ok(opened)
    }
}

fn sealing_key(key: &RingKey) -> RandomizedNonceKey {
    #[expect(clippy::expect_used, reason = "the key has the length AES-256 wants")]
    RandomizedNonceKey::new(&AES_256_GCM, &*derive::<32>(key, &[b"seal"])).expect("32 bytes are an AES-256 key")
}

/// Labels joined so that no two lists give the same bytes.
fn joined(labels: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::new();
    for label in labels {
        out.extend_from_slice(&(label.len() as u64).to_be_bytes());
        out.extend_from_slice(label);
    }
    out
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn derive<const N: usize>(key: &RingKey, purpose: &[&[u8]]) -> Zeroizing<[u8; N]> {
    let prk: Prk = Salt::new(HKDF_SHA256, b"countersign").extract(&*key.secret);
    let info = joined(purpose);
    let mut out = Zeroizing::new([0; N]);
    let filled = prk.expand(&[&info], Length(N)).and_then(|okm: hkdf::Okm<'_, Length>| okm.fill(&mut *out));
    #[expect(clippy::expect_used, reason = "HKDF refuses only outputs over 255 hashes")]
    filled.expect("at most 32 bytes are asked for");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_only_in_the_place_it_was_sealed_for() {
        let ring = KeyRing::generate();
        let sealed = ring.seal(&[b"api_keys", b"tenant", b"key"], b"canary");
        assert_eq!(**ring.open(&[b"api_keys", b"tenant", b"key"], &sealed).unwrap(), *b"canary");
        assert_eq!(ring.open(&[b"api_keys", b"tenantkey"], &sealed), Err(SealBroken));
        assert!(!sealed.windows(6).any(|window| window == b"canary"));
    }

    #[test]
    fn refuses_changed_bytes_and_another_ring() {
        let ring = KeyRing::generate();
        let sealed = ring.seal(&[b"place"], b"canary");
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert_eq!(ring.open(&[b"place"], &changed), Err(SealBroken), "byte {index}");
            assert_eq!(ring.open(&[b"place"], &sealed[..index]), Err(SealBroken), "cut at {index}");
        }
        assert_eq!(KeyRing::generate().open(&[b"place"], &sealed), Err(SealBroken));
    }

    #[test]
    fn purposes_and_keys_derive_apart() {
        let ring = KeyRing::generate();
        let id = ring.current_id();
        assert_ne!(ring.derive(id, &[b"a", b"b"]), ring.derive(id, &[b"ab"]));
        assert_eq!(ring.derive("other", &[b"a"]), None);
        assert_ne!(ring.fingerprints()[0].1, KeyRing::generate().fingerprints()[0].1);
    }
}
