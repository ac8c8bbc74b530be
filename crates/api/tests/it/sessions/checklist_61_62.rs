//! Items 61 and 62 of docs/reference/checklist.md: what ends sessions, and which.

use countersign_db::statements;
use countersign_domain::Caller;
use countersign_domain::action::ActionCode;
use countersign_testkit::app::{TestApp, TestTenant, Who};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};

use super::{Tokens, call, enters, opened, own, refresh, refresh_own, tenant_of, validate};

statements! {
    DISABLE = "INSERT INTO accounts (tenant_id, user_id, email, default_role, roles, disabled_at, created_at, updated_at)
        SELECT u.tenant_id, u.user_id, 'ada@shop.example', 'user', '[]', CAST($2 AS bigint), CAST($2 AS bigint), CAST($2 AS bigint)
        FROM users u WHERE u.tenant_id = $1";
}

/// An app's session and one of the Nhost door, both of the same user.
struct Pair(Tokens, Tokens);

impl Pair {
    async fn of(app: &TestApp, shop: &TestTenant, key: &Authenticator) -> Self {
        Self(opened(shop, key).await, own(app, shop, key).await)
    }

    async fn works(&self, app: &TestApp, shop: &TestTenant) {
        validate(shop, &self.0.access).await.ok();
        assert_eq!(enters(app, shop, &self.1.access).await, Ok(()));
    }

    async fn has_ended(&self, app: &TestApp, shop: &TestTenant) {
        validate(shop, &self.0.access).await.refused(401, "invalid_token");
        refresh(shop, &self.0.refresh).await.refused(401, "invalid_token");
        assert_eq!(enters(app, shop, &self.1.access).await, Err("invalid"));
        assert!(refresh_own(app, shop, &self.1.refresh).await.is_err());
    }
}

#[tokio::test]
async fn item_61_signing_out_ends_the_session_and_no_other() {
    let app = TestApp::new().await;
    let (shop, key, nobody) = (app.tenant(), Authenticator::new(), Caller::default());
    shop.user_with_passkey("ada", &key).await;
    let (one, other) = (own(&app, shop, &key).await, own(&app, shop, &key).await);
    let tenant = tenant_of(&app, shop).await;
    for token in [&one.refresh, &one.refresh, "no token", "3f2504e0-4f89-41d3-9a0c-0305e82c3301"] {
        app.countersign.sign_out(&tenant, token, &nobody).await.unwrap();
    }
    assert_eq!(enters(&app, shop, &one.access).await, Err("invalid"));
    assert!(refresh_own(&app, shop, &one.refresh).await.is_err());
    assert_eq!(enters(&app, shop, &other.access).await, Ok(()));
}

#[tokio::test]
async fn item_61_the_backend_ends_all_sessions_of_a_user() {
    let app = TestApp::new().await;
    let (shop, key, hers) = (app.tenant(), Authenticator::new(), Authenticator::new());
    shop.user_with_passkey("ada", &key).await;
    shop.user_with_passkey("grace", &hers).await;
    let (pair, other) = (Pair::of(&app, shop, &key).await, Pair::of(&app, shop, &hers).await);
    pair.works(&app, shop).await;
    for user in ["ada", "nobody"] {
        call(shop, "/user/revoke", json!({ "userId": user })).await.ok();
    }
    pair.has_ended(&app, shop).await;
    other.works(&app, shop).await;
}

#[tokio::test]
async fn item_61_a_deleted_user_and_a_disabled_account_have_no_session() {
    let app = TestApp::new().await;
    let (shop, key) = (app.tenant(), Authenticator::new());
    shop.user_with_passkey("ada", &key).await;
    let deleted = Pair::of(&app, shop, &key).await;
    shop.server(Method::DELETE, "/users/ada", Value::Null).await.ok();
    deleted.has_ended(&app, shop).await;

    shop.user_with_passkey("ada", &Authenticator::new()).await;
    deleted.has_ended(&app, shop).await;
    let key = Authenticator::new();
    shop.user_with_passkey("grace", &key).await;
    let disabled = Pair::of(&app, shop, &key).await;
    disabled.works(&app, shop).await;
    let (tenant, now) = (shop.id.clone(), app.countersign.now());
    let done: Result<u64, countersign_db::Error> =
        app.db.write(async move |tx| tx.run(&DISABLE, &[&tenant, &now]).await).await;
    assert_eq!(done.unwrap(), 2);
    disabled.has_ended(&app, shop).await;
}

