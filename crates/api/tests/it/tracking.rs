//! Rivals and repeated failure: what a retried `track` makes, and how many wrong answers are taken (decisions §3).

use std::collections::BTreeSet;

use countersign_domain::clock::Span;
use countersign_testkit::app::{TestApp, TestTenant, Tracked, Who};
use countersign_testkit::forger::{Authenticator, Tamper};
use http::Method;
use serde_json::{Value, json};

async fn twenty(shop: &TestTenant, body: &Value) -> Vec<Tracked> {
    let rivals: Vec<_> = (0..20)
        .map(|_| {
            let (shop, body) = (shop.clone(), body.clone());
            tokio::spawn(async move { shop.track_with("ada", "withdraw", body).await })
        })
        .collect();
    let mut tracked = Vec::new();
    for rival in rivals {
        tracked.push(rival.await.expect("each is answered"));
    }
    tracked
}

async fn actions(shop: &TestTenant) -> usize {
    let list = shop.server(Method::GET, "/users/ada/actions", Value::Null).await.ok();
    list.as_array().map_or(0, Vec::len)
}

async fn users(shop: &TestTenant) -> usize {
    let list = shop.server(Method::GET, "/users", Value::Null).await.ok();
    list["users"].as_array().map_or(0, Vec::len)
}

/// `track` can arrive twice after a dropped connection (docs/reference/authsignal.md §1.6).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_at_once_with_one_key_make_one_action_and_one_user() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let tracked = twenty(shop, &json!({ "idempotencyKey": "order-7", "email": "ada@example.com" })).await;
    assert!(tracked.iter().all(|one| one.idempotency_key == "order-7" && one.state == "ALLOW"));
    assert_eq!((actions(shop).await, users(shop).await), (1, 1));
    let events = app.events().await;
    assert_eq!(events.iter().filter(|kind| *kind == "action.tracked").count(), 1, "one action, one event");

    // Each token is for the one action: proved once, all say so.
    shop.enrol_passkey(&tracked[0].token, &Authenticator::new()).await.ok();
    for one in &tracked {
        assert_eq!(shop.validate(&one.token).await["isValid"], true);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_at_once_without_a_key_make_twenty_actions_of_one_user() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let tracked = twenty(shop, &json!({})).await;
    let keys: BTreeSet<&str> = tracked.iter().map(|one| one.idempotency_key.as_str()).collect();
    assert_eq!((keys.len(), actions(shop).await, users(shop).await), (20, 20, 1));
}

/// A wrong answer to `offer`: a good assertion but for its signature.
async fn wrong(shop: &TestTenant, token: &str, offer: &Value, key: &Authenticator) -> countersign_testkit::app::Answer {
    let spoiled = key.forge_get(&offer["options"], &shop.origin, |draft| draft.signature = Tamper::OtherMessage);
    let credential = spoiled.expect("the authenticator signs").credential;
    shop.send_assertion(Who::Token(token), offer, &credential).await
}

#[tokio::test]
async fn five_wrong_answers_fail_a_challenge() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    shop.user_with_passkey("ada", &key).await;
    let token = shop.track("ada", "withdraw").await.token;
    let offer = shop.assertion_options(Who::Token(&token)).await;
    for _ in 0..4 {
        wrong(shop, &token, &offer, &key).await.refused(400, "invalid_credential");
    }
    assert_eq!(shop.validate(&token).await["state"], "CHALLENGE_REQUIRED");
    wrong(shop, &token, &offer, &key).await.refused(400, "invalid_credential");
    let right = shop.answer_passkey(Who::Token(&token), &offer, &key).await.refused(400, "invalid_request");
    assert!(right["errorDescription"].as_str().unwrap().contains("wrongly too often"), "{right}");
    shop.verify_passkey(&token, &key).await.ok();
}

