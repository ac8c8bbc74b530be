//! The signatures under certificates: which key, which scheme.

use aws_lc_rs::signature as lc;
use aws_lc_rs::signature::{UnparsedPublicKey, VerificationAlgorithm};
use x509_cert::der::Encode as _;
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::spki::AlgorithmIdentifierOwned;

use crate::cose::BadSignature;

/// The kind of a certificate's public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyKind {
    P256,
    P384,
    P521,
    Rsa,
    Ed25519,
}

/// How a signature was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

const fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

/// Public key algorithms of a `SubjectPublicKeyInfo` (RFC 3279 §2.3, RFC 8410), and the curves of an EC key (RFC 5480).
const RSA_ENCRYPTION: ObjectIdentifier = oid("1.2.840.113549.1.1.1");
const ED25519: ObjectIdentifier = oid("1.3.101.112");
const EC_PUBLIC_KEY: ObjectIdentifier = oid("1.2.840.10045.2.1");
const CURVES: [(ObjectIdentifier, KeyKind); 3] = [
    (oid("1.2.840.10045.3.1.7"), KeyKind::P256),
    (oid("1.3.132.0.34"), KeyKind::P384),
    (oid("1.3.132.0.35"), KeyKind::P521),
];

/// Signature algorithms that have no parameters to look at (RFC 5758, RFC 4055, RFC 8410). SHA-1 is not among them.
const SCHEMES: [(ObjectIdentifier, Scheme); 7] = [
    (oid("1.2.840.10045.4.3.2"), Scheme::EcdsaSha256),
    (oid("1.2.840.10045.4.3.3"), Scheme::EcdsaSha384),
    (oid("1.2.840.10045.4.3.4"), Scheme::EcdsaSha512),
    (oid("1.2.840.113549.1.1.11"), Scheme::RsaPkcs1Sha256),
    (oid("1.2.840.113549.1.1.12"), Scheme::RsaPkcs1Sha384),
    (oid("1.2.840.113549.1.1.13"), Scheme::RsaPkcs1Sha512),
    (ED25519, Scheme::Ed25519),
];

/// RSASSA-PSS, whose parameters say the hash: last arc of its identifier (2.16.840.1.101.3.4.2.n), salt in bytes.
const RSASSA_PSS: ObjectIdentifier = oid("1.2.840.113549.1.1.10");
const PSS_SCHEMES: [(u8, u8, Scheme); 3] =
    [(1, 32, Scheme::RsaPssSha256), (2, 48, Scheme::RsaPssSha384), (3, 64, Scheme::RsaPssSha512)];

impl KeyKind {
    /// From the algorithm of a `SubjectPublicKeyInfo`.
    pub(super) fn of(algorithm: &AlgorithmIdentifierOwned) -> Option<Self> {
        match algorithm.oid {
            RSA_ENCRYPTION => Some(Self::Rsa),
            ED25519 => Some(Self::Ed25519),
            EC_PUBLIC_KEY => {
                let curve: ObjectIdentifier = algorithm.parameters.as_ref()?.decode_as().ok()?;
                CURVES.into_iter().find(|(oid, _)| *oid == curve).map(|(_, kind)| kind)
            }
            _ => None,
        }
    }
}

impl Scheme {
    /// From the signature algorithm of a certificate.
    pub(super) fn of(algorithm: &AlgorithmIdentifierOwned) -> Option<Self> {
        if algorithm.oid == RSASSA_PSS {
            let parameters = algorithm.parameters.as_ref()?.to_der().ok()?;
            let mut schemes = PSS_SCHEMES.into_iter();
            return schemes
                .find(|(hash, salt, _)| pss_parameters(*hash, *salt).contains(&parameters))
                .map(|(_, _, s)| s);
        }
        SCHEMES.into_iter().find(|(oid, _)| *oid == algorithm.oid).map(|(_, scheme)| scheme)
    }

