//! The specification's vectors, and what becomes of them when one thing is another.

use serde_json::{Value, json};

use super::*;
use crate::base64url::{decode, encode};
use crate::spec_vectors::{self, Vector};
use crate::{Kind, Untrusted};

const ALL: [Algorithm; 5] = [Algorithm::EdDsa, Algorithm::Es256, Algorithm::Es384, Algorithm::Es512, Algorithm::Rs256];

/// 2026-01-01.
const NOW: i64 = 1_767_225_600;

/// The relying party of the vectors (§16).
fn rp() -> RelyingParty {
    RelyingParty {
        id: "example.org".into(),
        origins: vec!["https://example.org".into()],
        allow_cross_origin: true,
        top_origins: vec!["https://example.com".into()],
    }
}

fn request<'a>(rp: &'a RelyingParty, challenge: &'a [u8]) -> RegistrationRequest<'a> {
    RegistrationRequest {
        rp,
        challenge,
        user_verification: UserVerification::Preferred,
        conditional: false,
        algorithms: &ALL,
        attestation: AttestationPolicy::default(),
    }
}

/// Verifies a vector after `change` had its way with message and request.
fn verify(name: &str, change: impl Fn(&mut Value, &mut RegistrationRequest<'_>)) -> Result<Registration, Refusal> {
    let vector = spec_vectors::vector(name);
    let (rp, challenge) = (rp(), vector.registration_challenge());
    let (mut message, mut request) = (vector.registration(), request(&rp, &challenge));
    change(&mut message, &mut request);
    verify_registration(&request, &RegistrationCredential::from_value(message)?)
}

fn refused(name: &str, change: impl Fn(&mut Value, &mut RegistrationRequest<'_>)) -> (&'static str, &'static str) {
    let refusal = verify(name, change).unwrap_err();
    (refusal.step.code(), refusal.reason.code())
}

/// Changes the client data as text.
fn edit_client_data(message: &mut Value, change: impl Fn(String) -> String) {
    let member = &mut message["response"]["clientDataJSON"];
    let text = String::from_utf8(decode(member.as_str().unwrap()).unwrap()).unwrap();
    *member = json!(encode(change(text).as_bytes()));
}

/// Changes the authenticator data; the object is written anew around it.
fn edit_authenticator_data(message: &mut Value, change: impl Fn(&mut Vec<u8>)) {
    edit_object(message, |members| {
        let data = members.iter_mut().find(|(name, _)| name.as_text() == Some("authData")).unwrap();
        change(data.1.as_bytes_mut().unwrap());
    });
}

fn edit_object(message: &mut Value, change: impl Fn(&mut Vec<(ciborium::Value, ciborium::Value)>)) {
    let member = &mut message["response"]["attestationObject"];
    let bytes = decode(member.as_str().unwrap()).unwrap();
    let mut object: ciborium::Value = ciborium::from_reader(&bytes[..]).unwrap();
    change(object.as_map_mut().unwrap());
    let mut bytes = Vec::new();
    ciborium::into_writer(&object, &mut bytes).unwrap();
    *member = json!(encode(&bytes));
}

/// The offset of the flags in authenticator data.
const FLAGS: usize = 32;

#[test]
fn every_vector_is_accepted_and_read_right() {
    let root = [spec_vectors::attestation_root()];
    for vector in spec_vectors::all() {
        let (rp, challenge) = (rp(), vector.registration_challenge());
        let mut request = request(&rp, &challenge);
        request.attestation =
            AttestationPolicy { trust_anchors: &root, require_trusted: false, verification_time: Some(NOW) };
        let credential = RegistrationCredential::from_value(vector.registration()).unwrap();
        let registration = verify_registration(&request, &credential).unwrap_or_else(|refusal| {
            panic!("{}: {refusal}", vector.name());
        });

        assert_eq!(registration.credential_id, vector.credential_id());
        assert_eq!(registration.aaguid.0, *vector.aaguid());
        assert_eq!((registration.sign_count, registration.flags.at()), (0, true));
        assert_eq!(registration.cross_origin, vector.name().contains("Origin"), "{}", vector.name());
        assert_eq!(registration.top_origin.is_some(), vector.name().contains("topOrigin"));
        let (format, attestation_type, trusted) = match vector.name() {
            name if name.starts_with("none") => (AttestationFormat::None, AttestationType::None, false),
            "packed-self-es256" => (AttestationFormat::Packed, AttestationType::SelfAttestation, false),
            name if name.starts_with("packed") => (AttestationFormat::Packed, AttestationType::Basic, true),
            "fido-u2f-es256" => (AttestationFormat::FidoU2f, AttestationType::Basic, true),
            other => panic!("{other}"),
        };
        assert_eq!((registration.format, registration.attestation_type), (format, attestation_type));
        assert_eq!((registration.trusted, registration.certificates.len()), (trusted, usize::from(trusted)));
        let proven = registration.proven_aaguid();
        assert_eq!(proven.is_some(), trusted && format == AttestationFormat::Packed, "{}", vector.name());
    }
}

#[test]
fn a_chain_to_the_root_is_proof_and_none_else_is() {
    let root = [spec_vectors::attestation_root()];
    let verify_at = |name: &str, anchors: &[Vec<u8>], moment| {
        let vector = spec_vectors::vector(name);
        let (rp, challenge) = (rp(), vector.registration_challenge());
        let mut request = request(&rp, &challenge);
        request.attestation =
            AttestationPolicy { trust_anchors: anchors, require_trusted: true, verification_time: moment };
        verify_registration(&request, &RegistrationCredential::from_value(vector.registration()).unwrap())
    };
    assert!(verify_at("packed-es256", &root, Some(NOW)).unwrap().trusted);
    assert!(verify_at("fido-u2f-es256", &root, None).unwrap().trusted);
    let leaf = verify("packed-es256", |_, _| {}).unwrap().certificates;
    assert!(verify_at("packed-es256", &leaf, Some(NOW)).unwrap().trusted, "a leaf may be the anchor");

    for (name, anchors, moment, text) in [
        ("packed-es256", &[][..], Some(NOW), "no trust anchor"),
        ("packed-es256", &[vec![0x30, 0x00]], Some(NOW), "no trust anchor"),
        ("packed-es384", &leaf, Some(NOW), "no trust anchor"),
        ("packed-es256", &root, Some(1_704_067_199), "not valid at the time"),
        ("packed-es256", &root, Some(-1), "not valid at the time"),
        ("packed-es256", &root, Some(i64::MAX), "not valid at the time"),
        ("none-es256", &root, Some(NOW), "carries no certificate"),
        ("packed-self-es256", &root, Some(NOW), "carries no certificate"),
    ] {
        let refusal = verify_at(name, anchors, moment).unwrap_err();
        assert_eq!((refusal.step.code(), refusal.reason.code()), ("7.1.24", "attestation_untrusted"), "{name}");
        assert_eq!(refusal.kind(), Kind::Attestation);
        assert!(refusal.to_string().contains(text), "{refusal}");
    }
    let refusal = verify_at("packed-es256", &[], None).unwrap_err();
    let Reason::AttestationUntrusted(Untrusted::NoAnchor { issuer }) = refusal.reason else { panic!("{refusal}") };
    assert!(issuer.contains("CN=WebAuthn test vectors"), "{issuer}");
}

#[test]
fn the_request_is_held_to() {
    assert_eq!(refused("none-es256", |_, r| r.challenge = &[0; 32]), ("7.1.8", "challenge_mismatch"));
    assert_eq!(refused("none-es256", |_, r| r.challenge = &[]), ("7.1.8", "challenge_mismatch"));
    assert_eq!(refused("none-es256", |_, r| r.algorithms = &[Algorithm::EdDsa]), ("7.1.20", "algorithm_not_offered"));
    assert_eq!(refused("none-es256", |_, r| r.algorithms = &[]), ("7.1.20", "algorithm_not_offered"));
    // COSE algorithm −11, which nobody knows; alg is the fifth byte of the key.
    let unknown = |m: &mut Value, _: &mut RegistrationRequest<'_>| edit_authenticator_data(m, |data| data[91] = 0x2a);
    assert_eq!(refused("none-es256", unknown), ("7.1.20", "algorithm_not_offered"));
    let required = |_: &mut Value, r: &mut RegistrationRequest<'_>| r.user_verification = UserVerification::Required;
    assert!(!verify("none-es256", |_, _| {}).unwrap().flags.uv());
    assert_eq!(refused("none-es256", required), ("7.1.16", "user_not_verified"));
    assert!(verify("packed-self-es256", required).unwrap().flags.uv());
}

#[test]
fn only_listed_origins_pass() {
    for origin in [
        "https://example.org:8443",
        "http://example.org",
        "https://example.org/",
        "https://example.org.",
        "https://EXAMPLE.org",
        "https://www.example.org",
        "https://example.org.evil.example",
        "",
    ] {
        let change = |m: &mut Value, _: &mut RegistrationRequest<'_>| {
            edit_client_data(m, |t| t.replace("https://example.org", origin));
        };
        assert_eq!(refused("none-es256", change), ("7.1.9", "origin_mismatch"), "{origin}");
    }
}

#[test]
fn framed_pages_pass_only_when_expected() {
    let strict = RelyingParty { allow_cross_origin: false, ..rp() };
    let elsewhere = RelyingParty { top_origins: vec!["https://www.example.com".into()], ..rp() };
    let with = |name: &str, rp: &RelyingParty| {
        let vector = spec_vectors::vector(name);
        let credential = RegistrationCredential::from_value(vector.registration())?;
        verify_registration(&request(rp, &vector.registration_challenge()), &credential)
    };
    let codes = |refusal: Refusal| (refusal.step.code(), refusal.reason.code());
    let not_allowed = ("7.1.10", "cross_origin_not_allowed");
    assert_eq!(codes(with("none-es256-crossOrigin", &strict).unwrap_err()), not_allowed);
    assert_eq!(codes(with("none-es256-topOrigin", &strict).unwrap_err()), not_allowed);
    assert_eq!(codes(with("none-es256-topOrigin", &elsewhere).unwrap_err()), ("7.1.11", "top_origin_mismatch"));
    assert!(with("none-es256-crossOrigin", &elsewhere).is_ok(), "browsers may leave the top origin out");
    assert!(with("none-es256", &strict).is_ok());

    // A top origin speaks of a frame whatever crossOrigin says.
    let vector = spec_vectors::vector("none-es256-topOrigin");
    let mut message = vector.registration();
    edit_client_data(&mut message, |text| text.replace("\"crossOrigin\":true,", ""));
    let credential = RegistrationCredential::from_value(message).unwrap();
    let refusal = verify_registration(&request(&strict, &vector.registration_challenge()), &credential).unwrap_err();
    assert_eq!(codes(refusal), ("7.1.11", "cross_origin_not_allowed"));
}

#[test]
fn client_data_of_another_kind_is_refused() {
    let get = |m: &mut Value, _: &mut RegistrationRequest<'_>| {
        edit_client_data(m, |text| text.replace("webauthn.create", "webauthn.get"));
    };
    assert_eq!(refused("none-es256", get), ("7.1.7", "type_mismatch"));
    let broken = |m: &mut Value, _: &mut RegistrationRequest<'_>| edit_client_data(m, |text| text + "}");
    assert_eq!(refused("none-es256", broken), ("7.1.6", "client_data_invalid"));
    let padded =
        |m: &mut Value, _: &mut RegistrationRequest<'_>| edit_client_data(m, |text| text.replace("4TA\"", "4TA=\""));
    assert_eq!(refused("none-es256", padded), ("7.1.8", "challenge_mismatch"));
}

