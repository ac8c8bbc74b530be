//! The assertion signature (§7.2 step 21, §6.5.5).

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_testkit::forger::{Algorithm, Authenticator, GetDraft, Key, Tamper, sha256};
use serde_json::json;

use crate::ceremony::{ORIGIN, Record, Server};
use crate::tables::{Differences, authentication_refuses, case};

const STEP: &str = "7.2.21";
const INVALID: &str = "signature_invalid";

const ALL: [Algorithm; 5] = [Algorithm::Es256, Algorithm::Es384, Algorithm::Es512, Algorithm::EdDsa, Algorithm::Rs256];

#[test]
fn a_spoiled_signature_is_refused_under_every_algorithm() {
    let cases = [
        case("first bit", STEP, INVALID, |f: &mut GetDraft| f.signature = Tamper::FlipBit(0)),
        case("a bit of the length", STEP, INVALID, |f| f.signature = Tamper::FlipBit(15)),
        case("a bit of the middle", STEP, INVALID, |f| f.signature = Tamper::FlipBit(250)),
        case("a late bit", STEP, INVALID, |f| f.signature = Tamper::FlipBit(503)),
        case("empty", STEP, INVALID, |f| f.signature = Tamper::Empty),
        case("one byte", STEP, INVALID, |f| f.signature = Tamper::Truncate(1)),
        case("cut short", STEP, INVALID, |f| f.signature = Tamper::Truncate(50)),
        case("a byte after it", STEP, INVALID, |f| f.signature = Tamper::Append(vec![0])),
        case("twice", STEP, INVALID, |f| f.signature = Tamper::Append(vec![0x30; 70])),
        case("by another key", STEP, INVALID, |f| f.signature = Tamper::OtherKey),
        case("over other bytes", STEP, INVALID, |f| f.signature = Tamper::OtherMessage),
        case("all zeros", STEP, INVALID, |f| f.signature = Tamper::Replace(vec![0; 64])),
        case("all ones", STEP, INVALID, |f| f.signature = Tamper::Replace(vec![0xff; 256])),
        case("64 KiB of it", STEP, INVALID, |f| f.signature = Tamper::Replace(vec![0x30; 64 * 1024])),
    ];
    for algorithm in ALL {
        authentication_refuses(&Server::new(), &Authenticator::new().algorithm(algorithm), &cases);
    }
}

#[test]
fn the_raw_form_of_an_ecdsa_signature_is_refused() {
    for algorithm in [Algorithm::Es256, Algorithm::Es384, Algorithm::Es512] {
        let raw = [case("r || s", STEP, INVALID, |f: &mut GetDraft| f.signature = Tamper::Fixed)];
        authentication_refuses(&Server::new(), &Authenticator::new().algorithm(algorithm), &raw);
    }
}

