//! Credential ids and user handles (§7.1 steps 25 to 27, §7.2 steps 5 and 6).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_testkit::forger::{Authenticator, CreateDraft, GetDraft};
use serde_json::{Value, json};

use crate::ceremony::{HANDLE, ORIGIN, Record, Server};
use crate::tables::{Differences, authentication_refuses, case, registration_refuses};

#[test]
fn a_credential_id_has_1_to_1023_bytes() {
    let cases = [
        case("none", "7.1.25", "credential_id_size", |f: &mut CreateDraft| f.credential_id().clear()),
        case("1024 bytes", "7.1.25", "credential_id_size", |f| f.credential_id().resize(1024, 7)),
        case("4096 bytes", "7.1.25", "credential_id_size", |f| f.credential_id().resize(4096, 7)),
        case("65535 by its length alone", "7.1.25", "credential_id_size", |f| {
            f.data.attested().credential_id_length = Some(u16::MAX);
        }),
    ];
    let server = Server::new();
    registration_refuses(&server, &Authenticator::new(), &cases);
    for length in [1, 16, 64, 1023] {
        let key = Authenticator::new();
        let made = server.forged_registration(&key, |f| f.credential_id().resize(length, 7)).unwrap();
        assert_eq!(made.credential_id.len(), length);
        assert!(server.forged_assertion(&key, &Record::from(&made), |_| ()).is_ok(), "{length}");
    }
}

/// Changes the JSON around an honest registration, which nothing signs.
fn registered_with(spoil: impl FnOnce(&mut Value)) -> Result<(), countersign_webauthn::Refusal> {
    let server = Server::new();
    let mut made = Authenticator::new().create(&server.creation(), ORIGIN).unwrap().credential;
    spoil(&mut made);
    server.register(&made).map(drop)
}

#[test]
fn the_three_ids_of_a_registration_are_one() {
    let mut differences = Differences::default();
    let another = || json!(URL_SAFE_NO_PAD.encode([9; 32]));
    let mismatched = registered_with(|c| c["id"] = another());
    differences.refused("id is another", mismatched, "5.1", "id_mismatch");
    let mismatched = registered_with(|c| c["rawId"] = another());
    differences.refused("rawId is another", mismatched, "5.1", "id_mismatch");
    let mismatched = registered_with(|c| {
        c["id"] = another();
        c["rawId"] = another();
    });
    differences.refused("both are, the attested one is not", mismatched, "7.1.27", "credential_id_mismatch");
    let padded = registered_with(|c| c["id"] = json!(format!("{}=", c["id"].as_str().unwrap())));
    differences.refused("id padded", padded, "5.1", "id_mismatch");
    let padded = registered_with(|c| {
        let text = format!("{}=", c["id"].as_str().unwrap());
        c["id"] = json!(text);
        c["rawId"] = json!(text);
    });
    differences.refused("both padded", padded, "5.1", "base64url_invalid");
    let standard = registered_with(|c| {
        c["id"] = json!("+/+/");
        c["rawId"] = json!("+/+/");
    });
    differences.refused("in the other base64", standard, "5.1", "base64url_invalid");
    let empty = registered_with(|c| {
        c["id"] = json!("");
        c["rawId"] = json!("");
    });
    differences.refused("empty", empty, "7.1.27", "credential_id_mismatch");
    differences.none();
}

#[test]
fn an_assertion_speaks_for_the_stored_credential() {
    let cases = [
        case("another id", "7.2.6", "credential_id_mismatch", |f: &mut GetDraft| f.credential_id = vec![9; 32]),
        case("a shorter id", "7.2.6", "credential_id_mismatch", |f| f.credential_id.truncate(31)),
        case("a longer id", "7.2.6", "credential_id_mismatch", |f| f.credential_id.push(0)),
        case("no id", "7.2.6", "credential_id_mismatch", |f| f.credential_id.clear()),
    ];
    authentication_refuses(&Server::new(), &Authenticator::new(), &cases);
}

