//! The signatures under certificates: which key, which scheme.

use aws_lc_rs::signature as lc;
use aws_lc_rs::signature::{UnparsedPublicKey, VerificationAlgorithm};
use x509_cert::der::Encode as _;
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::spki::AlgorithmIdentifierOwned;

use crate::cose::BadSignature;

/// The kind of a certificate's public key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyKind {
    P256,
    P384,
    P521,
    Rsa,
    Ed25519,
}

/// How a signature was made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    EcdsaSha256,
    EcdsaSha384,
    EcdsaSha512,
    RsaPkcs1Sha256,
    RsaPkcs1Sha384,
    RsaPkcs1Sha512,
    RsaPssSha256,
    RsaPssSha384,
    RsaPssSha512,
    Ed25519,
}

impl KeyKind {
    /// From the algorithm of a SubjectPublicKeyInfo (RFC 3279 §2.3, RFC 5480, RFC 8410).
    pub(super) fn of(algorithm: &AlgorithmIdentifierOwned) -> Option<Self> {
        match algorithm.oid.to_string().as_str() {
            "1.2.840.113549.1.1.1" => Some(Self::Rsa),
            "1.3.101.112" => Some(Self::Ed25519),
            "1.2.840.10045.2.1" => {
                let curve: ObjectIdentifier = algorithm.parameters.as_ref()?.decode_as().ok()?;
                match curve.to_string().as_str() {
                    "1.2.840.10045.3.1.7" => Some(Self::P256),
                    "1.3.132.0.34" => Some(Self::P384),
                    "1.3.132.0.35" => Some(Self::P521),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

impl Scheme {
    /// From the signature algorithm of a certificate (RFC 4055, RFC 5758, RFC 8410). SHA-1 is not among them.
    pub(super) fn of(algorithm: &AlgorithmIdentifierOwned) -> Option<Self> {
        Some(match algorithm.oid.to_string().as_str() {
            "1.2.840.10045.4.3.2" => Self::EcdsaSha256,
            "1.2.840.10045.4.3.3" => Self::EcdsaSha384,
            "1.2.840.10045.4.3.4" => Self::EcdsaSha512,
            "1.2.840.113549.1.1.11" => Self::RsaPkcs1Sha256,
            "1.2.840.113549.1.1.12" => Self::RsaPkcs1Sha384,
            "1.2.840.113549.1.1.13" => Self::RsaPkcs1Sha512,
            "1.2.840.113549.1.1.10" => {
                let parameters = algorithm.parameters.as_ref()?.to_der().ok()?;
                [(1, 32, Self::RsaPssSha256), (2, 48, Self::RsaPssSha384), (3, 64, Self::RsaPssSha512)]
                    .into_iter()
                    .find(|(hash, salt, _)| parameters == pss_parameters(*hash, *salt))?
                    .2
            }
            "1.3.101.112" => Self::Ed25519,
            _ => return None,
        })
    }

    /// Verifies a signature with a public key as it stands in a SubjectPublicKeyInfo.
    pub(super) fn verify(
        self,
        kind: KeyKind,
        key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), BadSignature> {
        let algorithm: &'static dyn VerificationAlgorithm = match (kind, self) {
            (KeyKind::P256, Self::EcdsaSha256) => &lc::ECDSA_P256_SHA256_ASN1,
            (KeyKind::P256, Self::EcdsaSha384) => &lc::ECDSA_P256_SHA384_ASN1,
            (KeyKind::P256, Self::EcdsaSha512) => &lc::ECDSA_P256_SHA512_ASN1,
            (KeyKind::P384, Self::EcdsaSha256) => &lc::ECDSA_P384_SHA256_ASN1,
            (KeyKind::P384, Self::EcdsaSha384) => &lc::ECDSA_P384_SHA384_ASN1,
            (KeyKind::P384, Self::EcdsaSha512) => &lc::ECDSA_P384_SHA512_ASN1,
            (KeyKind::P521, Self::EcdsaSha256) => &lc::ECDSA_P521_SHA256_ASN1,
            (KeyKind::P521, Self::EcdsaSha384) => &lc::ECDSA_P521_SHA384_ASN1,
            (KeyKind::P521, Self::EcdsaSha512) => &lc::ECDSA_P521_SHA512_ASN1,
            (KeyKind::Rsa, Self::RsaPkcs1Sha256) => &lc::RSA_PKCS1_2048_8192_SHA256,
            (KeyKind::Rsa, Self::RsaPkcs1Sha384) => &lc::RSA_PKCS1_2048_8192_SHA384,
            (KeyKind::Rsa, Self::RsaPkcs1Sha512) => &lc::RSA_PKCS1_2048_8192_SHA512,
            (KeyKind::Rsa, Self::RsaPssSha256) => &lc::RSA_PSS_2048_8192_SHA256,
            (KeyKind::Rsa, Self::RsaPssSha384) => &lc::RSA_PSS_2048_8192_SHA384,
            (KeyKind::Rsa, Self::RsaPssSha512) => &lc::RSA_PSS_2048_8192_SHA512,
            (KeyKind::Ed25519, Self::Ed25519) => &lc::ED25519,
            _ => return Err(BadSignature),
        };
        UnparsedPublicKey::new(algorithm, key).verify(message, signature).map_err(|_| BadSignature)
    }
}

/// The DER of RSASSA-PSS-params (RFC 4055 §3.1) with one hash for message and mask and a salt as long as that hash, the form
/// in which certificates carry it. `hash` is the last arc of the hash's identifier, 2.16.840.1.101.3.4.2.n.
fn pss_parameters(hash: u8, salt: u8) -> Vec<u8> {
    const MGF1: [u8; 11] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08];
    let hash = [0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, hash, 0x05, 0x00];
    [&[0x30, 0x34, 0xa0, 0x0f][..], &hash, &[0xa1, 0x1c, 0x30, 0x1a], &MGF1, &hash, &[0xa2, 0x03, 0x02, 0x01, salt]]
        .concat()
}
