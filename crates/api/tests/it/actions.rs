//! Actions over the Server API (docs/reference/authsignal.md §5.3).

use countersign_domain::clock::Span;
use countersign_domain::tenant::Outcome;
use countersign_testkit::app::{TestApp, TestTenant, Who};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};

const STATES: [&str; 8] = [
    "ALLOW",
    "BLOCK",
    "CHALLENGE_REQUIRED",
    "CHALLENGE_SUCCEEDED",
    "CHALLENGE_FAILED",
    "REVIEW_REQUIRED",
    "REVIEW_SUCCEEDED",
    "REVIEW_FAILED",
];

async fn list(shop: &TestTenant, query: &str) -> Vec<String> {
    let body = shop.server(Method::GET, &format!("/users/ada/actions{query}"), Value::Null).await.ok();
    let code = |action: &Value| action["actionCode"].as_str().expect("each has its code").to_owned();
    body.as_array().expect("a bare array").iter().map(code).collect()
}

#[tokio::test]
async fn track_answers_what_the_backend_needs() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let new = shop.track("ada", "sign-up").await;
    assert_eq!((new.state.as_str(), &new.body["isEnrolled"]), ("ALLOW", &json!(false)), "un-enrolled users are let in");
    assert_eq!(new.body["url"], format!("https://auth.shop.example/ui/?token={}", new.token));
    assert_eq!(new.body["enrolledVerificationMethods"], json!([]));
    assert_eq!(
        new.body["allowedVerificationMethods"],
        json!(["PASSKEY", "SECURITY_KEY", "AUTHENTICATOR_APP", "EMAIL_MAGIC_LINK", "EMAIL_OTP"])
    );
    assert!(new.body.get("defaultVerificationMethod").is_none());
    assert_eq!(new.idempotency_key.len(), 36);

    shop.enrol_passkey(&new.token, &Authenticator::new()).await.ok();
    let known = shop.track("ada", "withdraw").await;
    assert_eq!((known.state.as_str(), &known.body["isEnrolled"]), ("CHALLENGE_REQUIRED", &json!(true)));
    assert_eq!(known.body["defaultVerificationMethod"], "PASSKEY");
    assert_ne!(known.idempotency_key, new.idempotency_key);
}

#[tokio::test]
async fn track_takes_all_documented_members_and_ignores_others() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let body = json!({
        "idempotencyKey": "order 7/é", "redirectUrl": "https://shop.example/back?x=1", "redirectToSettings": null,
        "ipAddress": "203.0.113.9", "userAgent": "Mozilla/5.0", "deviceId": "d-1", "scope": "add:authenticators",
        "email": "ada@example.com", "phoneNumber": "+64210000000", "username": "ada", "custom": { "amount": 12.5 },
        "challengeId": "x", "locale": "en", "customDomain": "x", "crypto": {}, "idempotency_key": "snake", "unknown": [1],
    });
    let tracked = shop.track_with("ada", "withdraw", body).await;
    assert_eq!(tracked.idempotency_key, "order 7/é");
    let user = shop.server(Method::GET, "/users/ada", Value::Null).await.ok();
    assert_eq!((&user["email"], &user["username"]), (&json!("ada@example.com"), &json!("ada")));
    let action = shop.server(Method::GET, "/users/ada/actions/withdraw/order%207%2F%C3%A9", Value::Null).await.ok();
    assert_eq!((&action["ipAddress"], &action["userAgent"]), (&json!("203.0.113.9"), &json!("Mozilla/5.0")));
}

#[tokio::test]
async fn a_refused_track_makes_neither_user_nor_action() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    for code in ["a b", "a.b", "%C3%BC", "a%2Fb", &"x".repeat(65)] {
        let path = format!("/users/ada/actions/{code}");
        shop.server(Method::POST, &path, json!({})).await.refused(400, "invalid_request");
    }
    for body in [
        json!({ "redirectUrl": "javascript:alert(1)" }),
        json!({ "redirectUrl": "//evil.example" }),
        json!({ "redirectUrl": "/path" }),
        json!({ "redirectUrl": "https://shop.example@evil.example/" }),
        json!({ "redirectUrl": "https://evil.example\\@shop.example/" }),
        json!({ "redirectUrl": "https:evil.example" }),
        json!({ "redirectUrl": "https://shop.example:99999/" }),
        json!({ "redirectUrl": format!("https://a.example/{}", "x".repeat(2048)) }),
        json!({ "idempotencyKey": "x".repeat(257) }),
        json!({ "idempotencyKey": "a\u{0}" }),
        json!({ "userAgent": "x".repeat(513) }),
        json!({ "email": "nobody" }),
        json!({ "custom": { "a": [] } }),
    ] {
        shop.server(Method::POST, "/users/ada/actions/withdraw", body).await.refused(400, "invalid_request");
    }
    let user = shop.server(Method::GET, "/users/ada", Value::Null).await.ok();
    assert!(user.get("createdAt").is_none(), "{user}");
    shop.track("ada", &"x".repeat(64)).await;
}

