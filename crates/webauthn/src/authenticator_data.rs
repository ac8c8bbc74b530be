//! Authenticator data: what the authenticator says of the ceremony, and signs (Level 3 §6.1).

use crate::refusal::Part;
use crate::{Aaguid, Flags, Reason, Refusal, Step, cbor};

/// RP ID hash, flags and counter.
const HEAD: usize = 37;
/// AAGUID and the length of the credential id.
const ATTESTED_HEAD: usize = 18;
/// The longest credential id (§7.1 step 25).
const LONGEST_ID: usize = 1023;

/// Authenticator data, taken apart. Nothing is left over: each byte belongs to one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthenticatorData<'a> {
    /// The SHA-256 hash of the RP ID.
    pub rp_id_hash: &'a [u8; 32],
    /// The flags.
    pub flags: Flags,
    /// The signature counter.
    pub sign_count: u32,
    /// The new credential; present exactly when AT is set.
    pub attested: Option<AttestedCredential<'a>>,
    /// The extension outputs, a CBOR map; present exactly when ED is set.
    pub extensions: Option<&'a [u8]>,
}

/// Attested credential data (§6.5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttestedCredential<'a> {
    /// The authenticator's model, by its own word.
    pub aaguid: Aaguid,
    /// The credential id, 1 to 1023 bytes.
    pub id: &'a [u8],
    /// The credential public key: one CBOR map, not looked into yet.
    pub public_key: &'a [u8],
}

impl<'a> AuthenticatorData<'a> {
    /// Takes authenticator data apart.
    ///
    /// Refused are data cut short or with bytes left over, a credential id of wrong size, and CBOR that breaks the rules of
    /// strict reading.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Refusal> {
        let (head, mut rest) =
            bytes.split_first_chunk::<HEAD>().ok_or_else(|| invalid("it has fewer than 37 bytes"))?;
        let [rp_id_hash @ .., flags, c0, c1, c2, c3] = head;
        let flags = Flags::from_byte(*flags);
        let attested = flags.at().then(|| AttestedCredential::take(&mut rest)).transpose()?;
        let extensions = flags.ed().then(|| take_map(&mut rest, Part::Extensions)).transpose()?;
        if !rest.is_empty() {
            return Err(invalid("bytes are left over that no flag announces"));
        }
        let sign_count = u32::from_be_bytes([*c0, *c1, *c2, *c3]);
        Ok(Self { rp_id_hash, flags, sign_count, attested, extensions })
    }
}

impl<'a> AttestedCredential<'a> {
    fn take(rest: &mut &'a [u8]) -> Result<Self, Refusal> {
        let (head, after) = rest
            .split_first_chunk::<ATTESTED_HEAD>()
            .ok_or_else(|| invalid("AT is set, and the attested credential data is cut short"))?;
        let [aaguid @ .., l0, l1] = head;
        let bytes = usize::from(u16::from_be_bytes([*l0, *l1]));
        if bytes == 0 || bytes > LONGEST_ID {
            return Err(Refusal::new(Step::CREDENTIAL_ID_SIZE, Reason::CredentialIdSize { bytes }));
        }
        let (id, after) = after.split_at_checked(bytes).ok_or_else(|| invalid("the credential id is cut short"))?;
        *rest = after;
        let public_key = take_map(rest, Part::CredentialPublicKey)?;
        Ok(Self { aaguid: Aaguid(*aaguid), id, public_key })
    }
}

/// Splits off one CBOR map.
fn take_map<'a>(rest: &mut &'a [u8], part: Part) -> Result<&'a [u8], Refusal> {
    let step = Step::AUTHENTICATOR_DATA;
    let length = cbor::first_item(rest).map_err(|error| error.refusal(step, part))?;
    let (map, after) = rest.split_at(length);
    if map.first().is_none_or(|byte| byte >> 5 != 5) {
        return Err(cbor::Invalid { offset: 0, why: "it is not a map" }.refusal(step, part));
    }
    *rest = after;
    Ok(map)
}

