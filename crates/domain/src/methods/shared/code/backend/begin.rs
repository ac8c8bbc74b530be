//! `challenge`: a code is sent, to a user's factor or to an address whose owner is not known yet.

use super::{MISSING, rules_of};
use crate::action::{self, Action, ActionCode, IdempotencyKey, decide};
use crate::audit::{self, Event};
use crate::authenticator::{self, Authenticator};
use crate::challenge::{self, Challenge, Note, Purpose, State, Told};
use crate::clock::Millis;
use crate::delivery::{Channel, Post, Recipient, masked};
use crate::error::{Error, Result};
use crate::id::{ChallengeId, UserId};
use crate::methods::shared::code::send::{address_of, limit_keys};
use crate::methods::shared::code::{CODE_LIFE, Made, Rules};
use crate::methods::shared::permission::admits_proof;
use crate::methods::{Method, code_rules};
use crate::tally::{Ceremony, Stage};
use crate::tenant::Tenant;
use crate::user::{self, ExternalId, User};
use crate::{Caller, Countersign, limit};

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

/// What is sent to whom.
struct Sending<'a> {
    rules: &'static Rules,
    id: ChallengeId,
    user: Option<&'a User>,
    action: (String, String),
    note: Note,
}

impl Countersign {
    /// Sends a code for a backend. Nobody waits for the provider, so that the time tells nothing either.
    pub async fn begin_code(&self, tenant: &Tenant, wanted: Wanted, caller: &Caller) -> Result<Asked> {
        let method = wanted.method.unwrap_or(Method::EmailOtp);
        let outcome = match (&wanted.challenge, &wanted.user) {
            (Some(id), _) => self.begin_again(tenant, id, &wanted, caller).await,
            (None, Some(user)) => self.begin_for_user(tenant, user, &wanted, caller).await,
            (None, None) => self.begin_for_address(tenant, &wanted, caller).await,
        };
        self.tally().ceremony(method, Ceremony::Authentication, Stage::Opened, outcome)
    }

    async fn begin_for_address(&self, tenant: &Tenant, wanted: &Wanted, caller: &Caller) -> Result<Asked> {
        let rules = self.wanted_rules(tenant, wanted, None)?;
        let address = given(rules, wanted).ok_or_else(|| lacks_address(rules))?;
        let key = wanted.idempotency_key.clone().unwrap_or_else(IdempotencyKey::random);
        let note = Note { address: Some(address), told: Some(wanted.told.clone()), ..Note::default() };
        let action = (wanted.action.as_str().to_owned(), key.as_str().to_owned());
        self.send_for_backend(tenant, Sending { rules, id: ChallengeId::random(), user: None, action, note }, caller)
            .await
    }

    /// A user without such a factor, for whom no address is given, gets a code that goes nowhere.
    async fn begin_for_user(
        &self,
        tenant: &Tenant,
        external_id: &ExternalId,
        wanted: &Wanted,
        caller: &Caller,
    ) -> Result<Asked> {
        if let Some(method) = wanted.method {
            self.require_offered(tenant, method)?;
        }
        let (user, action) = self.name_action(tenant, external_id, wanted, caller).await?;
        let held = authenticator::codes::list(self.db(), &tenant.id, &user.id).await?;
        let rules = self.wanted_rules(tenant, wanted, preferred(&held))?;
        let given = given(rules, wanted);
        let factor = choose(&held, rules, given.as_deref());
        let note = Note {
            factor: factor.map(|factor| factor.id.clone()),
            address: factor.and_then(address_of).cloned().or(given),
            told: Some(wanted.told.clone()),
            ..Note::default()
        };
        let id = challenge::id_of(&action, rules.method, Purpose::Verify);
        let action = (action.code, action.idempotency_key);
        self.send_for_backend(tenant, Sending { rules, id, user: Some(&user), action, note }, caller).await
    }

    /// Sends a new code for a challenge that was begun here and is not answered.
    async fn begin_again(&self, tenant: &Tenant, id: &str, wanted: &Wanted, caller: &Caller) -> Result<Asked> {
        let id = ChallengeId::parse(id).ok_or(MISSING)?;
        let open = challenge::find(self.db(), &tenant.id, &id).await?;
        let rules = rules_of(&open)?;
        self.require_offered(tenant, rules.method)?;
        let (Some(told), Some(key)) = (&open.note.told, &open.idempotency_key) else { return Err(MISSING) };
        if open.state == State::Verified {
            return Err(Error::invalid("This challenge was answered. Claim it, or begin another."));
        }
        let user = match (&open.user, &wanted.user) {
            (Some(id), _) => Some(self.user_of(tenant, id).await?),
            (None, _) => None,
        };
        if wanted.user.as_ref().is_some_and(|named| user.as_ref().is_none_or(|user| user.external_id != named.as_str()))
        {
            return Err(MISSING);
        }
        let mut note = open.note.clone();
        if let (Some(user), Some(factor)) = (&user, &note.factor) {
            let held = authenticator::codes::list(self.db(), &tenant.id, &user.id).await?;
            note.address = held.iter().find(|held| held.id == *factor).and_then(address_of).cloned();
        }
        let locale = wanted.told.locale.clone().or_else(|| told.locale.clone());
        note.told = Some(Told { locale, ..told.clone() });
        let action = (open.action_code.clone(), key.clone());
        self.send_for_backend(tenant, Sending { rules, id, user: user.as_ref(), action, note }, caller).await
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

    fn wanted_rules(&self, tenant: &Tenant, wanted: &Wanted, held: Option<Method>) -> Result<&'static Rules> {
        let by_given = wanted.email.is_some().then_some(Method::EmailOtp);
        let method = wanted.method.or(by_given).or(held).unwrap_or(Method::EmailOtp);
        let no_code =
            || Error::invalid(format!("A {} is no code that can be sent. Name another method.", method.noun()));
        let rules = code_rules(method).ok_or_else(no_code)?;
        self.require_offered(tenant, method)?;
        Ok(rules)
    }

