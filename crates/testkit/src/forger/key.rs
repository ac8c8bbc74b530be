//! Key pairs, their COSE form and their signatures.

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256K1_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING,
    ECDSA_P521_SHA256_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RsaEncoding,
    RsaKeyPair,
};

use super::cbor::Cbor;
use super::der;

/// The algorithms the forger signs with, among them one that `WebAuthn` servers rarely offer (ES256K).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// ECDSA, P-256, SHA-256.
    Es256,
    /// ECDSA, P-384, SHA-384.
    Es384,
    /// ECDSA, P-521, SHA-512.
    Es512,
    /// ECDSA, secp256k1, SHA-256.
    Es256K,
    /// Ed25519 under the name `EdDSA`.
    EdDsa,
    /// RSASSA-PKCS1-v1_5, SHA-256, 2048 bits.
    Rs256,
    /// RSASSA-PKCS1-v1_5, SHA-384, 2048 bits.
    Rs384,
    /// RSASSA-PKCS1-v1_5, SHA-512, 2048 bits.
    Rs512,
    /// RSASSA-PSS, SHA-256, 2048 bits.
    Ps256,
    /// ECDSA with SHA-256 under the identifier of ES256, but on P-521: sound cryptography, and legal in COSE, which binds no
    /// hash to a curve; not in `WebAuthn`, which does (Level 3 §5.8.5).
    Es256OnP521,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Es256,
        Self::Es384,
        Self::Es512,
        Self::Es256K,
        Self::EdDsa,
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Es256OnP521,
    ];

    /// The COSE identifier (IANA COSE Algorithms).
    pub fn cose(self) -> i64 {
        match self {
            Self::Es256 | Self::Es256OnP521 => -7,
            Self::Es384 => -35,
            Self::Es512 => -36,
            Self::Es256K => -47,
            Self::EdDsa => -8,
            Self::Rs256 => -257,
            Self::Rs384 => -258,
            Self::Rs512 => -259,
            Self::Ps256 => -37,
        }
    }

    /// Signing algorithm, COSE curve (IANA COSE Elliptic Curves) and length of a coordinate, for ECDSA.
    fn ecdsa(self) -> Option<(&'static EcdsaSigningAlgorithm, i64)> {
        match self {
            Self::Es256 => Some((&ECDSA_P256_SHA256_ASN1_SIGNING, 1)),
            Self::Es384 => Some((&ECDSA_P384_SHA384_ASN1_SIGNING, 2)),
            Self::Es512 => Some((&ECDSA_P521_SHA512_ASN1_SIGNING, 3)),
            Self::Es256K => Some((&ECDSA_P256K1_SHA256_ASN1_SIGNING, 8)),
            Self::Es256OnP521 => Some((&ECDSA_P521_SHA256_ASN1_SIGNING, 3)),
            _ => None,
        }
    }

    fn rsa_padding(self) -> &'static dyn RsaEncoding {
        match self {
            Self::Rs384 => &RSA_PKCS1_SHA384,
            Self::Rs512 => &RSA_PKCS1_SHA512,
            Self::Ps256 => &RSA_PSS_SHA256,
            _ => &RSA_PKCS1_SHA256,
        }
    }
}

/// A private key with its public half. Not printable, not cloneable: share it in an `Arc`.
pub struct Key {
    algorithm: Algorithm,
    pair: Pair,
}

enum Pair {
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rsa(RsaKeyPair),
}

impl Key {
    /// A new random key.
    ///
    /// # Panics
    /// If the system has no randomness left to give.
    #[expect(clippy::expect_used, reason = "a test cannot go on without keys")]
    pub fn generate(algorithm: Algorithm) -> Self {
        Self { algorithm, pair: generate(algorithm).expect("the system gives random bytes") }
    }

    /// What it signs with.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// A signature as `WebAuthn` carries it (L3 §6.5.5): ECDSA as a DER `Ecdsa-Sig-Value`, the others as plain bytes.
    ///
    /// # Panics
    /// If the cryptographic library refuses to sign, which it has no reason to.
    #[expect(clippy::expect_used, reason = "signing fails only on a broken system")]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Ecdsa(pair) => pair.sign(&random, message).expect("ECDSA signs").as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let padding = self.algorithm.rsa_padding();
                pair.sign(padding, &random, message, &mut signature).expect("RSA signs");
                signature
            }
        }
    }

    /// The public key as a COSE map in canonical order (RFC 9053 §7, RFC 8230 §4).
    pub fn cose(&self) -> Cbor {
        let alg = self.algorithm.cose();
        match &self.pair {
            Pair::Ecdsa(pair) => {
                let (x, y) = point(pair);
                let curve = self.algorithm.ecdsa().map_or(0, |(_, curve)| curve);
                let members: [(i64, Cbor); 5] =
                    [(1, 2.into()), (3, alg.into()), (-1, curve.into()), (-2, x.into()), (-3, y.into())];
                Cbor::map(members)
            }
            Pair::Ed25519(pair) => {
                let x = pair.public_key().as_ref();
                let members: [(i64, Cbor); 4] = [(1, 1.into()), (3, alg.into()), (-1, 6.into()), (-2, x.into())];
                Cbor::map(members)
            }
            Pair::Rsa(pair) => {
                let (n, e) = rsa_numbers(pair);
                let members: [(i64, Cbor); 4] = [(1, 3.into()), (3, alg.into()), (-1, n.into()), (-2, e.into())];
                Cbor::map(members)
            }
        }
    }

    /// The public key as a DER `SubjectPublicKeyInfo` (RFC 5280 §4.1).
    ///
    /// # Panics
    /// If the cryptographic library cannot write a key it made itself.
    #[expect(clippy::expect_used, reason = "a key that exists can be written")]
    pub fn spki(&self) -> Vec<u8> {
        let der: Result<PublicKeyX509Der<'_>, Unspecified> = match &self.pair {
            Pair::Ecdsa(pair) => pair.public_key().as_der(),
            Pair::Ed25519(pair) => pair.public_key().as_der(),
            Pair::Rsa(pair) => pair.public_key().as_der(),
        };
        der.expect("a public key has a DER form").as_ref().to_vec()
    }

    /// The point as `04 || x || y` (SEC 1 §2.3.3); empty for keys that are not on such a curve.
    pub fn uncompressed_point(&self) -> Vec<u8> {
        if let Pair::Ecdsa(pair) = &self.pair { pair.public_key().as_ref().to_vec() } else { vec![] }
    }
}