#[tokio::test]
async fn four_wrong_answers_and_a_right_one_verify() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    shop.user_with_passkey("ada", &key).await;
    let token = shop.track("ada", "withdraw").await.token;
    let offer = shop.assertion_options(Who::Token(&token)).await;
    for _ in 0..4 {
        wrong(shop, &token, &offer, &key).await.refused(400, "invalid_credential");
    }
    shop.answer_passkey(Who::Token(&token), &offer, &key).await.ok();
    assert_eq!(shop.validate(&token).await["isValid"], true);
}

#[tokio::test]
async fn ten_wrong_answers_in_all_fail_the_action() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    shop.user_with_passkey("ada", &key).await;
    let tracked = shop.track("ada", "withdraw").await;
    for round in 0..4 {
        let offer = shop.assertion_options(Who::Token(&tracked.token)).await;
        for _ in 0..if round == 3 { 1 } else { 3 } {
            assert_eq!(shop.validate(&tracked.token).await["state"], "CHALLENGE_REQUIRED");
            wrong(shop, &tracked.token, &offer, &key).await.refused(400, "invalid_credential");
        }
    }
    assert_eq!(shop.validate(&tracked.token).await["state"], "CHALLENGE_FAILED");
    let path = "/user-authenticators/passkey/authentication-options";
    shop.client(Who::Token(&tracked.token), Method::POST, path, json!({})).await.refused(400, "invalid_request");
    assert_eq!(app.events().await.iter().filter(|kind| *kind == "action.failed").count(), 1);

    let again = shop.track_with("ada", "withdraw", json!({ "idempotencyKey": tracked.idempotency_key })).await;
    assert_eq!(again.state, "CHALLENGE_FAILED", "the same key gives no new tries");
    let fresh = shop.track("ada", "withdraw").await;
    shop.verify_passkey(&fresh.token, &key).await.ok();
}

/// Twenty wrong answers at once are counted one by one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rivals_get_no_more_tries_than_one_caller() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    shop.user_with_passkey("ada", &key).await;
    let token = shop.track("ada", "withdraw").await.token;
    let offer = shop.assertion_options(Who::Token(&token)).await;
    let spoiled =
        key.forge_get(&offer["options"], &shop.origin, |draft| draft.signature = Tamper::OtherMessage).unwrap();
    let rivals: Vec<_> = (0..20)
        .map(|_| {
            let (shop, token, offer, said) = (shop.clone(), token.clone(), offer.clone(), spoiled.credential.clone());
            tokio::spawn(async move { shop.send_assertion(Who::Token(&token), &offer, &said).await.status })
        })
        .collect();
    for rival in rivals {
        assert_eq!(rival.await.unwrap(), 400);
    }
    shop.answer_passkey(Who::Token(&token), &offer, &key).await.refused(400, "invalid_request");
}

/// A page that signs in may name any idempotency key. What it proved under one long before the backend asked answers nothing.
#[tokio::test]
async fn a_proof_older_than_the_question_does_not_answer_it() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    shop.user_with_passkey("ada", &key).await;
    for (name, minutes, state) in [("late", 11, "CHALLENGE_REQUIRED"), ("soon", 9, "CHALLENGE_SUCCEEDED")] {
        let body = json!({ "action": "withdraw", "idempotencyKey": name });
        let begun = shop.client(Who::Tenant, Method::POST, "/challenge", body).await.ok();
        let path = "/user-authenticators/passkey/authentication-options";
        let offer =
            shop.client(Who::Tenant, Method::POST, path, json!({ "challengeId": begun["challengeId"] })).await.ok();
        shop.answer_passkey(Who::Tenant, &offer, &key).await.ok();
        app.advance(Span::minutes(minutes));
        let tracked = shop.track_with("ada", "withdraw", json!({ "idempotencyKey": name })).await;
        assert_eq!(tracked.state, state, "{name}");
        assert_eq!(shop.validate(&tracked.token).await["isValid"], state == "CHALLENGE_SUCCEEDED", "{name}");
        let again = shop.track_with("ada", "withdraw", json!({ "idempotencyKey": name })).await;
        assert_eq!(again.state, state, "asking again changes nothing: {name}");
    }
}
