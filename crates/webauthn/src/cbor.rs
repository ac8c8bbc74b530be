//! Strict reading of CBOR (RFC 8949).
//!
//! [`first_item`] walks a data item once and holds it to the rules that CTAP2 gives: definite lengths, no tags,
//! no duplicate keys, a bounded depth. What passed can be read with [`minicbor`]'s decoder, which takes the tokens apart.

use std::collections::BTreeSet;

use minicbor::Decoder;
use minicbor::data::Type;

use crate::refusal::Part;
use crate::{Reason, Refusal, Step};

/// The deepest nesting of arrays and maps. Attestation objects and extension outputs need three or four.
const DEEPEST: usize = 8;

/// What is wrong with the bytes, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Invalid {
    /// Offset in bytes.
    pub(crate) offset: usize,
    /// A phrase for people.
    pub(crate) why: &'static str,
}

impl Invalid {
    /// As a refusal at `step` for `part` of the message.
    pub(crate) fn refusal(self, step: Step, part: Part) -> Refusal {
        Refusal::new(step, Reason::CborInvalid { part, offset: self.offset, why: self.why })
    }
}

/// A key of a map: integers and text are all that COSE, CTAP2 and attestation statements use.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key<'a> {
    Integer(i128),
    Text(&'a str),
}

/// The length in bytes of the data item that `bytes` begins with.
pub(crate) fn first_item(bytes: &[u8]) -> Result<usize, Invalid> {
    let mut decoder = Decoder::new(bytes);
    item(&mut decoder, 0)?;
    Ok(decoder.position())
}

/// A decoder for `bytes`, which are exactly one data item.
pub(crate) fn only_item(bytes: &[u8]) -> Result<Decoder<'_>, Invalid> {
    let length = first_item(bytes)?;
    if length == bytes.len() {
        Ok(Decoder::new(bytes))
    } else {
        Err(Invalid { offset: length, why: "bytes are left over" })
    }
}

/// Begins a map and gives the number of its entries.
pub(crate) fn map(decoder: &mut Decoder<'_>, why: &'static str) -> Result<u64, Invalid> {
    let offset = decoder.position();
    decoder.map().ok().flatten().ok_or(Invalid { offset, why })
}

/// Begins an array and gives the number of its items.
pub(crate) fn array(decoder: &mut Decoder<'_>, why: &'static str) -> Result<u64, Invalid> {
    let offset = decoder.position();
    decoder.array().ok().flatten().ok_or(Invalid { offset, why })
}

/// Reads a byte string.
pub(crate) fn bytes<'a>(decoder: &mut Decoder<'a>, why: &'static str) -> Result<&'a [u8], Invalid> {
    let offset = decoder.position();
    decoder.bytes().map_err(|_| Invalid { offset, why })
}

/// Reads a text string.
pub(crate) fn text<'a>(decoder: &mut Decoder<'a>, why: &'static str) -> Result<&'a str, Invalid> {
    let offset = decoder.position();
    decoder.str().map_err(|_| Invalid { offset, why })
}

/// Reads an integer.
pub(crate) fn integer(decoder: &mut Decoder<'_>, why: &'static str) -> Result<i64, Invalid> {
    let offset = decoder.position();
    decoder.i64().map_err(|_| Invalid { offset, why })
}

/// Passes over one data item and gives its bytes.
pub(crate) fn skip<'a>(decoder: &mut Decoder<'a>) -> Result<&'a [u8], Invalid> {
    let offset = decoder.position();
    decoder.skip().map_err(|_| Invalid { offset, why: "the data item is not complete" })?;
    Ok(&decoder.input()[offset..decoder.position()])
}

fn item(decoder: &mut Decoder<'_>, depth: usize) -> Result<(), Invalid> {
    let offset = decoder.position();
    let invalid = |why| Invalid { offset, why };
    let cut_short = |_| invalid("the data item is not complete");
    match decoder.datatype().map_err(|_| invalid("a data item is missing or has no known type"))? {
        Type::Array | Type::Map if depth == DEEPEST => Err(invalid("the nesting is deeper than 8 levels")),
        Type::Array => {
            let length = decoder.array().map_err(cut_short)?.ok_or(invalid("an array has no definite length"))?;
            (0..length).try_for_each(|_| item(decoder, depth + 1))
        }
        Type::Map => {
            let length = decoder.map().map_err(cut_short)?.ok_or(invalid("a map has no definite length"))?;
            let mut keys = BTreeSet::new();
            for _ in 0..length {
                let offset = decoder.position();
                if !keys.insert(key(decoder)?) {
                    return Err(Invalid { offset, why: "a map has the same key twice" });
                }
                item(decoder, depth + 1)?;
            }
            Ok(())
        }
        Type::Bytes => decoder.bytes().map(drop).map_err(cut_short),
        // Reading it checks that it is UTF-8.
        Type::String => decoder.str().map(drop).map_err(|_| invalid("a text is cut short or not UTF-8")),
        Type::ArrayIndef | Type::MapIndef | Type::BytesIndef | Type::StringIndef | Type::Break => {
            Err(invalid("an indefinite length is used"))
        }
        Type::Tag => Err(invalid("a tag is used")),
        Type::Unknown(_) => Err(invalid("a data item has no known type")),
        // RFC 8949 §3.3 assigns no others, and the two-byte form below 32 is not well-formed.
        Type::Simple => Err(invalid("a simple value other than false, true, null and undefined is used")),
        _ => decoder.skip().map_err(cut_short),
    }
}

