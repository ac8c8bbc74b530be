//! Passkeys whose keys follow from a number, and what a browser makes of them (WebAuthn Level 3 §5.8.1, §6.1, §6.5).

use anyhow::{Result, anyhow};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The relying party ID of every server under test.
pub(crate) const RP_ID: &str = "shop.example";
/// The origin of its pages.
pub(crate) const ORIGIN: &str = "https://shop.example";

/// User present and verified, backup eligible and backed up: a synced passkey.
const FLAGS: u8 = 0x1d;
/// Attested credential data follows.
const ATTESTED: u8 = 0x40;

/// Key material and credential id that belong to a number, so that a database of a million users and a generator that
/// signs for any of them need share nothing but the seed.
pub(crate) struct Seeded {
    private: [u8; 32],
    /// `04 || x || y`.
    public: [u8; 65],
    pub(crate) credential_id: [u8; 32],
}

impl Seeded {
    pub(crate) fn new(number: u64) -> Result<Self> {
        let mut attempt = 0_u8;
        loop {
            let private = hash(&[b"countersign-bench key", &number.to_be_bytes(), &[attempt]]);
            // Not every 32 bytes are a key: one in 2^32 is not.
            if let Ok(key) = PrivateKey::from_private_key(&ECDH_P256, &private) {
                let point = key.compute_public_key()?;
                let public = point.as_ref().try_into()?;
                return Ok(Self {
                    private,
                    public,
                    credential_id: hash(&[b"countersign-bench id", &number.to_be_bytes()]),
                });
            }
            attempt += 1;
        }
    }

    /// The public key as a COSE map in canonical order (RFC 9053 §7.1).
    pub(crate) fn cose(&self) -> Vec<u8> {
        let mut cose = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
        cose.extend_from_slice(&self.public[1..33]);
        cose.extend_from_slice(&[0x22, 0x58, 0x20]);
        cose.extend_from_slice(&self.public[33..]);
        cose
    }

    /// `RegistrationResponseJSON` without attestation.
    pub(crate) fn registration(&self, challenge: &str) -> String {
        let mut data = authenticator_data(FLAGS | ATTESTED).to_vec();
        data.extend_from_slice(&[0; 16]);
        data.extend_from_slice(&[0, 32]);
        data.extend_from_slice(&self.credential_id);
        data.extend(self.cose());
        // {"fmt": "none", "attStmt": {}, "authData": bytes}
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.extend(u8::try_from(data.len()));
        object.extend(data);
        let id = URL_SAFE_NO_PAD.encode(self.credential_id);
        let (client, object) = (client_data("webauthn.create", challenge), URL_SAFE_NO_PAD.encode(object));
        let client = URL_SAFE_NO_PAD.encode(client);
        format!(
            r#"{{"id":"{id}","rawId":"{id}","type":"public-key","response":{{"clientDataJSON":"{client}","attestationObject":"{object}","transports":["internal","hybrid"]}},"authenticatorAttachment":"platform","clientExtensionResults":{{"credProps":{{"rk":true}}}}}}"#
        )
    }

    /// The passkey in the hands of its user, whom the server calls `user_handle` (base64url).
    pub(crate) fn held_by(&self, user_handle: &str) -> Result<Passkey> {
        let key =
            EcdsaKeyPair::from_private_key_and_public_key(&ECDSA_P256_SHA256_ASN1_SIGNING, &self.private, &self.public)
                .map_err(|error| anyhow!("a derived key is refused: {error}"))?;
        Ok(Passkey { key, id: URL_SAFE_NO_PAD.encode(self.credential_id), user_handle: user_handle.to_owned() })
    }
}

/// A passkey ready to sign.
pub(crate) struct Passkey {
    key: EcdsaKeyPair,
    id: String,
    user_handle: String,
}

/// What becomes of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signature {
    Right,
    /// One bit of its last byte is turned: still well formed, and wrong.
    Tampered,
}

impl Passkey {
    /// `AuthenticationResponseJSON` that answers `challenge` (base64url, as the options have it).
    pub(crate) fn assertion(&self, challenge: &str, signature: Signature) -> Result<String> {
        let client = client_data("webauthn.get", challenge);
        let data = authenticator_data(FLAGS);
        let message = [&data[..], &hash(&[client.as_bytes()])].concat();
        let signed = self.key.sign(&SystemRandom::new(), &message)?;
        let mut signed = signed.as_ref().to_vec();
        if signature == Signature::Tampered
            && let Some(last) = signed.last_mut()
        {
            *last ^= 1;
        }
        let (id, handle) = (&self.id, &self.user_handle);
        let (client, data) = (URL_SAFE_NO_PAD.encode(client), URL_SAFE_NO_PAD.encode(data));
        let signed = URL_SAFE_NO_PAD.encode(signed);
        Ok(format!(
            r#"{{"id":"{id}","rawId":"{id}","type":"public-key","response":{{"clientDataJSON":"{client}","authenticatorData":"{data}","signature":"{signed}","userHandle":"{handle}"}},"authenticatorAttachment":"platform","clientExtensionResults":{{}}}}"#
        ))
    }
}

fn client_data(kind: &str, challenge: &str) -> String {
    format!(r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{ORIGIN}","crossOrigin":false}}"#)
}

/// Without attested credential data; the counter of a synced passkey is zero.
fn authenticator_data(flags: u8) -> [u8; 37] {
    let mut data = [0; 37];
    data[..32].copy_from_slice(&hash(&[RP_ID.as_bytes()]));
    data[32] = flags;
    data
}

pub(crate) fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest(&SHA256, &parts.concat()).as_ref());
    out
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};

    use super::*;

    fn parts(assertion: &str) -> (Vec<u8>, Vec<u8>) {
        let value: serde_json::Value = serde_json::from_str(assertion).unwrap();
        let bytes = |name: &str| URL_SAFE_NO_PAD.decode(value["response"][name].as_str().unwrap()).unwrap();
        let message = [bytes("authenticatorData"), hash(&[&bytes("clientDataJSON")]).to_vec()].concat();
        (message, bytes("signature"))
    }

    #[test]
    fn a_number_gives_one_key_whose_signatures_hold_and_whose_tampered_ones_do_not() {
        let (one, again, other) = (Seeded::new(1).unwrap(), Seeded::new(1).unwrap(), Seeded::new(2).unwrap());
        assert_eq!((one.public, one.credential_id), (again.public, again.credential_id));
        assert_ne!(one.public, other.public);
        let held = one.held_by("dXNlcg").unwrap();
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, one.public);
        let (message, signature) = parts(&held.assertion("AAEC", Signature::Right).unwrap());
        key.verify(&message, &signature).unwrap();
        let (message, signature) = parts(&held.assertion("AAEC", Signature::Tampered).unwrap());
        key.verify(&message, &signature).unwrap_err();
    }

    #[test]
    fn a_registration_is_json_and_attests_the_key() {
        let seeded = Seeded::new(7).unwrap();
        let value: serde_json::Value = serde_json::from_str(&seeded.registration("AAEC")).unwrap();
        let object = URL_SAFE_NO_PAD.decode(value["response"]["attestationObject"].as_str().unwrap()).unwrap();
        assert!(object.ends_with(&seeded.cose()));
        assert_eq!(seeded.cose().len(), 77);
    }
}
