//! Reading and setting actions by the backend (docs/reference/authsignal.md §5.3).

use super::{Action, ActionState, store};
use crate::audit::{self, Event};
use crate::clock::{Millis, Span};
use crate::error::{Error, Result};
use crate::tenant::Tenant;
use crate::user;
use crate::{Caller, Countersign};

/// How far back actions are listed.
const LOOK_BACK: Span = Span::days(30);
/// Most actions an answer lists.
const MOST: i64 = 500;

/// Which actions of a user to list.
#[derive(Debug, Clone, Default)]
pub struct ActionQuery {
    /// Since when; 30 days by default and at most.
    pub from: Option<Millis>,
    /// Only these codes; all when empty.
    pub codes: Vec<String>,
    /// Only in this state.
    pub state: Option<ActionState>,
}

impl Countersign {
    /// One action of a user.
    pub async fn find_action(&self, tenant: &Tenant, external_id: &str, code: &str, key: &str) -> Result<Action> {
        let missing = Error::NotFound("action");
        let Some(user) = user::store::find_external(self.db(), &tenant.id, external_id).await? else {
            return Err(missing);
        };
        store::find(self.db(), &tenant.id, &user.id, code, key).await?.ok_or(missing)
    }

    /// The user's actions, newest first; none for an unknown user.
    pub async fn list_actions(&self, tenant: &Tenant, external_id: &str, query: &ActionQuery) -> Result<Vec<Action>> {
        let Some(user) = user::store::find_external(self.db(), &tenant.id, external_id).await? else {
            return Ok(Vec::new());
        };
        let oldest = self.now().minus(LOOK_BACK);
        let from = query.from.map_or(oldest, |from| from.max(oldest));
        let mut actions = store::list(self.db(), &tenant.id, &user.id, from, MOST).await?;
        actions.retain(|action| {
            let code = query.codes.is_empty() || query.codes.contains(&action.code);
            code && query.state.is_none_or(|state| state == action.state)
        });
        Ok(actions)
    }

    /// Sets an action's state by the backend's word. CHALLENGE_SUCCEEDED makes its token valid; a BLOCK is final.
    pub async fn update_action(
        &self,
        tenant: &Tenant,
        external_id: &str,
        code: &str,
        key: &str,
        state: ActionState,
        caller: &Caller,
    ) -> Result<ActionState> {
        let action = self.find_action(tenant, external_id, code, key).await?;
        let now = self.now();
        let event = Event::new("action.updated", now)
            .user(&action.user)
            .action(code, key)
            .caller(caller)
            .detail("from", action.state.as_str())
            .detail("to", state.as_str());
        let tenant = tenant.id.clone();
        self.write(async move |tx| {
            if !store::set_state(tx, &tenant, &action, state, now).await? {
                return Err(Error::invalid("A blocked action stays blocked. Track a new one."));
            }
            audit::record(tx, &tenant, &event).await?;
            Ok(state)
        })
        .await
    }
}
