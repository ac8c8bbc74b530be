//! The whole way, call by call.

use countersign_testkit::app::TestApp;
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};

use super::{access, unverified};

#[tokio::test]
async fn a_user_signs_up_signs_out_and_signs_in_with_a_key() {
    let app = unverified().await;
    let shop = app.tenant();
    let key = Authenticator::security_key();
    let session = shop.sign_up_key("Ada@Example.com", &key).await.session();
    let user = &session["user"];
    assert_eq!((&user["email"], &user["emailVerified"]), (&json!("ada@example.com"), &json!(false)));
    assert_eq!((&user["displayName"], &user["locale"]), (&json!("ada@example.com"), &json!("en")));
    assert_eq!((&user["defaultRole"], &user["roles"]), (&json!("user"), &json!(["user", "me"])));
    assert_eq!((&user["activeMfaType"], &user["metadata"]), (&Value::Null, &Value::Null));
    assert_eq!((&user["isAnonymous"], &user["phoneNumberVerified"]), (&json!(false), &json!(false)));
    assert!(user.as_object().unwrap().contains_key("activeMfaType") && user.get("phoneNumber").is_none(), "{user}");
    assert_eq!(session["accessTokenExpiresIn"], 900);

    let shown = shop.auth(Some(access(&session)), Method::GET, "/user", Value::Null).await.ok();
    assert_eq!(&shown, user);
    assert_eq!(shop.auth(Some(access(&session)), Method::POST, "/token/verify", Value::Null).await.ok(), "OK");
    assert_eq!(shop.auth_post("/token/verify", json!({ "token": session["accessToken"] })).await.ok(), "OK");

    let next = shop.auth_post("/token", json!({ "refreshToken": session["refreshToken"] })).await.ok();
    assert!(next.get("session").is_none(), "bare: {next}");
    assert_eq!(next["refreshTokenId"], session["refreshTokenId"]);
    assert_ne!(next["refreshToken"], session["refreshToken"]);

    assert_eq!(shop.auth_post("/signout", json!({ "refreshToken": next["refreshToken"] })).await.ok(), "OK");
    assert_eq!(shop.auth_post("/signout", json!({ "refreshToken": next["refreshToken"] })).await.ok(), "OK", "again");
    shop.auth(Some(access(&next)), Method::GET, "/user", Value::Null).await.declined(401, "unauthorized");
    let body = json!({ "refreshToken": next["refreshToken"] });
    shop.auth_post("/token", body).await.declined(401, "invalid-refresh-token");

    let again = shop.sign_in_key(Some("ada@EXAMPLE.com"), &key).await.session();
    assert_eq!(again["user"]["id"], user["id"]);
    assert_ne!(again["refreshTokenId"], session["refreshTokenId"]);
    let events = app.events().await;
    for event in ["account.created", "authenticator.created", "session.opened", "account.signed_in"] {
        assert!(events.iter().any(|kind| kind == event), "{event}: {events:?}");
    }
}

#[tokio::test]
async fn a_key_that_keeps_its_credential_signs_in_without_an_address() {
    let app = unverified().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    let session = shop.sign_up_key("ada@example.com", &key).await.session();
    let offer = shop.sign_in_offer(None).await;
    assert!(offer.get("allowCredentials").is_none(), "{offer}");
    let again = shop.answer_sign_in(&offer, &key).await.session();
    assert_eq!(again["user"], session["user"]);
}

#[tokio::test]
async fn what_is_said_at_the_end_of_a_sign_up_counts_before_what_was_said_at_its_beginning() {
    let app = unverified().await;
    let shop = app.tenant();
    let options = json!({
        "displayName": "Ada L.", "locale": "de", "allowedRoles": ["user"], "defaultRole": "user",
        "metadata": { "plan": "gold", "n": 1 }, "unknown": true,
    });
    let end = json!({ "options": { "displayName": "Ada Lovelace", "nickname": "  blue key " }, "more": 1 });
    let session = shop.sign_up_key_with("ada@example.com", &Authenticator::new(), options, end).await.session();
    let user = &session["user"];
    assert_eq!((&user["displayName"], &user["locale"]), (&json!("Ada Lovelace"), &json!("de")));
    assert_eq!((&user["roles"], &user["metadata"]), (&json!(["user"]), &json!({ "plan": "gold", "n": 1 })));
    let id = user["id"].as_str().unwrap();
    let path = format!("/users/{id}/authenticators");
    let factors = shop.server(Method::GET, &path, Value::Null).await.ok();
    assert_eq!(factors[0]["verificationMethod"], "SECURITY_KEY");
    assert_eq!(factors[0]["webauthnCredential"]["name"], "blue key", "{factors}");
}

#[tokio::test]
async fn two_tenants_have_nothing_in_common() {
    let app = unverified().await;
    let (shop, other) = (app.tenant(), app.another_tenant("other.example").await);
    let key = Authenticator::new();
    let session = shop.sign_up_key("ada@example.com", &key).await.session();
    other.auth(Some(access(&session)), Method::GET, "/user", Value::Null).await.declined(401, "unauthorized");
    let body = json!({ "refreshToken": session["refreshToken"] });
    other.auth_post("/token", body).await.declined(401, "invalid-refresh-token");
    let offer = other.sign_in_offer(Some("ada@example.com")).await;
    assert!(key.get(&offer, &other.origin).is_err(), "no key of another tenant is offered: {offer}");
}

#[tokio::test]
async fn a_tenant_that_takes_no_accounts_still_lets_in_who_has_one() {
    let app = TestApp::with(|settings| settings.accounts.verify_email = false).await;
    let shop = app.tenant();
    let key = Authenticator::new();
    shop.sign_up_key("ada@example.com", &key).await.session();
    app.change(|_, settings| settings.accounts.sign_up = false).await;
    shop.auth_post("/signup/webauthn", json!({ "email": "eve@example.com" })).await.declined(403, "signup-disabled");
    shop.sign_in_key(Some("ada@example.com"), &key).await.session();
}
