//! Items 49 to 51 of docs/reference/checklist.md, for codes by e-mail.

use countersign_domain::clock::Span;
use countersign_testkit::app::{TestApp, TestTenant};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::Value;

const ADA: &str = "ada@example.com";

/// One wrong answer in an action of its own, when the factor takes one again. Returns how long that took, in seconds.
pub(super) async fn wrong(app: &TestApp, shop: &TestTenant) -> i64 {
    let mut waited = 0;
    loop {
        let token = shop.track("ada", "pay").await.token;
        let asked = shop.ask_email(&token).await;
        if asked.status == 429 {
            // The limit of sends has nothing to do with the answers.
            app.advance(Span::minutes(10));
            continue;
        }
        let answer = shop.answer_email(&token, &app.wrong_code_for(ADA)).await;
        if answer.status == 200 {
            return waited;
        }
        let wait: i64 = answer.header("retry-after").parse().expect("it says how long to wait");
        answer.refused(429, "too_many_requests");
        waited += wait;
        app.advance(Span::seconds(wait));
    }
}

async fn answers_right(app: &TestApp, shop: &TestTenant) -> bool {
    let token = shop.track("ada", "pay").await.token;
    shop.ask_email(&token).await.ok();
    shop.answer_email(&token, &app.code_for(ADA)).await.ok()["isVerified"] == true
}

#[tokio::test]
async fn item_49_a_hundred_wrong_answers_in_a_row_end_a_factor_until_it_is_bound_anew() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.user_with_email(shop, "ada", ADA).await;
    for _ in 0..100 {
        wrong(&app, shop).await;
        app.advance(Span::minutes(15));
    }
    app.advance(Span::days(30));
    let token = shop.track("ada", "pay").await.token;
    shop.ask_email(&token).await.ok();
    let answer = shop.answer_email(&token, &app.code_for(ADA)).await.ok();
    assert_eq!(answer["failureReason"], "MAX_ATTEMPTS_EXCEEDED", "{answer}");
    assert!(app.events().await.iter().any(|event| event == "authenticator.locked"));

    let held = shop.server(Method::GET, "/users/ada/authenticators", Value::Null).await.ok();
    let path = format!("/users/ada/authenticators/{}", held[0]["userAuthenticatorId"].as_str().unwrap());
    shop.server(Method::DELETE, &path, Value::Null).await.ok();
    app.user_with_email(shop, "ada", ADA).await;
    assert!(answers_right(&app, shop).await);
}

/// Whoever enrols an address that is not theirs guesses no longer than that.
#[tokio::test]
async fn item_49_an_address_that_is_to_be_a_factor_takes_a_hundred_answers_a_day() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let day = Span::days(1).0;
    let to_next_day = || Span(day - app.countersign.now().0.rem_euclid(day));
    app.advance(to_next_day());
    let mut looked_at = 0;
    'day: for _ in 0..40 {
        let token = shop.track("eve", "sign-up").await.token;
        shop.enrol_email(&token, ADA).await.ok();
        for _ in 0..5 {
            let answer = shop.answer_email(&token, &app.wrong_code_for(ADA)).await;
            if answer.status == 429 {
                shop.answer_email(&token, &app.code_for(ADA)).await.refused(429, "too_many_requests");
                break 'day;
            }
            answer.ok();
            looked_at += 1;
        }
        app.advance(Span::minutes(5));
    }
    assert_eq!(looked_at, 100);
    app.advance(to_next_day());
    app.user_with_email(shop, "ada", ADA).await;
}

#[tokio::test]
async fn item_50_pauses_grow_are_told_and_end_with_a_right_answer() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.user_with_email(shop, "ada", ADA).await;
    let mut pauses = Vec::new();
    for _ in 0..8 {
        pauses.push(wrong(&app, shop).await);
    }
    assert_eq!(pauses, [0, 0, 0, 0, 0, 30, 60, 90]);
    app.advance(Span::minutes(15));
    assert!(answers_right(&app, shop).await);
    app.advance(Span::minutes(15));
    for _ in 0..5 {
        assert_eq!(wrong(&app, shop).await, 0, "the count began anew");
    }
}

#[tokio::test]
async fn item_51_a_locked_address_does_not_lock_the_passkey() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.user_with_email(shop, "ada", ADA).await;
    let key = Authenticator::new();
    let granted = shop.track_with("ada", "settings", serde_json::json!({ "scope": "add:authenticators" })).await;
    shop.enrol_passkey(&granted.token, &key).await.ok();
    for _ in 0..5 {
        wrong(&app, shop).await;
    }
    let token = shop.track("ada", "pay").await.token;
    shop.ask_email(&token).await.ok();
    shop.answer_email(&token, &app.code_for(ADA)).await.refused(429, "too_many_requests");
    shop.verify_passkey(&token, &key).await.ok();
    shop.sign_in(&key).await.ok();
}
