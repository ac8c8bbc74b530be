//! `track`: the backend says what a user wants to do, we say what it takes.

use serde_json::Value;

use super::{Action, ActionCode, ActionState, IdempotencyKey, QUIET, decide, store};
use crate::audit::{self, Event};
use crate::authenticator::{self, Enrolled};
use crate::error::{Error, Result};
use crate::id::UserId;
use crate::methods::Method;
use crate::tenant::Tenant;
use crate::token::{NewToken, Scope};
use crate::user::{self, ExternalId, User, UserChange};
use crate::{Caller, Countersign};

/// What a backend tells of an action.
#[derive(Debug)]
pub struct Track {
    /// Whose; made when unknown.
    pub user: ExternalId,
    /// What.
    pub action: ActionCode,
    /// Which instance; fresh when absent. The same key means the same action, so that a retry makes no second one.
    pub idempotency_key: Option<IdempotencyKey>,
    /// Attributes to set on the user.
    pub change: UserChange,
    /// What the token may do to factors besides reading them.
    pub scope: Scope,
    /// Where a prompt sends the user back to.
    pub redirect_url: Option<String>,
    /// Whether the prompt opens the user's factors once the action is proved.
    pub to_settings: bool,
    /// Address of the user, as the backend sees it.
    pub ip_address: Option<String>,
    /// Agent of the user, as the backend sees it.
    pub user_agent: Option<String>,
    /// The user's device.
    pub device_id: Option<String>,
    /// Data points of the action.
    pub custom: Option<Value>,
}

/// What we say of it.
#[derive(Debug)]
pub struct Tracked {
    /// The action as it stands.
    pub action: Action,
    /// The user as they stand.
    pub user: User,
    /// For the page: opens the Client API for this action.
    pub token: String,
    /// Where the pre-built UI asks for what is needed.
    pub url: String,
    /// Kinds of the user's verified factors.
    pub enrolled: Enrolled,
    /// Methods that may complete it.
    pub allowed: Vec<Method>,
}

impl Tracked {
    /// The method to ask for first.
    pub fn default_method(&self) -> Option<Method> {
        let held = &self.enrolled.methods;
        let usable = |method: &Method| held.contains(method) && self.allowed.contains(method);
        let wished = self.user.default_method.filter(usable).or(self.enrolled.default.filter(usable));
        wished.or_else(|| held.iter().copied().find(usable))
    }
}

impl Countersign {
    /// Tracks an action: makes the user and the action where they are new, decides, and hands out a token.
    pub async fn track(&self, tenant: &Tenant, track: Track, caller: &Caller) -> Result<Tracked> {
        let now = self.now();
        let fresh_user = UserId::random();
        let key = track.idempotency_key.clone().unwrap_or_else(IdempotencyKey::random);
        let scope = Scope { read: true, ..track.scope };
        let (outcome, to_settings) = (tenant.settings.default_outcome, track.to_settings);
        let event = Event::new("action.tracked", now).caller(caller);
        let again = event.clone().renamed("action.tracked_again");
        let (tenant_id, teller) = (tenant.id.clone(), tenant.teller.clone());
        let (user, action) = self
            .write(async move |tx| {
                let (user, _) =
                    user::store::find_or_insert(tx, &tenant_id, track.user.as_str(), &fresh_user, now).await?;
                let user = user::save_change(tx, &teller, user, &track.change, &event, now).await?;
                let state = decide(outcome, user.is_enrolled());
                let code = track.action.as_str();
                let action = Action {
                    tracked_at: Some(now),
                    redirect_url: track.redirect_url.clone(),
                    ip_address: track.ip_address.clone(),
                    user_agent: track.user_agent.clone(),
                    device_id: track.device_id.clone(),
                    custom: track.custom.clone(),
                    ..Action::new(&user.id, code, key.as_str(), state, now)
                };
                if store::insert(tx, &tenant_id, &action).await? {
                    let event = event.clone().user(&user.id).action(code, key.as_str()).detail("state", state.as_str());
                    audit::record(tx, &tenant_id, &event).await?;
                    return Ok((user, action));
                }
                let found = store::reload(tx, &tenant_id, &user.id, code, key.as_str()).await?;
                let mut found = found.ok_or_else(vanished)?;
                if found.tracked_at.is_none() {
                    // A page that signs in may name any key. What was proved under it long before the backend asked is no
                    // answer to the backend's question.
                    let stands = found.is_freshly_proved(now) && state.admits_proof();
                    let state = if stands { found.state } else { state };
                    store::adopt(tx, &tenant_id, &found, state, now).await?;
                    found.state = state;
                    let event = event.clone().user(&user.id).action(code, key.as_str()).detail("state", state.as_str());
                    audit::record(tx, &tenant_id, &event).await?;
                } else if found.updated_at.plus(QUIET) <= now {
                    if !store::renew(tx, &tenant_id, &found, now).await? {
                        return Err(vanished());
                    }
                    found.updated_at = now;
                    let again = again.clone().user(&user.id).action(code, key.as_str());
                    audit::record(tx, &tenant_id, &again).await?;
                }
                Ok((user, found))
            })
            .await?;
        let token = NewToken {
            external_id: &user.external_id,
            username: user.username.as_deref(),
            action_code: &action.code,
            idempotency_key: &action.idempotency_key,
            scope,
            proof: None,
        };
        let token = self.issue_client_token(tenant, &token, now)?;
        let view = if to_settings { "&view=settings" } else { "" };
        let url = format!("{}/ui/?token={token}{view}", tenant_ui_url(self, tenant));
        let enrolled = authenticator::store::methods_of(self.db(), &tenant.id, &user.id).await?;
        let allowed = self.offered_methods(tenant);
        Ok(Tracked { action, user, token, url, enrolled, allowed })
    }
}

/// Its time was over, and the sweeper took it at this very moment.
fn vanished() -> Error {
    Error::Unavailable("the action of this key has just ended; track it again".to_owned())
}

fn tenant_ui_url(countersign: &Countersign, tenant: &Tenant) -> String {
    match &tenant.settings.custom_domain {
        Some(_) => tenant.ui_origin.to_string(),
        None => countersign.public_url().to_owned(),
    }
}

impl Action {
    /// A new action.
    pub(crate) fn new(user: &UserId, code: &str, key: &str, state: ActionState, now: crate::clock::Millis) -> Self {
        Self {
            user: user.clone(),
            code: code.to_owned(),
            idempotency_key: key.to_owned(),
            state,
            state_updated_at: now,
            tracked_at: None,
            created_at: now,
            updated_at: now,
            method: None,
            authenticator: None,
            verified_at: None,
            acr: None,
            amr: Vec::new(),
            consumed_at: None,
            redirect_url: None,
            ip_address: None,
            user_agent: None,
            device_id: None,
            custom: None,
        }
    }
}