/// What is different, and how a good signature is spelled so.
type Respelling = (&'static str, fn(&[u8]) -> Vec<u8>);

/// Numbers r and s of a signature, as DER spells them.
fn der(r: &[u8], s: &[u8]) -> Vec<u8> {
    let length = |bytes: &[u8]| u8::try_from(bytes.len()).unwrap();
    let numbers = [&[0x02, length(r)], r, &[0x02, length(s)], s].concat();
    [&[0x30, length(&numbers)], &numbers[..]].concat()
}

#[test]
fn an_ecdsa_signature_has_one_spelling() {
    let cases = [
        case("r = 0 and s = 0", STEP, INVALID, |f: &mut GetDraft| f.signature = Tamper::Replace(der(&[0], &[0]))),
        case("r = 1 and s = 1", STEP, INVALID, |f| f.signature = Tamper::Replace(der(&[1], &[1]))),
        case("negative numbers", STEP, INVALID, |f| f.signature = Tamper::Replace(der(&[0x80], &[0x80]))),
        case("empty numbers", STEP, INVALID, |f| f.signature = Tamper::Replace(der(&[], &[]))),
        case("an empty sequence", STEP, INVALID, |f| f.signature = Tamper::Replace(vec![0x30, 0])),
        case("one number", STEP, INVALID, |f| f.signature = Tamper::Replace(vec![0x30, 3, 2, 1, 1])),
        case("an indefinite length", STEP, INVALID, |f| {
            f.signature = Tamper::Replace(vec![0x30, 0x80, 2, 1, 1, 2, 1, 1, 0, 0]);
        }),
    ];
    let key = Authenticator::new().algorithm(Algorithm::Es256);
    authentication_refuses(&Server::new(), &key, &cases);

    // A good signature spelled in another way: a long length, or a number with a leading zero too many.
    let server = Server::new();
    let record = server.enrol(&key);
    let mut differences = Differences::default();
    let respelled: [Respelling; 3] = [
        ("long form of the length", |good| [&[0x30, 0x81, good[1]], &good[2..]].concat()),
        ("a zero before r", |good| {
            let r = usize::from(good[3]);
            [&[0x30, good[1] + 1, 0x02, good[3] + 1, 0], &good[4..4 + r], &good[4 + r..]].concat()
        }),
        ("a context tag in place of the sequence", |good| [&[0xa0], &good[1..]].concat()),
    ];
    for (what, respell) in respelled {
        let mut said = key.get(&server.request(&record.id), ORIGIN).unwrap();
        said.credential["response"]["signature"] = json!(URL_SAFE_NO_PAD.encode(respell(&said.signature)));
        differences.refused(what, server.authenticate(&record, &said.credential), STEP, INVALID);
    }
    differences.none();
}

#[test]
fn a_signature_is_checked_under_the_stored_key_and_its_algorithm() {
    let server = Server::new();
    let mut differences = Differences::default();
    for mine in ALL {
        let key = Authenticator::new().algorithm(mine);
        let record = server.enrol(&key);
        for other in ALL {
            let stranger = Record { public_key: Key::generate(other).cose().encode(), ..record.clone() };
            let outcome = server.forged_assertion(&key, &stranger, |_| ());
            differences.refused(&format!("{mine:?} under a stored {other:?} key"), outcome, STEP, INVALID);
        }
        differences.accepted(&format!("{mine:?} under its own"), server.forged_assertion(&key, &record, |_| ()));
    }
    differences.none();
}

#[test]
fn a_stored_key_that_cannot_be_read_is_a_refusal_and_no_panic() {
    let server = Server::new();
    let key = Authenticator::new();
    let record = server.enrol(&key);
    for public_key in [vec![], vec![0xa0], vec![0xff; 77], record.public_key[1..].to_vec()] {
        let refusal = server.forged_assertion(&key, &Record { public_key, ..record.clone() }, |_| ()).unwrap_err();
        assert_eq!(refusal.step.code(), "6.5.1");
    }
}

#[test]
fn what_was_signed_may_not_change_afterwards() {
    let server = Server::new();
    let key = Authenticator::new().algorithm(Algorithm::Es256);
    let record = server.enrol(&key);
    let mut differences = Differences::default();
    let said = key.get(&server.request(&record.id), ORIGIN).unwrap();
    let mut data = said.authenticator_data.clone();
    data[36] ^= 1;
    let mut counter = said.credential.clone();
    counter["response"]["authenticatorData"] = json!(URL_SAFE_NO_PAD.encode(&data));
    differences.refused("the counter", server.authenticate(&record, &counter), STEP, INVALID);
    data.copy_from_slice(&said.authenticator_data);
    data[32] ^= 0x04;
    let mut flags = said.credential.clone();
    flags["response"]["authenticatorData"] = json!(URL_SAFE_NO_PAD.encode(&data));
    differences.refused("the UV flag", server.authenticate(&record, &flags), STEP, INVALID);
    let spaced = [&said.client_data[..], b" "].concat();
    let mut client = said.credential.clone();
    client["response"]["clientDataJSON"] = json!(URL_SAFE_NO_PAD.encode(&spaced));
    differences.refused("a space in the client data", server.authenticate(&record, &client), STEP, INVALID);
    differences.none();

    // The signature itself is good: the raw form of it verifies over the very bytes.
    let raw = key.forge_get(&server.request(&record.id), ORIGIN, |f| f.signature = Tamper::Fixed).unwrap();
    let message = [&raw.authenticator_data[..], &sha256(&raw.client_data)].concat();
    let point = &record.public_key;
    let sec1 = [&[4], &point[10..42], &point[45..77]].concat();
    let public = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, sec1).unwrap();
    assert!(public.verify_sig(&message, &raw.signature).is_ok());
}
