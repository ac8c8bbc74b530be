//! Factors by the backend's word, and which one is asked for first (docs/reference/authsignal.md §5.1, §5.2).

use countersign_testkit::app::{TestApp, TestTenant};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

const ADA: &str = "ada@example.com";

async fn enrol(shop: &TestTenant, user: &str, body: Value) -> Value {
    let path = format!("/users/{user}/authenticators");
    shop.server(Method::POST, &path, body).await.ok()["authenticator"].clone()
}

fn email(address: &str) -> Value {
    json!({ "verificationMethod": "EMAIL_OTP", "email": address })
}

async fn defaults(shop: &TestTenant, user: &str) -> Vec<String> {
    let held = shop.factors_of(user).await;
    let default = held.iter().filter(|factor| factor["isDefault"] == true);
    default.map(|factor| factor["email"].as_str().unwrap_or("passkey").to_owned()).collect()
}

#[tokio::test]
async fn an_address_by_the_backends_word_is_a_factor_at_once() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let made = enrol(shop, "ada", email(ADA)).await;
    assert_eq!((&made["userId"], &made["email"], &made["isDefault"]), (&json!("ada"), &json!(ADA), &json!(true)));
    assert!(made["verifiedAt"].is_string() && made.get("lastVerifiedAt").is_none(), "{made}");
    assert!(app.mails("emailCode", ADA).await.is_empty(), "nothing is asked");
    let user = shop.server(Method::GET, "/users/ada", Value::Null).await.ok();
    assert_eq!(user["enrolledVerificationMethods"], json!(["EMAIL_OTP"]));
    let tracked = shop.track("ada", "pay").await;
    assert_eq!(tracked.state, "CHALLENGE_REQUIRED");
    shop.ask_email(&tracked.token).await.ok();
    assert_eq!(shop.answer_email(&tracked.token, &app.code_for(ADA)).await.ok()["isVerified"], true);
}

#[tokio::test]
async fn the_same_address_twice_is_one_factor_also_at_once() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let mut calls = JoinSet::new();
    for _ in 0..8 {
        let shop = shop.clone();
        calls.spawn(async move { enrol(&shop, "ada", email(ADA)).await["userAuthenticatorId"].to_string() });
    }
    let mut ids = calls.join_all().await;
    ids.dedup();
    assert_eq!((ids.len(), shop.factors_of("ada").await.len()), (1, 1));
    let path = format!("/users/ada/authenticators/{}", ids[0].trim_matches('"'));
    shop.server(Method::DELETE, &path, Value::Null).await.ok();
    assert_eq!(shop.server(Method::GET, "/users/ada", Value::Null).await.ok()["isEnrolled"], false, "it counted once");
}

#[tokio::test]
async fn what_is_no_factor_is_refused() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    for body in [
        json!({ "verificationMethod": "EMAIL_OTP" }),
        json!({ "verificationMethod": "EMAIL_OTP", "email": "nobody" }),
        json!({ "verificationMethod": "PASSKEY" }),
        json!({ "verificationMethod": "TELEPATHY" }),
        json!({}),
    ] {
        shop.server(Method::POST, "/users/ada/authenticators", body).await.refused(400, "invalid_request");
    }
    let push = json!({ "verificationMethod": "PUSH" });
    shop.server(Method::POST, "/users/ada/authenticators", push).await.refused(400, "invalid_configuration");
    assert!(
        shop.server(Method::GET, "/users/ada", Value::Null).await.ok().get("createdAt").is_none(),
        "no user was made"
    );
}

#[tokio::test]
async fn one_factor_is_the_default_whatever_is_added_preferred_and_removed() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let default_method = async || {
        let user = shop.server(Method::GET, "/users/ada", Value::Null).await.ok();
        let tracked = shop.track("ada", "pay").await;
        assert_eq!(user["defaultVerificationMethod"], tracked.body["defaultVerificationMethod"]);
        user["defaultVerificationMethod"].clone()
    };
    let first = enrol(shop, "ada", email(ADA)).await;
    let grant = shop.track_with("ada", "settings", json!({ "scope": "add:authenticators" })).await.token;
    shop.enrol_passkey(&grant, &Authenticator::new()).await.ok();
    enrol(shop, "ada", email("second@example.com")).await;
    assert_eq!(defaults(shop, "ada").await, [ADA]);
    assert_eq!(default_method().await, "EMAIL_OTP");

    enrol(shop, "ada", json!({ "verificationMethod": "EMAIL_OTP", "email": "second@example.com", "isDefault": true }))
        .await;
    assert_eq!(defaults(shop, "ada").await, ["second@example.com"]);
    shop.server(Method::PATCH, "/users/ada", json!({ "defaultVerificationMethod": "PASSKEY" })).await.ok();
    assert_eq!(defaults(shop, "ada").await, ["passkey"]);
    assert_eq!(default_method().await, "PASSKEY");

    let held = shop.factors_of("ada").await;
    let passkey = held.iter().find(|factor| factor["verificationMethod"] == "PASSKEY").unwrap();
    for gone in [&passkey["userAuthenticatorId"], &first["userAuthenticatorId"]] {
        let path = format!("/users/ada/authenticators/{}", gone.as_str().unwrap());
        shop.server(Method::DELETE, &path, Value::Null).await.ok();
        assert_eq!(defaults(shop, "ada").await.len(), 1);
    }
    assert_eq!(defaults(shop, "ada").await, ["second@example.com"]);
    assert_eq!(shop.track("ada", "pay").await.body["defaultVerificationMethod"], "EMAIL_OTP");
}

