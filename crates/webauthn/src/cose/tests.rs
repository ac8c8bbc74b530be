//! Keys: those of the specification's vectors, and a table of bad ones.

use ciborium::Value;
use proptest::prelude::*;

use super::*;
use crate::spec_vectors;
use crate::{AttestationObject, AuthenticatorData};

/// The key of a vector as a list of labels and values.
fn key_of(vector: &str) -> Vec<(i64, Value)> {
    let object = spec_vectors::vector(vector).attestation_object();
    let object = AttestationObject::parse(&object).unwrap();
    let data = AuthenticatorData::parse(object.authenticator_data).unwrap();
    let key: Value = ciborium::from_reader(data.attested.unwrap().public_key).unwrap();
    let parameters = key.into_map().unwrap();
    parameters.into_iter().map(|(label, value)| (label.as_integer().unwrap().try_into().unwrap(), value)).collect()
}

fn encode(key: &[(i64, Value)]) -> Vec<u8> {
    let map = key.iter().map(|(label, value)| (Value::from(*label), value.clone())).collect();
    let mut bytes = Vec::new();
    ciborium::into_writer(&Value::Map(map), &mut bytes).unwrap();
    bytes
}

/// The key of a vector with one parameter set to `value`, or left out.
fn with(vector: &str, label: i64, value: Option<Value>) -> Vec<u8> {
    let mut key = key_of(vector);
    key.retain(|(found, _)| *found != label);
    key.extend(value.map(|value| (label, value)));
    encode(&key)
}

const ES256: &str = "none-es256";
const ES384: &str = "packed-es384";
const ES512: &str = "packed-es512";
const EDDSA: &str = "packed-eddsa";
const RS256: &str = "packed-rs256";

#[test]
fn keys_of_every_algorithm_are_read() {
    for (vector, algorithm) in [
        (ES256, Algorithm::Es256),
        (ES384, Algorithm::Es384),
        (ES512, Algorithm::Es512),
        (EDDSA, Algorithm::EdDsa),
        (RS256, Algorithm::Rs256),
    ] {
        let key = PublicKey::parse(&encode(&key_of(vector))).unwrap();
        assert_eq!(key.algorithm(), algorithm);
        assert_eq!(key.verify(b"", b""), Err(BadSignature));
    }
}

#[test]
fn parameters_that_are_not_needed_and_another_order_do_not_matter() {
    let mut key = key_of(ES256);
    key.reverse();
    key.push((4, Value::Array(vec![Value::from(2)])));
    assert!(PublicKey::parse(&encode(&key)).is_ok());
}