#[tokio::test]
async fn item_61_a_removed_factor_takes_the_sessions_with_it_that_rest_on_it() {
    let app = TestApp::new().await;
    let (shop, lost, kept) = (app.tenant(), Authenticator::new(), Authenticator::new());
    shop.user_with_passkey("ada", &lost).await;
    let token = shop.track_with("ada", "add", json!({ "scope": "add:authenticators" })).await.token;
    shop.enrol_passkey(&token, &kept).await.ok();
    let (by_lost, by_kept) = (Pair::of(&app, shop, &lost).await, Pair::of(&app, shop, &kept).await);
    let held = shop.server(Method::GET, "/users/ada/authenticators", Value::Null).await.ok();
    let first = held[0]["userAuthenticatorId"].as_str().unwrap();
    let gone = shop.server(Method::DELETE, &format!("/users/ada/authenticators/{first}"), Value::Null).await.ok();
    assert_eq!(gone["openSessions"], 2, "item 62: what may be offered to be ended");
    by_lost.has_ended(&app, shop).await;
    by_kept.works(&app, shop).await;
    assert!(app.events().await.iter().any(|kind| kind == "session.ended"));
}

/// A client token is no session, and a session is no client token.
#[tokio::test]
async fn item_61_a_session_that_ended_gives_no_client_token() {
    let app = TestApp::new().await;
    let (shop, key) = (app.tenant(), Authenticator::new());
    shop.user_with_passkey("ada", &key).await;
    let tokens = own(&app, shop, &key).await;
    let tenant = tenant_of(&app, shop).await;
    let who = app.countersign.authenticate_session(&tenant, &tokens.access).await.unwrap();
    let action = ActionCode::parse("pay").unwrap();
    let tracked = app.countersign.client_token_of_session(&who, action, &Caller::default()).await.unwrap();
    assert_eq!(tracked.action.state.as_str(), "CHALLENGE_REQUIRED", "a session proves nothing anew");
    // It answers challenges, and has no right over factors.
    shop.client(
        Who::Token(&tracked.token),
        Method::POST,
        "/user-authenticators/passkey/registration-options",
        json!({}),
    )
    .await
    .refused(403, "insufficient_scope");
    shop.verify_passkey(&tracked.token, &key).await.ok();
    assert_eq!(shop.validate(&tracked.token).await["isValid"], true);
}

#[tokio::test]
async fn item_62_other_sessions_end_in_one_call() {
    let app = TestApp::new().await;
    let (shop, key, nobody) = (app.tenant(), Authenticator::new(), Caller::default());
    shop.user_with_passkey("ada", &key).await;
    let (mine, others) = (own(&app, shop, &key).await, Pair::of(&app, shop, &key).await);
    let tenant = tenant_of(&app, shop).await;
    let who = app.countersign.authenticate_session(&tenant, &mine.access).await.unwrap();
    let list = app.countersign.own_sessions(&who).await.unwrap();
    assert_eq!((list.len(), list.iter().filter(|line| line.is_current).count()), (3, 1), "{list:?}");
    assert_eq!(app.countersign.sign_out_everywhere(&who, true, &nobody).await.unwrap(), 2);
    others.has_ended(&app, shop).await;
    assert_eq!(enters(&app, shop, &mine.access).await, Ok(()));
    assert_eq!(app.countersign.own_sessions(&who).await.unwrap().len(), 1);
    assert_eq!(app.countersign.sign_out_everywhere(&who, false, &nobody).await.unwrap(), 1);
    assert_eq!(enters(&app, shop, &mine.access).await, Err("invalid"));
}
