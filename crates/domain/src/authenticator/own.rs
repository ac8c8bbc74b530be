//! What users do with their own factors: another name, another default, removal (docs/reference/authsignal.md §3.10).

use countersign_db::Tx;

use super::removal::{Removal, Removed};
use super::{Authenticator, FactorName, store};
use crate::action::{self, Action, ActionState, Bearer};
use crate::audit::{self, Event};
use crate::clock::{Millis, Span};
use crate::delivery::{Happened, Notice};
use crate::error::{Error, Result};
use crate::id::{AuthenticatorId, TenantId, UserId};
use crate::limit::{self, Limit};
use crate::notice::device_words;
use crate::{Caller, Countersign, user};

/// Changes of one user's factors. Each sends mails.
const CHANGES: Limit = Limit { most: 60, within: Span::minutes(10) };

const MISSING: Error = Error::NotFound("user authenticator");

const BLOCKED: &str = "The action is blocked. No authenticator can be changed with its token.";
const NO_UPDATE: &str = "Changing an authenticator takes a proof of the last ten minutes. Complete a challenge of this action \
     first, or track with scope update:authenticators.";
const NO_REMOVAL: &str = "Removing an authenticator takes a proof of the last ten minutes. Complete a challenge of this action \
     first, or track with scope remove:authenticators.";

/// What a user changes of a factor.
#[derive(Debug, Clone, Default)]
pub struct FactorChange {
    /// What to call it from now on.
    pub name: Option<FactorName>,
    /// Whether to ask for it first from now on.
    pub make_default: bool,
}

/// What a token's holder is about to do.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Update,
    Remove,
}

impl Deed {
    /// A fresh proof lets the user do it, or the backend's word in a token from `track` (decisions §2, checklist 70).
    fn require_right(self, who: &Bearer, action: &Action, now: Millis) -> Result<()> {
        if action.state == ActionState::Block {
            return Err(Error::InsufficientScope(BLOCKED));
        }
        let (granted, refusal) = match self {
            Self::Update => (who.token.scope.update, NO_UPDATE),
            Self::Remove => (who.token.scope.remove, NO_REMOVAL),
        };
        // A result token's scope lasts as long as its proof is fresh; only a token from `track` carries a grant.
        let is_granted = granted && who.token.proof.is_none();
        if is_granted || action.is_freshly_proved(now) { Ok(()) } else { Err(Error::InsufficientScope(refusal)) }
    }

    /// The same inside the transaction of the deed, with the action as it is now; counts the deed.
    async fn begin(self, tx: &mut Tx<'_>, who: &Bearer, now: Millis) -> Result<Action> {
        let (tenant, token) = (&who.tenant.id, &who.token);
        // First: of several that are made the default at once one is, and a proof that a removal has just voided is seen as void.
        user::store::hold(tx, tenant, &who.user.id, now).await?.ok_or(Error::InvalidToken)?;
        let found = action::store::reload(tx, tenant, &who.user.id, &token.action_code, &token.idempotency_key).await?;
        let action = found.ok_or(Error::InvalidToken)?;
        self.require_right(who, &action, now)?;
        count_change(tx, tenant, &who.user.id, now).await?;
        Ok(action)
    }
}

impl Countersign {
    /// Gives a factor of the token's holder another name, or makes it the one that is asked for first. The factor as it is then.
    /// What changes nothing tells nobody.
    pub async fn change_own_factor(
        &self,
        who: &Bearer,
        id: &str,
        change: FactorChange,
        caller: &Caller,
    ) -> Result<Authenticator> {
        let now = self.now();
        let id = AuthenticatorId::parse(id);
        let event = Event::new("authenticator.updated", now).caller(caller);
        let device = caller.user_agent.as_deref().and_then(device_words);
        let who = who.clone();
        self.write(async move |tx| {
            let action = Deed::Update.begin(tx, &who, now).await?;
            let tenant = &who.tenant.id;
            let owner = user::store::find(tx, tenant, &who.user.id).await?.ok_or(Error::InvalidToken)?;
            let held = store::reload(tx, tenant, &owner.id).await?;
            let mut factor = held.into_iter().find(|factor| Some(&factor.id) == id.as_ref()).ok_or(MISSING)?;
            let mut changed = Vec::new();
            if let Some(name) = &change.name
                && factor.label.as_deref() != Some(name.as_str())
            {
                store::rename(tx, tenant, &factor.id, Some(name)).await?;
                factor.label = Some(name.as_str().to_owned());
                changed.push("name");
            }
            if change.make_default && prefer(tx, &who, &owner, &factor).await? {
                factor.is_default = true;
                changed.push("default");
            }
            if !changed.is_empty() {
                let notice = Notice {
                    happened: Happened::FactorChanged,
                    device: device.clone(),
                    ..factor.notice(Happened::FactorChanged, now)
                };
                who.tenant.teller.tell_all(tx, &owner, &notice).await?;
                let event = about(&event, &action, &factor).detail("changed", changed.join(" "));
                audit::record(tx, tenant, &event).await?;
            }
            Ok(factor)
        })
        .await
    }

    /// Removes a factor of the token's holder. Its use ends with this transaction. The last one that the user can be asked for
    /// stays, unless the tenant lets it go (checklist 47).
    pub async fn remove_own_factor(&self, who: &Bearer, id: &str, caller: &Caller) -> Result<Removed> {
        let now = self.now();
        let id = AuthenticatorId::parse(id);
        let event = Event::new("authenticator.deleted", now).caller(caller);
        let device = caller.user_agent.as_deref().and_then(device_words);
        let may_be_last = who.tenant.settings.may_remove_last_factor;
        let must_leave = (!may_be_last).then(|| self.offered_methods(&who.tenant));
        let who = who.clone();
        self.write(async move |tx| {
            let action = Deed::Remove.begin(tx, &who, now).await?;
            let removal = Removal {
                teller: who.tenant.teller.clone(),
                owner: who.user.clone(),
                id: id.clone().ok_or(MISSING)?,
                event: event.clone().action(&action.code, &action.idempotency_key),
                by: Some(action),
                by_session: None,
                device: device.clone(),
                must_leave: must_leave.clone(),
                now,
            };
            removal.run(tx).await
        })
        .await
    }
}

/// Counts a change that a user makes of a factor. `TooMany` when they made many of late.
pub(crate) async fn count_change(tx: &mut Tx<'_>, tenant: &TenantId, user: &UserId, now: Millis) -> Result<()> {
    limit::take(tx, tenant, &format!("factor-changes:{user}"), CHANGES, now).await
}

/// Makes a factor the one that is asked for first, also where the backend wished for another kind. `false` when it was.
async fn prefer(tx: &mut Tx<'_>, who: &Bearer, owner: &user::User, factor: &Authenticator) -> Result<bool> {
    if !factor.method.is_factor() {
        return Err(Error::invalid("Recovery codes are not asked for first. Make another authenticator the default."));
    }
    let tenant = &who.tenant.id;
    let is_wished = owner.default_method.is_none_or(|method| method == factor.method);
    if factor.is_default && is_wished {
        return Ok(false);
    }
    store::prefer(tx, tenant, &owner.id, &factor.id).await?;
    if !is_wished {
        user::store::set_default_method(tx, tenant, &owner.id, factor.method).await?;
    }
    Ok(true)
}

fn about(event: &Event, action: &Action, factor: &Authenticator) -> Event {
    event
        .clone()
        .user(&factor.user)
        .action(&action.code, &action.idempotency_key)
        .authenticator(&factor.id)
        .detail("method", factor.method.as_str())
}
