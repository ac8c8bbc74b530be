//! Random damage: it never panics and never passes (security checklist 39).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_testkit::forger::{Algorithm, Asserted, Attestation, Authenticator, Ca, Created};
use countersign_webauthn::{AuthenticationCredential, RegistrationCredential};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::LazyLock;

use crate::ceremony::{ORIGIN, Record, Server};

/// A server that demands a trusted attestation, so that every byte of a registration is under a signature; and one honest
/// ceremony of each kind.
struct World {
    server: Server,
    record: Record,
    made: Created,
    said: Asserted,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let root = Ca::new();
    let server = Server::trusting(root.certificate());
    let attestation = Attestation::Packed(root.attester([7; 16]));
    let key = Authenticator::new().algorithm(Algorithm::Es256).aaguid([7; 16]).attestation(attestation);
    let made = key.create(&server.creation(), ORIGIN).unwrap();
    let record = Record::from(&server.register(&made.credential).unwrap());
    let said = key.get(&server.request(&record.id), ORIGIN).unwrap();
    World { server, record, made, said }
});

/// One thing that can happen to bytes.
#[derive(Clone, Debug)]
enum Damage {
    Flip(prop::sample::Index, u8),
    Put(prop::sample::Index, u8),
    Insert(prop::sample::Index, Vec<u8>),
    Remove(prop::sample::Index, usize),
    Repeat(prop::sample::Index, usize),
}

impl Damage {
    fn to(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Flip(place, bit) if !bytes.is_empty() => {
                let place = place.index(bytes.len());
                bytes[place] ^= 1 << (bit % 8);
            }
            Self::Put(place, byte) if !bytes.is_empty() => {
                let place = place.index(bytes.len());
                bytes[place] = *byte;
            }
            Self::Insert(place, more) => {
                let place = place.index(bytes.len() + 1);
                drop(bytes.splice(place..place, more.iter().copied()));
            }
            Self::Remove(place, length) if !bytes.is_empty() => {
                let place = place.index(bytes.len());
                drop(bytes.drain(place..(place + length).min(bytes.len())));
            }
            Self::Repeat(place, length) if !bytes.is_empty() => {
                let place = place.index(bytes.len());
                let again = bytes[place..(place + length).min(bytes.len())].to_vec();
                drop(bytes.splice(place..place, again));
            }
            _ => {}
        }
    }
}

fn damages() -> impl Strategy<Value = Vec<Damage>> {
    let place = any::<prop::sample::Index>;
    let one = prop_oneof![
        4 => (place(), any::<u8>()).prop_map(|(place, bit)| Damage::Flip(place, bit)),
        2 => (place(), any::<u8>()).prop_map(|(place, byte)| Damage::Put(place, byte)),
        1 => (place(), prop::collection::vec(any::<u8>(), 1..9)).prop_map(|(place, more)| Damage::Insert(place, more)),
        1 => (place(), 1_usize..40).prop_map(|(place, length)| Damage::Remove(place, length)),
        1 => (place(), 1_usize..40).prop_map(|(place, length)| Damage::Repeat(place, length)),
    ];
    prop::collection::vec(one, 1..4)
}

fn damaged(bytes: &[u8], damages: &[Damage]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for damage in damages {
        damage.to(&mut bytes);
    }
    bytes
}

fn with_member(credential: &Value, member: &str, bytes: &[u8]) -> Value {
    let mut credential = credential.clone();
    credential["response"][member] = json!(URL_SAFE_NO_PAD.encode(bytes));
    credential
}

/// The values that a JSON member can be.
fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[A-Za-z0-9_=+/-]{0,80}".prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map("id|rawId|type|response|[a-zA-Z]{1,12}", inner, 0..6)
                .prop_map(|members| members.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_client_data_never_passes(damages in damages()) {
        let world = &*WORLD;
        let bytes = damaged(&world.made.client_data, &damages);
        let outcome = world.server.register(&with_member(&world.made.credential, "clientDataJSON", &bytes));
        prop_assert!(outcome.is_err() || bytes == world.made.client_data);
        let bytes = damaged(&world.said.client_data, &damages);
        let credential = with_member(&world.said.credential, "clientDataJSON", &bytes);
        let outcome = world.server.authenticate(&world.record, &credential);
        prop_assert!(outcome.is_err() || bytes == world.said.client_data);
    }

    #[test]
    fn a_damaged_attestation_object_never_passes(damages in damages()) {
        let world = &*WORLD;
        let bytes = damaged(&world.made.attestation_object, &damages);
        let outcome = world.server.register(&with_member(&world.made.credential, "attestationObject", &bytes));
        prop_assert!(outcome.is_err() || bytes == world.made.attestation_object, "{bytes:02x?}");
    }

    #[test]
    fn a_damaged_assertion_never_passes(damages in damages()) {
        let world = &*WORLD;
        let bytes = damaged(&world.said.authenticator_data, &damages);
        let credential = with_member(&world.said.credential, "authenticatorData", &bytes);
        let outcome = world.server.authenticate(&world.record, &credential);
        prop_assert!(outcome.is_err() || bytes == world.said.authenticator_data);
        let bytes = damaged(&world.said.signature, &damages);
        let credential = with_member(&world.said.credential, "signature", &bytes);
        let outcome = world.server.authenticate(&world.record, &credential);
        prop_assert!(outcome.is_err() || bytes == world.said.signature);
    }

    #[test]
    fn a_damaged_stored_key_never_panics(damages in damages()) {
        let world = &*WORLD;
        let public_key = damaged(&world.record.public_key, &damages);
        let record = Record { public_key, ..world.record.clone() };
        drop(world.server.authenticate(&record, &world.said.credential));
    }

    #[test]
    fn signed_damage_never_panics(damages in damages(), seed in any::<u64>()) {
        // The same damage under good signatures reaches the checks behind them.
        let world = &*WORLD;
        let key = Authenticator::new().algorithm(Algorithm::EdDsa).attestation(Attestation::PackedSelf);
        let creation = world.server.creation();
        let (on_data, on_object) = (damages.clone(), damages);
        let made = key.forge_create(&creation, ORIGIN, |f| {
            if seed.is_multiple_of(2) {
                f.edit_authenticator_data(move |bytes| *bytes = damaged(bytes, &on_data));
            } else {
                f.edit_client_data(move |bytes| *bytes = damaged(bytes, &on_data));
            }
            if seed.is_multiple_of(3) {
                f.edit_attestation_bytes(move |bytes| *bytes = damaged(bytes, &on_object));
            }
        });
        let outcome = world.server.register(&made.unwrap().credential);
        prop_assert!(outcome.is_err(), "self attestation is never trusted");
    }

    #[test]
    fn any_json_is_an_answer_or_a_refusal(value in json_value()) {
        drop(RegistrationCredential::from_value(value.clone()));
        drop(AuthenticationCredential::from_value(value));
    }
}
