//! Keys that authenticate what is not kept readable.

use aws_lc_rs::hmac::{self, HMAC_SHA256};

use crate::id::TenantId;
use crate::ring::KeyRing;

/// HMAC-SHA-256 keys of one tenant for one purpose: one a ring key, the current one first.
pub(crate) struct MacKeys(Vec<hmac::Key>);

impl std::fmt::Debug for MacKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MacKeys(…)")
    }
}

impl MacKeys {
    pub(crate) fn new(ring: &KeyRing, purpose: &str, tenant: &TenantId) -> Self {
        let purpose = [purpose.as_bytes(), tenant.as_str().as_bytes()];
        let derived = ring.fingerprints().into_iter().filter_map(|(id, _)| ring.derive(id, &purpose));
        Self(derived.map(|key| hmac::Key::new(HMAC_SHA256, &*key)).collect())
    }

    /// The tag of a message, 32 bytes, under the current key.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        hmac::sign(&self.0[0], message).as_ref().to_vec()
    }

    /// The tags of a message under each key, that of the current key first.
    pub(crate) fn tags(&self, message: &[u8]) -> impl Iterator<Item = Vec<u8>> {
        self.0.iter().map(move |key| hmac::sign(key, message).as_ref().to_vec())
    }

    /// Whether the tag is one of ours, also under a former key. Compared in constant time.
    pub(crate) fn verify(&self, message: &[u8], tag: &[u8]) -> bool {
        self.0.iter().any(|key| hmac::verify(key, message, tag).is_ok())
    }
}
