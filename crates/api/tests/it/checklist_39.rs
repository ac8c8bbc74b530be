//! Security checklist, item 39: whatever is wrong with a credential, it does not verify and never gives a 5xx.

use countersign_testkit::app::{ORIGIN, TestApp, TestTenant, Who};
use countersign_testkit::forger::{Authenticator, Cbor, CreateDraft, GetDraft, Tamper};
use http::Method;
use serde_json::{Value, json};

use crate::spoiled::{self, assert_none, factors};

type CreateFault = (&'static str, fn(&mut CreateDraft));
type GetFault = (&'static str, fn(&mut GetDraft));

const CREATE_FAULTS: [CreateFault; 14] = [
    ("the type of an assertion", |f| f.client.set("type", "webauthn.get")),
    ("no type", |f| f.client.remove("type")),
    ("client data that is no JSON", |f| f.edit_client_data(|bytes| bytes.truncate(bytes.len() / 2))),
    ("the challenge twice", |f| f.client.repeat("challenge", "AAAA")),
    ("an algorithm nobody knows", |f| f.cose().set(3, -65_000)),
    ("a key type nobody knows", |f| f.cose().set(1, 99)),
    ("a key parameter twice", |f| f.cose().repeat(3, -8)),
    ("no key at all", |f| *f.cose() = Cbor::Null),
    ("bytes after the authenticator data", |f| f.data.trailing = vec![0; 4]),
    ("bytes after the attestation object", |f| f.edit_attestation_bytes(|bytes| bytes.push(0))),
    ("an attestation object cut short", |f| f.edit_attestation_bytes(|bytes| bytes.truncate(40))),
    ("a map key twice", |f| f.edit_attestation_object(|object| object.repeat("fmt", "none"))),
    ("a credential id longer than the data", |f| f.data.attested().credential_id_length = Some(u16::MAX)),
    ("a thousand arrays in each other", |f| {
        f.edit_attestation_object(|object| object.set("x", Cbor::Raw(vec![0x81; 1000])));
    }),
];

const GET_FAULTS: [GetFault; 14] = [
    ("the type of a registration", |f| f.client.set("type", "webauthn.create")),
    ("no type", |f| f.client.remove("type")),
    ("client data that is no JSON", |f| f.edit_client_data(|bytes| bytes.truncate(bytes.len() / 2))),
    ("the challenge twice", |f| f.client.repeat("challenge", "AAAA")),
    ("a bit of the signature", |f| f.signature = Tamper::FlipBit(77)),
    ("no signature", |f| f.signature = Tamper::Empty),
    ("a signature cut short", |f| f.signature = Tamper::Truncate(20)),
    ("a signature and more", |f| f.signature = Tamper::Append(vec![0])),
    ("the signature of another key", |f| f.signature = Tamper::OtherKey),
    ("a signature over something else", |f| f.signature = Tamper::OtherMessage),
    ("an id nobody knows", |f| f.credential_id = vec![1; 32]),
    ("bytes after the authenticator data", |f| f.data.trailing = vec![0; 4]),
    ("authenticator data cut short", |f| f.edit_authenticator_data(|bytes| bytes.truncate(36))),
    ("extensions announced and absent", |f| f.data.flags.ed = true),
];

/// A tampered signature, wrong type, unknown COSE algorithm, trailing CBOR bytes, or duplicate map keys never verify.
#[tokio::test]
async fn item_39_what_is_tampered_with_does_not_verify() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    for (what, spoil) in CREATE_FAULTS {
        let answer = spoiled::enrol(shop, "eve", &Authenticator::new(), spoil).await;
        assert_eq!((answer.status, answer.body["error"].as_str()), (400, Some("invalid_request")), "{what}");
        answer.refused(400, "invalid_request");
        assert_none(&factors(shop, "eve").await, what);
    }
    let key = Authenticator::new();
    shop.user_with_passkey("ada", &key).await;
    for (what, spoil) in GET_FAULTS {
        let answer = spoiled::sign_in(shop, &key, spoil).await;
        let code = match what {
            "an id nobody knows" => "unknown_credential",
            what if what.contains("signature") => "invalid_credential",
            _ => "invalid_request",
        };
        assert_eq!((answer.status, answer.body["error"].as_str()), (400, Some(code)), "{what}");
        answer.refused(400, code);
    }
    assert_eq!(shop.sign_in(&key).await.ok()["userId"], "ada");
}

/// What is put in the place of a member.
fn replacements() -> Vec<Value> {
    let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
    vec![
        Value::Null,
        json!(true),
        json!(0),
        json!(-1),
        json!(1e300),
        json!(""),
        json!("public-key "),
        json!("=%00"),
        json!("\u{0}\u{feff}𝒳é\u{202e}"),
        json!("A"),
        json!("AAAA"),
        json!("A".repeat(100_000)),
        json!([]),
        json!(["AAAA", 1, null]),
        json!({}),
        json!({ "__proto__": { "a": 1 }, "": "" }),
        deep,
    ]
}

/// The JSON pointers of all members below `value`.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    let Some(members) = value.as_object() else { return };
    for (name, inner) in members {
        let pointer = format!("{at}/{name}");
        pointers(inner, &pointer, found);
        found.push(pointer);
    }
}

/// `value` with the member at `pointer` replaced, or taken away.
fn changed(value: &Value, pointer: &str, by: Option<&Value>) -> Value {
    let mut value = value.clone();
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer has a slash");
    let parent = value.pointer_mut(parent).and_then(Value::as_object_mut).expect("the parent is an object");
    match by {
        Some(other) => parent.insert(name.to_owned(), other.clone()),
        None => parent.remove(name),
    };
    value
}

