//! A challenge before a factor may be added.

use axum::Extension;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::calls::{Answer, Calls};
use super::guard::Given;
use super::refusal::Refusal;
use super::session::SignedIn;
use super::shop::Shop;
use super::sign_up::Proof;
use super::store::Intent;

const ACTION: &str = "add-authenticator";

/// No member is needed; the body is there for [`super::guard`].
#[derive(Deserialize)]
pub(super) struct Nothing {}

/// Opens the action. A customer who has no factor left enrols with the token at once; everyone else proves one first,
/// and enrols with the token that comes out of that.
pub(super) async fn begin(
    State(shop): State<Shop>,
    Extension(calls): Extension<Calls>,
    SignedIn(account): SignedIn,
    Given(Nothing {}): Given<Nothing>,
) -> Result<Answer<Value>, Refusal> {
    let server = shop.server(&calls);
    let tracked = server.track("May this customer add a factor?", &account.user_id, ACTION, &account.email).await?;
    let challenge = tracked.needs_challenge();
    shop.store().intents.insert(tracked.idempotency_key, Intent::AddFactor { user_id: account.user_id });
    Ok(Answer(json!({ "token": tracked.token, "challenge": challenge })))
}

/// Confirms the challenge, so that the page may go on to the enrolment.
pub(super) async fn finish(
    State(shop): State<Shop>,
    Extension(calls): Extension<Calls>,
    SignedIn(account): SignedIn,
    Given(proof): Given<Proof>,
) -> Result<Answer<Value>, Refusal> {
    let verdict = shop.server(&calls).validate(&proof.token, ACTION, Some(&account.user_id)).await?;
    let intent = verdict.idempotency_key.as_deref().and_then(|key| shop.store().intents.take(key));
    if intent != Some(Intent::AddFactor { user_id: account.user_id }) {
        return Err(Refusal::not_verified("This challenge was for something else. Please start again."));
    }
    Ok(Answer(json!({ "verdict": verdict })))
}
