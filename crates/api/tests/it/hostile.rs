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

/// `withdraw` under a key of the backend's choice.
async fn withdraw(shop: &TestTenant, user: &str, key: &str) -> String {
    shop.track_with(user, "withdraw", json!({ "idempotencyKey": key })).await.token
}

/// A passkey's answer to a challenge that names `withdraw` and `key`, without a token.
async fn prove_without_token(shop: &TestTenant, key: &str, passkey: &Authenticator) -> Answer {
    let wanted = json!({ "action": "withdraw", "idempotencyKey": key });
    let begun = shop.client(Who::Tenant, Method::POST, "/challenge", wanted).await.ok();
    let path = "/user-authenticators/passkey/authentication-options";
    let offer = shop.client(Who::Tenant, Method::POST, path, json!({ "challengeId": begun["challengeId"] })).await.ok();
    shop.answer_passkey(Who::Tenant, &offer, passkey).await
}

#[tokio::test]
async fn a_reviewers_yes_is_no_proof_of_who_adds_a_factor() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let passkey = Authenticator::new();
    shop.user_with_passkey("ada", &passkey).await;
    let token = withdraw(shop, "ada", "order-1").await;
    set_state(shop, "ada", "order-1", "REVIEW_REQUIRED").await;
    set_state(shop, "ada", "order-1", "REVIEW_SUCCEEDED").await;
    assert_eq!(shop.validate(&token).await["isValid"], true, "the review counts for the action");
    let path = "/user-authenticators/passkey/registration-options";
    shop.client(Who::Token(&token), Method::POST, path, json!({})).await.refused(403, "insufficient_scope");

    // Whoever proved themselves before the review did prove themselves.
    let token = withdraw(shop, "ada", "order-2").await;
    shop.verify_passkey(&token, &passkey).await.ok();
    set_state(shop, "ada", "order-2", "REVIEW_SUCCEEDED").await;
    shop.enrol_passkey(&token, &Authenticator::new()).await.ok();
}

#[tokio::test]
async fn a_backends_word_makes_an_old_proof_no_younger() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let passkey = Authenticator::new();
    shop.user_with_passkey("ada", &passkey).await;
    let token = withdraw(shop, "ada", "order-1").await;
    shop.verify_passkey(&token, &passkey).await.ok();
    let proved = shop.validate(&token).await;

    app.advance(Span::minutes(11));
    set_state(shop, "ada", "order-1", "REVIEW_REQUIRED").await;
    set_state(shop, "ada", "order-1", "REVIEW_SUCCEEDED").await;
    let token = withdraw(shop, "ada", "order-1").await;
    let reviewed = shop.validate(&token).await;
    for member in ["verifiedAt", "acr", "amr", "verificationMethod"] {
        assert_eq!(reviewed[member], proved[member], "{member} tells of the passkey, not of the review");
    }
    let path = "/user-authenticators/passkey/registration-options";
    shop.client(Who::Token(&token), Method::POST, path, json!({})).await.refused(403, "insufficient_scope");
}

/// Checklist 67: a weaker proof never gives the higher level.
#[tokio::test]
async fn item_67_a_weak_proof_borrows_nothing_from_an_old_or_withdrawn_one() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let (passkey, key) = (Authenticator::new(), Authenticator::security_key());
    shop.user_with_passkey("ada", &passkey).await;
    let token = shop.track("ada", "add").await.token;
    shop.verify_passkey(&token, &passkey).await.ok();
    shop.enrol_security_key(&token, &key).await.ok();

    let token = withdraw(shop, "ada", "order-1").await;
    shop.verify_passkey(&token, &passkey).await.ok();
    assert_eq!(level(shop, &token).await, json!(["aal2", ["hwk", "user"]]));
    shop.verify_security_key(&token, &key).await.ok();
    assert_eq!(level(shop, &token).await, json!(["aal2", ["hwk", "user", "mfa"]]), "both, one after the other");

    app.advance(Span::minutes(11));
    let token = withdraw(shop, "ada", "order-1").await;
    shop.verify_security_key(&token, &key).await.ok();
    assert_eq!(level(shop, &token).await, json!(["aal1", ["hwk"]]), "the passkey's proof is old");

    let token = withdraw(shop, "ada", "order-2").await;
    shop.verify_passkey(&token, &passkey).await.ok();
    set_state(shop, "ada", "order-2", "CHALLENGE_REQUIRED").await;
    shop.verify_security_key(&token, &key).await.ok();
    assert_eq!(level(shop, &token).await, json!(["aal1", ["hwk"]]), "the backend asked anew");
}

async fn level(shop: &TestTenant, token: &str) -> Value {
    let verdict = shop.validate(token).await;
    assert_eq!(verdict["isValid"], true, "{verdict}");
    json!([verdict["acr"], verdict["amr"]])
}

#[tokio::test]
async fn a_deleted_users_token_does_not_read_the_next_user_of_that_name() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    shop.user_with_passkey("ada", &Authenticator::new()).await;
    let old = shop.track_with("ada", "withdraw", json!({ "scope": "add:authenticators" })).await.token;
    shop.server(Method::DELETE, "/users/ada", Value::Null).await.ok();
    shop.user_with_passkey("ada", &Authenticator::new()).await;

    shop.client(Who::Token(&old), Method::GET, "/user-authenticators", Value::Null).await.refused(401, "invalid_token");
    for path in
        ["/user-authenticators/passkey/registration-options", "/user-authenticators/passkey/authentication-options"]
    {
        shop.client(Who::Token(&old), Method::POST, path, json!({})).await.refused(401, "invalid_token");
    }
    assert_eq!(shop.validate(&old).await["error"], "invalid_token");
}

#[tokio::test]
async fn the_longest_names_make_tokens_that_work() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    // Four bytes a character in UTF-8, two in JSON where it is escaped: the widest a name can be.
    for longest in ["\u{1D538}".repeat(256), "\"".repeat(256)] {
        let path = format!("/users/{}/actions/{}", percent(&longest), "a".repeat(64));
        let body = json!({ "idempotencyKey": longest, "username": longest });
        let tracked = shop.server(Method::POST, &path, body).await.ok();
        let token = tracked["token"].as_str().unwrap();
        let passkey = Authenticator::new();
        let added = shop.enrol_passkey(token, &passkey).await.ok();
        let result = added["accessToken"].as_str().unwrap();
        assert_eq!(shop.validate(result).await["userId"], json!(longest));
    }
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_enrolment_that_meets_the_deletion_of_its_user_is_a_refusal() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let mut refused = 0;
    for _ in 0..20 {
        let passkey = Authenticator::new();
        shop.user_with_passkey("ada", &passkey).await;
        let token = shop.track_with("ada", "withdraw", json!({ "scope": "add:authenticators" })).await.token;
        let offer = shop.passkey_options(&token).await;
        let made = Authenticator::new().create(&offer["options"], &shop.origin).expect("it makes a credential");
        let (added, deleted) = tokio::join!(
            shop.add_passkey(&token, &offer, &made.credential),
            shop.server(Method::DELETE, "/users/ada", Value::Null)
        );
        deleted.ok();
        assert!(added.status == 200 || added.status == 401, "{}: {}", added.status, added.body);
        refused += usize::from(added.status == 401);
    }
    assert!(refused > 0, "the deletion never came first");
}
