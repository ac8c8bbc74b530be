//! Sessions that a backend makes for its app clients (docs/reference/authsignal.md §5.4).

use std::sync::Arc;

use super::refresh::Kind;
use super::{Granted, Opening, ProvedBy, store};
use crate::account;
use crate::action::{self, ActionState};
use crate::clock::{Millis, Span};
use crate::error::{Error, Result};
use crate::id::{ClientId, SessionId};
use crate::methods::Method;
use crate::tenant::{self, Tenant};
use crate::token::Proof;
use crate::user::{self, User};
use crate::{Caller, Countersign};

/// How old a proof may be that opens a session. A session's row is kept for as long at least, so that each opens one.
const PROVED_WITHIN: Span = Span::hours(1);

/// What opens a session.
#[derive(Debug)]
pub struct NewAppSession {
    /// Which app, from `tenant create`.
    pub client: String,
    /// Any client token of an action that was proved.
    pub token: String,
    /// The action code that the backend expects.
    pub action: Option<String>,
}

/// What an access token of an app client stands for.
#[derive(Debug)]
pub struct AppSession {
    /// Whose.
    pub user: User,
    /// When the access token ends.
    pub expires_at: Millis,
    /// What the session was opened with.
    pub method: Option<Method>,
}

impl Countersign {
    /// Makes a session from an action that was proved within the last hour. A proof opens one session: a token that is shown again
    /// opens none. `NotFound` for a client that the tenant does not have.
    pub async fn create_app_session(
        &self,
        tenant: &Arc<Tenant>,
        new: NewAppSession,
        caller: &Caller,
    ) -> Result<Granted> {
        let now = self.now();
        let client = self.app_client(tenant, &new.client).await?;
        if self.tenant_named_by(&new.token).as_ref() != Some(&tenant.id) {
            return Err(Error::InvalidToken);
        }
        let token = self.read_client_token(tenant, &new.token)?;
        if new.action.is_some_and(|expected| expected != token.action_code) {
            return Err(Error::invalid("The token is of another action than the one named."));
        }
        let user = user::store::find_external(self.db(), &tenant.id, &token.external_id).await?;
        let user = user.ok_or(Error::InvalidToken)?;
        let found = action::store::find(self.db(), &tenant.id, &user.id, &token.action_code, &token.idempotency_key);
        let action = found.await?.ok_or(Error::InvalidToken)?;
        if !action.state.is_proved() || action.consumed_at.is_some() {
            let state = action.state.as_str();
            return Err(Error::invalid(format!(
                "The token's action opens no session: it is {state}, or its result was taken. Challenge the user first."
            )));
        }
        let proved_at = action.verified_at.unwrap_or(action.state_updated_at);
        if now >= proved_at.plus(PROVED_WITHIN) {
            return Err(Error::invalid("The user proved themselves too long ago. Challenge them again."));
        }
        self.require_enabled(tenant, &user).await?;
        // Who says yes to an action by review, or by the backend's word, shows no factor.
        let by_factor = action.state == ActionState::ChallengeSucceeded;
        let proof = action.proof().filter(|_| by_factor);
        let proved = ProvedBy {
            method: action.method.filter(|_| proof.is_some()),
            factor: action.authenticator.clone().filter(|_| proof.is_some()),
            proof: proof.clone().unwrap_or_else(|| Proof { acr: String::new(), amr: Vec::new(), at: proved_at }),
        };
        let mut opening = Opening::new(self, tenant, &user, Some(client), &proved, caller, now);
        opening.session.proof = proof;
        let words = [action.code.as_str(), action.idempotency_key.as_str(), &proved_at.0.to_string()];
        opening.session.id = SessionId::of(&user.id, &words);
        let stored = opening.clone();
        if !self.write(async move |tx| stored.try_store(tx).await).await? {
            return Err(Error::invalid("This proof has opened a session already. Challenge the user again."));
        }
        self.grant(tenant, &opening, None, false).await
    }

    /// What an access token of an app client stands for; of any of these clients, or of any at all.
    pub async fn validate_app_session(
        &self,
        tenant: &Arc<Tenant>,
        access_token: &str,
        clients: Option<&[String]>,
    ) -> Result<AppSession> {
        let now = self.now();
        let token = self.read_access_token(&tenant.id, access_token).await?;
        let is_meant = |client: &String| clients.is_none_or(|clients| clients.contains(client));
        let client = token.audience.as_ref().filter(|client| is_meant(client)).ok_or(Error::InvalidToken)?;
        token.require_unexpired(now)?;
        let session = store::find(self.db(), &tenant.id, &token.session).await?;
        let session = session
            .filter(|session| session.is_open(now) && session.client.as_ref().map(ClientId::as_str) == Some(client));
        let session = session.ok_or(Error::InvalidToken)?;
        let user = user::store::find_known(self.db(), &tenant.id, &session.user).await?;
        let user = user.filter(|user| user.external_id == token.subject).ok_or(Error::InvalidToken)?;
        self.require_enabled(tenant, &user).await?;
        Ok(AppSession { user, expires_at: token.expires_at, method: session.method })
    }

    /// The next pair of tokens. The one shown is worth nothing from now on; shown again, it ends the session: here is no grace.
    pub async fn refresh_app_session(
        &self,
        tenant: &Arc<Tenant>,
        refresh_token: &str,
        caller: &Caller,
    ) -> Result<Granted> {
        self.exchange(tenant, refresh_token, Kind::App, caller).await
    }

    /// Ends the session of an access token, also of one whose time is over. A session that has ended is no error.
    pub async fn revoke_app_session(&self, tenant: &Arc<Tenant>, access_token: &str, caller: &Caller) -> Result<()> {
        let token = self.read_access_token(&tenant.id, access_token).await?;
        if token.audience.is_none() {
            return Err(Error::InvalidToken);
        }
        let Some(session) = store::find(self.db(), &tenant.id, &token.session).await? else { return Ok(()) };
        self.end_session(&tenant.id, &session.user, &session.id, "revoked by the backend", caller).await.map(drop)
    }

    /// Ends all sessions of a user, on every door. How many; none for a user that we do not know.
    pub async fn revoke_user_sessions(&self, tenant: &Arc<Tenant>, external_id: &str, caller: &Caller) -> Result<u64> {
        match user::store::find_external(self.db(), &tenant.id, external_id).await? {
            Some(user) => self.end_sessions(&tenant.id, &user.id, None, "revoked by the backend", caller).await,
            None => Ok(0),
        }
    }

    async fn app_client(&self, tenant: &Tenant, id: &str) -> Result<ClientId> {
        let id = ClientId::parse(id).ok_or(Error::NotFound("client"))?;
        let is_there = tenant::has_client(self.db(), &tenant.id, &id).await?;
        if is_there { Ok(id) } else { Err(Error::NotFound("client")) }
    }

    async fn require_enabled(&self, tenant: &Tenant, user: &User) -> Result<()> {
        let account = account::find(self.db(), &tenant.id, &user.id).await?;
        if account.is_some_and(|account| account.disabled_at.is_some()) { Err(Error::InvalidToken) } else { Ok(()) }
    }
}
