//! Sessions: of app clients over the Server API, and of people who sign in by themselves.

mod checklist_59_60;
mod checklist_61_62;
mod checklist_63;
mod checklist_71;
mod checklist_72;
mod checklist_82;
mod server_api;
mod sweeping;

use std::sync::Arc;

use countersign_db::statements;
use countersign_domain::Caller;
use countersign_domain::tenant::Tenant;
use countersign_testkit::app::{Answer, TestApp, TestTenant};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};

use crate::forgery::taken_apart;

statements! {
    OWN = "UPDATE sessions SET client_id = NULL WHERE tenant_id = $1 AND session_id = $2";
}

/// The tokens of a session.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

impl Tokens {
    fn of(body: &Value) -> Self {
        let text = |name: &str| body[name].as_str().expect("a pair of tokens").to_owned();
        Self { access: text("accessToken"), refresh: text("refreshToken") }
    }

    /// Claims of the access token.
    fn claims(&self) -> Value {
        taken_apart(&self.access).1
    }
}

/// A call of the Server API on sessions.
async fn call(shop: &TestTenant, path: &str, body: Value) -> Answer {
    shop.server(Method::POST, &format!("/sessions{path}"), body).await
}

async fn validate(shop: &TestTenant, access: &str) -> Answer {
    call(shop, "/validate", json!({ "accessToken": access })).await
}

async fn refresh(shop: &TestTenant, token: &str) -> Answer {
    call(shop, "/refresh", json!({ "refreshToken": token })).await
}

/// A sign-in with a passkey: a client token of an action that was proved.
async fn proved(shop: &TestTenant, key: &Authenticator) -> String {
    let done = shop.sign_in(key).await.ok();
    done["accessToken"].as_str().expect("a result token").to_owned()
}

/// A session of the shop's app, opened with a passkey that its user has.
async fn opened(shop: &TestTenant, key: &Authenticator) -> Tokens {
    let body = json!({ "clientId": shop.client, "token": proved(shop, key).await });
    Tokens::of(&call(shop, "", body).await.ok())
}

async fn tenant_of(app: &TestApp, shop: &TestTenant) -> Arc<Tenant> {
    app.countersign.tenant(&shop.id).await.expect("the tenant is there")
}

/// A session as the Nhost door makes it, of the same user: the app client is taken from its row.
async fn own(app: &TestApp, shop: &TestTenant, key: &Authenticator) -> Tokens {
    let tokens = opened(shop, key).await;
    let id = tokens.claims()["sid"].as_str().expect("a session").to_owned();
    let tenant = shop.id.clone();
    let made: Result<u64, countersign_db::Error> =
        app.db.write(async move |tx| tx.run(&OWN, &[&tenant, &id]).await).await;
    assert_eq!(made.expect("sessions are writable"), 1);
    refresh_own(app, shop, &tokens.refresh).await.expect("the session goes on")
}

/// A refresh on the Nhost door.
async fn refresh_own(app: &TestApp, shop: &TestTenant, token: &str) -> Result<Tokens, countersign_domain::Error> {
    let tenant = tenant_of(app, shop).await;
    let granted = app.countersign.refresh_session(&tenant, token, &Caller::default()).await?;
    Ok(Tokens { access: granted.access_token, refresh: granted.refresh_token.expose().to_owned() })
}

/// Whether an access token opens the Nhost door; why not.
async fn enters(app: &TestApp, shop: &TestTenant, access: &str) -> Result<(), &'static str> {
    let tenant = tenant_of(app, shop).await;
    match app.countersign.authenticate_session(&tenant, access).await {
        Ok(_) => Ok(()),
        Err(countersign_domain::Error::InvalidToken) => Err("invalid"),
        Err(countersign_domain::Error::ExpiredToken) => Err("expired"),
        Err(other) => panic!("{other}"),
    }
}
