//! COSE public keys (RFC 9052 §7, RFC 9053) as WebAuthn uses them (Level 3 §5.8.5 and §6.5.1.1).

use std::fmt;

use crate::Algorithm;

/// A public key, parsed and checked.
#[derive(Debug)]
pub struct PublicKey {
    algorithm: Algorithm,
}

/// Why bytes are not a public key that this crate verifies with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// The bytes are not a `COSE_Key`.
    Malformed,
}

/// The signature does not verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadSignature;

impl PublicKey {
    /// Parses a `COSE_Key` and checks it: key type, curve and algorithm fit, the point is on the curve, an RSA modulus has at
    /// least 2048 bits.
    pub fn parse(_cose: &[u8]) -> Result<Self, KeyError> {
        Err(KeyError::Malformed)
    }

    /// The algorithm that the key names.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Verifies `signature` over `message` with the key's own algorithm.
    pub fn verify(&self, _message: &[u8], _signature: &[u8]) -> Result<(), BadSignature> {
        Err(BadSignature)
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the bytes are not a COSE_Key")
    }
}

impl std::error::Error for KeyError {}
