//! Attestation statements: formats, members, signatures (§8.2, §8.6, §8.7).

use countersign_testkit::forger::{Algorithm, Attestation, Attester, Authenticator, Ca, Cbor, CreateDraft, Tamper};
use countersign_webauthn::{AttestationFormat, AttestationType};

use crate::ceremony::{ORIGIN, Server};
use crate::tables::{case, registration_refuses};

const INVALID: &str = "attestation_invalid";
const SIGNATURE: &str = "attestation_signature_invalid";

fn packed_self() -> Authenticator {
    Authenticator::new().algorithm(Algorithm::Es256).attestation(Attestation::PackedSelf)
}

fn packed() -> Authenticator {
    let attester = Ca::new().attester([7; 16]);
    Authenticator::new().algorithm(Algorithm::Es256).aaguid([7; 16]).attestation(Attestation::Packed(attester))
}

fn u2f() -> Authenticator {
    let attester = Ca::new().forge_attester(Algorithm::Es256, |_| ());
    Authenticator::security_key().algorithm(Algorithm::Es256).attestation(Attestation::FidoU2f(attester))
}

#[test]
fn formats_match_letter_by_letter() {
    let cases = [
        case("unknown", "7.1.21", "attestation_format_unsupported", |f: &mut CreateDraft| {
            f.edit_attestation_object(|o| o.set("fmt", "packed2"));
        }),
        case("another case", "7.1.21", "attestation_format_unsupported", |f| {
            f.edit_attestation_object(|o| o.set("fmt", "Packed"));
        }),
        case("empty", "7.1.21", "attestation_format_unsupported", |f| {
            f.edit_attestation_object(|o| o.set("fmt", ""));
        }),
        case("with a space", "7.1.21", "attestation_format_unsupported", |f| {
            f.edit_attestation_object(|o| o.set("fmt", "packed "));
        }),
        case("a packed statement under none", "8.7", INVALID, |f| {
            f.edit_attestation_object(|o| o.set("fmt", "none"));
        }),
        case("a packed statement under fido-u2f", "8.6", INVALID, |f| {
            f.edit_attestation_object(|o| o.set("fmt", "fido-u2f"));
        }),
    ];
    registration_refuses(&Server::new(), &packed_self(), &cases);
}

#[test]
fn none_has_an_empty_statement() {
    let cases = [
        case("a signature", "8.7", INVALID, |f: &mut CreateDraft| f.edit_statement(|s| s.set("sig", vec![1; 70]))),
        case("anything", "8.7", INVALID, |f| f.edit_statement(|s| s.set("x", Cbor::Null))),
    ];
    registration_refuses(&Server::new(), &Authenticator::new(), &cases);
}

#[test]
fn a_self_attestation_is_signed_by_the_credential_itself() {
    let cases = [
        case("no alg", "8.2", INVALID, |f: &mut CreateDraft| f.edit_statement(|s| s.remove("alg"))),
        case("alg as text", "8.2", INVALID, |f| f.edit_statement(|s| s.set("alg", "ES256"))),
        case("alg of another key", "8.2", INVALID, |f| f.edit_statement(|s| s.set("alg", -257))),
        case("alg unknown", "8.2", INVALID, |f| f.edit_statement(|s| s.set("alg", -47))),
        case("no sig", "8.2", INVALID, |f| f.edit_statement(|s| s.remove("sig"))),
        case("sig as text", "8.2", INVALID, |f| f.edit_statement(|s| s.set("sig", "signed"))),
        case("sig null", "8.2", INVALID, |f| f.edit_statement(|s| s.set("sig", Cbor::Null))),
        case("an empty statement", "8.2", INVALID, |f| f.edit_statement(|s| *s = Cbor::Map(vec![]))),
        case("number keys", "8.2", INVALID, |f| f.edit_statement(|s| *s = Cbor::map([(1, -7), (2, 0)]))),
        case("sig empty", "8.2", SIGNATURE, |f| f.signature = Tamper::Empty),
        case("a bit of it", "8.2", SIGNATURE, |f| f.signature = Tamper::FlipBit(200)),
        case("cut short", "8.2", SIGNATURE, |f| f.signature = Tamper::Truncate(40)),
        case("a byte after it", "8.2", SIGNATURE, |f| f.signature = Tamper::Append(vec![0])),
        case("raw instead of DER", "8.2", SIGNATURE, |f| f.signature = Tamper::Fixed),
        case("by another key", "8.2", SIGNATURE, |f| f.signature = Tamper::OtherKey),
        case("over other bytes", "8.2", SIGNATURE, |f| f.signature = Tamper::OtherMessage),
    ];
    registration_refuses(&Server::new(), &packed_self(), &cases);
}

