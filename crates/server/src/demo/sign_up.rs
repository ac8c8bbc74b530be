//! A new account: track `sign-up`, the page makes a passkey, `/validate` says that it did.

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
use super::shop::{Shop, random_id};
use super::store::{Account, Intent};

const ACTION: &str = "sign-up";
const USER_ID_BYTES: usize = 8;
const LONGEST_NAME: usize = 64;
/// RFC 5321 §4.5.3.1.3 leaves 254 characters for an address.
const LONGEST_EMAIL: usize = 254;

/// What the sign-up form holds.
#[derive(Deserialize)]
pub(super) struct Form {
    email: String,
    name: String,
}

/// What the page hands back after a ceremony.
#[derive(Deserialize)]
pub(super) struct Proof {
    pub token: String,
}

/// Opens the action. The account is made only when the passkey is.
pub(super) async fn begin(
    State(shop): State<Shop>,
    Extension(calls): Extension<Calls>,
    Given(form): Given<Form>,
) -> Result<Answer<Value>, Refusal> {
    let account = form.into_account()?;
    if shop.store().emails.get(&account.email).is_some() {
        return Err(Refusal::conflict("email_taken", "There is an account with this e-mail address. Sign in instead."));
    }
    let server = shop.server(&calls);
    let tracked = server.track("May a new customer sign up?", &account.user_id, ACTION, &account.email).await?;
    shop.store().intents.insert(tracked.idempotency_key, Intent::SignUp(account));
    Ok(Answer(json!({ "token": tracked.token })))
}

/// Makes the account and signs it in.
pub(super) async fn finish(
    State(shop): State<Shop>,
    Extension(calls): Extension<Calls>,
    session: SessionId,
    Given(proof): Given<Proof>,
) -> Result<impl IntoResponse, Refusal> {
    let verdict = shop.server(&calls).validate(&proof.token, ACTION, None).await?;
    let intent = verdict.idempotency_key.as_deref().and_then(|key| shop.store().intents.take(key));
    // An idempotency key names an action together with its user: any customer can prove one of their own under this key.
    let account = match intent {
        Some(Intent::SignUp(account)) if verdict.user_id.as_ref() == Some(&account.user_id) => account,
        _ => return Err(Refusal::not_verified("This sign-up is over. Please start again.")),
    };
    {
        let mut store = shop.store();
        if store.emails.get(&account.email).is_some() {
            return Err(Refusal::conflict(
                "email_taken",
                "Someone was faster with this e-mail address. Choose another.",
            ));
        }
        store.remember(account.clone());
    }
    let cookie = session::start(&shop, &session, &account)?;
    Ok((cookie, Answer(json!({ "account": Profile::from(account) }))))
}

impl Form {
    fn into_account(self) -> Result<Account, Refusal> {
        let email = self.email.trim().to_lowercase();
        let looks_right = email.split_once('@').is_some_and(|(user, host)| {
            !user.is_empty() && host.contains('.') && !host.starts_with('.') && !host.ends_with('.')
        });
        if !looks_right || email.len() > LONGEST_EMAIL || email.contains(char::is_whitespace) {
            return Err(Refusal::invalid("Enter an e-mail address like you@example.com. Nothing is sent to it."));
        }
        let name = self.name.trim().to_owned();
        if name.is_empty() || name.chars().count() > LONGEST_NAME {
            return Err(Refusal::invalid(format!("Enter a name of at most {LONGEST_NAME} characters.")));
        }
        Ok(Account { user_id: format!("shop-{}", random_id(USER_ID_BYTES)?), email, name })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(email: &str, name: &str) -> Option<Account> {
        Form { email: email.into(), name: name.into() }.into_account().ok()
    }

    #[test]
    fn an_address_is_lower_cased_and_trimmed() {
        let account = account(" Ada@Example.com ", " Ada ");
        assert_eq!(account.map(|a| (a.email, a.name)), Some(("ada@example.com".into(), "Ada".into())));
    }

    #[test]
    fn what_is_no_address_or_no_name_is_refused() {
        for email in ["", "ada", "@example.com", "ada@localhost", "ada@.com", "a da@example.com", &"a".repeat(300)] {
            assert_eq!(account(email, "Ada"), None, "{email}");
        }
        assert_eq!(account("ada@example.com", "  "), None);
        assert_eq!(account("ada@example.com", &"a".repeat(65)), None);
    }
}
