//! A user has a hundred authenticators at most, however they come.

use countersign_testkit::app::{Answer, TestApp, TestTenant};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::import::{entry, made_elsewhere};

const FULL: &str = "The user has 100 authenticators, which is as many as one may have. Remove one first.";

/// Imports passkeys until the user has `count`.
async fn fill(shop: &TestTenant, user: &str, count: usize) {
    let batch: Vec<Value> =
        (0..count).map(|_| entry(user, "PASSKEY", &made_elsewhere(&Authenticator::new()))).collect();
    let report = shop.server(Method::POST, "/users/authenticators", json!({ "authenticators": batch })).await.ok();
    assert_eq!(report["succeeded"], count, "{report}");
}

async fn remove_one(shop: &TestTenant, user: &str) {
    let held = shop.factors_of(user).await;
    let id = held[0]["userAuthenticatorId"].as_str().expect("a factor has an id");
    shop.server(Method::DELETE, &format!("/users/{user}/authenticators/{id}"), Value::Null).await.ok();
}

#[tokio::test]
async fn the_hundred_and_first_is_refused_at_every_door_and_the_hundred_work() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    shop.user_with_passkey("ada", &key).await;
    fill(shop, "ada", 98).await;
    let grant = async || shop.track_with("ada", "settings", json!({ "scope": "add:authenticators" })).await.token;
    // The hundredth.
    let address = "ada@example.com";
    let email = json!({ "verificationMethod": "EMAIL_OTP", "email": address });
    let path = "/users/ada/authenticators";
    let begun = grant().await;
    let offer = shop.passkey_options(&begun).await;
    shop.server(Method::POST, path, email.clone()).await.ok();

    let said = |answer: Answer| {
        let refused = answer.refused(400, "invalid_request");
        assert_eq!(refused["errorDescription"], FULL);
    };
    for kind in ["passkey", "security-key"] {
        let options = format!("/user-authenticators/{kind}/registration-options");
        said(shop.page(&grant().await, &options, json!({})).await);
    }
    said(shop.enrol_email(&grant().await, "second@example.com").await);
    said(shop.enrol_link(&grant().await, address).await);
    said(shop.enrol_totp(&grant().await).await);
    let second = json!({ "verificationMethod": "EMAIL_OTP", "email": "second@example.com" });
    said(shop.server(Method::POST, path, second).await);
    // A ceremony that was begun in time comes too late.
    let late = Authenticator::new().create(&offer["options"], &shop.origin).unwrap();
    said(shop.add_passkey(&begun, &offer, &late.credential).await);
    let more = json!({ "authenticators": [entry("ada", "PASSKEY", &made_elsewhere(&Authenticator::new()))] });
    let report = shop.server(Method::POST, "/users/authenticators", more).await.ok();
    assert_eq!(report["failures"][0]["errorDescription"], FULL, "{report}");
    let asked = shop.begin(json!({ "email": "third@example.com", "scope": "add:authenticators" })).await.ok();
    let id = asked["challengeId"].as_str().unwrap();
    let code = app.code_after("third@example.com", 1).await;
    assert_eq!(shop.hand_over(id, &code).await.ok()["isVerified"], true);
    said(shop.claim(id, "ada").await);
    assert_eq!(shop.factors_of("ada").await.len(), 100);

    // What is there works, and is told again by a call that is repeated.
    shop.server(Method::POST, path, email).await.ok();
    shop.sign_in(&key).await.ok();
    let token = shop.track("ada", "pay").await.token;
    shop.ask_email(&token).await.ok();
    assert_eq!(shop.answer_email(&token, &app.code_for(address)).await.ok()["isVerified"], true);
    remove_one(shop, "ada").await;
    shop.claim(id, "ada").await.ok();
    assert_eq!(shop.factors_of("ada").await.len(), 100);
}

#[tokio::test]
async fn of_several_at_once_one_takes_the_last_place() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    fill(shop, "ada", 99).await;
    let mut calls = JoinSet::new();
    for n in 0..8 {
        let shop = shop.clone();
        let body = json!({ "verificationMethod": "EMAIL_OTP", "email": format!("{n}@example.com") });
        calls.spawn(async move { shop.server(Method::POST, "/users/ada/authenticators", body).await.status });
    }
    let taken = calls.join_all().await.into_iter().filter(|status| *status == 200).count();
    assert_eq!((taken, shop.factors_of("ada").await.len()), (1, 100));
}
