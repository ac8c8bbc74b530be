//! `challenge`: a code is sent, to a user's factor or to an address whose owner is not known yet.

use super::choose::{address_in_reach, choose};
use super::{MISSING, rules_of};
use crate::action::{self, Action, ActionCode, IdempotencyKey, decide};
use crate::audit::{self, Event};
use crate::authenticator::{SmsChannel, codes};
use crate::challenge::{self, Note, Purpose, State, Told};
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::id::{ChallengeId, UserId};
use crate::methods::Method;
use crate::methods::shared::code::write::Sending;
use crate::methods::shared::permission::admits_proof;
use crate::tally::{Ceremony, Stage};
use crate::tenant::Tenant;
use crate::user::{self, ExternalId, User};
use crate::{Caller, Countersign};

const NOWHERE: &str = "Say where to send the code: email, phoneNumber, or userId of a user who has such a factor.";

/// What a backend wants sent.
#[derive(Debug)]
pub struct Wanted {
    /// By which method; absent: by what is given, then by what the user has.
    pub method: Option<Method>,
    /// The action that a claim completes.
    pub action: ActionCode,
    /// An open challenge to send a new code for.
    pub challenge: Option<String>,
    /// Which instance of the action; fresh when absent.
    pub idempotency_key: Option<IdempotencyKey>,
    /// Whose; made when unknown. `None` where nobody knows yet.
    pub user: Option<ExternalId>,
    /// Where to, when the user has no factor of the method.
    pub email: Option<String>,
    /// The same for phones, in E.164.
    pub phone_number: Option<String>,
    /// How a code of the method SMS travels; absent: as the one before it, else as a text message.
    pub sms_channel: Option<SmsChannel>,
    /// What the action is to remember.
    pub told: Told,
}

/// A code is on its way, or it looks so.
#[derive(Debug)]
pub struct Asked {
    /// The challenge that it answers.
    pub challenge: ChallengeId,
    /// The instance of the action that a claim completes.
    pub idempotency_key: String,
    /// When the code ends.
    pub expires_at: Millis,
}

impl Countersign {
    /// Sends a code for a backend. Nobody waits for the provider, so that the time tells nothing either.
    pub async fn begin_code(&self, tenant: &Tenant, wanted: Wanted, caller: &Caller) -> Result<Asked> {
        let method = wanted.named().unwrap_or(Method::EmailOtp);
        let outcome = match (&wanted.challenge, &wanted.user) {
            (Some(id), _) => self.begin_again(tenant, id, &wanted, caller).await,
            (None, Some(user)) => self.begin_for_user(tenant, user, &wanted, caller).await,
            (None, None) => self.begin_for_address(tenant, &wanted, caller).await,
        };
        let method = outcome.as_ref().map_or(method, |(method, _)| *method);
        let outcome = outcome.map(|(_, asked)| asked);
        self.tally().ceremony(method, Ceremony::Authentication, Stage::Opened, outcome)
    }

    async fn begin_for_address(&self, tenant: &Tenant, wanted: &Wanted, caller: &Caller) -> Result<(Method, Asked)> {
        let rules = self.named_rules(tenant, wanted)?.ok_or_else(|| Error::invalid(NOWHERE))?;
        let address = wanted.address_for(rules).cloned().ok_or_else(|| Error::invalid(NOWHERE))?;
        let key = wanted.idempotency_key.clone().unwrap_or_else(IdempotencyKey::random);
        let note = Note { address: Some(address), told: Some(wanted.told.clone()), ..Note::default() };
        let action = (wanted.action.as_str().to_owned(), key.as_str().to_owned());
        let challenge = ChallengeId::fresh(self.now());
        let sending = Sending { rules, challenge, purpose: Purpose::Verify, user: None, is_named: true, action, note };
        self.send_for_backend(tenant, sending, caller).await
    }

    /// A user without such a factor, for whom no address is given, gets a code that goes nowhere.
    async fn begin_for_user(
        &self,
        tenant: &Tenant,
        external_id: &ExternalId,
        wanted: &Wanted,
        caller: &Caller,
    ) -> Result<(Method, Asked)> {
        let sent = self.sent_rules(tenant, wanted)?;
        let (user, action) = self.name_action(tenant, external_id, wanted, caller).await?;
        let held = codes::list(self.db(), &tenant.id, &user.id).await?;
        let rules = sent.preferred(&held);
        let given = wanted.address_for(rules);
        let factor = choose(&held, rules, given);
        let note = Note {
            factor: factor.map(|factor| factor.id.clone()),
            address: factor.map_or_else(|| given.cloned(), |factor| address_in_reach(tenant, rules, factor)),
            told: Some(wanted.told.clone()),
            ..Note::default()
        };
        let challenge = challenge::id_of(&action, rules.method, Purpose::Verify);
        let action = (action.code, action.idempotency_key);
        let (purpose, is_named) = (Purpose::Verify, wanted.named().is_some());
        let sending = Sending { rules, challenge, purpose, user: Some(&user), is_named, action, note };
        self.send_for_backend(tenant, sending, caller).await
    }

