//! Removing a factor, at whichever door: what goes with it, what is left, who is told.

use countersign_db::Tx;

use super::{Authenticator, codes, store};
use crate::action::{self, Action};
use crate::audit::{self, Event};
use crate::clock::Millis;
use crate::delivery::{Happened, Notice};
use crate::error::{Error, Result};
use crate::id::{AuthenticatorId, SessionId};
use crate::methods::Method;
use crate::notice::Teller;
use crate::session;
use crate::user::{self, User};

/// What a removal leaves, for the browser to signal (WebAuthn L3 §5.1.10, `signalAllAcceptedCredentials`).
#[derive(Debug)]
pub struct Removed {
    /// The user it was taken from; the WebAuthn user handle is the id's ASCII.
    pub user: User,
    /// Credential ids that are left, of passkeys and of security keys: what is not named may be forgotten by whoever keeps it.
    pub accepted_credentials: Vec<Vec<u8>>,
    /// Sessions of the user that are open still, on every door: what may be offered to be ended (checklist 62).
    pub open_sessions: i64,
}

/// A factor to be removed. It may be tried more than once.
pub(crate) struct Removal {
    pub(crate) teller: Teller,
    pub(crate) owner: User,
    pub(crate) id: AuthenticatorId,
    /// Who removes it.
    pub(crate) event: Event,
    /// The action by whose token its user does. It keeps its proof: who replaces a factor goes on.
    pub(crate) by: Option<Action>,
    /// The session by which its user does.
    pub(crate) by_session: Option<SessionId>,
    /// In words, where the user removes it themselves.
    pub(crate) device: Option<String>,
    /// Kinds of factors of which one has to be left; `None` where the last one may go.
    pub(crate) must_leave: Option<Vec<Method>>,
    pub(crate) now: Millis,
}

impl Removal {
    /// Takes the factor away with what rests on it, tells every address verified until now, and says what is left. Its open challenges are worth nothing without it, and what it proved lets nobody change factors any more.
    pub(crate) async fn run(&self, tx: &mut Tx<'_>) -> Result<Removed> {
        let (tenant, user) = (&self.teller.tenant, &self.owner.id);
        let missing = || Error::NotFound("user authenticator");
        // First, so that of two removals at once the second sees what the first has left (checklist 47).
        user::store::hold(tx, tenant, user, self.now).await?.ok_or_else(missing)?;
        let held = store::reload(tx, tenant, user).await?;
        let (mut gone, left): (Vec<_>, Vec<_>) = held.into_iter().partition(|factor| factor.id == self.id);
        let gone = gone.pop().ok_or_else(missing)?;
        let counts = is_counted(&gone);
        if counts && self.must_leave.is_some() {
            let locked = codes::reload_locked(tx, tenant, user).await?;
            if !self.may_go(&left, &locked) {
                return Err(Error::LastFactor);
            }
        }
        let told = self.teller.addressees(tx, &self.owner, None).await?;
        if counts && user::store::remove_factor(tx, tenant, user).await? {
            store::delete_of_method(tx, tenant, user, Method::RecoveryCode).await?;
        }
        if !store::delete(tx, tenant, &gone).await? {
            return Err(missing());
        }
        action::store::void_proofs(tx, tenant, (user, &gone.id), self.by.as_ref(), self.now).await?;
        let rests = (user, &gone.id);
        session::end_of_factor(tx, tenant, rests, self.by_session.as_ref(), &self.event, self.now).await?;
        let notice = Notice { device: self.device.clone(), ..gone.notice(Happened::FactorRemoved, self.now) };
        self.teller.tell(tx, &self.owner, &told, &notice).await?;
        let event = self.event.clone().user(user).authenticator(&gone.id).detail("method", gone.method.as_str());
        audit::record(tx, tenant, &event).await?;
        Ok(Removed {
            user: self.owner.clone(),
            accepted_credentials: left.iter().filter_map(|factor| Some(factor.webauthn()?.detail.id)).collect(),
            open_sessions: session::count_open(tx, tenant, user, self.now).await?,
        })
    }

    /// Whether one is left that the user can be asked for. A factor of a method that is off is none, nor one that answers no more.
    fn may_go(&self, left: &[Authenticator], locked: &[AuthenticatorId]) -> bool {
        let Some(kinds) = &self.must_leave else { return true };
        let confirms = |factor: &&Authenticator| is_counted(factor) && kinds.contains(&factor.method);
        left.iter().filter(confirms).any(|factor| !locked.contains(&factor.id))
    }
}

/// Whether it is among the user's factors, which `users.factors` counts.
fn is_counted(factor: &Authenticator) -> bool {
    factor.verified_at.is_some() && factor.method.is_factor()
}
