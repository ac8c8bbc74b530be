//! What someone tries who holds less than they want: an old proof, a yes that was no proof, a dead user's token, another's key.

use countersign_domain::clock::Span;
use countersign_testkit::app::{Answer, TestApp, TestTenant, Who};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};

async fn set_state(shop: &TestTenant, user: &str, key: &str, state: &str) {
    let path = format!("/users/{user}/actions/withdraw/{key}");
    shop.server(Method::PATCH, &path, json!({ "state": state })).await.ok();
}

/// Every byte as `%XX`.
fn percent(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut path, byte| {
        write!(path, "%{byte:02X}").expect("a String takes it");
        path
    })
}

#[tokio::test]
async fn a_proof_under_anothers_key_is_the_provers_own() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let (ada, eve) = (Authenticator::new(), Authenticator::new());
    shop.user_with_passkey("ada", &ada).await;
    shop.user_with_passkey("eve", &eve).await;
    let adas = withdraw(shop, "ada", "order-1").await;

    let proved = prove_without_token(shop, "order-1", &eve).await.ok();
    let verdict = shop.validate(proved["accessToken"].as_str().unwrap()).await;
    assert_eq!((&verdict["isValid"], &verdict["userId"]), (&json!(true), &json!("eve")));
    let verdict = shop.validate(&adas).await;
    assert_eq!((&verdict["isValid"], &verdict["state"]), (&json!(false), &json!("CHALLENGE_REQUIRED")));
    let expected = json!({ "token": proved["accessToken"], "userId": "ada", "action": "withdraw" });
    assert_eq!(shop.validate_with(expected).await["error"], "token_mismatch");
}

#[tokio::test]
async fn a_sign_in_without_token_overrules_no_decision() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let passkey = Authenticator::new();
    shop.user_with_passkey("ada", &passkey).await;
    for (state, refusal) in [
        ("CHALLENGE_FAILED", (400, "invalid_request")),
        ("REVIEW_REQUIRED", (400, "invalid_request")),
        ("REVIEW_FAILED", (400, "invalid_request")),
        ("BLOCK", (403, "insufficient_scope")),
    ] {
        let token = withdraw(shop, "ada", state).await;
        set_state(shop, "ada", state, state).await;
        prove_without_token(shop, state, &passkey).await.refused(refusal.0, refusal.1);
        let verdict = shop.validate(&token).await;
        assert_eq!((&verdict["isValid"], &verdict["state"]), (&json!(false), &json!(state)));
    }
}

/// Checklist 96: a clock set back makes nothing last longer.
#[tokio::test]
async fn item_96_a_clock_set_back_keeps_no_proof_fresh() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let passkey = Authenticator::new();
    shop.user_with_passkey("ada", &passkey).await;
    let token = withdraw(shop, "ada", "order-1").await;
    shop.verify_passkey(&token, &passkey).await.ok();
    app.advance(Span::minutes(-5));
    shop.client(Who::Token(&token), Method::GET, "/user-authenticators", Value::Null)
        .await
        .refused(401, "invalid_token");
    let token = withdraw(shop, "ada", "order-1").await;
    let path = "/user-authenticators/passkey/registration-options";
    shop.client(Who::Token(&token), Method::POST, path, json!({})).await.refused(403, "insufficient_scope");
    shop.verify_passkey(&token, &passkey).await.ok();
    shop.enrol_passkey(&token, &Authenticator::new()).await.ok();
}