#[tokio::test]
async fn of_several_defaults_at_once_one_is_left() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let mut calls = JoinSet::new();
    for n in 0..8 {
        let shop = shop.clone();
        let body = json!({ "verificationMethod": "EMAIL_OTP", "email": format!("{n}@example.com"), "isDefault": true });
        calls.spawn(async move { enrol(&shop, "ada", body).await });
    }
    calls.join_all().await;
    assert_eq!(shop.factors_of("ada").await.len(), 8);
    assert_eq!(defaults(shop, "ada").await.len(), 1);
}

#[tokio::test]
async fn a_verified_new_address_moves_the_factor_and_ends_codes_to_the_old_one() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    shop.server(Method::PATCH, "/users/ada", json!({ "email": ADA })).await.ok();
    let made = enrol(shop, "ada", email(ADA)).await;
    let token = shop.track("ada", "pay").await.token;
    shop.ask_email(&token).await.ok();
    let stale = app.code_for(ADA);
    // A new attribute alone proves nothing and moves nothing.
    shop.server(Method::PATCH, "/users/ada", json!({ "email": "new@example.com" })).await.ok();
    assert_eq!(shop.factors_of("ada").await[0]["email"], ADA);
    shop.server(Method::PATCH, "/users/ada", json!({ "email": ADA })).await.ok();
    let moved = json!({ "email": "new@example.com", "emailVerified": true });
    shop.server(Method::PATCH, "/users/ada", moved).await.ok();
    let held = shop.factors_of("ada").await;
    assert_eq!(
        (&held[0]["email"], &held[0]["userAuthenticatorId"]),
        (&json!("new@example.com"), &made["userAuthenticatorId"])
    );
    assert_eq!(shop.answer_email(&token, &stale).await.ok()["isVerified"], false);
    shop.ask_email(&token).await.ok();
    let code = app.code_for("new@example.com");
    assert_eq!(shop.answer_email(&token, &code).await.ok()["isVerified"], true);
}

/// Where one address has two factors of a kind, which one is meant when one is removed?
#[tokio::test]
async fn an_address_that_moves_to_where_there_is_one_already_becomes_one_with_it() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    shop.server(Method::PATCH, "/users/ada", json!({ "email": ADA })).await.ok();
    enrol(shop, "ada", email(ADA)).await;
    let kept = enrol(shop, "ada", email("New@example.com")).await;
    let token = shop.track("ada", "link").await.token;
    shop.ask_email(&token).await.ok();
    let token = shop.answer_email(&token, &app.code_for(ADA)).await.ok()["accessToken"].as_str().unwrap().to_owned();
    shop.enrol_link(&token, ADA).await.ok();
    let page = app.open_link(&app.link_for(ADA)).await;
    assert_eq!(app.press(&page, "yes").await.status, 200);

    let moved = json!({ "email": "new@example.com", "emailVerified": true });
    shop.server(Method::PATCH, "/users/ada", moved.clone()).await.ok();
    let held = shop.factors_of("ada").await;
    let ids: Vec<_> = held.iter().map(|factor| (&factor["verificationMethod"], &factor["email"])).collect();
    let new = json!("new@example.com");
    assert_eq!(ids, [(&json!("EMAIL_OTP"), &json!("New@example.com")), (&json!("EMAIL_MAGIC_LINK"), &new)]);
    assert_eq!(held[0]["userAuthenticatorId"], kept["userAuthenticatorId"]);
    assert_eq!(defaults(shop, "ada").await.len(), 1, "the default went over to the one that stays");
    let changes = app.events().await;
    let count = |kind: &str| changes.iter().filter(|event| *event == kind).count();
    assert_eq!((count("authenticator.deleted"), count("authenticator.updated")), (1, 1));
    // The user's count is right: of the two that are left one goes, and with the last one they are enrolled no more.
    for (left, factor) in [(true, &held[0]), (false, &held[1])] {
        let id = factor["userAuthenticatorId"].as_str().unwrap();
        shop.server(Method::DELETE, &format!("/users/ada/authenticators/{id}"), Value::Null).await.ok();
        assert_eq!(shop.server(Method::GET, "/users/ada", Value::Null).await.ok()["isEnrolled"], left);
    }
    shop.server(Method::PATCH, "/users/ada", moved).await.ok();
}
