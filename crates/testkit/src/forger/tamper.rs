//! Ways to spoil a signature.

use super::der;
use super::key::Key;

/// What becomes of a signature before it is handed over. [`Tamper::Nothing`] leaves it good.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Tamper {
    /// A good signature.
    #[default]
    Nothing,
    /// One bit inverted, counted from the first bit of the first byte and around the end.
    FlipBit(usize),
    /// No bytes at all.
    Empty,
    /// Only the first so many bytes.
    Truncate(usize),
    /// These bytes after a good signature.
    Append(Vec<u8>),
    /// `r || s` at full length in place of the DER form (RFC 9053 §2.1: COSE's own form, which `WebAuthn` does not use).
    Fixed,
    /// A good signature over the same bytes by another key of the same algorithm.
    OtherKey,
    /// A good signature by the right key over other bytes.
    OtherMessage,
    /// These bytes instead.
    Replace(Vec<u8>),
}

impl Tamper {
    /// Signs, and spoils the outcome.
    pub(crate) fn sign(&self, key: &Key, message: &[u8]) -> Vec<u8> {
        let mut signature = key.sign(message);
        match self {
            Self::Nothing => {}
            Self::FlipBit(place) => {
                let byte = place / 8 % signature.len();
                signature[byte] ^= 0x80 >> (place % 8);
            }
            Self::Empty => signature.clear(),
            Self::Truncate(length) => signature.truncate(*length),
            Self::Append(more) => signature.extend_from_slice(more),
            Self::Fixed => signature = fixed(&signature, key.uncompressed_point().len() / 2).unwrap_or(signature),
            Self::OtherKey => signature = Key::generate(key.algorithm()).sign(message),
            Self::OtherMessage => signature = key.sign(&[message, b"!"].concat()),
            Self::Replace(bytes) => signature.clone_from(bytes),
        }
        signature
    }
}

/// `Ecdsa-Sig-Value` (RFC 3279 §2.2.3) as two numbers of `length` bytes each; `None` if it is no such value.
fn fixed(signature: &[u8], length: usize) -> Option<Vec<u8>> {
    let (_, numbers, _) = der::read(signature)?;
    let (_, r, rest) = der::read(numbers)?;
    let (_, s, _) = der::read(rest)?;
    let mut out = Vec::with_capacity(2 * length);
    for number in [r, s] {
        let digits = &number[number.len().saturating_sub(length)..];
        out.resize(out.len() + length - digits.len(), 0);
        out.extend_from_slice(digits);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_FIXED, ECDSA_P521_SHA512_FIXED, ParsedPublicKey,
        VerificationAlgorithm,
    };

    use super::*;
    use crate::forger::Algorithm;

    fn verifies(key: &Key, form: &'static dyn VerificationAlgorithm, signature: &[u8]) -> bool {
        ParsedPublicKey::new(form, key.spki()).unwrap().verify_sig(b"message", signature).is_ok()
    }

    #[test]
    fn only_the_untouched_signature_verifies() {
        let key = Key::generate(Algorithm::Es256);
        assert!(verifies(&key, &ECDSA_P256_SHA256_ASN1, &Tamper::Nothing.sign(&key, b"message")));
        let spoiled = [
            Tamper::FlipBit(100),
            Tamper::FlipBit(100_000),
            Tamper::Empty,
            Tamper::Truncate(40),
            Tamper::Append(vec![0]),
            Tamper::Fixed,
            Tamper::OtherKey,
            Tamper::OtherMessage,
            Tamper::Replace(vec![1, 2, 3]),
        ];
        for tamper in spoiled {
            assert!(!verifies(&key, &ECDSA_P256_SHA256_ASN1, &tamper.sign(&key, b"message")), "{tamper:?}");
        }
    }

    #[test]
    fn the_fixed_form_is_a_good_signature_in_the_wrong_clothes() {
        let fixed_forms: [(Algorithm, &dyn VerificationAlgorithm); 2] =
            [(Algorithm::Es256, &ECDSA_P256_SHA256_FIXED), (Algorithm::Es512, &ECDSA_P521_SHA512_FIXED)];
        for (algorithm, form) in fixed_forms {
            let key = Key::generate(algorithm);
            // Often enough that numbers with leading zeros come up.
            for _ in 0..50 {
                assert!(verifies(&key, form, &Tamper::Fixed.sign(&key, b"message")), "{algorithm:?}");
            }
        }
    }
}
