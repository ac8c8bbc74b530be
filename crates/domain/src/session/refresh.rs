//! Exchanging a refresh token for the next (decisions §2, checklist 60 and 63).
//!
//! Twenty tabs may refresh at once with one token. One exchanges it; the others, within the grace, are told the same successor. One
//! that is shown after its grace was copied: by somebody else, or by its owner after somebody else has used it. Nobody knows
//! which, so the session ends.

use std::sync::Arc;

use countersign_db::Tx;

use super::token::RefreshToken;
use super::{Granted, Session, store};
use crate::account;
use crate::audit::{self, Event};
use crate::authenticator;
use crate::clock::{Millis, Span};
use crate::error::{Error, Result};
use crate::tenant::Tenant;
use crate::user;
use crate::{Caller, Countersign};

/// How many successors of successors are followed: each was made within the grace of the one before.
const CHAIN: usize = 100;

/// Whose sessions a door serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Those of people who sign in by themselves.
    Own,
    /// Those that a backend has made for an app client. No grace: there is one who refreshes.
    App,
}

impl Kind {
    pub(super) fn serves(self, session: &Session) -> bool {
        session.client.is_some() == (self == Self::App)
    }
}

/// What became of a token that was shown: the session goes on under this one. `None`: it is worth nothing.
type Exchanged = Option<(Session, RefreshToken)>;

impl Countersign {
    /// The next pair of tokens; `InvalidToken` when the one shown is none any more.
    pub async fn refresh_session(&self, tenant: &Arc<Tenant>, refresh_token: &str, caller: &Caller) -> Result<Granted> {
        self.exchange(tenant, refresh_token, Kind::Own, caller).await
    }

    pub(super) async fn exchange(
        &self,
        tenant: &Arc<Tenant>,
        shown: &str,
        kind: Kind,
        caller: &Caller,
    ) -> Result<Granted> {
        let now = self.now();
        let shown = RefreshToken::parse(shown).ok_or(Error::InvalidToken)?;
        let (id, _) = store::find_token(self.db(), &tenant.id, &shown.hash()).await?.ok_or(Error::InvalidToken)?;
        let session = store::find(self.db(), &tenant.id, &id).await?;
        let session = session.filter(|session| session.is_open(now) && kind.serves(session));
        let session = session.ok_or(Error::InvalidToken)?;
        let user = user::store::find_known(self.db(), &tenant.id, &session.user).await?.ok_or(Error::InvalidToken)?;
        let account = account::find(self.db(), &tenant.id, &user.id).await?;
        let is_disabled = account.as_ref().is_some_and(|account| account.disabled_at.is_some());
        if is_disabled || !self.still_rests(tenant, &session).await? {
            return Err(Error::InvalidToken);
        }
        let settings = &tenant.settings.sessions;
        let (idle, grace) = (Span::hours(settings.idle_hours), Span::seconds(settings.refresh_grace_seconds));
        let exchange = Exchange {
            grace: if kind == Kind::App { None } else { Some(grace) },
            reused: Event::new("session.reused", now)
                .user(&user.id)
                .caller(caller)
                .detail("sessionId", session.id.as_str()),
            tenant: tenant.clone(),
            shown,
            session,
            idle,
            now,
        };
        let exchanged = self.write(async move |tx| exchange.run(tx).await).await?;
        let (session, token) = exchanged.ok_or(Error::InvalidToken)?;
        self.granted(tenant, user, account, &session, token, false).await
    }

    /// Whether the factor that it was opened with is there still. Removing a factor ends the sessions that rest on it but the one by
    /// which its user removed it: that one ends here. A set of recovery codes is no factor, and a new one takes its place.
    async fn still_rests(&self, tenant: &Tenant, session: &Session) -> Result<bool> {
        match (&session.authenticator, session.method) {
            (Some(factor), Some(method)) if method.is_factor() => {
                authenticator::store::is_held(self.db(), &tenant.id, factor).await
            }
            _ => Ok(true),
        }
    }
}

/// One exchange. It may be tried more than once.
struct Exchange {
    tenant: Arc<Tenant>,
    session: Session,
    shown: RefreshToken,
    idle: Span,
    /// `None`: a token that was exchanged ends the session, however shortly ago it was.
    grace: Option<Span>,
    reused: Event,
    now: Millis,
}

impl Exchange {
    async fn run(&self, tx: &mut Tx<'_>) -> Result<Exchanged> {
        let (tenant, id, now) = (&self.tenant.id, &self.session.id, self.now);
        // First: who comes at the same moment waits here, and then sees what this one has done.
        let Some(session) = store::touch(tx, tenant, id, now, now.plus(self.idle)).await? else {
            return Ok(None);
        };
        if !store::exchange(tx, tenant, &self.shown.hash(), now).await? {
            return self.again(tx, session).await;
        }
        let next = self.successors(&self.shown).swap_remove(0);
        store::forget_tokens(tx, tenant, id, now.minus(self.idle)).await?;
        store::insert_token(tx, tenant, &next.hash(), id, now).await?;
        Ok(Some((session, next)))
    }

    /// The token was exchanged before: within its grace the answer is the one that was given then, or what it has become since.
    async fn again(&self, tx: &mut Tx<'_>, session: Session) -> Result<Exchanged> {
        let tenant = &self.tenant.id;
        let mut shown = self.shown.clone();
        for _ in 0..CHAIN {
            match store::reload_token(tx, tenant, &shown.hash()).await? {
                Some((_, None)) => return Ok(Some((session, shown))),
                Some((_, Some(at))) if self.grace.is_some_and(|grace| self.now < at.plus(grace)) => (),
                Some(_) => return self.end(tx).await,
                None => break,
            }
            match self.known_successor(tx, &shown).await? {
                Some(next) => shown = next,
                None => break,
            }
        }
        Ok(None)
    }

    /// The one that was given for this token; `None` when the session went on under another, after an elevation.
    async fn known_successor(&self, tx: &mut Tx<'_>, shown: &RefreshToken) -> Result<Option<RefreshToken>> {
        for next in self.successors(shown) {
            if store::reload_token(tx, &self.tenant.id, &next.hash()).await?.is_some() {
                return Ok(Some(next));
            }
        }
        Ok(None)
    }

    fn successors(&self, shown: &RefreshToken) -> Vec<RefreshToken> {
        shown.successors(&self.tenant.refresh_keys)
    }

    async fn end(&self, tx: &mut Tx<'_>) -> Result<Exchanged> {
        let (tenant, session) = (&self.tenant.id, &self.session);
        if store::end(tx, tenant, (&session.id, &session.user), self.now).await? {
            audit::record(tx, tenant, &self.reused).await?;
        }
        Ok(None)
    }
}
