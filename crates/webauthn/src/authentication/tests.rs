//! The specification's vectors, and what becomes of them when one thing is another.

use serde_json::{Value, json};

use super::*;
use crate::base64url::{decode, encode};
use crate::spec_vectors::{self, Vector};
use crate::{AttestationObject, Kind};

fn rp() -> RelyingParty {
    RelyingParty {
        id: "example.org".into(),
        origins: vec!["https://example.org".into()],
        allow_cross_origin: true,
        top_origins: vec!["https://example.com".into()],
    }
}

fn request<'a>(rp: &'a RelyingParty, challenge: &'a [u8]) -> AuthenticationRequest<'a> {
    AuthenticationRequest {
        rp,
        challenge,
        user_verification: UserVerification::Preferred,
        allow_credentials: None,
        user_handles: None,
        require_user_handle: false,
        counter: CounterPolicy::default(),
    }
}

/// Verifies a vector with the record that its own registration gives, after `change` had its way with all three.
fn verify_vector(
    vector: &Vector,
    change: impl Fn(&mut Value, &mut AuthenticationRequest<'_>, &mut StoredCredential<'_>),
) -> Result<Authentication, Refusal> {
    let object = vector.attestation_object();
    let data = AuthenticatorData::parse(AttestationObject::parse(&object).unwrap().authenticator_data).unwrap();
    let attested = data.attested.unwrap();
    let mut stored = StoredCredential {
        id: attested.id,
        public_key: attested.public_key,
        sign_count: data.sign_count,
        backup_eligible: data.flags.be(),
        backup_state: data.flags.bs(),
    };
    let (rp, challenge) = (rp(), vector.authentication_challenge());
    let (mut message, mut request) = (vector.authentication(), request(&rp, &challenge));
    change(&mut message, &mut request, &mut stored);
    verify_authentication(&request, &stored, &AuthenticationCredential::from_value(message)?)
}

fn verify(
    change: impl Fn(&mut Value, &mut AuthenticationRequest<'_>, &mut StoredCredential<'_>),
) -> Result<Authentication, Refusal> {
    verify_vector(&spec_vectors::vector("none-es256"), change)
}

fn refused(
    change: impl Fn(&mut Value, &mut AuthenticationRequest<'_>, &mut StoredCredential<'_>),
) -> (&'static str, &'static str) {
    let refusal = verify(change).unwrap_err();
    (refusal.step.code(), refusal.reason.code())
}

fn edit(message: &mut Value, member: &str, change: impl Fn(&mut Vec<u8>)) {
    let member = &mut message["response"][member];
    let mut bytes = decode(member.as_str().unwrap()).unwrap();
    change(&mut bytes);
    *member = json!(encode(&bytes));
}

fn edit_client_data(message: &mut Value, from: &str, to: &str) {
    edit(message, "clientDataJSON", |bytes| {
        *bytes = String::from_utf8(bytes.clone()).unwrap().replace(from, to).into_bytes();
    });
}

#[test]
fn every_vector_is_accepted() {
    for vector in spec_vectors::all() {
        let authentication = verify_vector(&vector, |_, _, _| {}).unwrap_or_else(|refusal| {
            panic!("{}: {refusal}", vector.name());
        });
        assert_eq!(authentication.counter, CounterVerdict::Unsupported);
        assert_eq!(authentication.cross_origin, vector.name().contains("Origin"));
        assert_eq!(authentication.top_origin.is_some(), vector.name().contains("topOrigin"));
    }
    assert_eq!(refused(|_, _, s| s.public_key = &[0xa0]), ("6.5.1", "public_key_invalid"));
}

#[test]
fn no_byte_of_a_signed_message_can_change() {
    for name in ["none-es256", "packed-eddsa", "packed-rs256"] {
        let vector = spec_vectors::vector(name);
        for member in ["clientDataJSON", "authenticatorData", "signature"] {
            let length = decode(vector.authentication()["response"][member].as_str().unwrap()).unwrap().len();
            for at in 0..length {
                let changed = verify_vector(&vector, |m, _, _| edit(m, member, |bytes| bytes[at] ^= 1));
                assert!(changed.is_err(), "{name}: byte {at} of {member}");
            }
            for change in
                [Vec::clear as fn(&mut Vec<u8>), |bytes| bytes.push(0), |bytes| bytes.truncate(bytes.len() - 1)]
            {
                assert!(verify_vector(&vector, |m, _, _| edit(m, member, change)).is_err(), "{name}: {member}");
            }
        }
    }
}

