//! Removing a factor, after a challenge.

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

const ACTION: &str = "remove-authenticator";

/// Which one.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Removal {
    user_authenticator_id: String,
}

/// Opens the action, unless it would leave the customer without a way in.
pub(super) async fn begin_removal(
    State(shop): State<Shop>,
    Extension(calls): Extension<Calls>,
    SignedIn(account): SignedIn,
    Given(removal): Given<Removal>,
) -> Result<Answer<Value>, Refusal> {
    let server = shop.server(&calls);
    let factors = server.authenticators(&account.user_id).await?;
    let is_wanted = |factor: &&Value| factor["userAuthenticatorId"] == removal.user_authenticator_id;
    let Some(wanted) = factors.iter().find(is_wanted) else {
        return Err(Refusal::not_found("It is not on your account any more."));
    };
    // Recovery codes stand in for a factor and are none: they go with the last one.
    let is_factor = |factor: &&Value| factor["verificationMethod"] != "RECOVERY_CODE";
    if is_factor(&wanted) && factors.iter().filter(is_factor).count() == 1 {
        return Err(Refusal::conflict("last_factor", "It is your only way to sign in. Add another one first."));
    }
    let tracked = server.track("May this customer remove a factor?", &account.user_id, ACTION, &account.email).await?;
    let intent =
        Intent::RemoveFactor { user_id: account.user_id, user_authenticator_id: removal.user_authenticator_id };
    shop.store().intents.insert(tracked.idempotency_key, intent);
    Ok(Answer(json!({ "token": tracked.token })))
}

/// Removes what the challenge was opened for.
pub(super) async fn finish_removal(
    State(shop): State<Shop>,
    Extension(calls): Extension<Calls>,
    SignedIn(account): SignedIn,
    Given(proof): Given<Proof>,
) -> Result<Answer<Value>, Refusal> {
    let server = shop.server(&calls);
    let verdict = server.validate(&proof.token, ACTION, Some(&account.user_id)).await?;
    let intent = verdict.idempotency_key.and_then(|key| shop.store().intents.take(&key));
    match intent {
        Some(Intent::RemoveFactor { user_id, user_authenticator_id }) if user_id == account.user_id => {
            server.remove_authenticator(&user_id, &user_authenticator_id).await?;
            Ok(Answer(json!({ "removed": user_authenticator_id })))
        }
        _ => Err(Refusal::not_verified("This challenge was for something else. Please start again.")),
    }
}
