//! The attestation object as CBOR (§6.5.4): one map, definite lengths, no key twice, nothing left over.

use countersign_testkit::forger::{Authenticator, Cbor, CreateDraft};

use crate::ceremony::Server;
use crate::tables::{Differences, case, registration_refuses};

const OBJECT: &str = "7.1.13";
const INVALID: &str = "cbor_invalid";
/// The limit on the attestation object, in bytes.
const LIMIT: usize = 64 * 1024;

/// `depth` arrays in each other.
fn nested(depth: usize) -> Cbor {
    (0..depth).fold(Cbor::Null, |inner, _| Cbor::Array(vec![inner]))
}

#[test]
fn bytes_that_are_no_strict_cbor_are_refused() {
    let cases = [
        case("nothing", OBJECT, INVALID, |f: &mut CreateDraft| f.edit_attestation_bytes(Vec::clear)),
        case("one byte short", OBJECT, INVALID, |f| {
            f.edit_attestation_bytes(|b| b.truncate(b.len() - 1));
        }),
        case("half of it", OBJECT, INVALID, |f| f.edit_attestation_bytes(|b| b.truncate(b.len() / 2))),
        case("a byte after it", OBJECT, INVALID, |f| f.edit_attestation_bytes(|b| b.push(0))),
        case("a second object after it", OBJECT, INVALID, |f| {
            f.edit_attestation_bytes(|b| b.extend(b.clone()));
        }),
        case("a map of indefinite length", OBJECT, INVALID, |f| {
            f.edit_attestation_bytes(|b| {
                b[0] = 0xbf;
                b.push(0xff);
            });
        }),
        case("a text of indefinite length", OBJECT, INVALID, |f| {
            f.edit_attestation_object(|o| o.set("fmt", Cbor::Raw(b"\x7f\x64none\xff".to_vec())));
        }),
        case("bytes of indefinite length", OBJECT, INVALID, |f| {
            f.edit_attestation_object(|o| {
                let data = o.get("authData").unwrap().encode();
                o.set("authData", Cbor::Raw([&[0x5f], &data[..], &[0xff]].concat()));
            });
        }),
        case("an array of indefinite length inside", OBJECT, INVALID, |f| {
            f.edit_attestation_object(|o| o.set("x", Cbor::Raw(vec![0x9f, 0xff])));
        }),
        case("fmt twice", OBJECT, INVALID, |f| f.edit_attestation_object(|o| o.repeat("fmt", "none"))),
        case("authData twice", OBJECT, INVALID, |f| {
            f.edit_attestation_object(|o| o.repeat("authData", o.get("authData").unwrap().clone()));
        }),
        case("a key twice inside", OBJECT, INVALID, |f| {
            f.edit_attestation_object(|o| o.set("x", Cbor::map([(1, 1), (1, 2)])));
        }),
        case("a tag in front", OBJECT, INVALID, |f| {
            f.edit_attestation_bytes(|b| *b = [&[0xd9, 0xd9, 0xf7], &b[..]].concat());
        }),
        case("a tag inside", OBJECT, INVALID, |f| {
            f.edit_attestation_object(|o| o.set("x", Cbor::Raw(vec![0xc1, 0x00])));
        }),
        case("deeper than eight", OBJECT, INVALID, |f| f.edit_attestation_object(|o| o.set("x", nested(8)))),
        case("a thousand deep", OBJECT, INVALID, |f| f.edit_attestation_object(|o| o.set("x", nested(1000)))),
        case("thirty thousand deep", OBJECT, INVALID, |f| {
            f.edit_attestation_object(|o| o.set("x", Cbor::Raw(vec![0x81; 30_000])));
        }),
        case("a length past the end", OBJECT, INVALID, |f| {
            f.edit_attestation_object(|o| o.set("x", Cbor::Raw(vec![0x5a, 0xff, 0xff, 0xff, 0xff])));
        }),
        case("a length near 2^64", OBJECT, INVALID, |f| {
            f.edit_attestation_object(|o| o.set("x", Cbor::Raw([&[0x9b][..], &[0xff; 8]].concat())));
        }),
        case("a map of 2^64 − 1 members", OBJECT, INVALID, |f| {
            f.edit_attestation_bytes(|b| *b = [&[0xbb][..], &[0xff; 8], &b[1..]].concat());
        }),
        case("a text that is no UTF-8", OBJECT, INVALID, |f| {
            f.edit_attestation_object(|o| o.set("x", Cbor::Raw(vec![0x61, 0xff])));
        }),
        case("a reserved length", OBJECT, INVALID, |f| {
            f.edit_attestation_object(|o| o.set("x", Cbor::Raw(vec![0x1c])));
        }),
        case("a stray break", OBJECT, INVALID, |f| {
            f.edit_attestation_object(|o| o.set("x", Cbor::Raw(vec![0xff])));
        }),
    ];
    registration_refuses(&Server::new(), &Authenticator::new(), &cases);
}

