//! What the page needs to draw itself: the shop, and the customer's account.

use axum::Extension;
use axum::extract::State;
use serde::Serialize;
use serde_json::{Value, json};

use super::calls::{Answer, Calls};
use super::catalogue::{PRODUCTS, STEP_UP_ABOVE_CENTS};
use super::refusal::Refusal;
use super::session::{MaybeSignedIn, SignedIn};
use super::shop::Shop;
use super::store::Account;

/// A customer as the page sees one.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Profile {
    user_id: String,
    email: String,
    name: String,
}

impl From<Account> for Profile {
    fn from(account: Account) -> Self {
        Self { user_id: account.user_id, email: account.email, name: account.name }
    }
}

/// Products, settings, and who is signed in.
pub(super) async fn shop(State(shop): State<Shop>, MaybeSignedIn(account): MaybeSignedIn) -> Answer<Value> {
    Answer(json!({
        "tenantId": shop.tenant_id(),
        "origin": shop.origin(),
        "products": PRODUCTS,
        "stepUpAboveCents": STEP_UP_ABOVE_CENTS,
        "account": account.map(Profile::from),
    }))
}

/// The account with its factors.
pub(super) async fn account(
    State(shop): State<Shop>,
    Extension(calls): Extension<Calls>,
    SignedIn(account): SignedIn,
) -> Result<Answer<Value>, Refusal> {
    let factors = shop.server(&calls).authenticators(&account.user_id).await?;
    Ok(Answer(json!({ "account": Profile::from(account), "factors": factors })))
}
