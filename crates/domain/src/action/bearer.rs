//! The holder of a client token.

use std::sync::Arc;

use super::{Action, store};
use crate::Countersign;
use crate::error::{Error, Result};
use crate::tenant::Tenant;
use crate::token::{ClientToken, NewToken, Proof, Scope};
use crate::user::{self, User};

/// Who calls the Client API with a token: its tenant, its user as stored now, and what the token says.
#[derive(Debug, Clone)]
pub struct Bearer {
    /// Whose rules apply.
    pub tenant: Arc<Tenant>,
    /// Who.
    pub user: User,
    /// With what.
    pub token: ClientToken,
}

impl Countersign {
    /// Reads a bearer token down to its user. A token of a user who is gone is worth nothing.
    pub async fn authenticate_bearer(&self, token: &str) -> Result<Bearer> {
        let tenant = self.tenant_named_by(token).ok_or(Error::InvalidToken)?;
        let tenant = match self.tenant(&tenant).await {
            Err(Error::Unauthorized) => return Err(Error::InvalidToken),
            found => found?,
        };
        let token = self.read_client_token(&tenant, token)?;
        let user = user::store::find_external(self.db(), &tenant.id, &token.external_id).await?;
        Ok(Bearer { user: user.ok_or(Error::InvalidToken)?, tenant, token })
    }

    /// The action a bearer's token belongs to.
    pub(crate) async fn action_of(&self, bearer: &Bearer) -> Result<Action> {
        let token = &bearer.token;
        let found =
            store::find(self.db(), &bearer.tenant.id, &bearer.user.id, &token.action_code, &token.idempotency_key);
        found.await?.ok_or(Error::InvalidToken)
    }

    /// The token of a completed ceremony. With a proof it opens the user's factors for as long as the proof is fresh;
    /// without one it reads them.
    pub(crate) fn result_token(
        &self,
        tenant: &Tenant,
        user: &User,
        action: (&str, &str),
        proof: Option<&Proof>,
    ) -> Result<String> {
        let token = NewToken {
            external_id: &user.external_id,
            username: user.username.as_deref(),
            action_code: action.0,
            idempotency_key: action.1,
            scope: if proof.is_some() { Scope::ALL } else { Scope::READ },
            proof,
        };
        self.issue_client_token(tenant, &token, self.now())
    }
}