#[test]
fn an_object_without_its_three_members_is_refused() {
    let cases = [
        case("an array", OBJECT, INVALID, |f: &mut CreateDraft| {
            f.edit_attestation_bytes(|b| *b = Cbor::Array(vec!["none".into()]).encode());
        }),
        case("a text", OBJECT, INVALID, |f| f.edit_attestation_bytes(|b| *b = Cbor::from("none").encode())),
        case("an empty map", OBJECT, INVALID, |f| f.edit_attestation_bytes(|b| *b = vec![0xa0])),
        case("no fmt", OBJECT, INVALID, |f| f.edit_attestation_object(|o| o.remove("fmt"))),
        case("no attStmt", OBJECT, INVALID, |f| f.edit_attestation_object(|o| o.remove("attStmt"))),
        case("no authData", OBJECT, INVALID, |f| f.edit_attestation_object(|o| o.remove("authData"))),
        case("fmt is bytes", OBJECT, INVALID, |f| {
            f.edit_attestation_object(|o| o.set("fmt", b"none".to_vec()));
        }),
        case("fmt is null", OBJECT, INVALID, |f| f.edit_attestation_object(|o| o.set("fmt", Cbor::Null))),
        case("attStmt is an array", OBJECT, INVALID, |f| {
            f.edit_attestation_object(|o| o.set("attStmt", Cbor::Array(vec![])));
        }),
        case("attStmt is null", OBJECT, INVALID, |f| f.edit_attestation_object(|o| o.set("attStmt", Cbor::Null))),
        case("authData is text", OBJECT, INVALID, |f| f.edit_attestation_object(|o| o.set("authData", "data"))),
        case("authData is a map", OBJECT, INVALID, |f| {
            f.edit_attestation_object(|o| o.set("authData", Cbor::Map(vec![])));
        }),
    ];
    registration_refuses(&Server::new(), &Authenticator::new(), &cases);
}

#[test]
fn other_spellings_of_the_same_object_pass() {
    let server = Server::new();
    let key = Authenticator::new();
    let mut differences = Differences::default();
    let reversed = server.forged_registration(&key, |f| {
        f.edit_attestation_object(|o| {
            if let Cbor::Map(members) = o {
                members.reverse();
            }
        });
    });
    differences.accepted("members in another order", reversed);
    let longer =
        server.forged_registration(&key, |f| f.edit_attestation_bytes(|b| *b = [&[0xb8, 3], &b[1..]].concat()));
    differences.accepted("a length longer than need be", longer);
    let eight = server.forged_registration(&key, |f| f.edit_attestation_object(|o| o.set("x", nested(7))));
    differences.accepted("eight levels", eight);
    let unknown = server.forged_registration(&key, |f| f.edit_attestation_object(|o| o.set("ep", true)));
    differences.accepted("the enterprise attestation member of CTAP", unknown);
    differences.none();
}

#[test]
fn the_limit_on_its_size_is_exact() {
    let server = Server::new();
    let key = Authenticator::new();
    let padded_to = |length: usize| {
        server.forged_registration(&key, |f| {
            f.edit_attestation_object(move |o| {
                o.set("x", Cbor::Bytes(vec![0; 1000]));
                let spare = length - o.encode().len();
                o.set("x", Cbor::Bytes(vec![0; 1000 + spare]));
                let over = o.encode().len() - length;
                o.set("x", Cbor::Bytes(vec![0; 1000 + spare - over]));
                assert_eq!(o.encode().len(), length);
            });
        })
    };
    let mut differences = Differences::default();
    differences.accepted("64 KiB", padded_to(LIMIT));
    differences.refused("64 KiB and one byte", padded_to(LIMIT + 1), OBJECT, "member_invalid");
    differences.none();
}