    /// Sends a new code for a challenge that was begun here and is not answered.
    async fn begin_again(
        &self,
        tenant: &Tenant,
        id: &str,
        wanted: &Wanted,
        caller: &Caller,
    ) -> Result<(Method, Asked)> {
        let id = ChallengeId::parse(id).ok_or(MISSING)?;
        let open = challenge::find(self.db(), &tenant.id, &id).await?;
        let rules = rules_of(&open, wanted.sms_channel)?;
        self.require_sent(tenant, rules)?;
        let (Some(told), Some(key)) = (&open.note.told, &open.idempotency_key) else { return Err(MISSING) };
        if open.state == State::Verified {
            return Err(Error::invalid("This challenge was answered. Claim it, or begin another."));
        }
        if wanted.method.is_some_and(|method| method != rules.method) {
            return Err(Error::invalid(format!(
                "This challenge is answered by {}. Begin another one for another method.",
                rules.method.as_str()
            )));
        }
        let user = match &open.user {
            Some(id) => Some(self.user_of(tenant, id).await?),
            None => None,
        };
        if wanted.user.as_ref().is_some_and(|named| user.as_ref().is_none_or(|user| user.external_id != named.as_str()))
        {
            return Err(MISSING);
        }
        let mut note = open.note.clone();
        if let (Some(user), Some(factor)) = (&user, &note.factor) {
            let held = codes::list(self.db(), &tenant.id, &user.id).await?;
            let factor = held.iter().find(|held| held.id == *factor);
            note.address = factor.and_then(|factor| address_in_reach(tenant, rules, factor));
        }
        let locale = wanted.told.locale.clone().or_else(|| told.locale.clone());
        note.told = Some(Told { locale, ..told.clone() });
        let action = (open.action_code.clone(), key.clone());
        let user = user.as_ref();
        let sending = Sending { rules, challenge: id, purpose: Purpose::Verify, user, is_named: false, action, note };
        self.send_for_backend(tenant, sending, caller).await
    }

    async fn user_of(&self, tenant: &Tenant, id: &UserId) -> Result<User> {
        let (tenant, id) = (tenant.id.clone(), id.clone());
        self.write(async move |tx| user::store::find(tx, &tenant, &id).await).await?.ok_or(MISSING)
    }

    /// The user and the action as `track` would leave them.
    async fn name_action(
        &self,
        tenant: &Tenant,
        external_id: &ExternalId,
        wanted: &Wanted,
        caller: &Caller,
    ) -> Result<(User, Action)> {
        let now = self.now();
        let key = wanted.idempotency_key.clone().unwrap_or_else(IdempotencyKey::random);
        let (fresh, outcome) = (UserId::random(), tenant.settings.default_outcome);
        let event = Event::new("action.tracked", now).caller(caller);
        let (tenant, external_id) = (tenant.id.clone(), external_id.clone());
        let (code, told) = (wanted.action.clone(), wanted.told.clone());
        self.write(async move |tx| {
            let (user, _) = user::store::find_or_insert(tx, &tenant, external_id.as_str(), &fresh, now).await?;
            let state = decide(outcome, user.is_enrolled());
            let action = Action::told(&user.id, code.as_str(), key.as_str(), state, &told, now);
            if action::store::insert(tx, &tenant, &action).await? {
                let event = event.clone().user(&user.id).action(code.as_str(), key.as_str());
                audit::record(tx, &tenant, &event.detail("state", state.as_str())).await?;
                return Ok((user, action));
            }
            let found = action::store::reload(tx, &tenant, &user.id, code.as_str(), key.as_str()).await?;
            let found = found
                .ok_or_else(|| Error::Unavailable("the action of this key has just ended; begin again".to_owned()))?;
            admits_proof(&found)?;
            Ok((user, found))
        })
        .await
    }

    async fn send_for_backend(
        &self,
        tenant: &Tenant,
        sending: Sending<'_>,
        caller: &Caller,
    ) -> Result<(Method, Asked)> {
        let (method, challenge, idempotency_key) =
            (sending.rules.method, sending.challenge.clone(), sending.action.1.clone());
        let (letter, expires_at) = self.write_code(tenant, sending, caller).await?;
        self.send_soon(&letter);
        Ok((method, Asked { challenge, idempotency_key, expires_at }))
    }
}