/// Sends valid bodies, each changed in one member. Only a change of what is optional may be accepted; every other has to be
/// refused with a 4xx. `renew` makes a token, where there is one, and the next body.
async fn sweep(shop: &TestTenant, path: &str, optional: &[&str], renew: impl AsyncFn() -> (Option<String>, Value)) {
    let (mut token, mut body) = renew().await;
    let mut all = Vec::new();
    pointers(&body, "", &mut all);
    let replacements = replacements();
    let ways = || replacements.iter().map(Some).chain([None]);
    let mut sent = 0;
    for pointer in &all {
        for by in ways() {
            let sent_body = changed(&body, pointer, by);
            let who = token.as_deref().map_or(Who::Tenant, Who::Token);
            let answer = shop.client(who, Method::POST, path, sent_body).await;
            let what = format!("{path}: {pointer} → {}", by.map_or_else(|| "gone".to_owned(), short));
            let may_pass = answer.status == 200 && optional.contains(&pointer.as_str());
            assert!(may_pass || (400..500).contains(&answer.status), "{what}: {} {}", answer.status, answer.body);
            if answer.status != 200 {
                assert!(
                    answer.body["error"].is_string() && answer.body["requestId"].is_string(),
                    "{what}: {}",
                    answer.body
                );
            }
            (token, body) = renew().await;
            sent += 1;
        }
    }
    assert!(sent > 100, "{sent} changes are no sweep");
}

fn short(value: &Value) -> String {
    value.to_string().chars().take(40).collect()
}

/// Mutate each field of a valid registration: 4xx always, process alive.
#[tokio::test]
async fn item_39_a_mutated_registration_is_never_a_5xx() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let number = std::cell::Cell::new(0);
    let renew = async || {
        number.set(number.get() + 1);
        let token = shop.track(&format!("user-{}", number.get()), "sign-up").await.token;
        let offer = shop.passkey_options(&token).await;
        let credential = Authenticator::new().create(&offer["options"], ORIGIN).unwrap().credential;
        let body = json!({
            "challengeId": offer["challengeId"], "registrationCredential": credential, "conditionalCreate": false,
            "deviceId": "device",
        });
        (Some(token), body)
    };
    let optional = [
        "/challengeId",
        "/conditionalCreate",
        "/deviceId",
        "/registrationCredential/authenticatorAttachment",
        "/registrationCredential/clientExtensionResults",
        "/registrationCredential/clientExtensionResults/credProps",
        "/registrationCredential/clientExtensionResults/credProps/rk",
        "/registrationCredential/response/authenticatorData",
        "/registrationCredential/response/publicKey",
        "/registrationCredential/response/publicKeyAlgorithm",
        "/registrationCredential/response/transports",
    ];
    sweep(shop, "/user-authenticators/passkey", &optional, renew).await;
    let key = Authenticator::new();
    shop.user_with_passkey("ada", &key).await;
    assert_eq!(shop.sign_in(&key).await.ok()["userId"], "ada");
}

/// Mutate each field of a valid assertion: 4xx always, process alive.
#[tokio::test]
async fn item_39_a_mutated_assertion_is_never_a_5xx() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    shop.user_with_passkey("ada", &key).await;
    let renew = async || {
        let offer = shop.assertion_options(Who::Tenant).await;
        let said = key.get(&offer["options"], ORIGIN).unwrap().credential;
        let body = json!({
            "challengeId": offer["challengeId"], "authenticationCredential": said, "deviceId": "device",
        });
        (None, body)
    };
    let optional = [
        "/deviceId",
        "/authenticationCredential/authenticatorAttachment",
        "/authenticationCredential/clientExtensionResults",
    ];
    sweep(shop, "/verify/passkey", &optional, renew).await;
    assert_eq!(shop.sign_in(&key).await.ok()["userId"], "ada");
}

/// The body as a whole: not JSON, not an object, too deep, too large.
#[tokio::test]
async fn item_39_a_body_that_is_no_credential_is_never_a_5xx() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::security_key();
    shop.user_with_security_key("ada", &key).await;
    let token = shop.track("ada", "withdraw").await.token;
    let deep = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
    let bodies = ["", "null", "[]", "7", "\"x\"", "{", "{}", "{\"id\":", "\u{0}", deep.as_str(), "{\"id\":1,\"id\":2}"];
    for path in
        ["/user-authenticators/security-key", "/verify/security-key", "/user-authenticators/passkey", "/verify/passkey"]
    {
        for body in bodies {
            let request = shop.raw(Method::POST, &format!("/v1/client{path}")).bearer_auth(&token);
            let answer = shop.send(request.header("content-type", "application/json").body(body.to_owned())).await;
            answer.refused(400, "invalid_request");
        }
        let request = shop.raw(Method::POST, &format!("/v1/client{path}")).bearer_auth(&token);
        let huge = format!("{{\"id\":\"{}\"}}", "A".repeat(256 * 1024));
        shop.send(request.body(huge)).await.refused(413, "payload_too_large");
        let request = shop.raw(Method::POST, &format!("/v1/client{path}")).bearer_auth(&token);
        shop.send(request.body(vec![b'{', b'"', 0xff, 0xfe, b'"'])).await.refused(400, "invalid_request");
    }
    shop.verify_security_key(&token, &key).await.ok();
}
