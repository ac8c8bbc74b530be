//! Ceremonies with one fault, and the proof that nothing came of them.

use countersign_domain::secret::from_base64url;
use countersign_testkit::app::{Answer, TestTenant, Who};
use countersign_testkit::forger::{Authenticator, CreateDraft, GetDraft};
use http::Method;
use serde_json::{Value, json};

/// Makes a passkey for `user` with one fault in it and sends it.
pub(crate) async fn enrol(
    shop: &TestTenant,
    user: &str,
    key: &Authenticator,
    spoil: impl FnOnce(&mut CreateDraft),
) -> Answer {
    let token = shop.track(user, "sign-up").await.token;
    enrol_with(shop, &token, key, spoil).await
}

/// The same with a token at hand.
pub(crate) async fn enrol_with(
    shop: &TestTenant,
    token: &str,
    key: &Authenticator,
    spoil: impl FnOnce(&mut CreateDraft),
) -> Answer {
    let offer = shop.passkey_options(token).await;
    let made = key.forge_create(&offer["options"], &shop.origin, spoil).expect("the authenticator goes along");
    shop.add_passkey(token, &offer, &made.credential).await
}

/// Signs in without a token, with one fault in the assertion.
pub(crate) async fn sign_in(shop: &TestTenant, key: &Authenticator, spoil: impl FnOnce(&mut GetDraft)) -> Answer {
    let offer = shop.assertion_options(Who::Tenant).await;
    let said = key.forge_get(&offer["options"], &shop.origin, spoil).expect("the authenticator goes along");
    shop.send_assertion(Who::Tenant, &offer, &said.credential).await
}

/// Makes a security key for `user` with one fault in it and sends it.
pub(crate) async fn enrol_security_key(
    shop: &TestTenant,
    user: &str,
    key: &Authenticator,
    spoil: impl FnOnce(&mut CreateDraft),
) -> Answer {
    let token = shop.track(user, "sign-up").await.token;
    let options = security_key_creation(shop, &token).await;
    let made = key.forge_create(&options, &shop.origin, spoil).expect("the authenticator goes along");
    add_security_key(shop, &token, &made.credential).await
}

/// Steps `user` up with a security key, with one fault in the assertion.
pub(crate) async fn step_up(
    shop: &TestTenant,
    user: &str,
    key: &Authenticator,
    spoil: impl FnOnce(&mut GetDraft),
) -> Answer {
    let token = shop.track(user, "withdraw").await.token;
    let options = security_key_request(shop, &token).await;
    let said = key.forge_get(&options, &shop.origin, spoil).expect("the authenticator goes along");
    answer_security_key(shop, &token, &said.credential).await
}

/// Options for a security key.
pub(crate) async fn security_key_creation(shop: &TestTenant, token: &str) -> Value {
    post(shop, token, "/user-authenticators/security-key/registration-options", json!({})).await.ok()
}

/// Options for an assertion of a security key.
pub(crate) async fn security_key_request(shop: &TestTenant, token: &str) -> Value {
    post(shop, token, "/user-authenticators/security-key/authentication-options", json!({})).await.ok()
}

/// Sends a new security key.
pub(crate) async fn add_security_key(shop: &TestTenant, token: &str, credential: &Value) -> Answer {
    post(shop, token, "/user-authenticators/security-key", credential.clone()).await
}

/// Sends a security key's assertion.
pub(crate) async fn answer_security_key(shop: &TestTenant, token: &str, credential: &Value) -> Answer {
    post(shop, token, "/verify/security-key", credential.clone()).await
}

async fn post(shop: &TestTenant, token: &str, path: &str, body: Value) -> Answer {
    shop.client(Who::Token(token), Method::POST, path, body).await
}

/// The user's authenticators as the backend sees them; none for an unknown user.
pub(crate) async fn factors(shop: &TestTenant, user: &str) -> Vec<Value> {
    let list = shop.server(Method::GET, &format!("/users/{user}/authenticators"), Value::Null).await.ok();
    list.as_array().expect("a list").clone()
}

/// Nothing was stored for the user.
#[track_caller]
pub(crate) fn assert_none(factors: &[Value], what: &str) {
    assert!(factors.is_empty(), "{what} left {factors:?}");
}

/// The bytes of a member that is base64url text.
#[track_caller]
pub(crate) fn bytes(value: &Value) -> Vec<u8> {
    value.as_str().and_then(from_base64url).expect("base64url text")
}

/// A refusal of a ceremony's step (`WebAuthn` L3), by its number.
#[track_caller]
pub(crate) fn refused_at(answer: Answer, step: &str, what: &str) {
    let body = answer.refused(400, "invalid_request");
    assert_eq!(body["step"], step, "{what}: {body}");
}
