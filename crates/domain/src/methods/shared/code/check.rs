//! The answer to a code that was sent.

use countersign_db::Tx;

use super::send::{address_of, hashed};
use super::{ANSWERS, Checked, Proved, Rules, WrongBecause};
use crate::action::{self, Action, ActionState, Bearer};
use crate::audit::{self, Event};
use crate::authenticator::{self, Authenticator, assurance_of_code, codes, combine};
use crate::challenge::{self, Attempt, Challenge, Purpose};
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::id::{AuthenticatorId, TenantId};
use crate::methods::Method;
use crate::methods::shared::enrolment::Enrolment;
use crate::methods::shared::permission::{NO_RIGHT, Right, admits_proof};
use crate::token::Proof;
use crate::{Caller, Countersign, limit};

/// All that a transaction needs to judge one answer. It may run more than once.
pub(super) struct Answer {
    pub(super) who: Bearer,
    caller: Caller,
    rules: (Method, Method),
    typed: String,
    right: Option<Right>,
    pub(super) now: Millis,
}

/// What a transaction found.
pub(super) enum Judged {
    Wrong(WrongBecause),
    Enrolled(Box<(Enrolment, Authenticator)>),
    Proved(Box<(Action, Authenticator, Proof)>),
}

impl Countersign {
    /// Checks an answer. It belongs to the enrolment that waits for a code, else to the code sent last for this action.
    pub(in crate::methods) async fn code_check(
        &self,
        rules: &Rules,
        who: &Bearer,
        typed: &str,
        caller: &Caller,
    ) -> Result<Checked> {
        let Some(answer) = self.answer(rules, who, challenge::typed(typed), caller).await? else {
            return Ok(Checked::Wrong(WrongBecause::MaxAttemptsExceeded));
        };
        let judged = self.write(async move |tx| answer.judge(tx).await).await?;
        self.concluded(who, judged)
    }

    /// What a transaction needs to judge an answer; `None` when the action has failed.
    pub(super) async fn answer(
        &self,
        rules: &Rules,
        who: &Bearer,
        typed: String,
        caller: &Caller,
    ) -> Result<Option<Answer>> {
        self.require_offered(&who.tenant, rules.method)?;
        let action = self.action_of(who).await?;
        let right = match self.right_to_enrol(who, &action).await {
            Ok(right) => Some(right),
            Err(Error::InsufficientScope(_)) => None,
            Err(error) => return Err(error),
        };
        if action.state == ActionState::ChallengeFailed {
            return Ok(None);
        }
        if right.is_none() {
            admits_proof(&action)?;
        }
        Ok(Some(Answer {
            who: who.clone(),
            caller: caller.clone(),
            rules: (rules.method, rules.factor),
            typed,
            right,
            now: self.now(),
        }))
    }

    /// What is handed out for it.
    pub(super) fn concluded(&self, who: &Bearer, judged: Judged) -> Result<Checked> {
        match judged {
            Judged::Wrong(because) => Ok(Checked::Wrong(because)),
            Judged::Enrolled(done) => {
                let (enrolment, factor) = *done;
                let token = self.token_of_enrolment(&enrolment)?;
                Ok(Checked::Right(Box::new(Proved { token, user: who.user.clone(), factor, is_enrolment: true })))
            }
            Judged::Proved(done) => {
                let (action, factor, proof) = *done;
                let token =
                    self.result_token(&who.tenant, &who.user, (&action.code, &action.idempotency_key), Some(&proof))?;
                Ok(Checked::Right(Box::new(Proved { token, user: who.user.clone(), factor, is_enrolment: false })))
            }
        }
    }
}

/// Takes one of the answers that are looked at for an address, whoever asked for the code and at whichever door.
pub(super) async fn take_answer(tx: &mut Tx<'_>, tenant: &TenantId, address: Option<&str>, now: Millis) -> Result<()> {
    let Some(address) = address else { return Ok(()) };
    limit::take(tx, tenant, &format!("answers:to:{}", hashed(address)), ANSWERS, now).await
}

impl Answer {
    async fn judge(&self, tx: &mut Tx<'_>) -> Result<Judged> {
        let (tenant, user) = (&self.who.tenant.id, &self.who.user.id);
        limit::take(tx, tenant, &format!("answers:{user}"), ANSWERS, self.now).await?;
        let token = &self.who.token;
        let action = action::store::reload(tx, tenant, user, &token.action_code, &token.idempotency_key).await?;
        let action = action.ok_or(Error::InvalidToken)?;
        let mut used_up = false;
        for purpose in [Purpose::Enrol, Purpose::Verify] {
            let id = challenge::id_of(&action, self.rules.0, purpose);
            match challenge::take_attempt(tx, tenant, &id, self.now).await? {
                Attempt::Taken { open, is_last } => return self.look_at(tx, action, &open, is_last).await,
                Attempt::UsedUp => used_up = true,
                Attempt::None => {}
            }
        }
        Ok(Judged::Wrong(if used_up { WrongBecause::MaxAttemptsExceeded } else { WrongBecause::CodeInvalidOrExpired }))
    }

