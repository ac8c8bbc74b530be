//! Recovery codes as an app's page uses them, and what they refuse.

use countersign_domain::clock::Span;
use countersign_domain::methods::Method as Kind;
use countersign_testkit::app::{TestApp, TestTenant, Who};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};

/// A user with a passkey and a set of codes.
pub(super) async fn user_with_codes(shop: &TestTenant, user: &str, key: &Authenticator) -> Vec<String> {
    let tracked = shop.track(user, "sign-up").await;
    shop.enrol_passkey(&tracked.token, key).await.ok();
    shop.recovery_codes(&tracked.token).await
}

/// The entry of the user's set among the authenticators.
pub(super) async fn set_of(shop: &TestTenant, user: &str) -> Option<Value> {
    let held = shop.server(Method::GET, &format!("/users/{user}/authenticators"), Value::Null).await.ok();
    held.as_array().expect("a list").iter().find(|one| one["verificationMethod"] == "RECOVERY_CODE").cloned()
}

/// A code that looks like one and is none.
pub(super) fn wrong(codes: &[String]) -> String {
    let prefix = &codes[0][..3];
    format!("{prefix}0-0000-0000-0000")
}

#[tokio::test]
async fn a_code_steps_up_and_is_told_apart_from_a_factor() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let codes = user_with_codes(shop, "ada", &Authenticator::new()).await;
    let tracked = shop.track("ada", "pay").await;
    assert_eq!(tracked.body["enrolledVerificationMethods"], json!(["PASSKEY"]), "it is no factor");
    assert!(!tracked.body["allowedVerificationMethods"].as_array().unwrap().contains(&json!("RECOVERY_CODE")));
    // As people type them: in small letters, without dashes.
    let typed = codes[3].to_lowercase().replace('-', " ");
    let done = shop.answer_recovery_code(&tracked.token, &typed).await.ok();
    assert_eq!((&done["isVerified"], done.get("userAuthenticator")), (&json!(true), None));
    let verdict = shop.validate(done["accessToken"].as_str().unwrap()).await;
    assert_eq!((&verdict["isValid"], &verdict["verificationMethod"]), (&json!(true), &json!("RECOVERY_CODE")));
    assert_eq!((&verdict["acr"], &verdict["amr"]), (&json!("aal1"), &json!(["rc"])));
    // With it the user binds a new factor.
    shop.enrol_security_key(done["accessToken"].as_str().unwrap(), &Authenticator::security_key()).await.ok();
}

#[tokio::test]
async fn a_set_is_made_after_a_fresh_proof_alone() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    let new = shop.track("ada", "sign-up").await.token;
    shop.ask_recovery_codes(&new).await.refused(403, "insufficient_scope");
    shop.enrol_passkey(&new, &key).await.ok();
    shop.ask_recovery_codes(&new).await.ok();
    // A right to add a factor is no proof of who asks.
    let granted = shop.track_with("ada", "settings", json!({ "scope": "add:authenticators" })).await;
    shop.ask_recovery_codes(&granted.token).await.refused(403, "insufficient_scope");
    shop.verify_passkey(&granted.token, &key).await.ok();
    shop.ask_recovery_codes(&granted.token).await.ok();
    app.advance(Span::minutes(10));
    let later = shop.track_with("ada", "settings", json!({ "idempotencyKey": granted.idempotency_key })).await;
    shop.ask_recovery_codes(&later.token).await.refused(403, "insufficient_scope");
    shop.client(Who::Tenant, Method::POST, "/user-authenticators/recovery-codes", Value::Null)
        .await
        .refused(401, "invalid_token");
}

#[tokio::test]
async fn codes_go_with_the_last_factor_and_not_before() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let codes = user_with_codes(shop, "ada", &Authenticator::new()).await;
    let tracked = shop.track_with("ada", "settings", json!({ "scope": "add:authenticators" })).await;
    shop.enrol_security_key(&tracked.token, &Authenticator::security_key()).await.ok();
    let pay = shop.track("ada", "pay").await.token;
    let held = shop.server(Method::GET, "/users/ada/authenticators", Value::Null).await.ok();
    let held = held.as_array().unwrap().clone();
    assert_eq!(held.len(), 3);
    for (n, method) in ["PASSKEY", "SECURITY_KEY"].into_iter().enumerate() {
        assert_eq!(set_of(shop, "ada").await.is_some(), n < 2, "before the {method} goes");
        let factor = held.iter().find(|one| one["verificationMethod"] == method).unwrap();
        let path = format!("/users/ada/authenticators/{}", factor["userAuthenticatorId"].as_str().unwrap());
        shop.server(Method::DELETE, &path, Value::Null).await.ok();
    }
    assert!(set_of(shop, "ada").await.is_none());
    assert_eq!(shop.server(Method::GET, "/users/ada", Value::Null).await.ok()["isEnrolled"], false);
    assert_eq!(shop.answer_recovery_code(&pay, &codes[0]).await.ok()["isVerified"], false);
    shop.ask_recovery_codes(&pay).await.refused(403, "insufficient_scope");
}

