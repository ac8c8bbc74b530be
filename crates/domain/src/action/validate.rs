//! `validate`: the backend asks whether the action was proved. The table of decisions §3.

use super::{Action, store};
use crate::error::{Error, Result};
use crate::tenant::Tenant;
use crate::user;
use crate::{Caller, Countersign};

/// The question.
#[derive(Debug)]
pub struct Validate {
    /// Any client token of the action: the one from `track` or the one a verify gave.
    pub token: String,
    /// External id the backend expects.
    pub user: Option<String>,
    /// Action code the backend expects.
    pub action: Option<String>,
    /// Take the result: the first true answer is the last.
    pub consume: bool,
}

/// Why a token says nothing of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidBecause {
    /// Malformed, tampered, empty, of another tenant, or of a user or action that is gone.
    InvalidToken,
    /// Past its time.
    ExpiredToken,
    /// Of another user or action than expected.
    TokenMismatch,
    /// Its result was taken before.
    AlreadyConsumed,
}

/// The answer.
#[derive(Debug)]
pub enum Verdict {
    /// The token is worth nothing; the action stays unknown.
    Worthless(InvalidBecause),
    /// The token names this action.
    Known {
        /// The action as it stands.
        action: Box<Action>,
        /// The user, as the backend calls them.
        external_id: String,
        /// Whether the action was proved, and the result not taken before.
        is_valid: bool,
        /// Why not, where the state does not say it.
        because: Option<InvalidBecause>,
    },
}

impl Countersign {
    /// What a token proves. Repeatable, because SDKs retry; `consume` makes it final.
    pub async fn validate(&self, tenant: &Tenant, ask: Validate, caller: &Caller) -> Result<Verdict> {
        let worthless = |because| Ok(Verdict::Worthless(because));
        if self.tenant_named_by(&ask.token).as_ref() != Some(&tenant.id) {
            return worthless(InvalidBecause::InvalidToken);
        }
        let token = match self.read_client_token(tenant, &ask.token) {
            Ok(token) => token,
            Err(Error::ExpiredToken) => return worthless(InvalidBecause::ExpiredToken),
            Err(_) => return worthless(InvalidBecause::InvalidToken),
        };
        let mismatched = |expected: &Option<String>, found: &str| expected.as_deref().is_some_and(|text| text != found);
        if mismatched(&ask.user, &token.external_id) || mismatched(&ask.action, &token.action_code) {
            return worthless(InvalidBecause::TokenMismatch);
        }
        let Some(user) = user::store::find_external(self.db(), &tenant.id, &token.external_id).await? else {
            return worthless(InvalidBecause::InvalidToken);
        };
        let found = store::find(self.db(), &tenant.id, &user.id, &token.action_code, &token.idempotency_key).await?;
        let Some(action) = found else { return worthless(InvalidBecause::InvalidToken) };
        let consumed = action.consumed_at.is_some();
        let mut is_valid = action.state.is_proved() && !consumed;
        if is_valid && ask.consume {
            is_valid = self.consume(tenant, &action, caller).await?;
        }
        let because = (action.state.is_proved() && !is_valid).then_some(InvalidBecause::AlreadyConsumed);
        Ok(Verdict::Known { action: Box::new(action), external_id: user.external_id, is_valid, because })
    }

    async fn consume(&self, tenant: &Tenant, action: &Action, caller: &Caller) -> Result<bool> {
        let now = self.now();
        let event = crate::audit::Event::new("action.consumed", now)
            .user(&action.user)
            .action(&action.code, &action.idempotency_key)
            .caller(caller);
        let (tenant, action) = (tenant.id.clone(), action.clone());
        self.write(async move |tx| {
            let taken = store::consume(tx, &tenant, &action, now).await?;
            if taken {
                crate::audit::record(tx, &tenant, &event).await?;
            }
            Ok(taken)
        })
        .await
    }
}
