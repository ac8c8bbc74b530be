//! Ending sessions before their time (checklist 61, 62).

use std::sync::Arc;

use countersign_db::Tx;

use super::token::RefreshToken;
use super::{SessionBearer, store};
use crate::audit::{self, Event};
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::id::{AuthenticatorId, SessionId, TenantId, UserId};
use crate::tenant::Tenant;
use crate::{Caller, Countersign};

/// Ends the sessions that rest on a factor which is being removed, but the one by which its user removes it: there the access token
/// works until its time is over, and no refresh follows. `event` tells
/// of the removal. To be called by who holds the user's row.
pub(crate) async fn end_of_factor(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    (user, factor): (&UserId, &AuthenticatorId),
    but: Option<&SessionId>,
    event: &Event,
    now: Millis,
) -> Result<()> {
    let ended = store::end_of_factor(tx, tenant, (user, factor), but, now).await?;
    if ended > 0 {
        let event = event.clone().renamed("session.ended").user(user).authenticator(factor);
        audit::record(tx, tenant, &event.detail("because", "factor removed").detail("count", ended)).await?;
    }
    Ok(())
}

impl Countersign {
    /// Ends the session of a refresh token, also of one that was exchanged. One that is none is no error: whoever signs out is out.
    pub async fn sign_out(&self, tenant: &Arc<Tenant>, refresh_token: &str, caller: &Caller) -> Result<()> {
        let Some(token) = RefreshToken::parse(refresh_token) else { return Ok(()) };
        let Some((id, _)) = store::find_token(self.db(), &tenant.id, &token.hash()).await? else { return Ok(()) };
        let Some(session) = store::find(self.db(), &tenant.id, &id).await? else { return Ok(()) };
        self.end_session(&tenant.id, &session.user, &id, "signed out", caller).await.map(drop)
    }

    /// Ends all sessions of the user, or all but the one that asks. How many.
    pub async fn sign_out_everywhere(&self, who: &SessionBearer, but_this: bool, caller: &Caller) -> Result<u64> {
        let but = but_this.then_some(&who.session);
        self.end_sessions(&who.tenant.id, &who.user.id, but, "signed out everywhere", caller).await
    }

    /// Ends one of the user's sessions. Another's is not found.
    pub async fn revoke_own_session(&self, who: &SessionBearer, id: &SessionId, caller: &Caller) -> Result<()> {
        let is_ended = self.end_session(&who.tenant.id, &who.user.id, id, "revoked", caller).await?;
        if is_ended { Ok(()) } else { Err(Error::NotFound("session")) }
    }

    /// `false` when it had ended, or is another's.
    pub(super) async fn end_session(
        &self,
        tenant: &TenantId,
        user: &UserId,
        id: &SessionId,
        because: &str,
        caller: &Caller,
    ) -> Result<bool> {
        let now = self.now();
        let event = Event::new("session.ended", now).user(user).caller(caller).detail("because", because);
        let event = event.detail("sessionId", id.as_str());
        let (tenant, user, id) = (tenant.clone(), user.clone(), id.clone());
        self.write(async move |tx| {
            let is_ended = store::end(tx, &tenant, (&id, &user), now).await?;
            if is_ended {
                audit::record(tx, &tenant, &event).await?;
            }
            Ok(is_ended)
        })
        .await
    }

    pub(super) async fn end_sessions(
        &self,
        tenant: &TenantId,
        user: &UserId,
        but: Option<&SessionId>,
        because: &str,
        caller: &Caller,
    ) -> Result<u64> {
        let now = self.now();
        let event = Event::new("session.ended", now).user(user).caller(caller).detail("because", because);
        let (tenant, user, but) = (tenant.clone(), user.clone(), but.cloned());
        self.write(async move |tx| {
            let ended = store::end_all(tx, &tenant, &user, but.as_ref(), now).await?;
            if ended > 0 {
                audit::record(tx, &tenant, &event.clone().detail("count", ended)).await?;
            }
            Ok(ended)
        })
        .await
    }
}