fn invalid(why: &'static str) -> Refusal {
    Refusal::new(Step::AUTHENTICATOR_DATA, Reason::AuthenticatorDataInvalid { why })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn head(flags: u8) -> Vec<u8> {
        let mut bytes = vec![7; 32];
        bytes.extend([flags, 0, 0, 1, 2]);
        bytes
    }

    fn attested(id: usize, key: &[u8]) -> Vec<u8> {
        let mut bytes = vec![9; 16];
        bytes.extend(u16::try_from(id).unwrap().to_be_bytes());
        bytes.extend(vec![3; id]);
        bytes.extend(key);
        bytes
    }

    const MAP: &[u8] = &[0xa1, 0x01, 0x02];

    #[test]
    fn an_assertion_has_thirty_seven_bytes() {
        let bytes = head(0x05);
        let data = AuthenticatorData::parse(&bytes).unwrap();
        assert_eq!((data.rp_id_hash, data.flags.byte(), data.sign_count), (&[7; 32], 0x05, 258));
        assert_eq!((data.attested, data.extensions), (None, None));
    }

    #[test]
    fn the_flags_say_what_follows() {
        for (flags, tail) in [
            (0x41, attested(32, MAP)),
            (0xc1, [attested(1023, MAP), MAP.to_vec()].concat()),
            (0x81, MAP.to_vec()),
            (0x81, vec![0xa0]),
        ] {
            let bytes = [head(flags), tail].concat();
            let data = AuthenticatorData::parse(&bytes).unwrap();
            assert_eq!(data.attested.is_some(), data.flags.at());
            assert_eq!(data.extensions.is_some(), data.flags.ed());
            if let Some(credential) = data.attested {
                assert_eq!((credential.aaguid, credential.public_key), (Aaguid([9; 16]), MAP));
            }
        }
    }

    #[test]
    fn everything_else_is_refused() {
        let cut = |bytes: Vec<u8>, off: usize| bytes[..bytes.len() - off].to_vec();
        for (code, bytes) in [
            ("authenticator_data_invalid", vec![]),
            ("authenticator_data_invalid", cut(head(0x01), 1)),
            ("authenticator_data_invalid", [head(0x01), vec![0]].concat()),
            ("authenticator_data_invalid", [head(0x01), MAP.to_vec()].concat()),
            ("authenticator_data_invalid", head(0x41)),
            ("authenticator_data_invalid", [head(0x41), vec![0; 17]].concat()),
            ("authenticator_data_invalid", [head(0x41), cut(attested(32, &[]), 1)].concat()),
            ("authenticator_data_invalid", [head(0x41), attested(32, MAP), vec![0]].concat()),
            ("authenticator_data_invalid", [head(0x41), attested(32, MAP), MAP.to_vec()].concat()),
            ("authenticator_data_invalid", [head(0xc1), attested(32, MAP), MAP.to_vec(), vec![0]].concat()),
            ("credential_id_size", [head(0x41), attested(0, MAP)].concat()),
            ("credential_id_size", [head(0x41), attested(1024, MAP)].concat()),
            ("cbor_invalid", [head(0x41), attested(32, &[])].concat()),
            ("cbor_invalid", [head(0x41), attested(32, &[0x01])].concat()),
            ("cbor_invalid", [head(0x41), attested(32, &[0xa1, 0x01])].concat()),
            ("cbor_invalid", [head(0xc1), attested(32, MAP)].concat()),
            ("cbor_invalid", [head(0x81), vec![0x80]].concat()),
            ("cbor_invalid", [head(0x81), vec![0xbf, 0xff]].concat()),
        ] {
            let refused = AuthenticatorData::parse(&bytes).expect_err(code);
            assert_eq!(refused.reason.code(), code, "{refused}: {bytes:02x?}");
        }
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(flags in any::<u8>(), tail in prop::collection::vec(any::<u8>(), 0..256)) {
            let _ = AuthenticatorData::parse(&tail);
            let _ = AuthenticatorData::parse(&[head(flags), tail].concat());
        }
    }
}
