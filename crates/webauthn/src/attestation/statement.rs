//! The members that attestation statements share: `alg`, `sig` and `x5c`.

use crate::refusal::Part;
use crate::{Reason, Refusal, Step, cbor};

/// The most certificates of an `x5c`. Chains have one to three.
const LONGEST_CHAIN: usize = 8;

/// `attStmt` of the packed and FIDO U2F formats.
pub(super) struct Statement<'a> {
    /// `alg`: the COSE identifier of the signature's algorithm.
    pub(super) alg: Option<i64>,
    /// `sig`.
    pub(super) signature: &'a [u8],
    /// `x5c`: DER certificates, the leaf first; at least one when present.
    pub(super) certificates: Option<Vec<&'a [u8]>>,
}

impl<'a> Statement<'a> {
    pub(super) fn parse(bytes: &'a [u8], step: Step) -> Result<Self, Refusal> {
        let invalid = |why| Refusal::new(step, Reason::AttestationInvalid { why });
        let (mut alg, mut signature, mut certificates) = (None, None, None);
        // The attestation object was walked as a whole; offsets are those within the statement.
        let not_read = |error: cbor::Invalid| error.refusal(step, Part::AttestationObject);
        let mut decoder = cbor::only_item(bytes).map_err(not_read)?;
        for _ in 0..cbor::map(&mut decoder, "attStmt is not a map").map_err(not_read)? {
            match cbor::text(&mut decoder, "").map_err(|_| invalid("a key of attStmt is not a text"))? {
                "alg" => {
                    let value = cbor::integer(&mut decoder, "").map_err(|_| invalid("alg is not an integer"))?;
                    alg = Some(value);
                }
                "sig" => {
                    let value = cbor::bytes(&mut decoder, "").map_err(|_| invalid("sig is not a byte string"))?;
                    signature = Some(value);
                }
                "x5c" => {
                    let length = cbor::array(&mut decoder, "").map_err(|_| invalid("x5c is not an array"))?;
                    if length == 0 || length > LONGEST_CHAIN as u64 {
                        return Err(invalid("x5c does not have 1 to 8 certificates"));
                    }
                    let items = (0..length).map(|_| cbor::bytes(&mut decoder, ""));
                    let items: Result<_, _> = items.collect();
                    certificates = Some(items.map_err(|_| invalid("a certificate of x5c is not a byte string"))?);
                }
                _ => drop(cbor::skip(&mut decoder).map_err(not_read)?),
            }
        }
        Ok(Self { alg, signature: signature.ok_or_else(|| invalid("sig is absent"))?, certificates })
    }
}