fn generate(algorithm: Algorithm) -> Result<Pair, Unspecified> {
    if let Some((signing, _)) = algorithm.ecdsa() {
        return EcdsaKeyPair::generate(signing).map(Pair::Ecdsa);
    }
    match algorithm {
        Algorithm::EdDsa => Ed25519KeyPair::generate().map(Pair::Ed25519),
        _ => RsaKeyPair::generate(KeySize::Rsa2048).map(Pair::Rsa),
    }
}

/// The two coordinates, each as long as the field.
fn point(pair: &EcdsaKeyPair) -> (Vec<u8>, Vec<u8>) {
    let coordinates = &pair.public_key().as_ref()[1..];
    let (x, y) = coordinates.split_at(coordinates.len() / 2);
    (x.to_vec(), y.to_vec())
}

/// Modulus and exponent out of `RSAPublicKey` (RFC 8017 A.1.1), without the sign byte of the modulus.
#[expect(clippy::expect_used, reason = "the library writes RSAPublicKey as RFC 8017 has it")]
fn rsa_numbers(pair: &RsaKeyPair) -> (Vec<u8>, Vec<u8>) {
    let (_, numbers, _) = der::read(pair.public_key().as_ref()).expect("a sequence");
    let (_, n, rest) = der::read(numbers).expect("the modulus");
    let (_, e, _) = der::read(rest).expect("the exponent");
    (n.strip_prefix(&[0]).unwrap_or(n).to_vec(), e.to_vec())
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_ASN1, ECDSA_P256K1_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ECDSA_P521_SHA256_ASN1,
        ECDSA_P521_SHA512_ASN1, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
        RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, VerificationAlgorithm,
    };

    use super::*;

    const ALL: [(Algorithm, &dyn VerificationAlgorithm); 10] = [
        (Algorithm::Es256, &ECDSA_P256_SHA256_ASN1),
        (Algorithm::Es384, &ECDSA_P384_SHA384_ASN1),
        (Algorithm::Es512, &ECDSA_P521_SHA512_ASN1),
        (Algorithm::Es256K, &ECDSA_P256K1_SHA256_ASN1),
        (Algorithm::EdDsa, &ED25519),
        (Algorithm::Rs256, &RSA_PKCS1_2048_8192_SHA256),
        (Algorithm::Rs384, &RSA_PKCS1_2048_8192_SHA384),
        (Algorithm::Rs512, &RSA_PKCS1_2048_8192_SHA512),
        (Algorithm::Ps256, &RSA_PSS_2048_8192_SHA256),
        (Algorithm::Es256OnP521, &ECDSA_P521_SHA256_ASN1),
    ];

    #[test]
    fn signatures_verify_under_the_key_as_x509_and_not_for_another_message() {
        for (algorithm, verification) in ALL {
            let key = Key::generate(algorithm);
            let public = ParsedPublicKey::new(verification, key.spki()).unwrap();
            let signature = key.sign(b"message");
            assert!(public.verify_sig(b"message", &signature).is_ok(), "{algorithm:?}");
            assert!(public.verify_sig(b"massage", &signature).is_err(), "{algorithm:?}");
        }
    }

    #[test]
    fn coordinates_have_the_length_of_the_field() {
        let lengths = [(Algorithm::Es256, 32), (Algorithm::Es384, 48), (Algorithm::Es512, 66), (Algorithm::EdDsa, 32)];
        for (algorithm, length) in lengths {
            let cose = Key::generate(algorithm).cose();
            assert_eq!(cose.get(-2).and_then(Cbor::as_bytes).unwrap().len(), length, "{algorithm:?}");
            assert_eq!(cose.get(3), Some(&Cbor::Int(algorithm.cose())));
        }
    }

    #[test]
    fn rsa_numbers_are_a_2048_bit_modulus_and_65537() {
        let cose = Key::generate(Algorithm::Rs256).cose();
        let n = cose.get(-1).and_then(Cbor::as_bytes).unwrap();
        assert_eq!((n.len(), n[0] & 0x80), (256, 0x80));
        assert_eq!(cose.get(-2).and_then(Cbor::as_bytes), Some(&[1, 0, 1][..]));
    }
}