#[tokio::test]
async fn an_action_is_read_back_as_it_stands() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let tracked = shop.track("ada", "sign-up").await;
    let path = format!("/users/ada/actions/sign-up/{}", tracked.idempotency_key);
    let before = shop.server(Method::GET, &path, Value::Null).await.ok();
    assert_eq!((&before["state"], &before["rules"], &before["output"]), (&json!("ALLOW"), &json!([]), &json!({})));
    assert!(before.get("verificationMethod").is_none());
    app.advance(Span::seconds(5));
    let added = shop.enrol_passkey(&tracked.token, &Authenticator::new()).await.ok();
    let after = shop.server(Method::GET, &path, Value::Null).await.ok();
    assert_eq!((&after["state"], &after["verificationMethod"]), (&json!("CHALLENGE_SUCCEEDED"), &json!("PASSKEY")));
    assert_eq!(after["verifiedByAuthenticatorId"], added["userAuthenticatorId"]);
    assert_eq!(after["createdAt"], before["createdAt"]);
    assert!(after["stateUpdatedAt"].as_str() > before["stateUpdatedAt"].as_str());
    for path in ["/users/ada/actions/sign-up/none", "/users/ada/actions/none/none", "/users/eve/actions/sign-up/none"] {
        shop.server(Method::GET, path, Value::Null).await.refused(404, "not_found");
        shop.server(Method::PATCH, path, json!({ "state": "ALLOW" })).await.refused(404, "not_found");
    }
}

#[tokio::test]
async fn challenge_succeeded_by_the_backends_word_makes_the_token_valid() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let tracked = shop.track("ada", "withdraw").await;
    let path = format!("/users/ada/actions/withdraw/{}", tracked.idempotency_key);
    assert_eq!(shop.validate(&tracked.token).await["isValid"], false);
    let set = shop.server(Method::PATCH, &path, json!({ "state": "CHALLENGE_SUCCEEDED" })).await.ok();
    assert_eq!(set, json!({ "state": "CHALLENGE_SUCCEEDED" }));
    assert_eq!(shop.validate(&tracked.token).await["isValid"], true);
    for state in ["SUCCESS", "challenge_succeeded", "", "REVIEW"] {
        let refused =
            shop.server(Method::PATCH, &path, json!({ "state": state })).await.refused(400, "invalid_request");
        assert!(STATES.iter().all(|name| refused["errorDescription"].as_str().unwrap().contains(name)), "{refused}");
    }
    assert_eq!(shop.validate(&tracked.token).await["isValid"], true, "a refused update changes nothing");
}

/// A blocked decision cannot be turned into anything else.
#[tokio::test]
async fn item_69_block_is_final() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    shop.user_with_passkey("ada", &key).await;
    let tracked = shop.track("ada", "withdraw").await;
    let offer = shop.assertion_options(Who::Token(&tracked.token)).await;
    let path = format!("/users/ada/actions/withdraw/{}", tracked.idempotency_key);
    shop.server(Method::PATCH, &path, json!({ "state": "BLOCK" })).await.ok();
    for state in STATES {
        shop.server(Method::PATCH, &path, json!({ "state": state })).await.refused(400, "invalid_request");
    }
    shop.answer_passkey(Who::Token(&tracked.token), &offer, &key).await.refused(403, "insufficient_scope");
    let again = shop.track_with("ada", "withdraw", json!({ "idempotencyKey": tracked.idempotency_key })).await;
    assert_eq!(again.state, "BLOCK");
    assert_eq!(shop.validate(&again.token).await["isValid"], false);
}

/// The tenant's default outcome decides, also for a sign-in that no backend tracked.
#[tokio::test]
async fn item_69_a_tenant_that_blocks_lets_nobody_through() {
    let app = TestApp::with(|settings| settings.default_outcome = Some(Outcome::Block)).await;
    let shop = app.tenant();
    let tracked = shop.track("ada", "sign-up").await;
    assert_eq!(tracked.state, "BLOCK");
    let path = "/user-authenticators/passkey/registration-options";
    shop.client(Who::Token(&tracked.token), Method::POST, path, json!({})).await.refused(403, "insufficient_scope");
}

#[tokio::test]
async fn the_other_outcomes_of_a_tenant_are_states_of_its_actions() {
    for (outcome, state) in
        [(Outcome::Review, "REVIEW_REQUIRED"), (Outcome::Allow, "ALLOW"), (Outcome::Challenge, "ALLOW")]
    {
        let app = TestApp::with(|settings| settings.default_outcome = Some(outcome)).await;
        assert_eq!(app.tenant().track("ada", "sign-up").await.state, state, "nobody without a factor is challenged");
    }
}

#[tokio::test]
async fn actions_are_listed_newest_first_and_filtered() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let mut keys = Vec::new();
    for code in ["first", "second", "third"] {
        keys.push(shop.track("ada", code).await.idempotency_key);
        app.advance(Span::days(1));
    }
    shop.track("eve", "other").await;
    let path = format!("/users/ada/actions/second/{}", keys[1]);
    shop.server(Method::PATCH, &path, json!({ "state": "REVIEW_REQUIRED" })).await.ok();
    assert_eq!(list(shop, "").await, ["third", "second", "first"]);
    assert_eq!(list(shop, "?codes=first,third").await, ["third", "first"]);
    assert_eq!(list(shop, "?codes=none").await, [""; 0]);
    assert_eq!(list(shop, "?state=REVIEW_REQUIRED").await, ["second"]);
    assert_eq!(list(shop, "?codes=first&state=REVIEW_REQUIRED").await, [""; 0]);
    let since = app.countersign.now().minus(Span::seconds(36 * 3600)).rfc3339();
    assert_eq!(list(shop, &format!("?fromDate={since}")).await, ["third"]);
    for query in ["?state=REVIEW", "?fromDate=yesterday", "?fromDate=2026-13-01T00:00:00Z"] {
        let path = format!("/users/ada/actions{query}");
        shop.server(Method::GET, &path, Value::Null).await.refused(400, "invalid_request");
    }
    app.advance(Span::days(28));
    assert_eq!(list(shop, "?fromDate=2020-01-01T00:00:00Z").await, ["third"], "thirty days back and no further");
}
