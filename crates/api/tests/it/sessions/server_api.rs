//! The life of an app client's session (docs/reference/authsignal.md §5.4).

use countersign_domain::clock::Span;
use countersign_testkit::app::TestApp;
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{Tokens, call, opened, proved, refresh, validate};

#[tokio::test]
async fn a_session_is_opened_looked_at_refreshed_and_ended() {
    let app = TestApp::new().await;
    let (shop, key) = (app.tenant(), Authenticator::new());
    shop.user_with_passkey("ada", &key).await;
    shop.server(Method::PATCH, "/users/ada", json!({ "email": "ada@shop.example" })).await.ok();
    let first = opened(shop, &key).await;

    let claims = first.claims();
    assert_eq!((&claims["sub"], &claims["aud"]), (&json!("ada"), &json!(shop.client)));
    assert_eq!(claims["iss"], format!("https://auth.shop.example/t/{}/auth/v1", shop.id));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 900);
    assert!(claims.get("https://hasura.io/jwt/claims").is_none(), "{claims}");
    let found = validate(shop, &first.access).await.ok();
    assert_eq!((&found["user"]["userId"], &found["user"]["email"]), (&json!("ada"), &json!("ada@shop.example")));
    assert_eq!((&found["expiresAt"], &found["verificationMethod"]), (&claims["exp"], &json!("PASSKEY")));
    for (clients, status) in [(json!([shop.client]), 200), (json!(["another"]), 401), (json!([]), 401)] {
        let body = json!({ "accessToken": first.access, "clientIds": clients });
        assert_eq!(call(shop, "/validate", body).await.status, status, "{clients}");
    }

    let second = Tokens::of(&refresh(shop, &first.refresh).await.ok());
    assert_ne!(first, second);
    assert_eq!(first.claims()["sid"], second.claims()["sid"]);
    validate(shop, &second.access).await.ok();

    call(shop, "/revoke", json!({ "accessToken": second.access })).await.ok();
    for tokens in [&first, &second] {
        validate(shop, &tokens.access).await.refused(401, "invalid_token");
        refresh(shop, &tokens.refresh).await.refused(401, "invalid_token");
    }
    // Whoever is out is out.
    call(shop, "/revoke", json!({ "accessToken": second.access })).await.ok();
    let events = app.events().await;
    assert_eq!(events.iter().filter(|kind| *kind == "session.ended").count(), 1, "{events:?}");
    assert_eq!(events.iter().filter(|kind| *kind == "session.opened").count(), 1, "{events:?}");
}

#[tokio::test]
async fn an_access_token_that_is_over_ends_its_session_and_opens_nothing() {
    let app = TestApp::new().await;
    let (shop, key) = (app.tenant(), Authenticator::new());
    shop.user_with_passkey("ada", &key).await;
    let tokens = opened(shop, &key).await;
    app.advance(Span::minutes(16));
    validate(shop, &tokens.access).await.refused(401, "expired_token");
    call(shop, "/revoke", json!({ "accessToken": tokens.access })).await.ok();
    refresh(shop, &tokens.refresh).await.refused(401, "invalid_token");
}

#[tokio::test]
async fn only_what_was_proved_just_now_opens_a_session_and_only_one() {
    let app = TestApp::new().await;
    let (shop, key) = (app.tenant(), Authenticator::new());
    shop.user_with_passkey("ada", &key).await;
    let open = async |client: &str, token: &str, action: Option<&str>| {
        let mut body = json!({ "clientId": client, "token": token });
        if let Some(action) = action {
            body["action"] = json!(action);
        }
        call(shop, "", body).await
    };
    let asked = shop.track("ada", "withdraw").await;
    open(&shop.client, &asked.token, None).await.refused(400, "invalid_request");
    shop.verify_passkey(&asked.token, &key).await.ok();
    open(&shop.client, &asked.token, Some("sign-in")).await.refused(400, "invalid_request");

    let other = app.another_tenant("other.example").await;
    open(&other.client, &asked.token, None).await.refused(404, "not_found");
    open("nobody", &asked.token, None).await.refused(404, "not_found");
    let foreign = other.track("ada", "withdraw").await.token;
    open(&shop.client, &foreign, None).await.refused(401, "invalid_token");
    open(&shop.client, "no token", None).await.refused(401, "invalid_token");

    // Any token of the action will do, once.
    open(&shop.client, &asked.token, Some("withdraw")).await.ok();
    let again = open(&shop.client, &asked.token, Some("withdraw")).await.refused(400, "invalid_request");
    assert!(again["errorDescription"].as_str().unwrap().contains("already"), "{again}");

    let taken = proved(shop, &key).await;
    assert_eq!(shop.validate_with(json!({ "token": taken, "consume": true })).await["isValid"], true);
    open(&shop.client, &taken, None).await.refused(400, "invalid_request");

    let late = shop.track_with("ada", "pay", json!({ "idempotencyKey": "7" })).await;
    shop.verify_passkey(&late.token, &key).await.ok();
    app.advance(Span::minutes(11));
    open(&shop.client, &late.token, None).await.refused(401, "expired_token");
    app.advance(Span::minutes(50));
    let anew = shop.track_with("ada", "pay", json!({ "idempotencyKey": "7" })).await;
    assert_eq!(anew.state, "CHALLENGE_SUCCEEDED");
    let old = open(&shop.client, &anew.token, None).await.refused(400, "invalid_request");
    assert!(old["errorDescription"].as_str().unwrap().contains("too long ago"), "{old}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_twenty_that_show_one_proof_at_once_one_gets_a_session() {
    let app = TestApp::new().await;
    let (shop, key) = (app.tenant(), Authenticator::new());
    shop.user_with_passkey("ada", &key).await;
    let body = json!({ "clientId": shop.client, "token": proved(shop, &key).await });
    let mut racing = JoinSet::new();
    for _ in 0..20 {
        let (shop, body) = (shop.clone(), body.clone());
        racing.spawn(async move { call(&shop, "", body).await });
    }
    let answers = racing.join_all().await;
    let opened: Vec<&Value> = answers.iter().filter(|one| one.status == 200).map(|one| &one.body).collect();
    assert_eq!(opened.len(), 1, "{answers:?}");
    assert!(answers.iter().all(|one| matches!(one.status, 200 | 400)), "{answers:?}");
}

/// The backend that asks about other people's bad tokens is not taken for who guesses them.
#[tokio::test]
async fn a_backend_may_ask_about_any_number_of_bad_tokens() {
    let limits = countersign_api::AddressLimits {
        requests_per_second: 10_000.try_into().unwrap(),
        strangers_per_second: 1.try_into().unwrap(),
    };
    let app = TestApp::with_limits(limits, |_| {}).await;
    for _ in 0..20 {
        validate(app.tenant(), "no token").await.refused(401, "invalid_token");
    }
}
