//! What an enrolment does to its action, who may enrol again, and what `track` with an old key gives (decisions §2, §3).

use countersign_domain::clock::Span;
use countersign_testkit::app::{TestApp, TestTenant, Tracked};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::json;

async fn factors(shop: &TestTenant) -> usize {
    let list = shop.server(Method::GET, "/users/ada/authenticators", json!(null)).await.ok();
    list.as_array().map_or(0, Vec::len)
}

async fn set_state(shop: &TestTenant, tracked: &Tracked, state: &str) {
    let path = format!("/users/ada/actions/sign-up/{}", tracked.idempotency_key);
    shop.server(Method::PATCH, &path, json!({ "state": state })).await.ok();
}

#[tokio::test]
async fn the_first_factor_completes_an_action_that_awaits_it() {
    for state in ["ALLOW", "CHALLENGE_REQUIRED"] {
        let app = TestApp::new().await;
        let shop = app.tenant();
        let tracked = shop.track("ada", "sign-up").await;
        set_state(shop, &tracked, state).await;
        shop.enrol_passkey(&tracked.token, &Authenticator::new()).await.ok();
        assert_eq!(shop.validate(&tracked.token).await["state"], "CHALLENGE_SUCCEEDED", "from {state}");
    }
}

#[tokio::test]
async fn the_first_factor_overrules_no_review_and_no_failure() {
    for state in ["REVIEW_REQUIRED", "REVIEW_FAILED", "CHALLENGE_FAILED"] {
        let app = TestApp::new().await;
        let shop = app.tenant();
        let tracked = shop.track("ada", "sign-up").await;
        set_state(shop, &tracked, state).await;
        let added = shop.enrol_passkey(&tracked.token, &Authenticator::new()).await.ok();
        let verdict = shop.validate(added["accessToken"].as_str().unwrap()).await;
        assert_eq!((&verdict["isValid"], &verdict["state"]), (&json!(false), &json!(state)));
    }
}

#[tokio::test]
async fn a_blocked_action_enrols_nothing() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let tracked = shop.track("ada", "sign-up").await;
    let offer = shop.passkey_options(&tracked.token).await;
    let made = Authenticator::new().create(&offer["options"], &shop.origin).unwrap();
    set_state(shop, &tracked, "BLOCK").await;
    shop.add_passkey(&tracked.token, &offer, &made.credential).await.refused(403, "insufficient_scope");
    assert_eq!(factors(shop).await, 0);
}

/// A passkey is added only within a fresh proof or a single-use enrolment grant.
#[tokio::test]
async fn item_43_a_token_of_track_adds_no_second_factor() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let first = Authenticator::new();
    shop.user_with_passkey("ada", &first).await;
    let tracked = shop.track("ada", "settings").await;
    let path = "/user-authenticators/passkey/registration-options";
    let who = countersign_testkit::app::Who::Token(&tracked.token);
    let refused = shop.client(who, Method::POST, path, json!({})).await.refused(403, "insufficient_scope");
    assert!(refused["errorDescription"].as_str().unwrap().contains("add:authenticators"), "it says what would help");

    shop.verify_passkey(&tracked.token, &first).await.ok();
    shop.enrol_passkey(&tracked.token, &Authenticator::new()).await.ok();
    assert_eq!(factors(shop).await, 2, "after the proof the same token may");
}

