//! `RegistrationResponseJSON` and `AuthenticationResponseJSON` (§5.1): what has to be there, what may be missing.

use countersign_testkit::forger::Authenticator;
use countersign_webauthn::{Attachment, AuthenticationCredential, RegistrationCredential};
use serde_json::{Value, json};

use crate::ceremony::{ORIGIN, Server};
use crate::tables::Differences;

const FORM: &str = "5.1";

/// A member by its JSON pointer, what becomes of it (`None`: taken away), and the reason to be given.
type Change = (&'static str, Option<Value>, &'static str);

fn change(credential: &Value, pointer: &str, value: Option<Value>) -> Value {
    let mut changed = credential.clone();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = changed.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Some(value) => drop(parent.insert(name.to_owned(), value)),
        None => drop(parent.remove(name).unwrap()),
    }
    changed
}

/// What every member that has to be there is held to.
fn required(pointer: &'static str) -> [Change; 4] {
    [
        (pointer, None, "member_missing"),
        (pointer, Some(Value::Null), "member_missing"),
        (pointer, Some(json!(7)), "member_invalid"),
        (pointer, Some(json!([1, 2, 3])), "member_invalid"),
    ]
}

/// What every member of bytes is held to beyond that.
fn bytes(pointer: &'static str) -> [Change; 4] {
    [
        (pointer, Some(json!("AAA=")), "base64url_invalid"),
        (pointer, Some(json!("+/+/")), "base64url_invalid"),
        (pointer, Some(json!("A A A")), "base64url_invalid"),
        (pointer, Some(json!("A")), "base64url_invalid"),
    ]
}

#[test]
fn a_registration_without_its_members_is_refused() {
    let server = Server::new();
    let made = Authenticator::new().create(&server.creation(), ORIGIN).unwrap().credential;
    let mut changes = Vec::new();
    for pointer in ["/id", "/rawId", "/type", "/response", "/response/clientDataJSON", "/response/attestationObject"] {
        changes.extend(required(pointer));
    }
    for pointer in ["/rawId", "/response/clientDataJSON", "/response/attestationObject"] {
        changes.extend(bytes(pointer));
    }
    changes.push(("/type", Some(json!("password")), "member_invalid"));
    changes.push(("/type", Some(json!("Public-Key")), "member_invalid"));
    let mut differences = Differences::default();
    for (pointer, value, reason) in changes {
        let what = format!("{pointer} {value:?}");
        differences.refused(&what, server.register(&change(&made, pointer, value)), FORM, reason);
    }
    differences.none();
}

#[test]
fn an_assertion_without_its_members_is_refused() {
    let server = Server::new();
    let key = Authenticator::new();
    let record = server.enrol(&key);
    let said = key.get(&server.request(&record.id), ORIGIN).unwrap().credential;
    let mut changes = Vec::new();
    let of_bytes = ["/response/clientDataJSON", "/response/authenticatorData", "/response/signature"];
    for pointer in ["/id", "/rawId", "/type", "/response"].into_iter().chain(of_bytes) {
        changes.extend(required(pointer));
    }
    for pointer in ["/rawId", "/response/userHandle"].into_iter().chain(of_bytes) {
        changes.extend(bytes(pointer));
    }
    changes.push(("/response/userHandle", Some(json!(7)), "member_invalid"));
    let mut differences = Differences::default();
    for (pointer, value, reason) in changes {
        let what = format!("{pointer} {value:?}");
        differences.refused(&what, server.authenticate(&record, &change(&said, pointer, value)), FORM, reason);
    }
    differences.none();
}

#[test]
fn what_is_no_object_is_refused() {
    for value in [json!(null), json!(true), json!(7), json!("credential"), json!([]), json!([{"id": "AA"}])] {
        let refusal = RegistrationCredential::from_value(value.clone()).unwrap_err();
        assert_eq!((refusal.step.code(), refusal.reason.code()), (FORM, "member_invalid"), "{value}");
        let refusal = AuthenticationCredential::from_value(value.clone()).unwrap_err();
        assert_eq!((refusal.step.code(), refusal.reason.code()), (FORM, "member_invalid"), "{value}");
    }
    assert!(RegistrationCredential::from_value(json!({})).is_err());
    assert!(serde_json::from_str::<AuthenticationCredential>("{}").is_err());
}