    /// Verifies a signature with a public key as it stands in a `SubjectPublicKeyInfo`.
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
/// in which certificates carry it. `hash` is the last arc of the hash's identifier, 2.16.840.1.101.3.4.2.n. There are two
/// spellings: with NULL as the parameters of the hash, and without any; RFC 4055 §2.1 has both accepted.
fn pss_parameters(hash: u8, salt: u8) -> [Vec<u8>; 2] {
    const MGF1: [u8; 11] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08];
    let oid = [0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, hash];
    let salt = [0xa2, 0x03, 0x02, 0x01, salt];
    let with = [&[0x30, 0x0d], &oid[..], &[0x05, 0x00]].concat();
    let without = [&[0x30, 0x0b], &oid[..]].concat();
    [
        [&[0x30, 0x34, 0xa0, 0x0f], &with[..], &[0xa1, 0x1c, 0x30, 0x1a], &MGF1, &with, &salt].concat(),
        [&[0x30, 0x30, 0xa0, 0x0d], &without[..], &[0xa1, 0x1a, 0x30, 0x18], &MGF1, &without, &salt].concat(),
    ]
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::rsa::KeySize;
    use aws_lc_rs::signature::{EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RsaKeyPair};
    use x509_cert::der::Decode as _;

    use super::*;
    use crate::spec_vectors::bytes;

    const MESSAGE: &[u8] = b"to be signed";

    /// A key as a `SubjectPublicKeyInfo` has it, with signatures that it made.
    type Signed = (KeyKind, Vec<u8>, Vec<(Scheme, Vec<u8>)>);