#[tokio::test]
async fn the_default_goes_to_a_factor_and_never_to_the_codes() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    user_with_codes(shop, "ada", &Authenticator::new()).await;
    let tracked = shop.track_with("ada", "settings", json!({ "scope": "add:authenticators" })).await;
    shop.enrol_security_key(&tracked.token, &Authenticator::security_key()).await.ok();
    let held = shop.server(Method::GET, "/users/ada/authenticators", Value::Null).await.ok();
    let path = format!("/users/ada/authenticators/{}", held[0]["userAuthenticatorId"].as_str().unwrap());
    shop.server(Method::DELETE, &path, Value::Null).await.ok();
    let held = shop.server(Method::GET, "/users/ada/authenticators", Value::Null).await.ok();
    let default: Vec<_> = held.as_array().unwrap().iter().filter(|one| one["isDefault"] == true).collect();
    assert_eq!((default.len(), &default[0]["verificationMethod"]), (1, &json!("SECURITY_KEY")));
}

#[tokio::test]
async fn a_set_can_be_removed_and_leaves_the_user_enrolled() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let codes = user_with_codes(shop, "ada", &Authenticator::new()).await;
    let set = set_of(shop, "ada").await.unwrap();
    let path = format!("/users/ada/authenticators/{}", set["userAuthenticatorId"].as_str().unwrap());
    shop.server(Method::DELETE, &path, Value::Null).await.ok();
    assert_eq!(shop.server(Method::GET, "/users/ada", Value::Null).await.ok()["isEnrolled"], true);
    let token = shop.track("ada", "pay").await.token;
    assert_eq!(shop.answer_recovery_code(&token, &codes[0]).await.ok()["isVerified"], false);
}

#[tokio::test]
async fn what_is_no_code_of_the_user_is_refused() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let rival = app.another_tenant("rival.example").await;
    let codes = user_with_codes(shop, "ada", &Authenticator::new()).await;
    let eves = user_with_codes(shop, "eve", &Authenticator::new()).await;
    let theirs = user_with_codes(&rival, "ada", &Authenticator::new()).await;
    let token = shop.track("ada", "pay").await.token;
    for text in [&*wrong(&codes), "123456", &eves[0], &theirs[0]] {
        let answer = shop.answer_recovery_code(&token, text).await.ok();
        assert_eq!(answer, json!({ "isVerified": false, "failureReason": "CODE_INVALID_OR_EXPIRED" }), "{text}");
    }
    for body in [json!({}), json!({ "verificationCode": "" }), json!({ "verificationCode": "1".repeat(65) })] {
        shop.page(&token, "/verify/recovery-code", body).await.refused(400, "invalid_request");
    }
    assert_eq!(shop.answer_recovery_code(&token, &codes[0]).await.ok()["isVerified"], true);
    // Codes of other methods are none of these, and these are none of theirs.
    assert_eq!(shop.answer_totp(&token, &codes[1]).await.ok()["isVerified"], false);
}

#[tokio::test]
async fn sets_are_made_a_few_times_an_hour() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let token = shop.track("ada", "sign-up").await.token;
    shop.enrol_passkey(&token, &Authenticator::new()).await.ok();
    for _ in 0..5 {
        shop.ask_recovery_codes(&token).await.ok();
    }
    let refused = shop.ask_recovery_codes(&token).await;
    assert!(refused.header("retry-after").parse::<i64>().is_ok_and(|wait| (1..=3600).contains(&wait)));
    refused.refused(429, "too_many_requests");
}

#[tokio::test]
async fn codes_that_are_off_are_neither_made_nor_taken() {
    let app = TestApp::with(|settings| settings.disabled_methods = vec![Kind::RecoveryCode]).await;
    let shop = app.tenant();
    let token = shop.track("ada", "sign-up").await.token;
    shop.enrol_passkey(&token, &Authenticator::new()).await.ok();
    shop.ask_recovery_codes(&token).await.refused(400, "invalid_configuration");
    shop.answer_recovery_code(&token, "0000-0000-0000-0000").await.refused(400, "invalid_configuration");
}

#[tokio::test]
async fn the_set_of_a_user_who_lost_the_last_factor_meanwhile_is_not_stored() {
    for _ in 0..3 {
        let app = TestApp::new().await;
        let shop = app.tenant();
        let token = shop.track("ada", "sign-up").await.token;
        shop.enrol_passkey(&token, &Authenticator::new()).await.ok();
        let held = shop.server(Method::GET, "/users/ada/authenticators", Value::Null).await.ok();
        let path = format!("/users/ada/authenticators/{}", held[0]["userAuthenticatorId"].as_str().unwrap());
        let (made, removed) =
            tokio::join!(shop.ask_recovery_codes(&token), shop.server(Method::DELETE, &path, Value::Null));
        removed.ok();
        assert!(matches!(made.status, 200 | 403), "{}", made.body);
        assert!(set_of(shop, "ada").await.is_none());
    }
}