#[test]
fn a_byte_order_mark_is_hashed() {
    let mark = |m: &mut Value, _: &mut RegistrationRequest<'_>| edit_client_data(m, |text| format!("\u{feff}{text}"));
    assert!(verify("none-es256", mark).is_ok(), "nothing is signed");
    assert_eq!(refused("packed-self-es256", mark), ("8.2", "attestation_signature_invalid"));
}

#[test]
fn authenticator_data_is_held_to() {
    let flags = |on: u8, off: u8| {
        move |message: &mut Value, _: &mut RegistrationRequest<'_>| {
            edit_authenticator_data(message, |data| data[FLAGS] = (data[FLAGS] | on) & !off);
        }
    };
    let byte = |at: usize| {
        move |message: &mut Value, _: &mut RegistrationRequest<'_>| edit_authenticator_data(message, |d| d[at] ^= 1)
    };
    assert_eq!(refused("none-es256", byte(0)), ("7.1.14", "rp_id_mismatch"));
    assert_eq!(refused("none-es256", flags(0, 0x01)), ("7.1.15", "user_not_present"));
    assert_eq!(refused("none-es256", flags(0x10, 0x08)), ("7.1.17", "backup_flags_invalid"));
    assert_eq!(refused("none-es256", flags(0x80, 0)), ("6.1", "cbor_invalid"));
    assert_eq!(refused("none-es256", flags(0, 0x40)), ("6.1", "authenticator_data_invalid"));
    assert_eq!(refused("none-es256", byte(55)), ("7.1.27", "credential_id_mismatch"));
    assert_eq!(refused("none-es256", byte(53)), ("6.1", "authenticator_data_invalid"));
    assert_eq!(refused("none-es256", byte(163)), ("6.5.1", "public_key_invalid"));
    let bare = |m: &mut Value, _: &mut RegistrationRequest<'_>| {
        edit_authenticator_data(m, |data| {
            data.truncate(37);
            data[FLAGS] &= !0x40;
        });
    };
    assert_eq!(refused("none-es256", bare), ("6.1", "authenticator_data_invalid"));
}