    /// A key of each kind, with signatures by every scheme that our library makes with it.
    fn signed() -> Vec<Signed> {
        use Scheme::{EcdsaSha256, EcdsaSha384, EcdsaSha512};
        let random = SystemRandom::new();
        let mut all = Vec::new();
        let ecdsa: [(KeyKind, &[_]); 3] = [
            (KeyKind::P256, &[(EcdsaSha256, &lc::ECDSA_P256_SHA256_ASN1_SIGNING)]),
            (KeyKind::P384, &[(EcdsaSha384, &lc::ECDSA_P384_SHA384_ASN1_SIGNING)]),
            (
                KeyKind::P521,
                &[
                    (EcdsaSha256, &lc::ECDSA_P521_SHA256_ASN1_SIGNING),
                    (EcdsaSha384, &lc::ECDSA_P521_SHA384_ASN1_SIGNING),
                    (EcdsaSha512, &lc::ECDSA_P521_SHA512_ASN1_SIGNING),
                ],
            ),
        ];
        for (kind, schemes) in ecdsa {
            let pair = EcdsaKeyPair::generate(schemes[0].1).unwrap();
            let public = pair.public_key().as_ref().to_vec();
            let private = pair.to_pkcs8v1().unwrap();
            let signatures = schemes.iter().map(|(scheme, signing)| {
                let pair = EcdsaKeyPair::from_pkcs8(signing, private.as_ref()).unwrap();
                (*scheme, pair.sign(&random, MESSAGE).unwrap().as_ref().to_vec())
            });
            all.push((kind, public, signatures.collect()));
        }
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let schemes: [(Scheme, &'static dyn lc::RsaEncoding); 6] = [
            (Scheme::RsaPkcs1Sha256, &lc::RSA_PKCS1_SHA256),
            (Scheme::RsaPkcs1Sha384, &lc::RSA_PKCS1_SHA384),
            (Scheme::RsaPkcs1Sha512, &lc::RSA_PKCS1_SHA512),
            (Scheme::RsaPssSha256, &lc::RSA_PSS_SHA256),
            (Scheme::RsaPssSha384, &lc::RSA_PSS_SHA384),
            (Scheme::RsaPssSha512, &lc::RSA_PSS_SHA512),
        ];
        let signatures = schemes.map(|(scheme, encoding)| {
            let mut signature = vec![0; pair.public_modulus_len()];
            pair.sign(encoding, &random, MESSAGE, &mut signature).unwrap();
            (scheme, signature)
        });
        all.push((KeyKind::Rsa, pair.public_key().as_ref().to_vec(), signatures.to_vec()));
        let pair = Ed25519KeyPair::generate().unwrap();
        let signature = pair.sign(MESSAGE).as_ref().to_vec();
        all.push((KeyKind::Ed25519, pair.public_key().as_ref().to_vec(), vec![(Scheme::Ed25519, signature)]));
        all
    }

    #[test]
    fn a_signature_verifies_under_its_own_key_and_scheme_alone() {
        let all = signed();
        for (kind, key, signatures) in &all {
            for (scheme, signature) in signatures {
                assert!(scheme.verify(*kind, key, MESSAGE, signature).is_ok());
                assert!(scheme.verify(*kind, key, b"another message", signature).is_err());
                for (other_kind, other_key, other_signatures) in &all {
                    for (other, _) in other_signatures {
                        if (other_kind, other) != (kind, scheme) {
                            assert!(other.verify(*other_kind, other_key, MESSAGE, signature).is_err());
                        }
                        if other_kind != kind {
                            assert!(scheme.verify(*other_kind, other_key, MESSAGE, signature).is_err());
                            assert!(scheme.verify(*other_kind, key, MESSAGE, signature).is_err());
                        }
                    }
                }
            }
        }
    }

    /// The signatures that our library verifies and does not make, by another one (RFC 6979 over `MESSAGE`).
    #[test]
    fn curves_go_with_other_hashes_too() {
        const P256: &str = "044cc518b62e112a28517e47a6c01355c9b8d05fc7fb060c29be8dd5aeda6944089c0f04139273371eec570e1caff1d1 \
                 9b0151d5a6889bfb709f7710ef773eada9";
        const P384: &str = "04ecfe072d0c32002e466438b555b2a12418a5dfaf9338b24063d9b5f9add837857e11a54c42c2f58ce18fc1be8f3432 \
                 1affa5da1116be872ff990fbab1c13f36569a0a65024879605914f0c83ada36d668b22e51289add26349421fa40c112b \
                 fe";
        for (kind, scheme, key, signature) in [
            (
                KeyKind::P256,
                Scheme::EcdsaSha384,
                P256,
                "3045022059c58217935c0b894fb876755879358880e53150d079e876e57519857e47ff230221008bbb38f171e2955cd4 \
                 65782b45af3b1556c8f68c11a2f3628a709c6962603670",
            ),
            (
                KeyKind::P256,
                Scheme::EcdsaSha512,
                P256,
                "3045022100d1209c1cda9c3331dd091f166dde4faa769a37478312bf4d084a2801564f884802202a530f98d01aef8381 \
                 da646d621f3070f7a5979ef116bbf07d426a7adeabeec6",
            ),
            (
                KeyKind::P384,
                Scheme::EcdsaSha256,
                P384,
                "3064023065ad0e55393610cabe3605dd913b9c154cf7e8c67785ba3fd895e92e2fe783036e9b18d9896483b3a9e11e4c \
                 76b5d40602303835101634c71ac60250f142b0a63bb29c1c7ecf273f7be512b7ccba77b97b65a658009a7f9701799548 \
                 a78447ec8773",
            ),
            (
                KeyKind::P384,
                Scheme::EcdsaSha512,
                P384,
                "3065023100a016b89762af05f3a245bfd6766c18a4c88e219b3e869837cd695cafc03d5a8c99bcf99aa61cff386138d3 \
                 e50d060daf023007d5b32c0480585794efbd9f11edddffff25df3c9fded6dde7286e4b12d79b4f031acc19dc088f5b7c \
                 f2791b9501e44a",
            ),
        ] {
            assert!(scheme.verify(kind, &bytes(key), MESSAGE, &bytes(signature)).is_ok(), "{kind:?} {scheme:?}");
            assert!(scheme.verify(kind, &bytes(key), b"another", &bytes(signature)).is_err());
        }
    }

    fn identifier(hex: &str) -> AlgorithmIdentifierOwned {
        AlgorithmIdentifierOwned::from_der(&bytes(hex)).unwrap()
    }

    #[test]
    fn schemes_are_known_by_their_identifiers() {
        // RSASSA-PSS with hash n, MGF1 with hash m, and a salt of s bytes.
        let pss = |n, m, s| {
            identifier(&format!(
                "3041 06092a864886f70d01010a 3034 a00f 300d 0609608648016503040 2{n} 0500 a11c 301a 06092a864886f70d010108 \
                 300d 06096086480165030402{m} 0500 a203 0201{s}"
            ))
        };
        for (scheme, algorithm) in [
            (Some(Scheme::EcdsaSha256), identifier("300a 06082a8648ce3d040302")),
            (Some(Scheme::EcdsaSha384), identifier("300a 06082a8648ce3d040303")),
            (Some(Scheme::EcdsaSha512), identifier("300a 06082a8648ce3d040304")),
            (Some(Scheme::RsaPkcs1Sha256), identifier("300d 06092a864886f70d01010b 0500")),
            (Some(Scheme::RsaPkcs1Sha384), identifier("300d 06092a864886f70d01010c 0500")),
            (Some(Scheme::RsaPkcs1Sha512), identifier("300d 06092a864886f70d01010d 0500")),
            (Some(Scheme::Ed25519), identifier("3005 06032b6570")),
            (Some(Scheme::RsaPssSha256), pss("01", "01", "20")),
            (
                Some(Scheme::RsaPssSha256),
                identifier(
                    "303d 06092a864886f70d01010a 3030 a00d 300b 0609608648016503040201 a11a 3018 06092a864886f70d010108 \
                     300b 0609608648016503040201 a203 020120",
                ),
            ),
            (Some(Scheme::RsaPssSha384), pss("02", "02", "30")),
            (Some(Scheme::RsaPssSha512), pss("03", "03", "40")),
            // Two hashes, a short salt, no parameters (which means SHA-1), SHA-1, SHA-224, MD5.
            (None, pss("01", "02", "20")),
            (None, pss("01", "01", "14")),
            (None, identifier("300b 06092a864886f70d01010a")),
            (None, identifier("300d 06092a864886f70d01010a 3000")),
            (None, identifier("300d 06092a864886f70d010105 0500")),
            (None, identifier("3009 06072a8648ce3d0401")),
            (None, identifier("300a 06082a8648ce3d040301")),
            (None, identifier("300d 06092a864886f70d010104 0500")),
        ] {
            assert_eq!(Scheme::of(&algorithm), scheme, "{algorithm:?}");
        }
    }

    #[test]
    fn keys_are_known_by_their_identifiers() {
        for (kind, algorithm) in [
            (Some(KeyKind::P256), identifier("3013 06072a8648ce3d0201 06082a8648ce3d030107")),
            (Some(KeyKind::P384), identifier("3010 06072a8648ce3d0201 06052b81040022")),
            (Some(KeyKind::P521), identifier("3010 06072a8648ce3d0201 06052b81040023")),
            (Some(KeyKind::Rsa), identifier("300d 06092a864886f70d010101 0500")),
            (Some(KeyKind::Ed25519), identifier("3005 06032b6570")),
            // secp256k1, P-224, a curve left out, Ed448, DSA.
            (None, identifier("3010 06072a8648ce3d0201 06052b8104000a")),
            (None, identifier("3010 06072a8648ce3d0201 06052b81040021")),
            (None, identifier("3009 06072a8648ce3d0201")),
            (None, identifier("3005 06032b6571")),
            (None, identifier("3009 06072a8648ce380401")),
        ] {
            assert_eq!(KeyKind::of(&algorithm), kind, "{algorithm:?}");
        }
    }
}
