//! The parameters of a `COSE_Key`, as read from its map.

use minicbor::Decoder;

use super::KeyError;
use crate::{Algorithm, cbor};

/// Labels common to all keys (RFC 9052 §7.1).
const KTY: i64 = 1;
const ALG: i64 = 3;

/// The parameters of a key by their labels. What −1, −2 and −3 mean hangs on the key type.
#[derive(Default)]
pub(super) struct Fields<'a> {
    kty: Option<i64>,
    alg: Option<i64>,
    /// `crv` (−1) of an EC2 or OKP key.
    pub(super) curve: Option<i64>,
    /// `n` (−1) of an RSA key.
    pub(super) modulus: Option<&'a [u8]>,
    /// `x` (−2) of an EC2 or OKP key, `e` of an RSA key.
    pub(super) minus_two: Option<&'a [u8]>,
    /// `y` (−3) of an EC2 key as a byte string.
    pub(super) minus_three: Option<&'a [u8]>,
}

impl<'a> Fields<'a> {
    pub(super) fn read(cose: &'a [u8]) -> Result<Self, KeyError> {
        let mut decoder = cbor::only_item(cose)?;
        let mut fields = Self::default();
        for _ in 0..cbor::map(&mut decoder, "it is not a map")? {
            // Labels are integers or texts; those that matter are integers.
            let label = decoder.clone().i64().ok();
            cbor::skip(&mut decoder)?;
            match label {
                Some(KTY) => fields.kty = Some(cbor::integer(&mut decoder, "kty (1) is not an integer")?),
                Some(ALG) => fields.alg = Some(cbor::integer(&mut decoder, "alg (3) is not an integer")?),
                Some(-1) => fields.minus_one(&mut decoder)?,
                Some(-2) => fields.minus_two = Some(cbor::bytes(&mut decoder, "parameter -2 is not a byte string")?),
                // A Boolean here would be the sign of a compressed point, which WebAuthn forbids (§5.8.5).
                Some(-3) => fields.minus_three = Some(cbor::bytes(&mut decoder, "parameter -3 is not a byte string")?),
                _ => drop(cbor::skip(&mut decoder)?),
            }
        }
        Ok(fields)
    }

    fn minus_one(&mut self, decoder: &mut Decoder<'a>) -> Result<(), KeyError> {
        if let Ok(modulus) = decoder.clone().bytes() {
            self.modulus = Some(modulus);
            cbor::skip(decoder)?;
        } else {
            self.curve = Some(cbor::integer(decoder, "parameter -1 is neither an integer nor a byte string")?);
        }
        Ok(())
    }

    /// The algorithm, which Web Authentication demands to be named (§6.5.1.1).
    pub(super) fn algorithm(&self) -> Result<Algorithm, KeyError> {
        let id = self.alg.ok_or(KeyError::Missing { parameter: "alg (3)" })?;
        Algorithm::from_cose(id).ok_or(KeyError::UnknownAlgorithm { id })
    }

    /// Refuses a key whose type is not `expected`.
    pub(super) fn demand_key_type(&self, algorithm: Algorithm, expected: i64) -> Result<(), KeyError> {
        match self.kty {
            Some(found) if found == expected => Ok(()),
            Some(found) => Err(KeyError::WrongKeyType { algorithm, found }),
            None => Err(KeyError::Missing { parameter: "kty (1)" }),
        }
    }

    /// Refuses a key whose curve is not `expected`.
    pub(super) fn demand_curve(&self, algorithm: Algorithm, expected: i64) -> Result<(), KeyError> {
        match self.curve {
            Some(found) if found == expected => Ok(()),
            Some(found) => Err(KeyError::WrongCurve { algorithm, found }),
            None => Err(KeyError::Missing { parameter: "crv (-1)" }),
        }
    }
}

impl From<cbor::Invalid> for KeyError {
    fn from(error: cbor::Invalid) -> Self {
        Self::Malformed { offset: error.offset, why: error.why }
    }
}