#[test]
fn a_wrong_signature_is_told_from_everything_else() {
    let refusal = verify(|m, _, _| edit(m, "signature", |bytes| bytes[20] ^= 1)).unwrap_err();
    assert_eq!((refusal.step.code(), refusal.kind()), ("7.2.21", Kind::Signature));
    // r and s as two plain numbers, as JOSE has them, are not the DER that WebAuthn has.
    let plain = |bytes: &mut Vec<u8>| *bytes = [&bytes[5..37], &bytes[40..72]].concat();
    assert_eq!(refused(|m, _, _| edit(m, "signature", plain)), ("7.2.21", "signature_invalid"));
    let other = spec_vectors::vector("packed-self-es256").attestation_object();
    let data = AuthenticatorData::parse(AttestationObject::parse(&other).unwrap().authenticator_data).unwrap();
    let vector = spec_vectors::vector("none-es256");
    let (rp, challenge) = (rp(), vector.authentication_challenge());
    let stored = StoredCredential {
        id: &vector.credential_id(),
        public_key: data.attested.unwrap().public_key,
        sign_count: 0,
        backup_eligible: true,
        backup_state: false,
    };
    let credential = AuthenticationCredential::from_value(vector.authentication()).unwrap();
    let refusal = verify_authentication(&request(&rp, &challenge), &stored, &credential).unwrap_err();
    assert_eq!(refusal.reason, Reason::SignatureInvalid, "another key");
}

#[test]
fn the_request_is_held_to() {
    assert_eq!(refused(|_, r, _| r.challenge = &[0; 32]), ("7.2.11", "challenge_mismatch"));
    assert_eq!(
        refused(|m, r, _| {
            edit(m, "authenticatorData", |data| data[32] &= !0x04);
            r.user_verification = UserVerification::Required;
        }),
        ("7.2.17", "user_not_verified")
    );
    assert_eq!(refused(|m, _, _| edit_client_data(m, "webauthn.get", "webauthn.create")), ("7.2.10", "type_mismatch"));
    assert_eq!(
        refused(|m, _, _| edit_client_data(m, "example.org\"", "example.org:443\"")),
        ("7.2.12", "origin_mismatch")
    );
    let framed = |m: &mut Value, _: &mut AuthenticationRequest<'_>, _: &mut StoredCredential<'_>| {
        edit_client_data(m, "Origin\":false", "Origin\":true");
    };
    assert_eq!(
        refused(framed),
        ("7.2.21", "signature_invalid"),
        "framing is allowed here, changing the message is not"
    );
    let strict = RelyingParty { allow_cross_origin: false, ..rp() };
    let vector = spec_vectors::vector("none-es256-crossOrigin");
    let credential = AuthenticationCredential::from_value(vector.authentication()).unwrap();
    let challenge = vector.authentication_challenge();
    let stored = StoredCredential {
        id: &vector.credential_id(),
        public_key: &[],
        sign_count: 0,
        backup_eligible: false,
        backup_state: false,
    };
    let refusal = verify_authentication(&request(&strict, &challenge), &stored, &credential).unwrap_err();
    assert_eq!((refusal.step.code(), refusal.reason.code()), ("7.2.13", "cross_origin_not_allowed"));
}

#[test]
fn the_credential_is_one_of_those_asked_for() {
    let id = spec_vectors::vector("none-es256").credential_id();
    let other: &[u8] = &[1; 32];
    let lists: [&[&[u8]]; 2] = [&[other], &[other, &id]];
    assert!(verify(|_, r, _| r.allow_credentials = Some(&[])).is_ok(), "an empty list asks for none in particular");
    let verify_with = |list| {
        let vector = spec_vectors::vector("none-es256");
        let (rp, challenge) = (rp(), vector.authentication_challenge());
        let request = AuthenticationRequest { allow_credentials: Some(list), ..request(&rp, &challenge) };
        let stored =
            StoredCredential { id: &id, public_key: &[], sign_count: 0, backup_eligible: true, backup_state: true };
        let credential = AuthenticationCredential::from_value(vector.authentication()).unwrap();
        verify_authentication(&request, &stored, &credential).unwrap_err().step.code()
    };
    assert_eq!(verify_with(lists[0]), "7.2.5");
    assert_eq!(verify_with(lists[1]), "6.5.1", "it passes and fails at the key, which is not there");
    assert_eq!(refused(|_, _, s| s.id = &[1; 32]), ("7.2.6", "credential_id_mismatch"));
}