/// A grant carried by a token is good for one factor and changes no state.
#[tokio::test]
async fn item_43_a_grant_adds_one_factor() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    shop.user_with_passkey("ada", &Authenticator::new()).await;
    let grant = json!({ "scope": "add:authenticators" });
    let tracked = shop.track_with("ada", "settings", grant).await;
    // Both ceremonies are begun before the grant is spent: the second finds it spent all the same.
    let (first, second) = (shop.passkey_options(&tracked.token).await, shop.passkey_options(&tracked.token).await);
    let answer = |offer: &serde_json::Value| Authenticator::new().create(&offer["options"], &shop.origin).unwrap();
    let added = shop.add_passkey(&tracked.token, &first, &answer(&first).credential).await.ok();
    shop.add_passkey(&tracked.token, &second, &answer(&second).credential).await.refused(403, "insufficient_scope");
    assert_eq!(factors(shop).await, 2);

    let token = added["accessToken"].as_str().unwrap();
    let verdict = shop.validate(token).await;
    assert_eq!((&verdict["isValid"], &verdict["state"]), (&json!(false), &json!("CHALLENGE_REQUIRED")));
    let who = countersign_testkit::app::Who::Token(token);
    let path = "/user-authenticators/passkey/registration-options";
    shop.client(who, Method::POST, path, json!({})).await.refused(403, "insufficient_scope");
}

/// Ten minutes from the proof, by the action's row and by no token's time.
#[tokio::test]
async fn item_43_a_proof_is_fresh_for_ten_minutes() {
    let app = TestApp::with(|settings| settings.token_minutes = 60).await;
    let shop = app.tenant();
    let key = Authenticator::new();
    shop.user_with_passkey("ada", &key).await;
    let tracked = shop.track("ada", "settings").await;
    let proved = shop.verify_passkey(&tracked.token, &key).await.ok()["accessToken"].as_str().unwrap().to_owned();
    app.advance(Span::seconds(590));
    shop.enrol_passkey(&proved, &Authenticator::new()).await.ok();
    app.advance(Span::seconds(10));

    let again = json!({ "idempotencyKey": tracked.idempotency_key });
    let young = shop.track_with("ada", "settings", again).await.token;
    let path = "/user-authenticators/passkey/registration-options";
    for token in [&proved, &young] {
        let who = countersign_testkit::app::Who::Token(token);
        shop.client(who, Method::POST, path, json!({})).await.refused(403, "insufficient_scope");
        assert_eq!(shop.validate(token).await["isValid"], true, "the proof stands, it is only not fresh");
    }
    shop.verify_passkey(&young, &key).await.ok();
    shop.enrol_passkey(&young, &Authenticator::new()).await.ok();
}

#[tokio::test]
async fn a_second_factor_after_a_proof_leaves_the_proof_as_it_is() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let tracked = shop.track("ada", "sign-up").await;
    shop.enrol_passkey(&tracked.token, &Authenticator::new()).await.ok();
    let before = shop.validate(&tracked.token).await;
    app.advance(Span::seconds(60));
    let added = shop.enrol_security_key(&tracked.token, &Authenticator::security_key()).await.ok();
    assert_eq!(shop.validate(added["accessToken"].as_str().unwrap()).await, before);
}

#[tokio::test]
async fn the_same_key_means_the_same_action_as_it_stands() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let first = shop.track_with("ada", "sign-up", json!({ "idempotencyKey": "order-7" })).await;
    assert_eq!((first.idempotency_key.as_str(), first.state.as_str()), ("order-7", "ALLOW"));
    shop.enrol_passkey(&first.token, &Authenticator::new()).await.ok();
    let second = shop.track_with("ada", "sign-up", json!({ "idempotencyKey": "order-7" })).await;
    assert_eq!((second.state.as_str(), &second.body["isEnrolled"]), ("CHALLENGE_SUCCEEDED", &json!(true)));
    assert_eq!(shop.validate(&second.token).await["isValid"], true);

    // Another user, another code, another tenant: each another action.
    let other = app.another_tenant("other.example").await;
    let same = json!({ "idempotencyKey": "order-7" });
    assert_eq!(shop.track_with("ada", "withdraw", same.clone()).await.state, "CHALLENGE_REQUIRED");
    assert_eq!(shop.track_with("eve", "sign-up", same.clone()).await.state, "ALLOW");
    assert_eq!(other.track_with("ada", "sign-up", same).await.state, "ALLOW");
    let list = shop.server(Method::GET, "/users/ada/actions", json!(null)).await.ok();
    assert_eq!(list.as_array().unwrap().len(), 2);
}