    /// Judges the answer to one open challenge, whose attempt is taken.
    async fn look_at(&self, tx: &mut Tx<'_>, action: Action, open: &Challenge, is_last: bool) -> Result<Judged> {
        let tenant = &self.who.tenant;
        let factor = open.note.factor.as_ref().ok_or_else(|| Error::Internal("a code without a factor".to_owned()))?;
        let (mut is_last, mut locks) = (is_last, false);
        take_answer(tx, &tenant.id, open.note.address.as_deref(), self.now).await?;
        if open.purpose == Purpose::Verify {
            let held = codes::find(tx, &tenant.id, factor).await?;
            if held.as_ref().and_then(address_of) != open.note.address.as_ref() {
                // Removed, or moved to another address, since the code was sent.
                return Ok(Judged::Wrong(WrongBecause::CodeInvalidOrExpired));
            }
            match codes::take_try(tx, &tenant.id, factor, self.now).await {
                Ok(codes::Try::Wait(retry_after)) => return Err(Error::TooMany { retry_after }),
                Ok(codes::Try::Locked) => return Ok(Judged::Wrong(WrongBecause::MaxAttemptsExceeded)),
                Ok(taken) => locks = taken.is_last(),
                // Removed since the code was sent.
                Err(Error::NotFound(_)) => return Ok(Judged::Wrong(WrongBecause::CodeInvalidOrExpired)),
                Err(error) => return Err(error),
            }
        }
        if !open.is_answered_by_code(&tenant.code_keys, &self.typed) {
            is_last |= locks;
            return self.refuse(tx, &action, open, factor, is_last, locks).await;
        }
        challenge::close_verified(tx, &tenant.id, open, self.now).await?;
        match open.purpose {
            Purpose::Enrol => self.enrol(tx, action, open, factor).await,
            Purpose::Verify => self.prove(tx, action, open, factor).await,
        }
    }

    async fn refuse(
        &self,
        tx: &mut Tx<'_>,
        action: &Action,
        open: &Challenge,
        factor: &AuthenticatorId,
        is_last: bool,
        locks: bool,
    ) -> Result<Judged> {
        let tenant = &self.who.tenant.id;
        challenge::fail(tx, tenant, &open.id, self.now).await?;
        let event = self.event("challenge.refused", action, open).detail("reason", "code_invalid");
        audit::record(tx, tenant, &event).await?;
        if locks {
            let locked = event.clone().renamed("authenticator.locked").authenticator(factor);
            audit::record(tx, tenant, &locked).await?;
        }
        let (code, key) = (&action.code, &action.idempotency_key);
        if action::store::count_failure(tx, tenant, &action.user, code, key, self.now).await? {
            audit::record(tx, tenant, &event.renamed("action.failed")).await?;
        }
        Ok(Judged::Wrong(if is_last { WrongBecause::MaxAttemptsExceeded } else { WrongBecause::CodeInvalidOrExpired }))
    }

    pub(super) async fn enrol(
        &self,
        tx: &mut Tx<'_>,
        action: Action,
        open: &Challenge,
        factor: &AuthenticatorId,
    ) -> Result<Judged> {
        let right = self.right.ok_or(Error::InsufficientScope(NO_RIGHT))?;
        let user = &self.who.user;
        let factor = Authenticator {
            id: factor.clone(),
            user: user.id.clone(),
            method: self.rules.1,
            is_default: !user.is_enrolled(),
            label: None,
            created_at: self.now,
            verified_at: Some(self.now),
            last_verified_at: Some(self.now),
            detail: open.note.detail(self.rules.1),
        };
        let proof = assurance_of_code(self.rules.0, self.now);
        let enrolment = Enrolment::new(&self.who, action, right, open, &factor, proof, &self.caller);
        enrolment.take_right(tx).await?;
        codes::insert(tx, &self.who.tenant.id, &factor, &codes::Kept::default()).await?;
        enrolment.record(tx).await?;
        Ok(Judged::Enrolled(Box::new((enrolment, factor))))
    }

    pub(super) async fn prove(
        &self,
        tx: &mut Tx<'_>,
        action: Action,
        open: &Challenge,
        id: &AuthenticatorId,
    ) -> Result<Judged> {
        let tenant = &self.who.tenant.id;
        admits_proof(&action)?;
        codes::forgive(tx, tenant, id).await?;
        let factor = codes::find(tx, tenant, id).await?.ok_or(Error::NotFound("user authenticator"))?;
        authenticator::store::record_use(tx, tenant, id, self.now).await?;
        let fresh = assurance_of_code(self.rules.0, self.now);
        // An old proof, or one the backend has asked to be given anew, lifts no weaker one.
        let earlier = action.proof().filter(|_| action.is_freshly_proved(self.now));
        let proof = combine(earlier.and_then(|proof| Some((action.method?, proof))), self.rules.0, fresh);
        action::store::prove(tx, tenant, &action, self.rules.0, id, &proof).await?;
        let event = self.event("action.proved", &action, open).authenticator(id);
        let event = event.detail("acr", proof.acr.as_str()).detail("amr", proof.amr.join(" "));
        audit::record(tx, tenant, &event).await?;
        Ok(Judged::Proved(Box::new((action, factor, proof))))
    }

    fn event(&self, name: &'static str, action: &Action, open: &Challenge) -> Event {
        Event::new(name, self.now)
            .user(&action.user)
            .action(&action.code, &action.idempotency_key)
            .challenge(&open.id)
            .caller(&self.caller)
            .detail("method", self.rules.0.as_str())
    }
}