#[test]
fn the_user_handle_names_the_owner_or_nobody() {
    const OWNER: &[u8] = b"owner";
    let handle = |text: &'static str| {
        move |m: &mut Value, r: &mut AuthenticationRequest<'_>, _: &mut StoredCredential<'_>| {
            m["response"]["userHandle"] = if text == "null" { Value::Null } else { json!(encode(text.as_bytes())) };
            r.user_handles = Some(&[b"other form of owner", OWNER]);
        }
    };
    assert_eq!(verify(handle("owner")).unwrap().user_handle.as_deref(), Some(OWNER));
    assert_eq!(verify(handle("")).unwrap().user_handle, None);
    assert_eq!(verify(handle("null")).unwrap().user_handle, None);
    assert_eq!(refused(handle("Owner")), ("7.2.6", "user_handle_mismatch"));
    for absent in ["", "null"] {
        let required = |m: &mut Value, r: &mut AuthenticationRequest<'_>, s: &mut StoredCredential<'_>| {
            handle(absent)(m, r, s);
            r.require_user_handle = true;
        };
        assert_eq!(refused(required), ("7.2.6", "user_handle_missing"));
    }
    let unknown_owner = verify(|m, r, _| {
        m["response"]["userHandle"] = json!("AQID");
        r.require_user_handle = true;
    });
    assert_eq!(unknown_owner.unwrap().user_handle, Some(vec![1, 2, 3]), "nothing is given to compare with");
}

#[test]
fn authenticator_data_is_held_to() {
    let data = |change: fn(&mut Vec<u8>)| refused(|m, _, _| edit(m, "authenticatorData", change));
    assert_eq!(data(|d| d[0] ^= 1), ("7.2.15", "rp_id_mismatch"));
    assert_eq!(data(|d| d[32] &= !0x01), ("7.2.16", "user_not_present"));
    assert_eq!(data(|d| d[32] = 0x11), ("7.2.18", "backup_flags_invalid"));
    assert_eq!(data(|d| d[32] = 0x01), ("7.2.19", "backup_eligibility_changed"));
    assert_eq!(data(|d| d.truncate(36)), ("6.1", "authenticator_data_invalid"));
    assert_eq!(data(|d| d.push(0)), ("6.1", "authenticator_data_invalid"));
    assert_eq!(data(|d| d[32] |= 0x80), ("6.1", "cbor_invalid"));
    assert_eq!(data(|d| d[32] |= 0x40), ("6.1", "authenticator_data_invalid"));
    let with_credential = |d: &mut Vec<u8>| {
        let object = spec_vectors::vector("none-es256").attestation_object();
        let registration = AttestationObject::parse(&object).unwrap().authenticator_data;
        d[32] |= 0x40;
        d.extend_from_slice(&registration[37..]);
    };
    assert_eq!(data(with_credential), ("6.1", "authenticator_data_invalid"), "whole attested credential data");
    assert_eq!(refused(|_, _, s| s.backup_eligible = false), ("7.2.19", "backup_eligibility_changed"));
}

#[test]
fn the_counter_says_what_the_policy_makes_of_it() {
    use CounterPolicy::{Refuse, RefuseSingleDevice, Report};
    use CounterVerdict::{Advanced, Fell, Unsupported};
    let verdict = |policy, stored_count, received, synced| {
        let mut head = [0; 37];
        head[33..].copy_from_slice(&u32::to_be_bytes(received));
        let data = AuthenticatorData::parse(&head).unwrap();
        let stored = StoredCredential {
            id: &[],
            public_key: &[],
            sign_count: stored_count,
            backup_eligible: synced,
            backup_state: false,
        };
        check_counter(policy, &stored, &data)
    };
    for policy in [RefuseSingleDevice, Report, Refuse] {
        for synced in [false, true] {
            assert_eq!(verdict(policy, 0, 0, synced), Ok(Unsupported));
            assert_eq!(verdict(policy, 0, 1, synced), Ok(Advanced));
            assert_eq!(verdict(policy, 5, 6, synced), Ok(Advanced));
            assert_eq!(verdict(policy, u32::MAX - 1, u32::MAX, synced), Ok(Advanced));
            for (stored, received) in [(5, 5), (5, 3), (5, 0), (u32::MAX, 0)] {
                let expected = if policy == Refuse || (policy == RefuseSingleDevice && !synced) {
                    Err(Refusal::new(Step::SIGNATURE_COUNTER, Reason::CounterFell { stored, received }))
                } else {
                    Ok(Fell { stored, received })
                };
                assert_eq!(verdict(policy, stored, received, synced), expected);
            }
        }
    }
}
