//! Orders: small ones go through, large ones need a fresh proof of who is buying.

use axum::Extension;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::calls::{Answer, Calls};
use super::catalogue::{Line, STEP_UP_ABOVE_CENTS, total_cents};
use super::guard::Given;
use super::refusal::Refusal;
use super::session::SignedIn;
use super::shop::{Shop, random_id};
use super::sign_up::Proof;
use super::store::Intent;

const ACTION: &str = "checkout";
const ORDER_ID_BYTES: usize = 3;

/// A basket.
#[derive(Deserialize)]
pub(super) struct Basket {
    lines: Vec<Line>,
}

/// Places a small order, or opens the action for a large one.
pub(super) async fn begin(
    State(shop): State<Shop>,
    Extension(calls): Extension<Calls>,
    SignedIn(account): SignedIn,
    Given(basket): Given<Basket>,
) -> Result<Answer<Value>, Refusal> {
    let total_cents = total_cents(&basket.lines)?;
    if total_cents <= STEP_UP_ABOVE_CENTS {
        return Ok(Answer(json!({ "order": order(total_cents)? })));
    }
    let server = shop.server(&calls);
    // Back to the basket: the page takes the token out of its address and ends the order with it.
    let redirect_url = format!("{}/demo/#/basket", shop.origin());
    let body = json!({ "username": account.email, "redirectUrl": redirect_url });
    let tracked = server.track_with("May this customer spend so much?", &account.user_id, ACTION, body).await?;
    if !tracked.needs_challenge() {
        return Err(Refusal::conflict("no_factor", "Add a way to sign in to your account before so large an order."));
    }
    let intent = Intent::Checkout { user_id: account.user_id, total_cents };
    shop.store().intents.insert(tracked.idempotency_key, intent);
    Ok(Answer(json!({
        "stepUp": { "token": tracked.token, "url": tracked.url },
        "totalCents": total_cents,
    })))
}

/// Places the order the challenge was opened for: its sum was fixed before the customer confirmed it.
pub(super) async fn finish(
    State(shop): State<Shop>,
    Extension(calls): Extension<Calls>,
    SignedIn(account): SignedIn,
    Given(proof): Given<Proof>,
) -> Result<Answer<Value>, Refusal> {
    let verdict = shop.server(&calls).validate(&proof.token, ACTION, Some(&account.user_id)).await?;
    let intent = verdict.idempotency_key.as_deref().and_then(|key| shop.store().intents.take(key));
    match intent {
        Some(Intent::Checkout { user_id, total_cents }) if user_id == account.user_id => {
            Ok(Answer(json!({ "order": order(total_cents)?, "verdict": verdict })))
        }
        _ => Err(Refusal::not_verified("This challenge was for something else. Please start again.")),
    }
}

fn order(total_cents: u32) -> Result<Value, Refusal> {
    Ok(json!({ "number": format!("KK-{}", random_id(ORDER_ID_BYTES)?.to_uppercase()), "totalCents": total_cents }))
}
