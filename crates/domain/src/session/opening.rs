//! Opening a session, and letting one go on under a new token.

use std::sync::Arc;

use countersign_db::Tx;

use super::token::RefreshToken;
use super::{Granted, ProvedBy, Session, SessionBearer, store};
use crate::account::Account;
use crate::audit::{self, Event};
use crate::clock::{Millis, Span};
use crate::error::{Error, Result};
use crate::id::{ClientId, SessionId, TenantId};
use crate::tenant::Tenant;
use crate::user::User;
use crate::{Caller, Countersign};

/// A session about to be opened. Everything random and timed is made here, before the transaction (sql-rules X1).
#[derive(Debug, Clone)]
pub(crate) struct Opening {
    tenant: TenantId,
    user: User,
    pub(super) session: Session,
    token: RefreshToken,
    event: Event,
}

impl Opening {
    pub(crate) fn new(
        _countersign: &Countersign,
        tenant: &Arc<Tenant>,
        user: &User,
        client: Option<ClientId>,
        proved: &ProvedBy,
        caller: &Caller,
        now: Millis,
    ) -> Self {
        let settings = &tenant.settings.sessions;
        let ends_at = now.plus(Span::hours(settings.absolute_hours));
        let session = Session {
            id: SessionId::beside(&user.id),
            user: user.id.clone(),
            client,
            method: proved.method,
            authenticator: proved.factor.clone(),
            proof: Some(proved.proof.clone()),
            ip_address: caller.ip_address.clone(),
            user_agent: caller.user_agent.clone(),
            created_at: now,
            used_at: now,
            expires_at: ends_at.min(now.plus(Span::hours(settings.idle_hours))),
            ends_at,
            revoked_at: None,
        };
        let event = Event::new("session.opened", now).user(&user.id).caller(caller);
        Self { tenant: tenant.id.clone(), user: user.clone(), session, token: RefreshToken::random(), event }
    }

    /// In the transaction of what earned it; writes `session.opened`. `false` when there is a session of this id already, which no
    /// random id ever finds.
    pub(super) async fn try_store(&self, tx: &mut Tx<'_>) -> Result<bool> {
        let session = &self.session;
        if !store::insert(tx, &self.tenant, session).await? {
            return Ok(false);
        }
        store::insert_token(tx, &self.tenant, &self.token.hash(), &session.id, session.created_at).await?;
        let mut event = self.event.clone().detail("sessionId", session.id.as_str());
        if let Some(factor) = &session.authenticator {
            event = event.authenticator(factor);
        }
        if let Some(client) = &session.client {
            event = event.detail("clientId", client.as_str());
        }
        audit::record(tx, &self.tenant, &event).await?;
        Ok(true)
    }

    /// In the transaction of what earned it; writes `session.opened`.
    pub(crate) async fn store(&self, tx: &mut Tx<'_>) -> Result<()> {
        if self.try_store(tx).await? { Ok(()) } else { Err(Error::Internal("a session's id was taken".to_owned())) }
    }
}

/// A session that goes on under a new refresh token, because its user has just proved more (checklist 59). The token before counts
/// as exchanged; it has no successor, and whoever shows it is refused.
#[derive(Debug, Clone)]
pub(crate) struct Renewal {
    who: SessionBearer,
    proved: ProvedBy,
    token: RefreshToken,
    event: Event,
    idle_until: Millis,
    now: Millis,
}

impl Renewal {
    pub(crate) fn new(_countersign: &Countersign, who: &SessionBearer, proved: &ProvedBy, now: Millis) -> Self {
        let event = Event::new("session.elevated", now).user(&who.user.id);
        Self {
            event: event.detail("sessionId", who.session.as_str()),
            idle_until: now.plus(Span::hours(who.tenant.settings.sessions.idle_hours)),
            who: who.clone(),
            proved: proved.clone(),
            token: RefreshToken::random(),
            now,
        }
    }

    /// In the transaction that used the proof up; writes `session.elevated`. `InvalidToken` for a session that ended meanwhile.
    pub(crate) async fn store(&self, tx: &mut Tx<'_>) -> Result<()> {
        let (tenant, id) = (&self.who.tenant.id, &self.who.session);
        let session = store::touch(tx, tenant, id, self.now, self.idle_until).await?.ok_or(Error::InvalidToken)?;
        let session = Session {
            method: self.proved.method,
            authenticator: self.proved.factor.clone(),
            proof: Some(self.proved.proof.clone()),
            ..session
        };
        store::renew(tx, tenant, &session).await?;
        store::exchange_all(tx, tenant, id, self.now).await?;
        store::insert_token(tx, tenant, &self.token.hash(), id, self.now).await?;
        audit::record(tx, tenant, &self.event).await
    }
}

impl Countersign {
    /// The tokens of a session that was just opened, after the commit. `elevated`: the access token carries
    /// `x-hasura-auth-elevated`, this one alone.
    pub(crate) async fn grant(
        &self,
        tenant: &Arc<Tenant>,
        opening: &Opening,
        account: Option<&Account>,
        elevated: bool,
    ) -> Result<Granted> {
        let (user, token) = (opening.user.clone(), opening.token.clone());
        self.granted(tenant, user, account.cloned(), &opening.session, token, elevated).await
    }

    /// The tokens of a session that was just renewed, after the commit.
    pub(crate) async fn grant_renewed(
        &self,
        renewal: &Renewal,
        account: Option<&Account>,
        elevated: bool,
    ) -> Result<Granted> {
        let who = &renewal.who;
        let session = store::find(self.db(), &who.tenant.id, &who.session).await?.ok_or(Error::InvalidToken)?;
        let token = renewal.token.clone();
        self.granted(&who.tenant, who.user.clone(), account.cloned(), &session, token, elevated).await
    }

    pub(super) async fn granted(
        &self,
        tenant: &Arc<Tenant>,
        user: User,
        account: Option<Account>,
        session: &Session,
        token: RefreshToken,
        elevated: bool,
    ) -> Result<Granted> {
        let now = self.now();
        let life = Span::minutes(tenant.settings.sessions.access_minutes);
        let expires_at = now.plus(life).min(session.expires_at);
        let access_token =
            self.sign_access_token(tenant, &user, account.as_ref(), session, elevated, expires_at).await?;
        Ok(Granted {
            user,
            account,
            session: session.id.clone(),
            access_token,
            access_expires_in: expires_at.seconds() - now.seconds(),
            refresh_token: token.into_secret(),
        })
    }
}
