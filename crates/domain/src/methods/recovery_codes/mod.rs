//! Recovery codes: ten that each serve once, for the day that nothing else is at hand. They count as no factor and go with the
//! user's last one.
//!
//! Their hash is slow, so it is computed between two transactions: the first takes the attempt, the second judges it. No more
//! hashes are computed for a user than answers are looked at, and one is computed whether there is such a code or not.

mod code;
mod hash;
mod set;
mod store;

use super::Method;
use super::shared::code::{Answer, Checked, Judged, Taken, Turn};
use super::shared::permission::{NO_RIGHT, Right};
use crate::action::{self, Bearer};
use crate::audit::{self, Event};
use crate::authenticator;
use crate::clock::Span;
use crate::delivery::{Happened, Notice};
use crate::error::{Error, Result};
use crate::limit::Limit;
use crate::notice::device_words;
use crate::tally::{Ceremony, Stage};
use crate::{Caller, Countersign, limit, user};

use code::RecoveryCode;
pub(crate) use hash::SlowHasher;
pub use set::NewCodes;
pub(crate) use store::STATEMENTS;

const METHOD: Method = Method::RecoveryCode;

/// How many sets are made for one user.
const SETS: Limit = Limit { most: 5, within: Span::minutes(60) };

impl Countersign {
    /// Makes a set for a user who has just proved themselves. The set before it is worth nothing from then on.
    pub async fn renew_recovery_codes(&self, who: &Bearer, caller: &Caller) -> Result<NewCodes> {
        let outcome = self.renew_set(who, caller).await;
        self.tally().ceremony(METHOD, Ceremony::Enrolment, Stage::Verified, outcome)
    }

    /// Checks a recovery code.
    pub async fn recovery_code_check(&self, who: &Bearer, typed: &str, caller: &Caller) -> Result<Checked> {
        let outcome = self.check_recovery_code(who, typed, caller).await;
        self.tally().code(METHOD, outcome)
    }

    async fn renew_set(&self, who: &Bearer, caller: &Caller) -> Result<NewCodes> {
        self.require_offered(&who.tenant, METHOD)?;
        let action = self.action_of(who).await?;
        if self.right_to_enrol(who, &action).await? != Right::Fresh {
            return Err(Error::InsufficientScope(NO_RIGHT));
        }
        let (now, tenant, user) = (self.now(), who.tenant.id.clone(), who.user.id.clone());
        {
            let (tenant, key) = (tenant.clone(), format!("recovery-sets:{user}"));
            self.write(async move |tx| limit::take(tx, &tenant, &key, SETS, now).await).await?;
        }
        let codes = self.draw_recovery_codes().await?;
        let event = Event::new("authenticator.created", now)
            .user(&user)
            .action(&action.code, &action.idempotency_key)
            .caller(caller)
            .detail("method", METHOD.as_str());
        let device = caller.user_agent.as_deref().and_then(device_words);
        {
            let (codes, owner) = (codes.clone(), who.clone());
            self.write(async move |tx| {
                let (code, key) = (&action.code, &action.idempotency_key);
                user::store::hold(tx, &tenant, &user, now).await?.ok_or(Error::InvalidToken)?;
                let action = action::store::reload(tx, &tenant, &user, code, key).await?.ok_or(Error::InvalidToken)?;
                // Meanwhile the backend may have asked for another proof, or the factor of this one may be gone.
                if !action.is_freshly_proved(now) {
                    return Err(Error::InsufficientScope(NO_RIGHT));
                }
                let held = authenticator::store::of_method(tx, &tenant, &user, METHOD).await?;
                let set = codes.store(tx, &tenant, &user, now).await?;
                for gone in &held {
                    action::store::void_proofs(tx, &tenant, (&user, gone), Some(&action), now).await?;
                }
                let happened = if held.is_empty() { Happened::FactorAdded } else { Happened::FactorChanged };
                let notice = Notice { device: device.clone(), ..set.notice(happened, now) };
                owner.tenant.teller.tell_all(tx, &owner.user, &notice).await?;
                audit::record(tx, &tenant, &event.clone().authenticator(&set.id)).await
            })
            .await?;
        }
        Ok(codes)
    }

    async fn check_recovery_code(&self, who: &Bearer, typed: &str, caller: &Caller) -> Result<Checked> {
        let answer = self.answer((METHOD, METHOD), who, typed, caller).await?.of_factor();
        let counted = {
            let answer = answer.clone();
            self.write(async move |tx| answer.take(tx).await).await?
        };
        let taken = match counted {
            Turn::Taken(taken) => taken,
            Turn::Wrong(because) => return Ok(Checked::Wrong(because)),
        };
        let code = self.known(&answer, &taken).await?;
        let device = caller.user_agent.as_deref().and_then(device_words);
        let judged = self.write(async move |tx| {
            let taken = answer.resume(tx, &taken).await?;
            let (tenant, set) = (&answer.who.tenant.id, &taken.factor);
            let Some(prefix) = &code else { return answer.refuse(tx, &taken).await };
            if !store::use_up(tx, tenant, set, prefix, answer.now).await? {
                return answer.refuse(tx, &taken).await;
            }
            let judged = answer.prove(tx, &taken).await?;
            let mut event = answer.event("recovery_code.used", &taken).authenticator(set);
            if let Judged::Proved(done) = &judged {
                event = event.detail("left", done.1.recovery_codes_left());
            }
            audit::record(tx, tenant, &event).await?;
            let (happened, at) = (Happened::RecoveryCodeUsed, answer.now);
            let notice = Notice { happened, at, about: None, device: device.clone() };
            answer.who.tenant.teller.tell_all(tx, &answer.who.user, &notice).await?;
            Ok(judged)
        });
        self.checked(who, judged.await?)
    }

    /// The prefix of the code that was typed, if it is one of the set that was not used.
    async fn known(&self, answer: &Answer, taken: &Taken) -> Result<Option<String>> {
        let Some(code) = RecoveryCode::parse(&answer.typed) else { return Ok(None) };
        let stored = store::find(self.db(), &answer.who.tenant.id, &taken.factor, code.prefix()).await?;
        let is_right = self.slow_hasher().is_hash_of(stored, code.whole()).await?;
        Ok(is_right.then(|| code.prefix().to_owned()))
    }
}
