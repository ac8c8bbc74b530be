//! The credential public key as a COSE key (§6.5.1.1, RFC 9053 §7, RFC 8230 §4) and the algorithms offered (§7.1 step 20).

use countersign_testkit::forger::{self, Attestation, Authenticator, Cbor, CreateDraft};
use countersign_webauthn::Algorithm;

use crate::ceremony::Server;
use crate::tables::{Case, Differences, case, registration_refuses};

const KEY: &str = "6.5.1";
const INVALID: &str = "public_key_invalid";
/// The key has no length of its own: where it cannot be read, the authenticator data cannot.
const FORM: &str = "6.1";
const OFFERED: &str = "7.1.20";

fn es256() -> Authenticator {
    Authenticator::new().algorithm(forger::Algorithm::Es256)
}

/// Sets one member of the key to bytes.
fn bytes(key: &mut Cbor, member: i64, value: &[u8]) {
    key.set(member, value);
}

#[test]
fn a_key_of_another_shape_is_refused() {
    let cases = [
        case("an array", FORM, "cbor_invalid", |f: &mut CreateDraft| {
            *f.cose() = Cbor::Array(vec![2.into(), (-7).into()]);
        }),
        case("bytes", FORM, "cbor_invalid", |f| *f.cose() = vec![4; 65].into()),
        case("null", FORM, "cbor_invalid", |f| *f.cose() = Cbor::Null),
        case("an empty map", KEY, INVALID, |f| *f.cose() = Cbor::Map(vec![])),
        case("text keys as in a JWK", KEY, INVALID, |f| *f.cose() = Cbor::map([("kty", "EC"), ("crv", "P-256")])),
        case("of indefinite length", FORM, "cbor_invalid", |f| {
            let plain = f.cose().encode();
            *f.cose() = Cbor::Raw([&[0xbf], &plain[1..], &[0xff]].concat());
        }),
        case("a member twice", FORM, "cbor_invalid", |f| f.cose().repeat(3, -7)),
        case("a coordinate twice", FORM, "cbor_invalid", |f| {
            let x = f.cose().get(-2).unwrap().clone();
            f.cose().repeat(-2, x);
        }),
        case("a tag around it", FORM, "cbor_invalid", |f| {
            let plain = f.cose().encode();
            *f.cose() = Cbor::Raw([&[0xd8, 0x64], &plain[..]].concat());
        }),
    ];
    registration_refuses(&Server::new(), &es256(), &cases);
}

#[test]
fn an_elliptic_curve_key_has_to_be_whole_and_on_its_curve() {
    let cases = [
        case("no kty", KEY, INVALID, |f: &mut CreateDraft| f.cose().remove(1)),
        case("kty OKP", KEY, INVALID, |f| f.cose().set(1, 1)),
        case("kty RSA", KEY, INVALID, |f| f.cose().set(1, 3)),
        case("kty unknown", KEY, INVALID, |f| f.cose().set(1, 99)),
        case("kty as text", KEY, INVALID, |f| f.cose().set(1, "EC2")),
        case("no alg", KEY, INVALID, |f| f.cose().remove(3)),
        case("alg as text", KEY, INVALID, |f| f.cose().set(3, "ES256")),
        case("alg of RSA", KEY, INVALID, |f| f.cose().set(3, -257)),
        case("alg of Ed25519", KEY, INVALID, |f| f.cose().set(3, -8)),
        case("alg of P-384", KEY, INVALID, |f| f.cose().set(3, -35)),
        case("no crv", KEY, INVALID, |f| f.cose().remove(-1)),
        case("crv P-384", KEY, INVALID, |f| f.cose().set(-1, 2)),
        case("crv Ed25519", KEY, INVALID, |f| f.cose().set(-1, 6)),
        case("crv as text", KEY, INVALID, |f| f.cose().set(-1, "P-256")),
        case("no x", KEY, INVALID, |f| f.cose().remove(-2)),
        case("no y", KEY, INVALID, |f| f.cose().remove(-3)),
        case("x empty", KEY, INVALID, |f| bytes(f.cose(), -2, &[])),
        case("x one byte short", KEY, INVALID, |f| {
            let x = f.cose().get(-2).unwrap().as_bytes().unwrap().to_vec();
            bytes(f.cose(), -2, &x[1..]);
        }),
        case("x with a leading zero", KEY, INVALID, |f| {
            let x = f.cose().get(-2).unwrap().as_bytes().unwrap().to_vec();
            bytes(f.cose(), -2, &[&[0], &x[..]].concat());
        }),
        case("x as text", KEY, INVALID, |f| f.cose().set(-2, "x")),
        case("y as a sign bit (compressed)", KEY, INVALID, |f| f.cose().set(-3, true)),
        case("y off by one bit: off the curve", KEY, INVALID, |f| {
            let mut y = f.cose().get(-3).unwrap().as_bytes().unwrap().to_vec();
            y[31] ^= 1;
            bytes(f.cose(), -3, &y);
        }),
        case("the point (0, 0)", KEY, INVALID, |f| {
            bytes(f.cose(), -2, &[0; 32]);
            bytes(f.cose(), -3, &[0; 32]);
        }),
        case("coordinates above the prime", KEY, INVALID, |f| {
            bytes(f.cose(), -2, &[0xff; 32]);
            bytes(f.cose(), -3, &[0xff; 32]);
        }),
    ];
    registration_refuses(&Server::new(), &es256(), &cases);
}

