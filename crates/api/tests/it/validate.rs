//! `/validate`: the table of decisions §3, row by row.

use countersign_domain::clock::Span;
use countersign_testkit::app::{TestApp, TestTenant, Tracked};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};

async fn set_state(shop: &TestTenant, tracked: &Tracked, state: &str) {
    let path = format!("/users/ada/actions/withdraw/{}", tracked.idempotency_key);
    let set = shop.server(Method::PATCH, &path, json!({ "state": state })).await.ok();
    assert_eq!(set, json!({ "state": state }));
}

#[tokio::test]
async fn a_completed_challenge_is_valid_and_says_all_of_it() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    shop.user_with_passkey("ada", &key).await;
    let tracked = shop.track("ada", "withdraw").await;
    let verified = shop.verify_passkey(&tracked.token, &key).await.ok();

    let result = shop.validate(verified["accessToken"].as_str().unwrap()).await;
    let fixed = json!({
        "isValid": true, "state": "CHALLENGE_SUCCEEDED", "userId": "ada", "action": "withdraw", "actionCode": "withdraw",
        "idempotencyKey": tracked.idempotency_key, "verificationMethod": "PASSKEY", "acr": "aal2", "amr": ["hwk", "user"],
        "stateUpdatedAt": result["stateUpdatedAt"], "verifiedAt": result["verifiedAt"],
    });
    assert_eq!(result, fixed);
    let now = app.countersign.now().rfc3339();
    assert_eq!(result["verifiedAt"].as_str().unwrap()[..13], now[..13]);
    assert_eq!(shop.validate(&tracked.token).await, result, "the action decides, not which token was sent");
    assert_eq!(shop.validate(&tracked.token).await, result, "repeatable");
}

#[tokio::test]
async fn a_review_that_succeeded_is_valid_without_a_method() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let tracked = shop.track("ada", "withdraw").await;
    set_state(shop, &tracked, "REVIEW_SUCCEEDED").await;
    let result = shop.validate(&tracked.token).await;
    assert_eq!((&result["isValid"], &result["state"]), (&json!(true), &json!("REVIEW_SUCCEEDED")));
    for member in ["verificationMethod", "acr", "amr", "error"] {
        assert!(result.get(member).is_none(), "{member}: no method proved anything");
    }
}

#[tokio::test]
async fn no_other_state_is_valid() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    for state in ["ALLOW", "CHALLENGE_REQUIRED", "CHALLENGE_FAILED", "REVIEW_REQUIRED", "REVIEW_FAILED", "BLOCK"] {
        let tracked = shop.track("ada", "withdraw").await;
        set_state(shop, &tracked, state).await;
        let result = shop.validate(&tracked.token).await;
        assert_eq!((&result["isValid"], &result["state"]), (&json!(false), &json!(state)));
        assert_eq!((&result["userId"], &result["action"]), (&json!("ada"), &json!("withdraw")));
        for member in ["verificationMethod", "verifiedAt", "acr", "amr", "error"] {
            assert!(result.get(member).is_none(), "{state} with {member}: {result}");
        }
    }
}

/// A proof that was taken back is not shown as one.
#[tokio::test]
async fn a_proved_action_that_fails_review_is_not_valid() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let tracked = shop.track("ada", "withdraw").await;
    let token = shop.enrol_passkey(&tracked.token, &Authenticator::new()).await.ok()["accessToken"].clone();
    set_state(shop, &tracked, "REVIEW_FAILED").await;
    let result = shop.validate(token.as_str().unwrap()).await;
    assert_eq!((&result["isValid"], &result["state"]), (&json!(false), &json!("REVIEW_FAILED")));
    assert!(result.get("acr").is_none() && result.get("verifiedAt").is_none(), "{result}");
}

