//! Items 49 to 51 of docs/reference/checklist.md, for authenticator apps and recovery codes.

use countersign_domain::clock::Span;
use countersign_testkit::app::{Answer, AuthenticatorApp, TestApp, TestTenant};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};

use super::recovery_codes::{set_of, user_with_codes, wrong};

/// One wrong answer in an action of its own, when the factor takes one again. Returns how long that took, in seconds.
async fn one_wrong(app: &TestApp, shop: &TestTenant, answer: impl AsyncFn(String) -> Answer) -> i64 {
    let mut waited = 0;
    loop {
        let token = shop.track("ada", "pay").await.token;
        let answer = answer(token).await;
        if answer.status == 200 {
            assert_eq!(answer.body["isVerified"], false);
            return waited;
        }
        let wait: i64 = answer.header("retry-after").parse().expect("it says how long to wait");
        answer.refused(429, "too_many_requests");
        waited += wait;
        app.advance(Span::seconds(wait));
    }
}

async fn app_is_right(shop: &TestTenant, phone: &AuthenticatorApp) -> Value {
    let token = shop.track("ada", "pay").await.token;
    shop.answer_totp(&token, &phone.code()).await.ok()
}

#[tokio::test]
async fn item_49_a_hundred_wrong_codes_in_a_row_end_an_app_until_it_is_bound_anew() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let phone = app.user_with_app(shop, "ada").await;
    for _ in 0..100 {
        one_wrong(&app, shop, async |token| shop.answer_totp(&token, &phone.wrong_code()).await).await;
        app.advance(Span::minutes(15));
    }
    app.advance(Span::days(30));
    let answer = app_is_right(shop, &phone).await;
    assert_eq!(answer["failureReason"], "MAX_ATTEMPTS_EXCEEDED", "{answer}");
    assert!(app.events().await.iter().any(|event| event == "authenticator.locked"));
    let held = shop.server(Method::GET, "/users/ada/authenticators", Value::Null).await.ok();
    let path = format!("/users/ada/authenticators/{}", held[0]["userAuthenticatorId"].as_str().unwrap());
    shop.server(Method::DELETE, &path, Value::Null).await.ok();
    let phone = app.user_with_app(shop, "ada").await;
    assert_eq!(app_is_right(shop, &phone).await["isVerified"], true);
}

#[tokio::test]
async fn item_50_pauses_of_an_app_grow_are_told_and_end_with_a_right_answer() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let phone = app.user_with_app(shop, "ada").await;
    let once = async || one_wrong(&app, shop, async |token| shop.answer_totp(&token, &phone.wrong_code()).await).await;
    let mut pauses = Vec::new();
    for _ in 0..8 {
        pauses.push(once().await);
    }
    assert_eq!(pauses, [0, 0, 0, 0, 0, 30, 60, 90]);
    app.advance(Span::minutes(15));
    assert_eq!(app_is_right(shop, &phone).await["isVerified"], true);
    app.advance(Span::minutes(15));
    for _ in 0..5 {
        assert_eq!(once().await, 0, "the count began anew");
    }
}

#[tokio::test]
async fn item_50_pauses_of_recovery_codes_grow_and_a_new_set_ends_them() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    let codes = user_with_codes(shop, "ada", &key).await;
    let bad = wrong(&codes);
    for pause in [0, 0, 0, 0, 0, 30, 60] {
        let waited = one_wrong(&app, shop, async |token| shop.answer_recovery_code(&token, &bad).await).await;
        assert_eq!(waited, pause);
    }
    let token = shop.track("ada", "pay").await.token;
    shop.answer_recovery_code(&token, &codes[0]).await.refused(429, "too_many_requests");
    assert_eq!(set_of(shop, "ada").await.unwrap()["recoveryCodesLeft"], 10);
    shop.verify_passkey(&token, &key).await.ok();
    let codes = shop.recovery_codes(&token).await;
    app.advance(Span::minutes(5));
    let token = shop.track("ada", "pay").await.token;
    assert_eq!(shop.answer_recovery_code(&token, &codes[0]).await.ok()["isVerified"], true);
}

#[tokio::test]
async fn item_51_locks_are_of_one_kind_and_lock_no_other() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    let codes = user_with_codes(shop, "ada", &key).await;
    let granted = shop.track_with("ada", "settings", json!({ "scope": "add:authenticators" })).await;
    let phone = app.enrol_app(shop, &granted.token).await;
    assert_eq!(shop.answer_totp(&granted.token, &phone.code()).await.ok()["isVerified"], true);
    app.next_step();
    for _ in 0..5 {
        one_wrong(&app, shop, async |token| shop.answer_totp(&token, &phone.wrong_code()).await).await;
    }
    let token = shop.track("ada", "pay").await.token;
    shop.answer_totp(&token, &phone.code()).await.refused(429, "too_many_requests");
    assert_eq!(shop.answer_recovery_code(&token, &codes[0]).await.ok()["isVerified"], true);
    shop.verify_passkey(&token, &key).await.ok();
    shop.sign_in(&key).await.ok();
}