#[test]
fn the_other_curves_are_held_to_their_own_sizes() {
    let cases = |reason: &'static str| -> [Case<CreateDraft>; 3] {
        [
            case("crv P-256", KEY, reason, |f: &mut CreateDraft| f.cose().set(-1, 1)),
            case("coordinates of P-256", KEY, reason, |f| {
                let other = forger::Key::generate(forger::Algorithm::Es256).cose();
                f.cose().set(-2, other.get(-2).unwrap().clone());
                f.cose().set(-3, other.get(-3).unwrap().clone());
            }),
            case("y off by one bit", KEY, reason, |f| {
                let mut y = f.cose().get(-3).unwrap().as_bytes().unwrap().to_vec();
                *y.last_mut().unwrap() ^= 1;
                bytes(f.cose(), -3, &y);
            }),
        ]
    };
    for algorithm in [forger::Algorithm::Es384, forger::Algorithm::Es512] {
        registration_refuses(&Server::new(), &Authenticator::new().algorithm(algorithm), &cases(INVALID));
    }
}

#[test]
fn es256_is_bound_to_its_curve() {
    let key = Authenticator::new().algorithm(forger::Algorithm::Es256OnP521).attestation(Attestation::PackedSelf);
    let mut differences = Differences::default();
    let outcome = Server::new().forged_registration(&key, |_| ());
    differences.refused("a sound P-521 key that signs with SHA-256", outcome, KEY, INVALID);
    differences.none();
}

#[test]
fn an_ed25519_key_has_to_be_one() {
    let cases = [
        case("kty EC2", KEY, INVALID, |f: &mut CreateDraft| f.cose().set(1, 2)),
        case("crv X25519", KEY, INVALID, |f| f.cose().set(-1, 4)),
        case("crv Ed448", KEY, INVALID, |f| f.cose().set(-1, 7)),
        case("no crv", KEY, INVALID, |f| f.cose().remove(-1)),
        case("no x", KEY, INVALID, |f| f.cose().remove(-2)),
        case("x of 31 bytes", KEY, INVALID, |f| bytes(f.cose(), -2, &[9; 31])),
        case("x of 33 bytes", KEY, INVALID, |f| bytes(f.cose(), -2, &[9; 33])),
        case("x empty", KEY, INVALID, |f| bytes(f.cose(), -2, &[])),
    ];
    registration_refuses(&Server::new(), &Authenticator::new().algorithm(forger::Algorithm::EdDsa), &cases);
}

/// Points of small order: under them one signature verifies for many messages, or for all (RFC 8032 §8.4 leaves it open).
#[test]
fn an_ed25519_key_of_small_order_is_refused() {
    let sign = |x: [u8; 32]| {
        [x, {
            let mut signed = x;
            signed[31] |= 0x80;
            signed
        }]
    };
    let small = |first: u8, middle: u8, last: u8| {
        let mut x = [middle; 32];
        (x[0], x[31]) = (first, last);
        x
    };
    // y = 0, 1, −1, and the spellings p and p + 1 of the first two.
    let mut points: Vec<[u8; 32]> =
        [small(0, 0, 0), small(1, 0, 0), small(0xec, 0xff, 0x7f), small(0xed, 0xff, 0x7f), small(0xee, 0xff, 0x7f)]
            .into_iter()
            .flat_map(sign)
            .collect();
    for order_8 in [
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    ] {
        let byte = |at: usize| u8::from_str_radix(&order_8[2 * at..2 * at + 2], 16).unwrap();
        points.extend(sign(std::array::from_fn(byte)));
    }
    let mut differences = Differences::default();
    let key = Authenticator::new().algorithm(forger::Algorithm::EdDsa);
    for point in points {
        let outcome = Server::new().forged_registration(&key, |f| f.cose().set(-2, &point[..]));
        differences.refused(&format!("{point:02x?}"), outcome, KEY, INVALID);
    }
    differences.none();
}

