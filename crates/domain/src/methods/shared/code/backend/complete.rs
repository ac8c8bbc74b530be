//! What a right answer completes once its user is known: the action, and the factor where it is the user's first.

use std::sync::Arc;

use countersign_db::Tx;

use super::rules_of;
use crate::Caller;
use crate::action::{self, Action, decide};
use crate::audit::{self, Event};
use crate::authenticator::{self, Added, Authenticator, assurance_of_code, codes};
use crate::challenge::{Challenge, Told};
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::id::{AuthenticatorId, UserId};
use crate::methods::shared::code::judge::prove;
use crate::methods::shared::code::write::is_at;
use crate::methods::shared::permission::admits_proof;
use crate::tenant::Tenant;
use crate::token::{Proof, Scope};
use crate::user::{self, User};

const FOREIGN: &str = "The user has other factors, and this address is none of them. Begin the challenge with scope add:authenticators \
     to add it, or enrol it with POST /users/{userId}/authenticators first.";
const LOCKED: &str = "This address took a hundred wrong answers in a row. Remove the authenticator and enrol it anew.";
const GONE: &str = "The authenticator that this code was sent to was removed, or moved. Begin another challenge.";

/// All that a transaction needs to complete an action. It may run more than once.
pub(super) struct Completion {
    tenant: Arc<Tenant>,
    caller: Caller,
    factor: AuthenticatorId,
    now: Millis,
}

/// A completed action.
pub(super) struct Completed {
    pub(super) action: Action,
    pub(super) proof: Proof,
}

impl Completion {
    pub(super) fn new(tenant: Arc<Tenant>, caller: Caller, now: Millis) -> Self {
        Self { tenant, caller, factor: AuthenticatorId::random(), now }
    }

    /// Whether the answer to `open` would complete an action of this user: the address is theirs, is their first, or may be added.
    pub(super) async fn admits(&self, tx: &mut Tx<'_>, user: &User, open: &Challenge) -> Result<Action> {
        let action = self.action(tx, user, open).await?;
        admits_proof(&action)?;
        match self.held(tx, user, open).await? {
            Some(held) if codes::is_locked(tx, &self.tenant.id, &held.id).await? => Err(Error::invalid(LOCKED)),
            Some(_) => Ok(action),
            None if open.note.factor.is_some() => Err(Error::InsufficientScope(GONE)),
            None if !user.is_enrolled() || scope(open).add => {
                user.require_room()?;
                Ok(action)
            }
            None => Err(Error::InsufficientScope(FOREIGN)),
        }
    }

    /// Proves the action by an answer that was given at `at`, and makes the factor where the user lacks it.
    pub(super) async fn complete(
        &self,
        tx: &mut Tx<'_>,
        user: &UserId,
        open: &Challenge,
        at: Millis,
    ) -> Result<Completed> {
        let tenant = &self.tenant.id;
        let method = rules_of(open, None)?.method;
        // First: whoever else adds a factor to this user waits for us, so that one address becomes one factor.
        user::store::hold(tx, tenant, user, self.now).await?;
        let user = user::store::find(tx, tenant, user).await?.ok_or(Error::NotFound("user"))?;
        let action = self.admits(tx, &user, open).await?;
        let fresh = assurance_of_code(method, at);
        let id = match self.held(tx, &user, open).await? {
            Some(held) => {
                authenticator::store::record_use(tx, tenant, &held.id, at).await?;
                if let (None, Some(channel)) = (&open.note.factor, open.note.sms_channel) {
                    codes::sent_by(tx, tenant, &held.id, channel).await?;
                }
                held.id
            }
            None => self.enrol(tx, &user, open, &action, at).await?,
        };
        let event = self.event("action.proved", &action, open).detail("method", method.as_str());
        let proof = prove(tx, tenant, &action, (method, &id), fresh, event, self.now).await?;
        Ok(Completed { action, proof })
    }

    /// The action that the backend named, made where it is new.
    async fn action(&self, tx: &mut Tx<'_>, user: &User, open: &Challenge) -> Result<Action> {
        let tenant = &self.tenant.id;
        let (code, key) = (open.action_code.as_str(), open.idempotency_key.as_deref().unwrap_or_default());
        let state = decide(self.tenant.settings.default_outcome, user.is_enrolled());
        let told = open.note.told.clone().unwrap_or_default();
        let action = Action::told(&user.id, code, key, state, &told, self.now);
        if action::store::insert(tx, tenant, &action).await? {
            let event = self.event("action.tracked", &action, open).detail("state", state.as_str());
            audit::record(tx, tenant, &event).await?;
            return Ok(action);
        }
        let found = action::store::reload(tx, tenant, &user.id, code, key).await?;
        found.ok_or_else(|| Error::Unavailable("the action of this key has just ended; claim again".to_owned()))
    }

    /// The user's factor at the address that was answered.
    async fn held(&self, tx: &mut Tx<'_>, user: &User, open: &Challenge) -> Result<Option<Authenticator>> {
        let rules = rules_of(open, None)?;
        let Some(proved) = &open.note.address else { return Ok(None) };
        let held = codes::reload(tx, &self.tenant.id, &user.id).await?;
        Ok(held.into_iter().find(|factor| factor.method == rules.factor && is_at(factor, proved)))
    }

    async fn enrol(
        &self,
        tx: &mut Tx<'_>,
        user: &User,
        open: &Challenge,
        action: &Action,
        at: Millis,
    ) -> Result<AuthenticatorId> {
        let (tenant, rules) = (&self.tenant.id, rules_of(open, None)?);
        let is_first = user::store::claim_first_factor(tx, tenant, &user.id).await?;
        if !is_first {
            if !scope(open).add {
                return Err(Error::InsufficientScope(FOREIGN));
            }
            user::store::add_factor(tx, tenant, &user.id).await?;
        }
        let factor = Authenticator {
            id: self.factor.moved_beside(&user.id),
            user: user.id.clone(),
            method: rules.factor,
            is_default: is_first,
            label: None,
            created_at: self.now,
            verified_at: Some(at),
            last_verified_at: Some(at),
            detail: rules.detail(&open.note),
        };
        codes::insert(tx, tenant, &factor, &codes::Kept::default()).await?;
        let added = Added::new(&factor, self.event("authenticator.created", action, open));
        added.record(tx, &self.tenant.teller, user).await?;
        Ok(factor.id)
    }

    fn event(&self, name: &'static str, action: &Action, open: &Challenge) -> Event {
        let event = Event::new(name, self.now).user(&action.user).action(&action.code, &action.idempotency_key);
        event.challenge(&open.id).caller(&self.caller)
    }
}

/// What the backend lets the token do.
pub(super) fn scope(open: &Challenge) -> Scope {
    let told = open.note.told.as_ref().map_or("", |told| told.scope.as_str());
    Scope { read: true, ..Scope::parse(told) }
}

impl Action {
    /// A new action, with what the backend told of it.
    pub(super) fn told(
        user: &UserId,
        code: &str,
        key: &str,
        state: action::ActionState,
        told: &Told,
        now: Millis,
    ) -> Self {
        Self {
            tracked_at: Some(now),
            ip_address: told.ip_address.clone(),
            user_agent: told.user_agent.clone(),
            device_id: told.device_id.clone(),
            custom: told.custom.clone(),
            ..Self::new(user, code, key, state, now)
        }
    }
}