#[test]
fn bad_keys_are_refused() {
    let bytes = |length| Some(Value::Bytes(vec![1; length]));
    let number = |n: i64| Some(Value::from(n));
    let text = || Some(Value::from("text"));
    for (why, key) in [
        ("kty (1) is absent", with(ES256, 1, None)),
        ("key type 1", with(ES256, 1, number(1))),
        ("key type 3", with(ES256, 1, number(3))),
        ("key type 2", with(EDDSA, 1, number(2))),
        ("key type 2", with(RS256, 1, number(2))),
        ("kty (1) is not an integer", with(ES256, 1, text())),
        ("alg (3) is absent", with(ES256, 3, None)),
        ("alg (3) is not an integer", with(ES256, 3, text())),
        ("algorithm 0 ", with(ES256, 3, number(0))),
        ("algorithm -65535 ", with(RS256, 3, number(-65535))),
        ("algorithm -259 ", with(RS256, 3, number(-259))),
        ("curve 1 does not go with algorithm ES384", with(ES256, 3, number(-35))),
        ("curve 2 does not go with algorithm ES256", with(ES384, 3, number(-7))),
        ("key type 2 does not go with algorithm EdDSA", with(ES256, 3, number(-8))),
        ("key type 1 does not go with algorithm ES256", with(EDDSA, 3, number(-7))),
        ("crv (-1) is absent", with(ES256, -1, None)),
        ("curve 3", with(ES256, -1, number(3))),
        ("curve 8", with(ES256, -1, number(8))),
        ("curve 4", with(EDDSA, -1, number(4))),
        ("curve 7", with(EDDSA, -1, number(7))),
        ("crv (-1) is absent", with(ES256, -1, bytes(1))),
        ("parameter -1", with(ES256, -1, text())),
        ("x (-2) is absent", with(ES256, -2, None)),
        ("x (-2) is not as long", with(ES256, -2, bytes(31))),
        ("x (-2) is not as long", with(ES256, -2, bytes(33))),
        ("x (-2) is not as long", with(ES256, -2, bytes(0))),
        ("x (-2) is not as long", with(ES512, -2, bytes(65))),
        ("parameter -2 is not a byte string", with(ES256, -2, text())),
        ("y (-3) is absent", with(ES256, -3, None)),
        ("y (-3) is not as long", with(ES384, -3, bytes(32))),
        ("parameter -3 is not a byte string", with(ES256, -3, Some(Value::Bool(true)))),
        ("the point is not", with(ES256, -3, bytes(32))),
        ("the point is not", with(ES256, -2, bytes(32))),
        ("the point is not", with(ES384, -3, bytes(48))),
        ("the point is not", with(ES512, -3, bytes(66))),
        ("the point is not", with(ES256, -2, Some(Value::Bytes(vec![0xff; 32])))),
        ("32 bytes long", with(EDDSA, -2, bytes(31))),
        ("32 bytes long", with(EDDSA, -2, bytes(57))),
        ("x (-2) is absent", with(EDDSA, -2, None)),
        ("n (-1) is absent", with(RS256, -1, None)),
        ("n (-1) is absent", with(RS256, -1, number(1))),
        ("n (-1) is not a positive integer", with(RS256, -1, bytes(0))),
        ("n (-1) is not a positive integer", with(RS256, -1, Some(Value::Bytes([vec![0], vec![0xff; 256]].concat())))),
        ("2041 bits", with(RS256, -1, bytes(256))),
        ("8193 bits", with(RS256, -1, bytes(1025))),
        ("e (-2) is absent", with(RS256, -2, None)),
        ("e (-2) is not a positive integer", with(RS256, -2, bytes(0))),
        ("make no usable key", with(RS256, -2, bytes(1))),
        ("make no usable key", with(RS256, -2, Some(Value::Bytes(vec![2])))),
        ("make no usable key", with(RS256, -2, Some(Value::Bytes(vec![1, 0, 0])))),
        ("make no usable key", with(RS256, -2, Some(Value::Bytes(vec![3, 0, 0, 0, 1])))),
        ("make no usable key", with(RS256, -2, Some(Value::Bytes(vec![0xff; 64])))),
        ("make no usable key", with(RS256, -1, Some(Value::Bytes(vec![0xfe; 256])))),
        ("left over", [encode(&key_of(ES256)), vec![0]].concat()),
        ("not complete", encode(&key_of(ES256))[..70].to_vec()),
        ("same key twice", [&[0xa6, 0x01, 0x02][..], &encode(&key_of(ES256))[1..]].concat()),
        ("not a map", vec![0x80]),
        ("missing", vec![]),
    ] {
        let refused = PublicKey::parse(&key).expect_err(why).to_string();
        assert!(refused.contains(why), "{why}: {refused}");
    }
}

#[test]
fn a_modulus_of_2048_bits_is_the_shortest() {
    let modulus = |top: u8| Some(Value::Bytes([vec![top], vec![0xff; 255]].concat()));
    assert!(PublicKey::parse(&with(RS256, -1, modulus(0x80))).is_ok());
    assert_eq!(PublicKey::parse(&with(RS256, -1, modulus(0x7f))).unwrap_err(), KeyError::ModulusSize { bits: 2047 });
}

#[test]
fn ed25519_keys_of_small_order_are_refused() {
    let point = |first: u8, middle: u8, last: u8| {
        let mut point = [middle; 32];
        (point[0], point[31]) = (first, last);
        point
    };
    let order_8 = |hex: &str| crate::spec_vectors::bytes(hex).try_into().unwrap();
    for y in [
        point(0, 0, 0),
        point(1, 0, 0),
        point(0xec, 0xff, 0x7f),
        point(0xed, 0xff, 0x7f),
        point(0xee, 0xff, 0x7f),
        order_8("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
        order_8("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    ] {
        for sign in [0, 0x80] {
            let mut point: [u8; 32] = y;
            point[31] |= sign;
            let key = with(EDDSA, -2, Some(Value::Bytes(point.to_vec())));
            assert_eq!(PublicKey::parse(&key).unwrap_err(), KeyError::InvalidPoint, "{point:02x?}");
        }
    }
}

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = PublicKey::parse(&bytes);
    }

    #[test]
    fn random_parameters_never_panic(
        alg in prop::sample::select(vec![-7, -35, -36, -8, -257]),
        kty in 1_i64..4,
        curve in prop::option::of(1_i64..8),
        lengths in prop::array::uniform3(0_usize..70),
    ) {
        let minus_one = curve.map_or_else(|| Value::Bytes(vec![0xff; lengths[0] * 8]), Value::from);
        let key = [
            (1, Value::from(kty)),
            (3, Value::from(alg)),
            (-1, minus_one),
            (-2, Value::Bytes(vec![3; lengths[1]])),
            (-3, Value::Bytes(vec![5; lengths[2]])),
        ];
        let _ = PublicKey::parse(&encode(&key));
    }
}
