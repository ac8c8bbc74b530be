//! The trail: each step leaves one event, and no event or table holds a secret.

use countersign_testkit::app::{TestApp, Who};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn each_step_of_a_life_leaves_one_event() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    shop.user_with_passkey("ada", &key).await;
    shop.sign_in(&key).await.ok();
    let tracked = shop.track("ada", "withdraw").await;
    let offer = shop.assertion_options(Who::Token(&tracked.token)).await;
    let bad = key.forge_get(&offer["options"], &shop.origin, |draft| draft.data.flags.uv = false).unwrap();
    shop.send_assertion(Who::Token(&tracked.token), &offer, &bad.credential).await.refused(400, "invalid_request");
    shop.verify_passkey(&tracked.token, &key).await.ok();
    shop.validate_with(json!({ "token": tracked.token, "consume": true })).await;
    let list = shop.server(Method::GET, "/users/ada/authenticators", Value::Null).await.ok();
    let path = format!("/users/ada/authenticators/{}", list[0]["userAuthenticatorId"].as_str().unwrap());
    shop.server(Method::DELETE, &path, Value::Null).await.ok();
    shop.server(Method::DELETE, "/users/ada", Value::Null).await.ok();

    let mut events = app.events().await;
    events.reverse();
    let expected = [
        "tenant.created",
        "action.tracked",
        "enrolment.started",
        "authenticator.created",
        "action.proved",
        "action.proved",
        "action.tracked",
        "challenge.started",
        "challenge.refused",
        "challenge.started",
        "action.proved",
        "action.consumed",
        "authenticator.deleted",
        "user.deleted",
    ];
    events.sort_unstable();
    let mut sorted = expected;
    sorted.sort_unstable();
    assert_eq!(events, sorted);
}

#[tokio::test]
async fn an_event_tells_who_what_where_and_why() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    shop.user_with_passkey("ada", &key).await;
    let tracked = shop.track("ada", "withdraw").await;
    let offer = shop.assertion_options(Who::Token(&tracked.token)).await;
    let bad = key.forge_get(&offer["options"], &shop.origin, |draft| draft.data.flags.uv = false).unwrap();
    shop.send_assertion(Who::Token(&tracked.token), &offer, &bad.credential).await.refused(400, "invalid_request");

    let events = app.countersign.newest_events(&shop.id, 10).await.unwrap();
    let event = events.iter().find(|event| event.kind == "challenge.refused").expect("the refusal left an event");
    assert!(event.user_id.is_some() && event.challenge_id.as_deref() == offer["challengeId"].as_str());
    assert_eq!(event.action_code.as_deref(), Some("withdraw"));
    assert_eq!(event.ip_address.as_deref(), Some("127.0.0.1"));
    let reason = event.detail.as_ref().unwrap()["reason"].as_str().unwrap();
    assert!(reason.starts_with("7.2."), "the step that refused: {reason}");
}

#[tokio::test]
async fn nothing_secret_is_in_the_store() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    let tracked = shop.track("ada", "sign-up").await;
    let offer = shop.passkey_options(&tracked.token).await;
    shop.enrol_passkey(&tracked.token, &key).await.ok();
    let signed_in = shop.sign_in(&key).await.ok();

    let stored = app.stored().await;
    let holds = |text: &str| stored.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("ada"), "the store is what was searched");
    let challenge = offer["options"]["challenge"].as_str().unwrap();
    let tokens = [tracked.token.as_str(), signed_in["accessToken"].as_str().unwrap()];
    for secret in [shop.secret.as_str(), shop.management_key.as_str(), challenge].into_iter().chain(tokens) {
        assert!(!holds(secret), "{secret}");
    }
}