#[test]
fn conditional_create_lifts_the_demand_for_presence_and_no_other() {
    let absent = |m: &mut Value, r: &mut RegistrationRequest<'_>| {
        edit_authenticator_data(m, |data| data[FLAGS] &= !0x05);
        r.conditional = true;
    };
    assert!(!verify("none-es256", absent).unwrap().flags.up());
    let verified = |m: &mut Value, r: &mut RegistrationRequest<'_>| {
        absent(m, r);
        r.user_verification = UserVerification::Required;
    };
    assert_eq!(refused("none-es256", verified), ("7.1.16", "user_not_verified"));
    assert!(verify("none-es256", |_, r| r.conditional = true).unwrap().flags.up());
}

#[test]
fn a_credential_id_of_1024_bytes_is_refused() {
    assert_eq!(verify("none-es256-long-credential-id", |_, _| {}).unwrap().credential_id.len(), 1023);
    let longer = |m: &mut Value, _: &mut RegistrationRequest<'_>| {
        edit_authenticator_data(m, |data| {
            data[53..55].copy_from_slice(&1024_u16.to_be_bytes());
            data.insert(55, 0);
        });
    };
    assert_eq!(refused("none-es256-long-credential-id", longer), ("7.1.25", "credential_id_size"));
}

#[test]
fn what_the_client_tells_is_reported() {
    let told = |m: &mut Value, _: &mut RegistrationRequest<'_>| {
        m["response"]["transports"] = json!(["hybrid", "internal"]);
        m["authenticatorAttachment"] = json!("platform");
        m["clientExtensionResults"] = json!({"credProps": {"rk": false}});
    };
    let registration = verify("none-es256", told).unwrap();
    assert_eq!(registration.transports, ["hybrid", "internal"]);
    assert_eq!(registration.attachment, Some(Attachment::Platform));
    assert_eq!(registration.discoverable, Some(false));
    assert_eq!((&*registration.origin, registration.cross_origin), ("https://example.org", false));
}

#[test]
fn no_byte_of_a_signed_registration_can_change() {
    let accepted = |vector: &Vector, message: Value| {
        let (rp, challenge) = (rp(), vector.registration_challenge());
        let root = [spec_vectors::attestation_root()];
        let mut request = request(&rp, &challenge);
        request.attestation =
            AttestationPolicy { trust_anchors: &root, require_trusted: true, verification_time: Some(NOW) };
        RegistrationCredential::from_value(message).and_then(|c| verify_registration(&request, &c)).is_ok()
    };
    let vector = spec_vectors::vector("packed-eddsa");
    assert!(accepted(&vector, vector.registration()));
    let object = vector.attestation_object();
    for at in 0..object.len() {
        for bit in [0x01, 0x80] {
            let mut changed = object.clone();
            changed[at] ^= bit;
            let mut message = vector.registration();
            message["response"]["attestationObject"] = json!(encode(&changed));
            assert!(!accepted(&vector, message), "byte {at} of the attestation object");
        }
    }
}