#[test]
fn a_packed_attestation_is_signed_by_the_attestation_key() {
    let cases = [
        case("no alg", "8.2", INVALID, |f: &mut CreateDraft| f.edit_statement(|s| s.remove("alg"))),
        case("alg unknown", "8.2", INVALID, |f| f.edit_statement(|s| s.set("alg", 0))),
        case("alg of another kind of key", "8.2", SIGNATURE, |f| f.edit_statement(|s| s.set("alg", -257))),
        case("alg of another curve", "8.2", SIGNATURE, |f| f.edit_statement(|s| s.set("alg", -35))),
        case("ES256 on another curve", "8.2", SIGNATURE, |f| {
            f.attestation = Attestation::Packed(Ca::new().forge_attester(Algorithm::Es256OnP521, |_| ()));
        }),
        case("no sig", "8.2", INVALID, |f| f.edit_statement(|s| s.remove("sig"))),
        case("a bit of it", "8.2", SIGNATURE, |f| f.signature = Tamper::FlipBit(200)),
        case("by another key", "8.2", SIGNATURE, |f| f.signature = Tamper::OtherKey),
        case("over other bytes", "8.2", SIGNATURE, |f| f.signature = Tamper::OtherMessage),
        case("by the credential itself: no x5c", "8.2", SIGNATURE, |f| f.edit_statement(|s| s.remove("x5c"))),
        case("x5c empty", "8.2", INVALID, |f| f.edit_statement(|s| s.set("x5c", Cbor::Array(vec![])))),
        case("x5c no array", "8.2", INVALID, |f| {
            f.edit_statement(|s| {
                let Some(Cbor::Array(list)) = s.get("x5c").cloned() else { panic!("x5c is an array") };
                s.set("x5c", list[0].clone());
            });
        }),
        case("x5c null", "8.2", INVALID, |f| f.edit_statement(|s| s.set("x5c", Cbor::Null))),
        case("x5c of text", "8.2", INVALID, |f| f.edit_statement(|s| s.set("x5c", Cbor::Array(vec!["MII".into()])))),
        case("x5c of a thousand", "8.2", INVALID, |f| {
            f.edit_statement(|s| s.set("x5c", Cbor::Array(vec![vec![0x30, 0].into(); 1000])));
        }),
        case("x5c of no certificate", "8.2.1", "attestation_certificate_invalid", |f| {
            f.edit_statement(|s| s.set("x5c", Cbor::Array(vec![vec![0x30, 0].into()])));
        }),
        case("x5c of an empty certificate", "8.2.1", "attestation_certificate_invalid", |f| {
            f.edit_statement(|s| s.set("x5c", Cbor::Array(vec![Cbor::Bytes(vec![])])));
        }),
        case("a byte after the certificate", "8.2.1", "attestation_certificate_invalid", |f| {
            f.edit_statement(|s| {
                let Some(Cbor::Array(list)) = s.get("x5c").cloned() else { panic!("x5c is an array") };
                let longer = [list[0].as_bytes().unwrap(), &[0]].concat();
                s.set("x5c", Cbor::Array(vec![longer.into()]));
            });
        }),
        case("another AAGUID than the certificate's", "8.2.1", "attestation_certificate_invalid", |f| {
            f.data.attested().aaguid = [8; 16];
        }),
    ];
    registration_refuses(&Server::new(), &packed(), &cases);
}