/// Action tokens serve one user and one action.
#[tokio::test]
async fn item_64_another_user_or_action_than_asked_for_is_a_mismatch() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let tracked = shop.track("ada", "withdraw").await;
    let token = shop.enrol_passkey(&tracked.token, &Authenticator::new()).await.ok()["accessToken"].clone();
    for ask in [
        json!({ "token": token, "userId": "eve" }),
        json!({ "token": token, "userId": "Ada" }),
        json!({ "token": token, "userId": "" }),
        json!({ "token": token, "action": "sign-in" }),
        json!({ "token": token, "userId": "ada", "action": "sign-in" }),
        json!({ "token": token, "userId": "eve", "action": "withdraw" }),
        json!({ "token": token, "userId": "eve", "consume": true }),
    ] {
        let result = shop.validate_with(ask.clone()).await;
        assert_eq!(result, json!({ "isValid": false, "error": "token_mismatch" }), "{ask}");
    }
    for ask in [
        json!({ "token": token, "userId": "ada", "action": "withdraw" }),
        json!({ "token": token, "userId": null, "action": null }),
    ] {
        assert_eq!(shop.validate_with(ask.clone()).await["isValid"], true, "{ask}");
    }
}

#[tokio::test]
async fn what_is_no_token_is_told_from_what_is_no_question() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    for token in ["", " ", "token", "a.b.c", "…", "null"] {
        assert_eq!(shop.validate(token).await, json!({ "isValid": false, "error": "invalid_token" }), "{token:?}");
    }
    for body in [json!({}), json!({ "token": null }), json!({ "token": 5 }), json!([]), json!("token")] {
        shop.server(Method::POST, "/validate", body).await.refused(400, "invalid_request");
    }
    let wrong = shop.server_as("csk_server_wrong", Method::POST, "/validate", json!({ "token": "" })).await;
    wrong.refused(401, "unauthorized");
}

/// A result is consumed once if asked.
#[tokio::test]
async fn item_65_a_consumed_result_is_valid_once() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let tracked = shop.track("ada", "withdraw").await;
    let consume = json!({ "token": tracked.token, "consume": true });
    assert_eq!(shop.validate_with(consume.clone()).await["isValid"], false, "nothing is proved yet");
    let proved = shop.enrol_passkey(&tracked.token, &Authenticator::new()).await.ok()["accessToken"].clone();

    assert_eq!(shop.validate(&tracked.token).await["isValid"], true, "a look does not take it");
    let taken = shop.validate_with(consume.clone()).await;
    assert_eq!((&taken["isValid"], taken.get("error")), (&json!(true), None));
    for again in [consume, json!({ "token": tracked.token }), json!({ "token": proved })] {
        let result = shop.validate_with(again).await;
        assert_eq!((&result["isValid"], &result["error"]), (&json!(false), &json!("already_consumed")));
        assert_eq!(result["state"], "CHALLENGE_SUCCEEDED");
    }
}

/// A result is consumed once if asked, also by twenty at a time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn item_65_of_twenty_that_consume_one_wins() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let tracked = shop.track("ada", "withdraw").await;
    set_state(shop, &tracked, "CHALLENGE_SUCCEEDED").await;
    let ask = json!({ "token": tracked.token, "consume": true });
    let rivals: Vec<_> = (0..20)
        .map(|_| {
            let (shop, ask) = (shop.clone(), ask.clone());
            tokio::spawn(async move { shop.validate_with(ask).await })
        })
        .collect();
    let mut won = 0;
    for rival in rivals {
        let result: Value = rival.await.unwrap();
        won += usize::from(result["isValid"] == true);
        assert!(result["isValid"] == true || result["error"] == "already_consumed", "{result}");
    }
    assert_eq!(won, 1);
}

/// Forged words beside the token change nothing: only the row decides.
#[tokio::test]
async fn item_65_a_browsers_claim_of_success_is_not_enough() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let token = shop.track("ada", "withdraw").await.token;
    let claim = json!({ "token": token, "isValid": true, "state": "CHALLENGE_SUCCEEDED", "isVerified": true });
    let result = shop.validate_with(claim).await;
    assert_eq!((&result["isValid"], &result["state"]), (&json!(false), &json!("ALLOW")));
}

#[tokio::test]
async fn an_expired_token_says_so_whatever_the_action_became() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let tracked = shop.track("ada", "withdraw").await;
    set_state(shop, &tracked, "CHALLENGE_SUCCEEDED").await;
    app.advance(Span::minutes(10));
    let expired = json!({ "isValid": false, "error": "expired_token" });
    assert_eq!(shop.validate(&tracked.token).await, expired);
    assert_eq!(shop.validate_with(json!({ "token": tracked.token, "userId": "eve" })).await, expired);
}