    async fn send_for_backend(&self, tenant: &Tenant, sending: Sending<'_>, caller: &Caller) -> Result<Asked> {
        let Sending { rules, id, user, action, note } = sending;
        let now = self.now();
        let expires_at = now.plus(CODE_LIFE);
        let locale = note.told.as_ref().and_then(|told| told.locale.clone());
        let to = Recipient {
            address: note.address.clone().unwrap_or_default(),
            name: user.and_then(|user| user.display_name.clone()),
            locale: locale.or_else(|| user.and_then(|user| user.locale.clone())),
        };
        let user_id = user.map(|user| user.id.clone());
        let Made { message, kept } = (rules.make)(tenant, &id);
        let post = Post { user: user_id.clone(), challenge: Some(id.clone()), to, message, expires_at };
        let letter = self.letter(&tenant.id, &post);
        let letter = if note.address.is_some() { letter } else { letter.as_decoy() };
        let mut event = Event::new("challenge.started", now)
            .challenge(&id)
            .caller(caller)
            .detail("method", rules.method.as_str())
            .detail("address", note.address.as_deref().map_or_else(|| "none".to_owned(), masked));
        if let Some(user) = &user_id {
            event = event.user(user).action(&action.0, &action.1);
        }
        if let Some(factor) = &note.factor {
            event = event.authenticator(factor);
        }
        let keys = limit_keys(rules, user_id.as_ref(), note.address.as_deref());
        let open = Challenge {
            secret_hash: Some(kept),
            id: id.clone(),
            user: user_id,
            action_code: action.0,
            idempotency_key: Some(action.1.clone()),
            method: Some(rules.method),
            purpose: Purpose::Verify,
            state: State::Pending,
            note,
            expires_at,
            is_stored: true,
        };
        {
            let (tenant, letter, sends) = (tenant.id.clone(), letter.clone(), rules.sends);
            self.write(async move |tx| {
                for key in &keys {
                    limit::take(tx, &tenant, key, sends, now).await?;
                }
                challenge::arm(tx, &tenant, &open, now).await?;
                letter.put(tx).await?;
                audit::record(tx, &tenant, &event).await
            })
            .await?;
        }
        self.send_soon(&letter);
        Ok(Asked { challenge: id, idempotency_key: action.1, expires_at })
    }
}

/// The address that was given for a method.
fn given(rules: &Rules, wanted: &Wanted) -> Option<String> {
    match rules.method.sends_by() {
        Some(Channel::Email) => wanted.email.clone(),
        Some(Channel::Sms | Channel::Whatsapp) => wanted.phone_number.clone(),
        None => None,
    }
}

fn lacks_address(rules: &Rules) -> Error {
    let member = if rules.method.sends_by() == Some(Channel::Email) { "email" } else { "phoneNumber" };
    Error::invalid(format!("Say where to send the code: {member}, or userId of a user who has such a factor."))
}

/// The method of the factor that is asked for first, of those that codes are sent to.
fn preferred(held: &[Authenticator]) -> Option<Method> {
    let sends = |factor: &&Authenticator| code_rules(factor.method).is_some();
    held.iter()
        .find(|factor| factor.is_default && sends(factor))
        .or_else(|| held.iter().find(sends))
        .map(|held| held.method)
}

/// The factor that a code goes to: at the given address, else the default one, else the oldest.
fn choose<'a>(held: &'a [Authenticator], rules: &Rules, given: Option<&str>) -> Option<&'a Authenticator> {
    let usable: Vec<&Authenticator> = held.iter().filter(|factor| factor.method == rules.factor).collect();
    let same = |factor: &&&Authenticator| {
        given.is_some_and(|given| address_of(factor).is_some_and(|held| held.eq_ignore_ascii_case(given)))
    };
    usable.iter().find(same).or_else(|| usable.iter().find(|factor| factor.is_default)).or(usable.first()).copied()
}