#[test]
fn a_u2f_attestation_has_one_certificate_on_p256() {
    let cases = [
        case("no sig", "8.6", INVALID, |f: &mut CreateDraft| f.edit_statement(|s| s.remove("sig"))),
        case("a bit of it", "8.6", SIGNATURE, |f| f.signature = Tamper::FlipBit(200)),
        case("sig empty", "8.6", SIGNATURE, |f| f.signature = Tamper::Empty),
        case("raw instead of DER", "8.6", SIGNATURE, |f| f.signature = Tamper::Fixed),
        case("by another key", "8.6", SIGNATURE, |f| f.signature = Tamper::OtherKey),
        case("over other bytes", "8.6", SIGNATURE, |f| f.signature = Tamper::OtherMessage),
        case("no x5c", "8.6", INVALID, |f| f.edit_statement(|s| s.remove("x5c"))),
        case("x5c empty", "8.6", INVALID, |f| f.edit_statement(|s| s.set("x5c", Cbor::Array(vec![])))),
        case("two certificates", "8.6", INVALID, |f| {
            f.edit_statement(|s| {
                let Some(Cbor::Array(list)) = s.get("x5c").cloned() else { panic!("x5c is an array") };
                s.set("x5c", Cbor::Array([&list[..], &list[..]].concat()));
            });
        }),
        case("no certificate", "8.6", "attestation_certificate_invalid", |f| {
            f.edit_statement(|s| s.set("x5c", Cbor::Array(vec![vec![0x30, 0].into()])));
        }),
        case("signed as packed is", "8.6", SIGNATURE, |f| {
            let Attestation::FidoU2f(attester) = f.attestation.clone() else { panic!("a U2F key") };
            f.attestation = Attestation::Packed(attester);
            f.edit_statement(|s| s.remove("alg"));
            f.edit_attestation_object(|o| o.set("fmt", "fido-u2f"));
        }),
        case("a certificate on P-384", "8.6", "attestation_certificate_invalid", |f| {
            f.attestation = Attestation::FidoU2f(Ca::new().forge_attester(Algorithm::Es384, |_| ()));
        }),
        case("a certificate on Ed25519", "8.6", "attestation_certificate_invalid", |f| {
            f.attestation = Attestation::FidoU2f(Ca::new().forge_attester(Algorithm::EdDsa, |_| ()));
        }),
    ];
    registration_refuses(&Server::new(), &u2f(), &cases);
    let attester = Ca::new().forge_attester(Algorithm::Es256, |_| ());
    let key = Authenticator::new().algorithm(Algorithm::Es384).attestation(Attestation::FidoU2f(attester));
    let refusal = Server::new().forged_registration(&key, |_| ()).unwrap_err();
    assert_eq!((refusal.step.code(), refusal.reason.code()), ("8.6", INVALID), "a credential on P-384");
}

#[test]
fn every_format_tells_what_it_was() {
    let server = Server::new();
    for (key, format, attestation_type, certificates) in [
        (Authenticator::new(), AttestationFormat::None, AttestationType::None, 0),
        (packed_self(), AttestationFormat::Packed, AttestationType::SelfAttestation, 0),
        (packed(), AttestationFormat::Packed, AttestationType::Basic, 1),
        (u2f(), AttestationFormat::FidoU2f, AttestationType::Basic, 1),
    ] {
        let made = key.create(&server.creation(), ORIGIN).unwrap();
        let told = server.register(&made.credential).unwrap();
        assert_eq!((told.format, told.attestation_type, told.trusted), (format, attestation_type, false));
        assert_eq!(told.certificates.len(), certificates);
    }
}

#[test]
fn attestation_keys_of_every_algorithm_pass() {
    let server = Server::new();
    let leaves = [Algorithm::Es256, Algorithm::Es384, Algorithm::Es512, Algorithm::EdDsa, Algorithm::Rs256];
    for algorithm in leaves {
        let attester: Attester = Ca::new().forge_attester(algorithm, |_| ());
        let key = Authenticator::new().attestation(Attestation::Packed(attester));
        assert!(server.forged_registration(&key, |_| ()).is_ok(), "{algorithm:?}");
    }
}
