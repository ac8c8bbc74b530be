//! `verify`: what a person typed into the application's own page.

use std::sync::Arc;

use countersign_db::Tx;

use super::complete::Completion;
use super::{MISSING, rules_of};
use crate::audit::{self, Event};
use crate::authenticator::codes;
use crate::challenge::{self, Attempt, Challenge};
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::id::{AuthenticatorId, ChallengeId};
use crate::limit;
use crate::methods::Method;
use crate::methods::shared::code::answer::{take_answer, take_answer_of_day};
use crate::methods::shared::code::judge::refuse;
use crate::methods::shared::code::write::address_of;
use crate::methods::shared::code::{ANSWERS, WrongBecause};
use crate::tally::{Ceremony, Stage};
use crate::tenant::Tenant;
use crate::{Caller, Countersign};

/// What came of an answer.
#[derive(Debug)]
pub enum CodeAnswer {
    /// It was right.
    Right {
        /// By which method.
        method: Method,
        /// Where the code had gone.
        address: String,
    },
    /// It was not, or no answer is awaited, or none is taken at the moment: a person behind a backend is not told which.
    Wrong(WrongBecause),
}

struct Judge {
    tenant: Arc<Tenant>,
    id: ChallengeId,
    typed: String,
    method: Method,
    caller: Caller,
    completion: Completion,
    now: Millis,
}

impl Countersign {
    /// Checks an answer that a backend hands over. An unknown challenge is `NotFound`.
    pub async fn answer_code(
        &self,
        tenant: &Arc<Tenant>,
        id: &str,
        typed: &str,
        caller: &Caller,
    ) -> Result<CodeAnswer> {
        let id = ChallengeId::parse(id).ok_or(MISSING)?;
        let method = rules_of(&challenge::find(self.db(), &tenant.id, &id).await?, None)?.method;
        self.require_offered(tenant, method)?;
        let now = self.now();
        let (tenant, typed, caller) = (tenant.clone(), challenge::typed(typed), caller.clone());
        let completion = Completion::new(tenant.clone(), caller.clone(), now);
        let judge = Judge { tenant, id, typed, method, caller, completion, now };
        let outcome = self.write(async move |tx| judge.judge(tx).await).await;
        let stage = if matches!(outcome, Ok(CodeAnswer::Wrong(_))) { Stage::Refused } else { Stage::Verified };
        self.tally().ceremony(method, Ceremony::Authentication, stage, outcome)
    }
}

impl Judge {
    async fn judge(&self, tx: &mut Tx<'_>) -> Result<CodeAnswer> {
        let tenant = &self.tenant.id;
        match challenge::take_attempt(tx, tenant, &self.id, self.now).await? {
            Attempt::Taken { open, is_last } => self.look_at(tx, &open, is_last).await,
            Attempt::UsedUp => Ok(CodeAnswer::Wrong(WrongBecause::MaxAttemptsExceeded)),
            Attempt::None => Ok(CodeAnswer::Wrong(WrongBecause::CodeInvalidOrExpired)),
        }
    }

    async fn look_at(&self, tx: &mut Tx<'_>, open: &Challenge, is_last: bool) -> Result<CodeAnswer> {
        let tenant = &self.tenant;
        if let Some(user) = &open.user {
            limit::take(tx, &tenant.id, &format!("answers:{user}"), ANSWERS, self.now).await?;
        }
        let address = open.note.address.as_deref();
        // Where nobody is asked, the same is counted for nobody: work that is not done would tell (checklist 56).
        let nobody = open.id.to_string();
        let counted = address.unwrap_or(&nobody);
        let (mut is_awaited, mut locks) = (address.is_some(), false);
        match take_answer(tx, &tenant.id, Some(counted), self.now).await {
            // That the address takes no more would tell whose it is.
            Err(Error::TooMany { .. }) if open.user.is_some() => is_awaited = false,
            taken => taken?,
        }
        if let Some(factor) = &open.note.factor {
            match codes::take_try(tx, &tenant.id, factor, self.now).await {
                Ok(codes::Try::Wait(_) | codes::Try::Locked) | Err(Error::NotFound(_)) => is_awaited = false,
                Ok(taken) => locks = taken.is_last(),
                Err(error) => return Err(error),
            }
            // Moved to another address since the code was sent.
            let held = codes::find(tx, &tenant.id, factor).await?;
            is_awaited &= held.as_ref().and_then(address_of).map(String::as_str) == address;
        } else {
            match take_answer_of_day(tx, &tenant.id, Some(counted), self.now).await {
                Err(Error::TooMany { .. }) if open.user.is_some() => is_awaited = false,
                taken => taken?,
            }
            if let Some(none) = address.is_none().then(|| AuthenticatorId::parse(&nobody)).flatten() {
                codes::find(tx, &tenant.id, &none).await?;
            }
        }
        // Compared also where it cannot help: a locked factor, or none at all, takes the same time.
        let is_right = open.is_answered_by_code(&tenant.code_keys, &self.typed);
        let Some(address) = address.filter(|_| is_right && is_awaited) else {
            let event = self.event("challenge.refused", open);
            return refuse(tx, &tenant.id, open, (is_last, locks), event, self.now).await.map(CodeAnswer::Wrong);
        };
        challenge::close_verified(tx, &tenant.id, open, self.now).await?;
        if let Some(factor) = &open.note.factor {
            codes::forgive(tx, &tenant.id, factor).await?;
        }
        audit::record(tx, &tenant.id, &self.event("challenge.verified", open)).await?;
        if open.note.is_claimed
            && let Some(user) = &open.user
        {
            self.completion.complete(tx, user, open, self.now).await?;
        }
        Ok(CodeAnswer::Right { method: self.method, address: address.to_owned() })
    }

    fn event(&self, name: &'static str, open: &Challenge) -> Event {
        let event = Event::new(name, self.now).challenge(&open.id).caller(&self.caller);
        let event = event.detail("method", self.method.as_str());
        match (&open.user, &open.idempotency_key) {
            (Some(user), Some(key)) => event.user(user).action(&open.action_code, key),
            _ => event,
        }
    }
}
