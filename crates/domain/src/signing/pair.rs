//! One key pair: made, kept, used, shown.

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::Algorithm;
use crate::secret::{base64url, sha256};

/// What stands before and after the modulus in an RSA public key of 2048 bits with the exponent 65,537 (RFC 8017 §A.1.1, in DER).
const BEFORE_MODULUS: [u8; 9] = [0x30, 0x82, 0x01, 0x0a, 0x02, 0x82, 0x01, 0x01, 0x00];
const AFTER_MODULUS: [u8; 5] = [0x02, 0x03, 0x01, 0x00, 0x01];

/// A key pair in memory. Does not print.
pub(super) enum Pair {
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Pair {
    /// A fresh one. RSA takes a fraction of a second: not for an async thread.
    pub(super) fn generate(algorithm: Algorithm) -> Result<Self, Unspecified> {
        Ok(match algorithm {
            Algorithm::Rs256 => Self::Rsa(RsaKeyPair::generate(KeySize::Rsa2048)?),
            Algorithm::Es256 => Self::P256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?),
            Algorithm::EdDsa => Self::Ed25519(Ed25519KeyPair::generate()?),
        })
    }

    /// PKCS #8 (RFC 5958).
    pub(super) fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, Unspecified> {
        let bytes = match self {
            Self::Rsa(pair) => {
                let der: Pkcs8V1Der<'_> = pair.as_der()?;
                der.as_ref().to_vec()
            }
            Self::P256(pair) => pair.to_pkcs8v1()?.as_ref().to_vec(),
            Self::Ed25519(pair) => pair.to_pkcs8()?.as_ref().to_vec(),
        };
        Ok(Zeroizing::new(bytes))
    }

    /// Reads what `to_pkcs8` writes.
    pub(super) fn from_pkcs8(algorithm: Algorithm, bytes: &[u8]) -> Result<Self, Unspecified> {
        Ok(match algorithm {
            Algorithm::Rs256 => Self::Rsa(RsaKeyPair::from_pkcs8(bytes)?),
            Algorithm::Es256 => Self::P256(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, bytes)?),
            Algorithm::EdDsa => Self::Ed25519(Ed25519KeyPair::from_pkcs8(bytes)?),
        })
    }

    /// The signature of a message, in the form that JWS wants (RFC 7518 §3.3, §3.4, RFC 8037 §3.1).
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Unspecified> {
        let random = SystemRandom::new();
        match self {
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)?;
                Ok(signature)
            }
            Self::P256(pair) => Ok(pair.sign(&random, message)?.as_ref().to_vec()),
            Self::Ed25519(pair) => Ok(pair.try_sign(message)?.as_ref().to_vec()),
        }
    }

    /// Its public key as the JWKS shows it (RFC 7517 §4). The id is the key's own thumbprint (RFC 7638).
    pub(super) fn jwk(&self) -> Result<(String, Value), Unspecified> {
        let (algorithm, mut jwk) = match self {
            Self::Rsa(pair) => {
                let der = pair.public_key().as_ref();
                let modulus = der.strip_prefix(&BEFORE_MODULUS).and_then(|rest| rest.strip_suffix(&AFTER_MODULUS));
                (Algorithm::Rs256, json!({ "e": "AQAB", "kty": "RSA", "n": base64url(modulus.ok_or(Unspecified)?) }))
            }
            Self::P256(pair) => {
                // An uncompressed point (SEC 1 §2.3.3): 4, x, y.
                let (x, y) = pair.public_key().as_ref().get(1..).ok_or(Unspecified)?.split_at(32);
                (Algorithm::Es256, json!({ "crv": "P-256", "kty": "EC", "x": base64url(x), "y": base64url(y) }))
            }
            Self::Ed25519(pair) => {
                let x = base64url(pair.public_key().as_ref());
                (Algorithm::EdDsa, json!({ "crv": "Ed25519", "kty": "OKP", "x": x }))
            }
        };
        // RFC 7638 §3.2: these members alone, in the order of their names, as they stand above.
        let id = base64url(&sha256(jwk.to_string().as_bytes()));
        jwk["alg"] = algorithm.as_str().into();
        jwk["kid"] = id.as_str().into();
        jwk["use"] = "sig".into();
        Ok((id, jwk))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_that_was_kept_signs_as_before_and_its_public_key_verifies() {
        for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa] {
            let made = Pair::generate(algorithm).unwrap();
            let kept = Pair::from_pkcs8(algorithm, &made.to_pkcs8().unwrap()).unwrap();
            let (id, jwk) = made.jwk().unwrap();
            assert_eq!((&id, &jwk), (&kept.jwk().unwrap().0, &kept.jwk().unwrap().1));
            let key = jsonwebtoken::DecodingKey::from_jwk(&serde_json::from_value(jwk.clone()).unwrap()).unwrap();
            let verify = |message: &[u8], signature: &str| {
                jsonwebtoken::crypto::verify(signature, message, &key, algorithm.verifies()).unwrap()
            };
            let signature = base64url(&kept.sign(b"header.claims").unwrap());
            assert!(verify(b"header.claims", &signature), "{jwk}");
            assert!(!verify(b"header.claimz", &signature), "{jwk}");
            assert!(jwk.get("d").is_none() && jwk["use"] == "sig" && jwk["alg"] == algorithm.as_str(), "{jwk}");
        }
    }

    /// The example of RFC 7638 §3.1, whose members stand in our order.
    #[test]
    fn the_id_is_the_thumbprint_of_the_rfc() {
        let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs\
                 tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbI\
                 SD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
        let members = json!({ "e": "AQAB", "kty": "RSA", "n": n }).to_string();
        assert!(members.starts_with(r#"{"e":"AQAB","kty":"RSA","n":"0vx7"#), "{members}");
        assert_eq!(base64url(&sha256(members.as_bytes())), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }
}
