//! The attestation object: the envelope of a new credential (Level 3 §6.5.4).

use crate::refusal::{Part, demand};
use crate::{Reason, Refusal, Step, cbor};

/// The most bytes of an attestation object that are read. With a chain of certificates it has 1 to 10 KiB.
const LONGEST: usize = 64 * 1024;

/// An attestation object, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttestationObject<'a> {
    /// `fmt`: the identifier of the statement's format.
    pub format: &'a str,
    /// `attStmt`: one CBOR map, not looked into yet.
    pub statement: &'a [u8],
    /// `authData`, for [`AuthenticatorData::parse`](crate::AuthenticatorData::parse).
    pub authenticator_data: &'a [u8],
}

impl<'a> AttestationObject<'a> {
    /// Takes an attestation object apart: strict CBOR, at most 64 KiB, nothing left over.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Refusal> {
        const STEP: Step = Step::REGISTRATION_ATTESTATION_OBJECT;
        demand(bytes.len() <= LONGEST, STEP, || Reason::MemberInvalid {
            member: "response.attestationObject",
            expected: "at most 64 KiB long",
        })?;
        Self::read(bytes).map_err(|error| error.refusal(STEP, Part::AttestationObject))
    }

    fn read(bytes: &'a [u8]) -> Result<Self, cbor::Invalid> {
        let mut decoder = cbor::only_item(bytes)?;
        let (mut format, mut statement, mut authenticator_data) = (None, None, None);
        for _ in 0..cbor::map(&mut decoder, "it is not a map")? {
            match cbor::text(&mut decoder, "a key is not a text")? {
                "fmt" => format = Some(cbor::text(&mut decoder, "fmt is not a text")?),
                "authData" => authenticator_data = Some(cbor::bytes(&mut decoder, "authData is not a byte string")?),
                "attStmt" => {
                    let mut inside = decoder.clone();
                    cbor::map(&mut inside, "attStmt is not a map")?;
                    statement = Some(cbor::skip(&mut decoder)?);
                }
                _ => drop(cbor::skip(&mut decoder)?),
            }
        }
        let missing = |why| cbor::Invalid { offset: 0, why };
        Ok(Self {
            format: format.ok_or(missing("fmt is absent"))?,
            statement: statement.ok_or(missing("attStmt is absent"))?,
            authenticator_data: authenticator_data.ok_or(missing("authData is absent"))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use ciborium::{Value, cbor};
    use proptest::prelude::*;

    use super::*;

    fn bytes(value: &Value) -> Vec<u8> {
        let mut bytes = Vec::new();
        ciborium::into_writer(value, &mut bytes).unwrap();
        bytes
    }

    fn data() -> Value {
        Value::Bytes(vec![1, 2, 3])
    }

    #[test]
    fn the_three_members_are_read_in_any_order() {
        for object in [
            cbor!({"fmt" => "none", "attStmt" => {}, "authData" => data()}).unwrap(),
            cbor!({"authData" => data(), "fmt" => "none", "attStmt" => {}, "epAtt" => true}).unwrap(),
        ] {
            let bytes = bytes(&object);
            let object = AttestationObject::parse(&bytes).unwrap();
            assert_eq!(
                (object.format, object.statement, object.authenticator_data),
                ("none", &[0xa0][..], &[1, 2, 3][..])
            );
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for (why, object) in [
            ("not a map", cbor!([]).unwrap()),
            ("fmt is absent", cbor!({"attStmt" => {}, "authData" => data()}).unwrap()),
            ("attStmt is absent", cbor!({"fmt" => "none", "authData" => data()}).unwrap()),
            ("authData is absent", cbor!({"fmt" => "none", "attStmt" => {}}).unwrap()),
            ("fmt is not a text", cbor!({"fmt" => 1, "attStmt" => {}, "authData" => data()}).unwrap()),
            ("attStmt is not a map", cbor!({"fmt" => "none", "attStmt" => [], "authData" => data()}).unwrap()),
            ("authData is not", cbor!({"fmt" => "none", "attStmt" => {}, "authData" => "text"}).unwrap()),
            ("key is not a text", cbor!({1 => "none", "attStmt" => {}, "authData" => data()}).unwrap()),
        ] {
            let refused = AttestationObject::parse(&bytes(&object)).expect_err(why);
            assert!(refused.to_string().contains(why), "{why}: {refused}");
        }
        let mut longer = bytes(&cbor!({"fmt" => "none", "attStmt" => {}, "authData" => data()}).unwrap());
        longer.push(0);
        let refused = AttestationObject::parse(&longer).unwrap_err();
        assert!(refused.to_string().contains("left over"), "{refused}");
    }

    #[test]
    fn sixty_four_kibibytes_are_read_and_no_more() {
        let object = |size| {
            let padding = Value::Bytes(vec![0; size]);
            bytes(&cbor!({"fmt" => "none", "attStmt" => {}, "authData" => padding}).unwrap())
        };
        let around = object(60_000).len() - 60_000;
        assert!(AttestationObject::parse(&object(LONGEST - around)).is_ok());
        assert!(AttestationObject::parse(&object(LONGEST - around + 1)).is_err());
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
            let _ = AttestationObject::parse(&bytes);
        }
    }
}
