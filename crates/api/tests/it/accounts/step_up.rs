//! A key made here is a factor like any other: it answers a step-up, and one that is removed is dead at once.

use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};

use super::{access, unverified};

#[tokio::test]
async fn a_key_made_here_answers_a_step_up() {
    let app = unverified().await;
    let shop = app.tenant();
    for (email, key) in [("ada@example.com", Authenticator::security_key()), ("eve@example.com", Authenticator::new())]
    {
        let session = shop.sign_up_key(email, &key).await.session();
        let id = session["user"]["id"].as_str().unwrap();
        let tracked = shop.track(id, "withdraw").await;
        assert_eq!(tracked.state, "CHALLENGE_REQUIRED");
        let proved = shop.verify_security_key(&tracked.token, &key).await.ok();
        let verdict = shop.validate(proved["accessToken"].as_str().unwrap()).await;
        assert_eq!((&verdict["isValid"], &verdict["userId"]), (&json!(true), &json!(id)), "{verdict}");
    }
}

#[tokio::test]
async fn a_key_that_was_removed_is_dead_also_for_what_began_before() {
    let app = unverified().await;
    let shop = app.tenant();
    let (lost, kept) = (Authenticator::new(), Authenticator::new());
    let session = shop.sign_up_key("ada@example.com", &lost).await.session();
    shop.add_key(access(&session), &kept, None).await.ok();
    let id = session["user"]["id"].as_str().unwrap();
    let tracked = shop.track(id, "withdraw").await;
    let named = shop.sign_in_offer(Some("ada@example.com")).await;
    let nameless = shop.sign_in_offer(None).await;
    let by_kept = shop.sign_in_key(None, &kept).await.session();
    let elevation = shop.auth(Some(access(&by_kept)), Method::POST, "/elevate/webauthn", Value::Null).await.ok();

    let factors = shop.server(Method::GET, &format!("/users/{id}/authenticators"), Value::Null).await.ok();
    let lost_id = countersign_domain::secret::base64url(&lost.credentials()[0]);
    let factor =
        factors.as_array().unwrap().iter().find(|f| f["webauthnCredential"]["credentialId"] == lost_id).unwrap();
    let path = format!("/users/{id}/authenticators/{}", factor["userAuthenticatorId"].as_str().unwrap());
    shop.server(Method::DELETE, &path, Value::Null).await.ok();

    for offer in [&named, &nameless] {
        shop.answer_sign_in(offer, &lost).await.declined(400, "invalid-request");
    }
    let said = lost.get(&elevation, &shop.origin).unwrap().credential;
    let body = json!({ "credential": said });
    shop.auth(Some(access(&by_kept)), Method::POST, "/elevate/webauthn/verify", body)
        .await
        .declined(400, "invalid-request");
    let offer = shop.sign_in_offer(Some("ada@example.com")).await;
    assert!(lost.get(&offer, &shop.origin).is_err(), "{offer}");
    assert!(kept.get(&offer, &shop.origin).is_ok(), "{offer}");
    let proved = shop.verify_security_key(&tracked.token, &kept).await.ok();
    assert!(proved["accessToken"].is_string(), "{proved}");
}
