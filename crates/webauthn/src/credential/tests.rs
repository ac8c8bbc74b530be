//! The JSON forms: what may be absent, and what is refused.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::spec_vectors;

fn registration() -> Value {
    spec_vectors::vector("none-es256").registration()
}

fn authentication() -> Value {
    spec_vectors::vector("none-es256").authentication()
}

/// The value with the member at this path set, or removed.
fn set(mut value: Value, path: &str, member: Option<Value>) -> Value {
    let (parent, name) = path.rsplit_once('/').unwrap();
    let object = value.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match member {
        Some(member) => object.insert(name.to_owned(), member),
        None => object.remove(name),
    };
    value
}

#[test]
fn a_server_finds_the_ceremony_by_its_challenge() {
    let vector = spec_vectors::vector("none-es256");
    let credential = RegistrationCredential::from_value(vector.registration()).unwrap();
    assert_eq!(credential.challenge(), Ok(vector.registration_challenge()));
    assert_eq!(credential.raw_id(), vector.credential_id());
    let credential = AuthenticationCredential::from_value(vector.authentication()).unwrap();
    assert_eq!(credential.challenge(), Ok(vector.authentication_challenge()));
    assert_eq!(credential.raw_id(), vector.credential_id());
    assert_eq!(credential.user_handle(), None);
}

#[test]
fn serde_reads_the_same_form() {
    let credential: RegistrationCredential = serde_json::from_value(registration()).unwrap();
    assert!(credential.challenge().is_ok());
    let credential: Result<AuthenticationCredential, _> = serde_json::from_str(r#"{"type":"public-key"}"#);
    assert!(credential.unwrap_err().to_string().contains("the credential has no rawId"));
}

#[test]
fn optional_members_may_be_absent_null_or_unknown() {
    for path in ["/clientExtensionResults", "/authenticatorAttachment", "/response/transports", "/response/publicKey"] {
        for member in [None, Some(Value::Null), Some(json!("unknown")), Some(json!(7)), Some(json!({"x": []}))] {
            let credential = RegistrationCredential::from_value(set(registration(), path, member)).unwrap();
            assert_eq!((credential.attachment(), credential.discoverable()), (None, None), "{path}");
            assert!(credential.transports().is_empty());
        }
    }
    for member in [None, Some(Value::Null), Some(json!(""))] {
        let value = set(authentication(), "/response/userHandle", member);
        assert_eq!(AuthenticationCredential::from_value(value).unwrap().user_handle(), None);
    }
}

#[test]
fn what_the_client_tells_is_kept() {
    let mut value = set(registration(), "/response/transports", Some(json!(["usb", "smart-dust", 7, "x".repeat(65)])));
    value = set(value, "/authenticatorAttachment", Some(json!("cross-platform")));
    value = set(value, "/clientExtensionResults", Some(json!({"credProps": {"rk": true}, "prf": {"enabled": true}})));
    let credential = RegistrationCredential::from_value(value).unwrap();
    assert_eq!(credential.transports(), ["usb", "smart-dust"]);
    assert_eq!(credential.attachment(), Some(Attachment::CrossPlatform));
    assert_eq!(credential.discoverable(), Some(true));

    let flood = set(registration(), "/response/transports", Some(json!(vec!["usb"; 1000])));
    assert_eq!(RegistrationCredential::from_value(flood).unwrap().transports().len(), MOST_TRANSPORTS);

    let value = set(authentication(), "/response/userHandle", Some(json!("AQID")));
    assert_eq!(AuthenticationCredential::from_value(value).unwrap().user_handle(), Some(&[1, 2, 3][..]));
}

#[test]
fn other_forms_are_refused_by_name() {
    let bad = [Some(json!(1)), Some(json!(["AA"])), Some(json!({})), Some(json!(true))];
    let registration_members = ["type", "id", "rawId", "response/clientDataJSON", "response/attestationObject"];
    for path in registration_members {
        for member in [None, Some(Value::Null)].into_iter().chain(bad.clone()) {
            let value = set(registration(), &format!("/{path}"), member);
            let refused = RegistrationCredential::from_value(value).expect_err(path);
            assert_eq!((refused.step.code(), refused.kind()), ("5.1", crate::Kind::Malformed));
            assert!(refused.to_string().contains(&path.replace('/', ".")), "{path}: {refused}");
        }
    }
    for path in ["response/clientDataJSON", "response/authenticatorData", "response/signature"] {
        for member in [None, Some(json!("AA=="))].into_iter().chain(bad.clone()) {
            let value = set(authentication(), &format!("/{path}"), member);
            let refused = AuthenticationCredential::from_value(value).expect_err(path);
            assert!(refused.to_string().contains(&path.replace('/', ".")), "{path}: {refused}");
        }
    }
    for value in [json!(null), json!([]), json!("text"), json!(1), json!({"type": "public-key"})] {
        assert!(RegistrationCredential::from_value(value.clone()).is_err(), "{value}");
        assert!(AuthenticationCredential::from_value(value).is_err());
    }
    for response in [json!([]), json!("text"), json!(null)] {
        assert!(RegistrationCredential::from_value(set(registration(), "/response", Some(response))).is_err());
    }
}

#[test]
fn texts_that_name_the_same_bytes_in_another_way_are_refused() {
    let id = registration()["rawId"].as_str().unwrap().to_owned();
    for (code, path, text) in [
        ("member_invalid", "/type", "Public-Key".to_owned()),
        ("id_mismatch", "/id", format!("{id}=")),
        ("id_mismatch", "/id", "AAAA".into()),
        ("id_mismatch", "/id", String::new()),
        ("base64url_invalid", "/rawId", format!("{id}=")),
        ("base64url_invalid", "/rawId", id.replace('-', "+")),
        ("base64url_invalid", "/rawId", format!(" {id}")),
        ("base64url_invalid", "/response/attestationObject", "A".into()),
    ] {
        let refused = RegistrationCredential::from_value(set(registration(), path, Some(json!(text)))).expect_err(code);
        assert_eq!(refused.reason.code(), code, "{path} {text}");
    }
    let handle = set(authentication(), "/response/userHandle", Some(json!("A".repeat(88))));
    assert_eq!(AuthenticationCredential::from_value(handle).unwrap_err().reason.code(), "member_invalid");
}

#[test]
fn client_data_that_cannot_be_read_is_refused_when_looked_at() {
    let value = set(registration(), "/response/clientDataJSON", Some(json!("AAAA")));
    let refused = RegistrationCredential::from_value(value).unwrap().challenge().unwrap_err();
    assert_eq!((refused.step.code(), refused.reason.code()), ("7.1.6", "client_data_invalid"));

    let json = crate::base64url::encode(br#"{"type":"webauthn.get","challenge":"A=","origin":"https://example.org"}"#);
    let value = set(authentication(), "/response/clientDataJSON", Some(json!(json)));
    let refused = AuthenticationCredential::from_value(value).unwrap().challenge().unwrap_err();
    assert_eq!((refused.step.code(), refused.reason.code()), ("7.2.9", "base64url_invalid"));
}

proptest! {
    #[test]
    fn any_texts_in_the_members_never_panic(texts in prop::array::uniform6(".{0,40}")) {
        let [id, raw_id, client_data, object, data, handle] = texts;
        let value = json!({
            "type": "public-key", "id": id, "rawId": raw_id,
            "response": {
                "clientDataJSON": client_data, "attestationObject": object, "authenticatorData": data,
                "signature": object, "userHandle": handle,
            },
        });
        let _ = RegistrationCredential::from_value(value.clone());
        let _ = AuthenticationCredential::from_value(value);
    }
}
