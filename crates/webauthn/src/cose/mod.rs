//! COSE public keys (RFC 9052 §7, RFC 9053, RFC 8230) as Web Authentication uses them (Level 3 §5.8.5 and §6.5.1.1).
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let cose = [&[0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21, 0x58, 0x20][..], &[0x44, 0xe0, 0x6d, 0xdd, 0x33, 0x1c,
//! # 0x36, 0xa8, 0xdc, 0x66, 0x7b, 0xab, 0x52, 0xbc, 0xae, 0x63, 0x48, 0x6c, 0x91, 0x6a, 0xa5, 0xe3, 0x39, 0xe6, 0xac,
//! # 0xeb, 0xaa, 0x84, 0x93, 0x4b, 0xf8, 0x32]].concat();
//! use countersign_webauthn::{Algorithm, cose::PublicKey};
//!
//! let key = PublicKey::parse(&cose)?;
//! assert_eq!(key.algorithm(), Algorithm::EdDsa);
//! assert!(key.verify(b"message", b"signature").is_err());
//! # Ok(())
//! # }
//! ```

use std::fmt;

use aws_lc_rs::signature::ParsedPublicKey;

use crate::Algorithm;

mod fields;
mod key;

/// A public key, parsed and checked.
#[derive(Clone)]
pub struct PublicKey {
    algorithm: Algorithm,
    key: ParsedPublicKey,
}

/// Why bytes are not a public key that this crate verifies with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// The bytes are not a `COSE_Key`.
    Malformed {
        /// The offset in bytes.
        offset: usize,
        /// What is wrong there.
        why: &'static str,
    },
    /// A parameter that the key needs is absent.
    Missing {
        /// Its name and label, such as `crv (-1)`.
        parameter: &'static str,
    },
    /// The algorithm is not one that this crate verifies.
    UnknownAlgorithm {
        /// Its COSE identifier.
        id: i64,
    },
    /// The key type does not go with the algorithm.
    WrongKeyType {
        /// The algorithm.
        algorithm: Algorithm,
        /// The COSE key type found.
        found: i64,
    },
    /// The curve does not go with the algorithm.
    WrongCurve {
        /// The algorithm.
        algorithm: Algorithm,
        /// The COSE curve found.
        found: i64,
    },
    /// A parameter has another length or form than it should.
    InvalidParameter {
        /// Its name and label, such as `x (-2)`.
        parameter: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// The point is not on the curve, or is one with which anybody can sign.
    InvalidPoint,
    /// The RSA modulus is shorter or longer than accepted.
    ModulusSize {
        /// Its length in bits.
        bits: usize,
    },
    /// The RSA modulus and exponent make no usable key.
    InvalidRsa,
}

/// The signature does not verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadSignature;

impl PublicKey {
    /// Parses a `COSE_Key` and checks it: key type, curve and algorithm fit, an EC point is uncompressed and on its curve,
    /// an Ed25519 point is not of small order, an RSA modulus has 2048 to 8192 bits. Parameters that the key does not need
    /// are ignored.
    ///
    /// Whether 32 bytes are an Ed25519 point at all is found out by the first verification: half of all values are none,
    /// and under those no signature verifies.
    pub fn parse(cose: &[u8]) -> Result<Self, KeyError> {
        let fields = fields::Fields::read(cose)?;
        let algorithm = fields.algorithm()?;
        let key = key::import(algorithm, &fields)?;
        Ok(Self { algorithm, key })
    }

    /// The algorithm that the key names.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Verifies `signature` over `message` with the key's own algorithm: ECDSA signatures as ASN.1 DER, the others as
    /// their own octets (Level 3 §6.5.5).
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
        self.key.verify_sig(message, signature).map_err(|_| BadSignature)
    }

    /// The uncompressed point (SEC 1 §2.3.3) of an ES256 key, which FIDO U2F signs over.
    pub(crate) fn p256_point(&self) -> Option<&[u8]> {
        (self.algorithm == Algorithm::Es256).then(|| self.key.as_ref())
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicKey").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { offset, why } => write!(f, "it is not a COSE_Key: {why}, at byte {offset}"),
            Self::Missing { parameter } => write!(f, "{parameter} is absent"),
            Self::UnknownAlgorithm { id } => {
                write!(f, "COSE algorithm {id} is not supported; offer -8, -7 and -257 in pubKeyCredParams")
            }
            Self::WrongKeyType { algorithm, found } => {
                write!(f, "key type {found} does not go with algorithm {algorithm}")
            }
            Self::WrongCurve { algorithm, found } => write!(f, "curve {found} does not go with algorithm {algorithm}"),
            Self::InvalidParameter { parameter, expected } => write!(f, "{parameter} is not {expected}"),
            Self::InvalidPoint => f.write_str("the point is not a usable one of the curve"),
            Self::ModulusSize { bits } => write!(f, "the RSA modulus has {bits} bits; it may have 2048 to 8192"),
            Self::InvalidRsa => f.write_str("the RSA modulus and exponent make no usable key"),
        }
    }
}

impl std::error::Error for KeyError {}

impl fmt::Display for BadSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the signature does not verify")
    }
}

impl std::error::Error for BadSignature {}

#[cfg(test)]
mod tests;
