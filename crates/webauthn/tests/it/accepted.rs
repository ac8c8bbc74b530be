//! Every valid combination: format × algorithm × flags, registered and signed in with.

use countersign_testkit::forger::{self, Attestation, Attester, Authenticator, Ca, Counter};
use countersign_webauthn::{Algorithm, CounterVerdict, UserVerification};

use crate::ceremony::{HANDLE, ORIGIN, Record, Server};
use crate::tables::Differences;

const PAIRS: [(forger::Algorithm, Algorithm); 5] = [
    (forger::Algorithm::Es256, Algorithm::Es256),
    (forger::Algorithm::Es384, Algorithm::Es384),
    (forger::Algorithm::Es512, Algorithm::Es512),
    (forger::Algorithm::EdDsa, Algorithm::EdDsa),
    (forger::Algorithm::Rs256, Algorithm::Rs256),
];

/// (UV, BE, BS) as the specification allows them: BS only with BE.
const FLAGS: [(bool, bool, bool); 6] = [
    (false, false, false),
    (true, false, false),
    (false, true, false),
    (true, true, false),
    (false, true, true),
    (true, true, true),
];

/// Registers, then signs in twice.
fn life(server: &Server, key: &Authenticator, differences: &mut Differences, what: &str) -> Option<Record> {
    let made = key.create(&server.creation(), ORIGIN).unwrap();
    let outcome = server.register(&made.credential);
    let record = outcome.as_ref().ok().map(Record::from);
    differences.accepted(&format!("{what}, registration"), outcome);
    let mut record = record?;
    for time in ["first", "second"] {
        let said = server.forged_assertion(key, &record, |_| ());
        if let Ok(said) = &said {
            record.sign_count = said.sign_count;
        }
        differences.accepted(&format!("{what}, {time} sign-in"), said);
    }
    Some(record)
}

#[test]
fn every_algorithm_with_every_combination_of_flags() {
    let mut differences = Differences::default();
    for (made, verified) in PAIRS {
        for (uv, be, bs) in FLAGS {
            for user_verification in
                [UserVerification::Required, UserVerification::Preferred, UserVerification::Discouraged]
            {
                if !uv && user_verification == UserVerification::Required {
                    continue;
                }
                let server = Server { user_verification, algorithms: vec![verified], ..Server::new() };
                let key = Authenticator::new().algorithm(made).uv(uv).backup(be, bs);
                let what = format!("{made:?} uv={uv} be={be} bs={bs} {user_verification:?}");
                life(&server, &key, &mut differences, &what);
            }
        }
    }
    differences.none();
}

#[test]
fn every_format_with_every_algorithm_it_allows() {
    let mut differences = Differences::default();
    let root = Ca::new();
    let packed: Attester = root.attester([7; 16]);
    let u2f = root.forge_attester(forger::Algorithm::Es256, |_| ());
    for (made, verified) in PAIRS {
        let formats = [
            ("none", Attestation::None),
            ("packed self", Attestation::PackedSelf),
            ("packed", Attestation::Packed(packed.clone())),
            ("fido-u2f", Attestation::FidoU2f(u2f.clone())),
        ];
        for (name, attestation) in formats {
            if name == "fido-u2f" && verified != Algorithm::Es256 {
                continue;
            }
            let server = Server { anchors: vec![root.certificate()], ..Server::new() };
            let key = Authenticator::new().algorithm(made).aaguid([7; 16]).attestation(attestation);
            let what = format!("{name} {made:?}");
            life(&server, &key, &mut differences, &what);
            let told = server.forged_registration(&key, |_| ()).unwrap();
            assert_eq!(told.algorithm, verified, "{what}");
            assert_eq!(told.aaguid.0, [7; 16], "{what}");
            assert_eq!(told.trusted, matches!(name, "packed" | "fido-u2f"), "{what}");
        }
    }
    differences.none();
}

#[test]
fn a_registration_tells_what_a_server_has_to_keep() {
    let server = Server::new();
    let key = Authenticator::new().aaguid([0xab; 16]).counter(Counter::Start(41)).synced(true);
    let made = key.create(&server.creation(), ORIGIN).unwrap();
    let told = server.register(&made.credential).unwrap();
    assert_eq!(told.credential_id, made.id);
    assert_eq!(told.public_key, made.public_key, "the COSE bytes as sent");
    assert_eq!(told.sign_count, 41);
    assert_eq!(told.aaguid.to_string(), "abababab-abab-abab-abab-abababababab");
    assert_eq!(told.origin, ORIGIN);
    let said = server.forged_assertion(&key, &Record::from(&told), |_| ()).unwrap();
    assert_eq!((said.sign_count, said.counter), (42, CounterVerdict::Advanced));
    assert_eq!(said.user_handle.as_deref(), Some(HANDLE));
    assert_eq!(said.origin, ORIGIN);
}

#[test]
fn a_plain_security_key_lives_with_discouraged_verification() {
    let mut differences = Differences::default();
    let server = Server { user_verification: UserVerification::Discouraged, ..Server::new() };
    let record = life(&server, &Authenticator::security_key(), &mut differences, "security key");
    differences.none();
    assert_eq!(record.unwrap().sign_count, 3);
}
