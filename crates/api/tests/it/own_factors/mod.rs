//! What users do with their own factors (docs/reference/authsignal.md §3.10): another name, another default, removal.

mod change;
mod races;
mod remove;
mod right;
mod void;

use countersign_testkit::app::{Answer, TestApp, TestTenant, Who};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};

const ADA: &str = "ada@example.com";

async fn change(shop: &TestTenant, token: &str, id: &str, body: Value) -> Answer {
    shop.client(Who::Token(token), Method::PATCH, &format!("/user-authenticators/{id}"), body).await
}

async fn remove(shop: &TestTenant, token: &str, id: &str) -> Answer {
    shop.client(Who::Token(token), Method::DELETE, &format!("/user-authenticators/{id}"), Value::Null).await
}

/// The user's factors as they see them, recovery codes too.
async fn own(shop: &TestTenant, token: &str) -> Vec<Value> {
    let list = shop.client(Who::Token(token), Method::GET, "/user-authenticators", Value::Null).await.ok();
    list.as_array().expect("a list").clone()
}

/// The id of the user's first factor of a kind.
async fn id_of(shop: &TestTenant, user: &str, method: &str) -> String {
    let held = shop.server(Method::GET, &format!("/users/{user}/authenticators"), Value::Null).await.ok();
    let found = held.as_array().expect("a list").iter().find(|one| one["verificationMethod"] == method);
    let id = found.and_then(|one| one["userAuthenticatorId"].as_str());
    id.unwrap_or_else(|| panic!("{method} in {held}")).to_owned()
}

/// The kinds of the user's factors that are the default.
async fn defaults(shop: &TestTenant, user: &str) -> Vec<Value> {
    let held = shop.factors_of(user).await;
    held.iter().filter(|one| one["isDefault"] == true).map(|one| one["verificationMethod"].clone()).collect()
}

/// Ada, with an address and then a passkey, and the token of a proof just given.
async fn ada(app: &TestApp, key: &Authenticator) -> String {
    let shop = app.tenant();
    app.user_with_email(shop, "ada", ADA).await;
    let grant = json!({ "scope": "add:authenticators" });
    shop.enrol_passkey(&shop.track_with("ada", "add", grant).await.token, key).await.ok();
    app.mails("notice", ADA).await;
    app.inbox().clear();
    proved(shop, "ada", key).await
}

async fn proved(shop: &TestTenant, user: &str, key: &Authenticator) -> String {
    let token = shop.track(user, "account").await.token;
    let done = shop.verify_passkey(&token, key).await.ok();
    done["accessToken"].as_str().expect("a token").to_owned()
}
