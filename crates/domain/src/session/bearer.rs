//! The holder of a session's access token.

use std::sync::Arc;

use super::claims;
use super::refresh::Kind;
use super::{SessionLine, store};
use crate::account::{self, Account};
use crate::action::{ActionCode, Track, Tracked};
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::id::SessionId;
use crate::tenant::Tenant;
use crate::token::Scope;
use crate::user::{self, ExternalId, User, UserChange};
use crate::{Caller, Countersign};

/// Most sessions in a list.
const MOST: i64 = 100;

/// Who calls the Nhost door with an access token: its user as stored now.
#[derive(Debug, Clone)]
pub struct SessionBearer {
    /// Whose rules apply.
    pub tenant: Arc<Tenant>,
    /// Who.
    pub user: User,
    /// What they have beside.
    pub account: Option<Account>,
    /// In which session.
    pub session: SessionId,
    /// Whether they have just proved who they are: the one thing that the token says and no row does.
    pub is_elevated: bool,
    /// What they may act as.
    pub roles: Vec<String>,
    /// What they act as where they do not say.
    pub default_role: String,
    /// When the session was last proved.
    pub verified_at: Option<Millis>,
}

impl Countersign {
    /// Reads an access token of the Nhost door down to its user: signature, algorithm, type, issuer, no audience, time, and the
    /// session's row. `ExpiredToken` for one that is over, `InvalidToken` for everything else.
    pub async fn authenticate_session(&self, tenant: &Arc<Tenant>, access_token: &str) -> Result<SessionBearer> {
        let now = self.now();
        let token = self.read_access_token(&tenant.id, access_token).await?;
        if token.audience.is_some() {
            return Err(Error::InvalidToken);
        }
        token.require_unexpired(now)?;
        let session = store::find(self.db(), &tenant.id, &token.session).await?;
        let session = session.filter(|session| {
            session.is_open(now) && Kind::Own.serves(session) && session.user.as_str() == token.subject
        });
        let session = session.ok_or(Error::InvalidToken)?;
        let (user, account) = tokio::try_join!(
            user::store::find_known(self.db(), &tenant.id, &session.user),
            account::find(self.db(), &tenant.id, &session.user),
        )?;
        let user = user.ok_or(Error::InvalidToken)?;
        if account.as_ref().is_some_and(|account| account.disabled_at.is_some()) {
            return Err(Error::InvalidToken);
        }
        let (roles, default_role) = claims::roles(tenant, account.as_ref());
        Ok(SessionBearer {
            tenant: tenant.clone(),
            user,
            account,
            session: session.id,
            is_elevated: token.is_elevated,
            roles,
            default_role,
            verified_at: session.proof.map(|proof| proof.at),
        })
    }

    /// The user's open sessions on every door, newest first, at most 100.
    pub async fn own_sessions(&self, who: &SessionBearer) -> Result<Vec<SessionLine>> {
        let found = store::list(self.db(), &who.tenant.id, &who.user.id, self.now(), MOST).await?;
        let line = |session: super::Session| SessionLine {
            is_current: session.id == who.session,
            id: session.id,
            client: session.client,
            method: session.method,
            ip_address: session.ip_address,
            user_agent: session.user_agent,
            created_at: session.created_at,
            used_at: session.used_at,
            expires_at: session.expires_at,
        };
        Ok(found.into_iter().map(line).collect())
    }

    /// A client token for an action of the user's own: the state by the tenant's decision, no right over factors, and nothing of
    /// the session counts as a proof (decisions §2).
    pub async fn client_token_of_session(
        &self,
        who: &SessionBearer,
        action: ActionCode,
        caller: &Caller,
    ) -> Result<Tracked> {
        let user = ExternalId::parse(&who.user.external_id).map_err(|error| Error::Internal(error.to_string()))?;
        let track = Track {
            user,
            action,
            idempotency_key: None,
            change: UserChange::default(),
            scope: Scope::READ,
            redirect_url: None,
            to_settings: false,
            ip_address: caller.ip_address.clone(),
            user_agent: caller.user_agent.clone(),
            device_id: None,
            custom: None,
        };
        self.track(&who.tenant, track, caller).await
    }
}
