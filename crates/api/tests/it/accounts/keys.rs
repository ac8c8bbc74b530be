//! Further keys, and proving anew.

use countersign_domain::account::Elevation;
use countersign_domain::clock::Span;
use countersign_testkit::app::TestApp;
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};

use super::{access, unverified};

#[tokio::test]
async fn a_user_adds_keys_and_each_signs_in() {
    let app = unverified().await;
    let shop = app.tenant();
    let (first, second, third) = (Authenticator::security_key(), Authenticator::new(), Authenticator::security_key());
    let session = shop.sign_up_key("ada@example.com", &first).await.session();
    let added = shop.add_key(access(&session), &second, Some("iPhone")).await.ok();
    assert_eq!(added["nickname"], "iPhone");
    assert!(added["id"].as_str().is_some_and(|id| id.len() == 36), "{added}");
    let added = shop.add_key(access(&session), &third, None).await.ok();
    assert!(added.get("nickname").is_none(), "{added}");
    for key in [&first, &second, &third] {
        let again = shop.sign_in_key(Some("ada@example.com"), key).await.session();
        assert_eq!(again["user"]["id"], session["user"]["id"]);
    }
    shop.sign_in_key(None, &second).await.session();
    let offer = shop.auth(Some(access(&session)), Method::POST, "/user/webauthn/add", Value::Null).await.ok();
    assert_eq!(offer["excludeCredentials"].as_array().map(Vec::len), Some(3), "{offer}");
    assert!(first.create(&offer, &shop.origin).is_err(), "a key is not added twice");
}

#[tokio::test]
async fn elevating_keeps_the_session_and_ends_its_refresh_token() {
    let app = unverified().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    let session = shop.sign_up_key("ada@example.com", &key).await.session();
    let methods = shop.auth(Some(access(&session)), Method::GET, "/elevate", Value::Null).await.ok();
    assert_eq!(methods, json!({ "methods": ["webauthn"] }));
    let elevated = shop.elevate_key(access(&session), &key).await.session();
    assert_eq!(elevated["refreshTokenId"], session["refreshTokenId"]);
    assert_ne!(elevated["refreshToken"], session["refreshToken"]);
    let claims = claims(access(&elevated));
    assert_eq!(claims["https://hasura.io/jwt/claims"]["x-hasura-auth-elevated"], session["user"]["id"], "{claims}");
    let body = json!({ "refreshToken": session["refreshToken"] });
    shop.auth_post("/token", body).await.declined(401, "invalid-refresh-token");
}

#[tokio::test]
async fn where_elevation_is_wanted_a_key_is_added_by_an_elevated_session_alone() {
    for elevation in [Elevation::Recommended, Elevation::Required] {
        let app = TestApp::with(|settings| {
            settings.accounts.verify_email = false;
            settings.accounts.elevation = elevation;
        })
        .await;
        let shop = app.tenant();
        let key = Authenticator::new();
        let session = shop.sign_up_key("ada@example.com", &key).await.session();
        let refused = shop.add_key(access(&session), &Authenticator::new(), None).await;
        refused.declined(403, "elevated-claim-required");
        let elevated = shop.elevate_key(access(&session), &key).await.session();
        shop.add_key(access(&elevated), &Authenticator::new(), None).await.ok();
        let next = shop.auth_post("/token", json!({ "refreshToken": elevated["refreshToken"] })).await.ok();
        let refused = shop.add_key(access(&next), &Authenticator::new(), None).await;
        refused.declined(403, "elevated-claim-required");
    }
}

#[tokio::test]
async fn item_70_an_old_proof_adds_no_key_and_a_fresh_token_makes_none_younger() {
    let app = unverified().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    let session = shop.sign_up_key("ada@example.com", &key).await.session();
    let offer = shop.auth(Some(access(&session)), Method::POST, "/user/webauthn/add", json!({})).await.ok();
    let held = Authenticator::new().create(&offer, &shop.origin).unwrap().credential;
    app.advance(Span::minutes(4));
    shop.add_key(access(&session), &Authenticator::new(), None).await.ok();
    app.advance(Span::minutes(6));
    // Begun in time, and answered too late.
    let body = json!({ "credential": held });
    let late = shop.auth(Some(access(&session)), Method::POST, "/user/webauthn/verify", body).await;
    late.declined(403, "elevated-claim-required");
    let next = shop.auth_post("/token", json!({ "refreshToken": session["refreshToken"] })).await.ok();
    for token in [access(&session), access(&next)] {
        shop.add_key(token, &Authenticator::new(), None).await.declined(403, "elevated-claim-required");
    }
    let elevated = shop.elevate_key(access(&next), &key).await.session();
    shop.add_key(access(&elevated), &Authenticator::new(), None).await.ok();
}

/// The claims of a token, unchecked.
fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).expect("a token has three parts");
    let bytes = countersign_domain::secret::from_base64url(payload).expect("a payload is base64url");
    serde_json::from_slice(&bytes).expect("a payload is JSON")
}
