//! The members that attestation statements share: `alg`, `sig` and `x5c`.

use minicbor::Decoder;

use crate::{Reason, Refusal, Step, cbor};

/// The most certificates of an `x5c`. Chains have one to three.
const LONGEST_CHAIN: u64 = 8;

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
    /// Reads a statement that came through [`AttestationObject::parse`](super::AttestationObject::parse).
    pub(super) fn parse(bytes: &'a [u8], step: Step) -> Result<Self, Refusal> {
        Self::read(bytes).map_err(|error| Refusal::new(step, Reason::AttestationInvalid { why: error.why }))
    }

    fn read(bytes: &'a [u8]) -> Result<Self, cbor::Invalid> {
        let (mut alg, mut signature, mut certificates) = (None, None, None);
        let mut decoder = Decoder::new(bytes);
        for _ in 0..cbor::map(&mut decoder, "attStmt is not a map")? {
            match cbor::text(&mut decoder, "a key of attStmt is not a text")? {
                "alg" => alg = Some(cbor::integer(&mut decoder, "alg is not an integer")?),
                "sig" => signature = Some(cbor::bytes(&mut decoder, "sig is not a byte string")?),
                "x5c" => certificates = Some(read_certificates(&mut decoder)?),
                _ => drop(cbor::skip(&mut decoder)?),
            }
        }
        let signature = signature.ok_or(cbor::Invalid { offset: 0, why: "sig is absent" })?;
        Ok(Self { alg, signature, certificates })
    }
}

fn read_certificates<'a>(decoder: &mut Decoder<'a>) -> Result<Vec<&'a [u8]>, cbor::Invalid> {
    let length = cbor::array(decoder, "x5c is not an array")?;
    if length == 0 || length > LONGEST_CHAIN {
        return Err(cbor::Invalid { offset: decoder.position(), why: "x5c does not have 1 to 8 certificates" });
    }
    (0..length).map(|_| cbor::bytes(decoder, "a certificate of x5c is not a byte string")).collect()
}
