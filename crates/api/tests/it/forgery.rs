//! Client tokens as a forger would make them: any header, any claims, any key.

use aws_lc_rs::hmac;
use countersign_domain::ring::KeyRing;
use countersign_domain::secret::{base64url, from_base64url};
use countersign_testkit::app::{TestApp, TestTenant};
use serde_json::Value;

/// A token taken apart, to be changed in one place and put together again.
#[derive(Clone)]
pub(crate) struct Forgery {
    pub(crate) header: Value,
    pub(crate) claims: Value,
    key: Vec<u8>,
}

impl Forgery {
    /// Takes `token` apart, and the key that signs this tenant's tokens out of the server's own ring: what is refused of it
    /// is refused for what was changed and for nothing else.
    pub(crate) fn of(app: &TestApp, tenant: &TestTenant, token: &str) -> Self {
        let ring = KeyRing::load(&app.folder.join("keys.json")).expect("the ring is readable");
        let purpose: [&[u8]; 2] = [b"client-token", tenant.id.as_str().as_bytes()];
        let key = ring.derive(ring.current_id(), &purpose).expect("the ring has its current key");
        let (header, claims) = taken_apart(token);
        Self { header, claims, key: key.to_vec() }
    }

    /// With one member of the header set, or taken out by `null`.
    pub(crate) fn header(&self, name: &str, value: Value) -> Self {
        let mut forged = self.clone();
        set(&mut forged.header, name, value);
        forged
    }

    /// With one claim set, or taken out by `null`.
    pub(crate) fn claim(&self, name: &str, value: Value) -> Self {
        let mut forged = self.clone();
        set(&mut forged.claims, name, value);
        forged
    }

    /// Signed with the server's own key by HS256.
    pub(crate) fn signed(&self) -> String {
        self.signed_by(|message| hmac_with(hmac::HMAC_SHA256, &self.key, message))
    }

    /// Signed with the server's own key by another hash.
    pub(crate) fn signed_with(&self, algorithm: hmac::Algorithm) -> String {
        self.signed_by(|message| hmac_with(algorithm, &self.key, message))
    }

    /// Signed in any way.
    pub(crate) fn signed_by(&self, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
        let part = |value: &Value| base64url(value.to_string().as_bytes());
        let message = format!("{}.{}", part(&self.header), part(&self.claims));
        let signature = base64url(&sign(message.as_bytes()));
        format!("{message}.{signature}")
    }
}

/// Header and claims of a token.
pub(crate) fn taken_apart(token: &str) -> (Value, Value) {
    let part = |text: &str| {
        let bytes = from_base64url(text).expect("a token's parts are base64url");
        serde_json::from_slice(&bytes).expect("a token's parts are JSON")
    };
    let mut parts = token.split('.');
    let mut next = || parts.next().expect("a token has three parts");
    (part(next()), part(next()))
}

pub(crate) fn hmac_with(algorithm: hmac::Algorithm, key: &[u8], message: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(algorithm, key), message).as_ref().to_vec()
}

fn set(object: &mut Value, name: &str, value: Value) {
    let object = object.as_object_mut().expect("header and claims are objects");
    if value.is_null() {
        object.remove(name);
    } else {
        object.insert(name.to_owned(), value);
    }
}
