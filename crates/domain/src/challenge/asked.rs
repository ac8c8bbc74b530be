//! Who asked for a link: shown where it is opened, and completed for them there.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Challenge;
use crate::Caller;
use crate::action::Bearer;
use crate::clock::Millis;
use crate::tenant::Tenant;
use crate::token::{ClientToken, Scope};
use crate::user::User;

/// Kept with the challenge, because who opens the link holds no token.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Asked {
    pub(crate) ip_address: Option<String>,
    pub(crate) user_agent: Option<String>,
    token_id: String,
    token_expires_at: Millis,
    /// Whether the token carries a right to add a factor that is not used yet.
    may_add: bool,
}

impl Asked {
    pub(crate) fn of(who: &Bearer, caller: &Caller) -> Self {
        Self {
            ip_address: caller.ip_address.clone(),
            user_agent: caller.user_agent.clone(),
            token_id: who.token.id.clone(),
            token_expires_at: who.token.expires_at,
            may_add: who.token.scope.add && who.token.proof.is_none(),
        }
    }

    /// Who asked, as far as an enrolment or proof has to know. The link may outlive their token: what the token could do
    /// once stays marked as used until both are over.
    pub(crate) fn bearer(self, tenant: Arc<Tenant>, user: User, open: &Challenge) -> Bearer {
        let token = ClientToken {
            external_id: user.external_id.clone(),
            action_code: open.action_code.clone(),
            idempotency_key: open.idempotency_key.clone().unwrap_or_default(),
            scope: Scope { add: self.may_add, ..Scope::READ },
            id: self.token_id,
            issued_at: open.expires_at,
            expires_at: self.token_expires_at.max(open.expires_at),
            proof: None,
        };
        Bearer { tenant, user, token }
    }
}