#[test]
fn an_answer_of_the_other_ceremony_is_refused() {
    let server = Server::new();
    let key = Authenticator::new();
    let made = key.create(&server.creation(), ORIGIN).unwrap();
    let record = server.enrol(&key);
    let said = key.get(&server.request(&record.id), ORIGIN).unwrap();
    assert_eq!(server.register(&said.credential).unwrap_err().reason.code(), "member_missing");
    assert_eq!(server.authenticate(&record, &made.credential).unwrap_err().reason.code(), "member_missing");
}

/// Browsers and their extensions differ in what they leave out; enrolment may not break on it.
#[test]
fn optional_members_may_be_absent_null_or_unknown() {
    let server = Server::new();
    let key = Authenticator::new();
    let made = key.create(&server.creation(), ORIGIN).unwrap().credential;
    let record = server.enrol(&key);
    let said = key.get(&server.request(&record.id), ORIGIN).unwrap().credential;
    let mut differences = Differences::default();
    for pointer in [
        "/authenticatorAttachment",
        "/clientExtensionResults",
        "/response/transports",
        "/response/authenticatorData",
        "/response/publicKey",
        "/response/publicKeyAlgorithm",
    ] {
        for value in [None, Some(json!(null)), Some(json!("unknown")), Some(json!(7)), Some(json!({"a": [1]}))] {
            let what = format!("registration, {pointer} {value:?}");
            differences.accepted(&what, server.register(&change(&made, pointer, value)));
        }
    }
    for pointer in ["/authenticatorAttachment", "/clientExtensionResults"] {
        for value in [None, Some(json!(null)), Some(json!("unknown")), Some(json!(7))] {
            let what = format!("authentication, {pointer} {value:?}");
            differences.accepted(&what, server.authenticate(&record, &change(&said, pointer, value)));
        }
    }
    for value in [None, Some(json!(null)), Some(json!(""))] {
        let what = format!("authentication, userHandle {value:?}");
        differences.accepted(&what, server.authenticate(&record, &change(&said, "/response/userHandle", value)));
    }
    let extra = change(&made, "/somethingNew", Some(json!({"x": 1})));
    differences.accepted("a member of the future", server.register(&extra));
    differences.none();
}

#[test]
fn what_the_client_tells_is_kept() {
    let server = Server::new();
    let key = Authenticator::new().transports(["internal", "hybrid", "smart-card", "x-of-the-future"]);
    let made = key.create(&server.creation(), ORIGIN).unwrap().credential;
    let told = server.register(&made).unwrap();
    assert_eq!(told.transports, ["internal", "hybrid", "smart-card", "x-of-the-future"]);
    assert_eq!(told.attachment, Some(Attachment::Platform));
    assert_eq!(told.discoverable, Some(true));
    let usb = Authenticator::security_key().create(&server.creation(), ORIGIN).unwrap().credential;
    let told = server.register(&usb).unwrap();
    assert_eq!((told.attachment, told.discoverable), (Some(Attachment::CrossPlatform), Some(false)));
    let silent = change(&usb, "/clientExtensionResults", Some(json!({"credProps": {"rk": "yes"}})));
    assert_eq!(server.register(&silent).unwrap().discoverable, None);
    let mixed = change(&usb, "/response/transports", Some(json!(["usb", 7, null, "nfc"])));
    assert_eq!(server.register(&mixed).unwrap().transports, ["usb", "nfc"]);
}

#[test]
fn the_challenge_can_be_read_before_anything_is_verified() {
    let server = Server::new();
    let key = Authenticator::new();
    let made = key.create(&server.creation(), "https://unlisted.example").unwrap().credential;
    assert_eq!(RegistrationCredential::from_value(made).unwrap().challenge(), Ok(vec![1; 32]));
    let record = server.enrol(&key);
    let said = key.get(&server.request(&record.id), ORIGIN).unwrap().credential;
    let said = AuthenticationCredential::from_value(said).unwrap();
    assert_eq!(said.challenge(), Ok(vec![2; 32]));
    assert_eq!(said.raw_id(), record.id);
    let broken = key.forge_get(&server.request(&record.id), ORIGIN, |f| f.client.set("challenge", "no base64!"));
    let broken = AuthenticationCredential::from_value(broken.unwrap().credential).unwrap();
    assert_eq!(broken.challenge().unwrap_err().step.code(), "7.2.9");
}
