//! Who may add a factor (docs/reference/authsignal.md §2, *enrol gate*; decisions §2 and §3; checklist 43).

use countersign_db::{Tx, statements};

use crate::action::{self, Action, ActionState, Bearer, FRESH};
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::id::TenantId;
use crate::{Countersign, limit, user};

statements! {
    FIND_SPENT = "SELECT spent_at FROM spent WHERE tenant_id = $1 AND spent_id = $2";
}

/// What lets a token's holder add a factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Right {
    /// It is the user's first: any token from `track` will do.
    First,
    /// The user proved themselves in this action within ten minutes.
    Fresh,
    /// The backend put `add:authenticators` into the token. Good for one factor.
    Grant,
}

const BLOCKED: &str = "The action is blocked. Nothing can be enrolled or verified with its token.";
pub(in crate::methods) const NO_RIGHT: &str = "The user has a factor already. Complete a challenge of this action first (within ten minutes), or \
     track with scope add:authenticators.";
const SPENT: &str = "This token's right to add one authenticator was used. Track again for another.";
const STALE: &str = "A passkey made without asking the user needs a token from track that is at most ten minutes old.";

impl Countersign {
    /// The same for who only begins: refused also where there is no room for a further factor, before anything is asked of anybody.
    pub(in crate::methods) async fn room_to_enrol(&self, who: &Bearer, action: &Action) -> Result<Right> {
        let right = self.right_to_enrol(who, action).await?;
        who.user.require_room()?;
        Ok(right)
    }

    pub(crate) async fn right_to_enrol(&self, who: &Bearer, action: &Action) -> Result<Right> {
        if action.state == ActionState::Block {
            return Err(Error::InsufficientScope(BLOCKED));
        }
        if !who.user.is_enrolled() {
            return Ok(Right::First);
        }
        if action.is_freshly_proved(self.now()) {
            return Ok(Right::Fresh);
        }
        // A result token's scope lasts as long as its proof is fresh; only a token from `track` carries a grant.
        if who.token.proof.is_some() || !who.token.scope.add {
            return Err(Error::InsufficientScope(NO_RIGHT));
        }
        match self.db().opt(&FIND_SPENT, &[&who.tenant.id, &who.token.id]).await? {
            None => Ok(Right::Grant),
            Some(_) => Err(Error::InsufficientScope(SPENT)),
        }
    }

    /// Conditional create is accepted only close to a proof: checklist 44.
    pub(in crate::methods) fn allow_conditional(&self, who: &Bearer, action: &Action) -> Result<()> {
        let now = self.now();
        let from_track = who.token.proof.is_none() && now < who.token.issued_at.plus(FRESH);
        if from_track || action.is_freshly_proved(now) { Ok(()) } else { Err(Error::InsufficientScope(STALE)) }
    }
}

impl Right {
    /// Takes the right and counts the factor, in the transaction that stores it. Of two enrolments that both were the
    /// first, one wins.
    pub(in crate::methods) async fn take(
        self,
        tx: &mut Tx<'_>,
        tenant: &TenantId,
        who: &Bearer,
        now: Millis,
    ) -> Result<()> {
        let user = &who.user.id;
        match self {
            Self::First => {
                let is_first = user::store::claim_first_factor(tx, tenant, user).await?;
                is_first.then_some(()).ok_or(Error::InsufficientScope(NO_RIGHT))
            }
            Self::Fresh => {
                user::store::add_factor(tx, tenant, user).await?;
                // With the user's row in hand: the factor that the proof rests on may have been removed since it was looked at.
                let (code, key) = (&who.token.action_code, &who.token.idempotency_key);
                let action = action::store::reload(tx, tenant, user, code, key).await?.ok_or(Error::InvalidToken)?;
                action.is_freshly_proved(now).then_some(()).ok_or(Error::InsufficientScope(NO_RIGHT))
            }
            Self::Grant => {
                if !limit::spend(tx, tenant, &who.token.id, now, who.token.expires_at).await? {
                    return Err(Error::InsufficientScope(SPENT));
                }
                user::store::add_factor(tx, tenant, user).await
            }
        }
    }
}

/// Whether a right answer may advance the action; says what to do where not.
pub(in crate::methods) fn admits_proof(action: &Action) -> Result<()> {
    match action.state {
        ActionState::Block => Err(Error::InsufficientScope(BLOCKED)),
        state if state.admits_proof() => Ok(()),
        ActionState::ChallengeFailed => {
            Err(Error::invalid("The action failed after too many wrong answers. Track a new one."))
        }
        state => Err(Error::invalid(format!("The action is {}: no challenge completes it.", state.as_str()))),
    }
}