#[test]
fn only_a_credential_asked_for_passes() {
    let server = Server::new();
    let key = Authenticator::new();
    let record = server.enrol(&key);
    let allowing = |allowed: Vec<Vec<u8>>| Server { allowed: Some(allowed), ..Server::new() };
    let mut differences = Differences::default();
    for (what, allowed) in [
        ("another", vec![vec![9; 32]]),
        ("a prefix", vec![record.id[..31].to_vec()]),
        ("an extension", vec![[&record.id[..], &[0]].concat()]),
        ("the empty id", vec![vec![]]),
    ] {
        let outcome = allowing(allowed).forged_assertion(&key, &record, |_| ());
        differences.refused(what, outcome, "7.2.5", "credential_not_allowed");
    }
    for (what, allowed) in [
        ("alone", vec![record.id.clone()]),
        ("among others", vec![vec![9; 32], record.id.clone(), vec![8; 16]]),
        ("an empty list asks for none", vec![]),
    ] {
        differences.accepted(what, allowing(allowed).forged_assertion(&key, &record, |_| ()));
    }
    differences.none();
}

#[test]
fn a_user_handle_is_the_owners_in_an_accepted_encoding() {
    let decoded = URL_SAFE_NO_PAD.decode(HANDLE.to_ascii_uppercase()).unwrap_or_else(|_| vec![5; 27]);
    let server = Server { handles: Some(vec![HANDLE.to_vec(), decoded.clone()]), ..Server::new() };
    let key = Authenticator::new();
    let record = server.enrol(&key);
    let answering = |handle: Option<Vec<u8>>| server.forged_assertion(&key, &record, |f| f.user_handle = handle);
    let mut differences = Differences::default();
    differences.accepted("as in the options", answering(Some(HANDLE.to_vec())));
    differences.accepted("in the other encoding", answering(Some(decoded)));
    differences.accepted("absent", answering(None));
    differences.accepted("empty", answering(Some(vec![])));
    for (what, handle) in [
        ("another user's", b"00000000-0d5e-4c8a-9b7e-1a2b3c4d5e6f".to_vec()),
        ("in upper case", HANDLE.to_ascii_uppercase()),
        ("one byte short", HANDLE[..35].to_vec()),
        ("one byte long", [HANDLE, b"0"].concat()),
        ("one byte", vec![0]),
        ("64 bytes", vec![7; 64]),
    ] {
        differences.refused(what, answering(Some(handle)), "7.2.6", "user_handle_mismatch");
    }
    let too_long = answering(Some(vec![7; 65]));
    differences.refused("65 bytes", too_long, "5.1", "member_invalid");
    differences.none();
    assert_eq!(answering(Some(HANDLE.to_vec())).unwrap().user_handle.as_deref(), Some(HANDLE));
    assert_eq!(answering(Some(vec![])).unwrap().user_handle, None);
}

#[test]
fn a_sign_in_without_a_name_has_to_bring_the_handle() {
    let server = Server { handles: Some(vec![HANDLE.to_vec()]), require_handle: true, ..Server::new() };
    let cases = [
        case("absent", "7.2.6", "user_handle_missing", |f: &mut GetDraft| f.user_handle = None),
        case("empty", "7.2.6", "user_handle_missing", |f| f.user_handle = Some(vec![])),
        case("another user's", "7.2.6", "user_handle_mismatch", |f| f.user_handle = Some(vec![1; 36])),
    ];
    authentication_refuses(&server, &Authenticator::new(), &cases);
    let key = Authenticator::new();
    let record = server.enrol(&key);
    let mut said = key.get(&server.request(&record.id), ORIGIN).unwrap().credential;
    said["response"]["userHandle"] = Value::Null;
    let refusal = server.authenticate(&record, &said).unwrap_err();
    assert_eq!(refusal.reason.code(), "user_handle_missing", "null is absent");
    let unchecked = Server { require_handle: true, ..Server::new() };
    assert!(unchecked.forged_assertion(&key, &record, |f| f.user_handle = Some(vec![1; 36])).is_ok());
}
