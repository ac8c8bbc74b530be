//! Signing in: with a passkey alone (the page needs no token for it), or by name with any other factor.

use axum::Extension;
use axum::extract::State;
use axum::response::IntoResponse;
use serde::Deserialize;
use serde_json::{Value, json};

use super::account::Profile;
use super::calls::{Answer, Calls};
use super::guard::Given;
use super::refusal::Refusal;
use super::session::{self, SessionId};
use super::shop::Shop;
use super::sign_up::Proof;
use super::store::Account;

const ACTION: &str = "sign-in";

/// What the sign-in form holds.
#[derive(Deserialize)]
pub(super) struct Form {
    email: String,
}

/// Opens the action for a known customer; the page then asks for one of the customer's factors.
pub(super) async fn begin(
    State(shop): State<Shop>,
    Extension(calls): Extension<Calls>,
    Given(form): Given<Form>,
) -> Result<Answer<Value>, Refusal> {
    let email = form.email.trim().to_lowercase();
    let user_id = shop.store().emails.get(&email);
    let user_id = user_id.ok_or_else(|| {
        Refusal::not_found(
            "We know no account with this e-mail address. Sign in with your passkey, or create an account.",
        )
    })?;
    let tracked = shop.server(&calls).track("May this customer sign in?", &user_id, ACTION, &email).await?;
    if !tracked.needs_challenge() {
        return Err(Refusal::conflict("no_factor", "This account has nothing left to sign in with."));
    }
    Ok(Answer(json!({ "token": tracked.token })))
}

/// Starts the session of whoever the challenge proved.
pub(super) async fn finish(
    State(shop): State<Shop>,
    Extension(calls): Extension<Calls>,
    session: SessionId,
    Given(proof): Given<Proof>,
) -> Result<impl IntoResponse, Refusal> {
    let server = shop.server(&calls);
    let verdict = server.validate(&proof.token, ACTION, None).await?;
    let user_id = verdict.user_id.ok_or_else(|| Refusal::server("The verdict names no user."))?;
    let known = shop.store().accounts.get(&user_id);
    let account = match known {
        Some(account) => account,
        // The shop forgets its accounts when it stops; the server does not forget its users.
        None => recall(&shop, user_id, &calls).await?,
    };
    let cookie = session::start(&shop, &session, &account)?;
    Ok((cookie, Answer(json!({ "account": Profile::from(account) }))))
}

/// Ends the session.
pub(super) async fn sign_out(State(shop): State<Shop>, session: SessionId) -> impl IntoResponse {
    (session::end(&shop, &session), Answer(json!({})))
}

async fn recall(shop: &Shop, user_id: String, calls: &Calls) -> Result<Account, Refusal> {
    let username = shop.server(calls).user(&user_id).await?.username;
    let email = username.unwrap_or_else(|| user_id.clone());
    let name = email.split('@').next().unwrap_or(&email).to_owned();
    let account = Account { user_id, email, name };
    shop.store().remember(account.clone());
    Ok(account)
}