fn key<'a>(decoder: &mut Decoder<'a>) -> Result<Key<'a>, Invalid> {
    let offset = decoder.position();
    let invalid = |why| Invalid { offset, why };
    match decoder.input().get(offset).map(|byte| byte >> 5) {
        Some(0 | 1) => decoder.int().map(|n| Key::Integer(n.into())).map_err(|_| invalid("a map key is not complete")),
        Some(3) => decoder.str().map(Key::Text).map_err(|_| invalid("a map key is cut short or not UTF-8")),
        Some(_) => Err(invalid("a map key is neither an integer nor a text")),
        None => Err(invalid("the data item is not complete")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::spec_vectors::bytes as hex;

    #[test]
    fn items_of_every_allowed_kind_pass() {
        for text in [
            "00",
            "1818",
            "1b ffffffffffffffff",
            "20",
            "3b ffffffffffffffff",
            "40",
            "43 010203",
            "60",
            "62 c3bc",
            "80",
            "82 01 02",
            "a0",
            "a2 01 02 61 61 03",
            "f4",
            "f5",
            "f6",
            "f7",
            "f9 3c00",
            "fa 3f800000",
            "fb 3ff0000000000000",
            // Longer than need be, which canonical form forbids and we do not.
            "18 05",
            "58 01 ff",
            "b8 01 01 02",
            // Eight levels.
            "81 81 81 81 81 81 81 80",
            "a1 01 a1 01 a1 01 a1 01 a1 01 a1 01 a1 01 a0",
        ] {
            let item = hex(text);
            assert_eq!(first_item(&item), Ok(item.len()), "{text}");
        }
        assert_eq!(first_item(&hex("01 02")), Ok(1), "what follows the first item is left alone");
    }

    #[test]
    fn everything_else_is_refused() {
        for (text, why) in [
            ("", "missing"),
            ("18", "not complete"),
            ("1b 00000000000000", "not complete"),
            ("42 01", "not complete"),
            ("5b ffffffffffffffff", "not complete"),
            ("62 61", "cut short"),
            ("61 ff", "not UTF-8"),
            ("82 01", "missing"),
            ("9b ffffffffffffffff", "missing"),
            ("a1", "not complete"),
            ("a1 01", "missing"),
            ("bb ffffffffffffffff", "not complete"),
            ("5f 41 01 ff", "indefinite"),
            ("7f 61 61 ff", "indefinite"),
            ("9f ff", "indefinite"),
            ("bf ff", "indefinite"),
            ("82 9f ff 01", "indefinite"),
            ("ff", "indefinite"),
            ("c0 60", "tag"),
            ("d9 d9f7 80", "tag"),
            ("1c", "no known type"),
            ("5d", "no known type"),
            ("fc", "no known type"),
            ("e0", "simple value"),
            ("f8 18", "simple value"),
            ("f8 20", "simple value"),
            ("f9 3c", "not complete"),
            ("a2 01 02 01 03", "same key"),
            ("a2 01 02 1801 03", "same key"),
            ("a2 20 02 3800 03", "same key"),
            ("a2 61 61 02 61 61 03", "same key"),
            ("a2 61 61 02 7801 61 03", "same key"),
            ("a1 01 a2 01 02 01 03", "same key"),
            ("a1 41 01 02", "neither an integer nor a text"),
            ("a1 80 02", "neither an integer nor a text"),
            ("a1 f4 02", "neither an integer nor a text"),
            ("81 81 81 81 81 81 81 81 80", "deeper than 8"),
            ("a1 01 a1 01 a1 01 a1 01 a1 01 a1 01 a1 01 a1 01 a0", "deeper than 8"),
        ] {
            let refused = first_item(&hex(text)).expect_err(text);
            assert!(refused.why.contains(why), "{text}: {refused:?}");
        }
    }

    #[test]
    fn bytes_left_over_are_refused_with_their_place() {
        let refused = only_item(&hex("a1 01 02 00")).map(drop);
        assert_eq!(refused, Err(Invalid { offset: 3, why: "bytes are left over" }));
    }

    #[test]
    fn a_map_of_many_keys_costs_little() {
        let mut item = vec![0xb9, 0x40, 0x00];
        for n in 0..0x4000_u16 {
            item.extend([0x19, n.to_be_bytes()[0], n.to_be_bytes()[1], 0x00]);
        }
        assert_eq!(first_item(&item), Ok(item.len()));
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
            let _ = first_item(&bytes);
        }

        #[test]
        fn what_passes_is_what_another_reader_reads(bytes in prop::collection::vec(any::<u8>(), 1..48)) {
            if let Ok(length) = first_item(&bytes) {
                let read: Result<ciborium::Value, _> = ciborium::from_reader(&bytes[..length]);
                prop_assert!(read.is_ok(), "{:02x?}", &bytes[..length]);
            }
        }
    }
}