#[test]
fn an_rsa_key_has_to_be_strong_and_well_formed() {
    let cases = [
        case("kty EC2", KEY, INVALID, |f: &mut CreateDraft| f.cose().set(1, 2)),
        case("no n", KEY, INVALID, |f| f.cose().remove(-1)),
        case("no e", KEY, INVALID, |f| f.cose().remove(-2)),
        case("n empty", KEY, INVALID, |f| bytes(f.cose(), -1, &[])),
        case("n of 1024 bits", KEY, INVALID, |f| bytes(f.cose(), -1, &[0xff; 128])),
        case("n of 2040 bits", KEY, INVALID, |f| bytes(f.cose(), -1, &[0xff; 255])),
        case("n of 2048 bits by leading zeros", KEY, INVALID, |f| {
            bytes(f.cose(), -1, &[&[0; 128][..], &[0xff; 128]].concat());
        }),
        case("n of 16384 bits", KEY, INVALID, |f| bytes(f.cose(), -1, &[0xff; 2048])),
        case("n even", KEY, INVALID, |f| bytes(f.cose(), -1, &[&[0xff; 255][..], &[0xfe]].concat())),
        case("e empty", KEY, INVALID, |f| bytes(f.cose(), -2, &[])),
        case("e zero", KEY, INVALID, |f| bytes(f.cose(), -2, &[0])),
        case("e one: every signature would verify", KEY, INVALID, |f| bytes(f.cose(), -2, &[1])),
        case("e even", KEY, INVALID, |f| bytes(f.cose(), -2, &[2])),
        case("e as a number", KEY, INVALID, |f| f.cose().set(-2, 65537)),
        case("e longer than any exponent", KEY, INVALID, |f| bytes(f.cose(), -2, &[1; 64])),
    ];
    registration_refuses(&Server::new(), &Authenticator::new().algorithm(forger::Algorithm::Rs256), &cases);
}

#[test]
fn an_algorithm_that_was_not_offered_is_refused() {
    for (offered, made) in [
        (Algorithm::Es256, forger::Algorithm::EdDsa),
        (Algorithm::Es256, forger::Algorithm::Rs256),
        (Algorithm::EdDsa, forger::Algorithm::Es256),
        (Algorithm::Rs256, forger::Algorithm::Es384),
        (Algorithm::Es384, forger::Algorithm::Es512),
    ] {
        let server = Server { algorithms: vec![offered], ..Server::new() };
        let refusal = server.forged_registration(&Authenticator::new().algorithm(made), |_| ()).unwrap_err();
        let found = (refusal.step.code(), refusal.reason.code());
        assert_eq!(found, (OFFERED, "algorithm_not_offered"), "{offered} offered, {made:?} made");
    }
    let none = Server { algorithms: vec![], ..Server::new() };
    let refusal = none.forged_registration(&es256(), |_| ()).unwrap_err();
    assert_eq!(refusal.reason.code(), "algorithm_not_offered");
}

#[test]
fn an_algorithm_nobody_offers_is_refused() {
    let key = Authenticator::new().algorithm(forger::Algorithm::Es256K);
    let refusal = Server::new().forged_registration(&key, |_| ()).unwrap_err();
    assert_eq!((refusal.step.code(), refusal.reason.code()), (OFFERED, "algorithm_not_offered"));
    let cases = [
        case("alg 0", OFFERED, "algorithm_not_offered", |f: &mut CreateDraft| f.cose().set(3, 0)),
        case("alg −65535 (RS1)", OFFERED, "algorithm_not_offered", |f| f.cose().set(3, -65_535)),
        case("alg HS256", OFFERED, "algorithm_not_offered", |f| f.cose().set(3, 5)),
        case("alg far out", OFFERED, "algorithm_not_offered", |f| f.cose().set(3, i64::MIN)),
    ];
    registration_refuses(&Server::new(), &es256(), &cases);
}
