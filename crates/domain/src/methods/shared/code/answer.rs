//! An answer to a code: what is counted before it is looked at.

use countersign_db::Tx;

use super::write::{address_of, hashed};
use super::{ANSWERS, ANSWERS_OF_A_DAY, Checked, FACTOR_WAITS, Proved, WrongBecause};
use crate::action::{self, Action, ActionState, Bearer};
use crate::audit::{self, Event};
use crate::authenticator::{self, Authenticator, codes};
use crate::challenge::{self, Attempt, Challenge, Note, Purpose, State};
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::id::{AuthenticatorId, TenantId};
use crate::methods::Method;
use crate::methods::shared::enrolment::Enrolment;
use crate::methods::shared::permission::{Right, admits_proof};
use crate::token::Proof;
use crate::{Caller, Countersign, limit, secret};

/// All that a transaction needs to judge one answer. It may run more than once.
#[derive(Clone)]
pub(in crate::methods) struct Answer {
    pub(in crate::methods) who: Bearer,
    pub(super) caller: Caller,
    /// The method asked for.
    pub(super) method: Method,
    /// The kind of factor that answers it.
    pub(super) kind: Method,
    pub(in crate::methods) typed: String,
    pub(super) right: Option<Right>,
    /// The secret of the challenge that the first answer opens, where nobody asks for one: 32 random bytes.
    opens: Option<[u8; 32]>,
    pub(in crate::methods) now: Millis,
}

/// Whether an answer is looked at.
pub(in crate::methods) enum Turn {
    /// It is, and counts as wrong until it is judged.
    Taken(Box<Taken>),
    /// It is not, whatever it says.
    Wrong(WrongBecause),
}

/// An attempt that was counted.
#[derive(Clone)]
pub(in crate::methods) struct Taken {
    pub(in crate::methods) action: Action,
    /// The challenge that is answered.
    pub(in crate::methods) open: Challenge,
    /// The factor that is to answer, or that a right answer makes.
    pub(in crate::methods) factor: AuthenticatorId,
    /// Whether no further attempt is admitted.
    pub(super) is_last: bool,
    /// Whether a wrong one ends the factor.
    pub(super) locks: bool,
}

/// What a transaction found.
pub(in crate::methods) enum Judged {
    /// It was wrong.
    Wrong(WrongBecause),
    /// It made a factor.
    Enrolled(Box<(Enrolment, Authenticator)>),
    /// It proved the action.
    Proved(Box<(Action, Authenticator, Proof)>),
}

impl Countersign {
    /// What was typed, by whom, and with which right. `kind` is the kind of factor that answers `method`.
    pub(in crate::methods) async fn answer(
        &self,
        (method, kind): (Method, Method),
        who: &Bearer,
        typed: &str,
        caller: &Caller,
    ) -> Result<Answer> {
        self.require_offered(&who.tenant, method)?;
        let action = self.action_of(who).await?;
        let right = match self.right_to_enrol(who, &action).await {
            Ok(right) => Some(right),
            Err(Error::InsufficientScope(_)) => None,
            Err(error) => return Err(error),
        };
        if right.is_none() && action.state != ActionState::ChallengeFailed {
            admits_proof(&action)?;
        }
        let (who, caller, typed) = (who.clone(), caller.clone(), challenge::typed(typed));
        Ok(Answer { who, caller, method, kind, typed, right, opens: None, now: self.now() })
    }

    /// What the caller is told of it, with the token that a right answer earns.
    pub(in crate::methods) fn checked(&self, who: &Bearer, judged: Judged) -> Result<Checked> {
        let (token, factor, is_enrolment) = match judged {
            Judged::Wrong(because) => return Ok(Checked::Wrong(because)),
            Judged::Enrolled(done) => (self.token_of_enrolment(&done.0)?, done.1, true),
            Judged::Proved(done) => {
                let (action, factor, proof) = *done;
                let named = (action.code.as_str(), action.idempotency_key.as_str());
                (self.result_token(&who.tenant, &who.user, named, Some(&proof))?, factor, false)
            }
        };
        Ok(Checked::Right(Box::new(Proved { token, user: who.user.clone(), factor, is_enrolment })))
    }
}

/// Takes one of the answers that are looked at for an address, whoever asked for the code and at whichever door.
pub(super) async fn take_answer(tx: &mut Tx<'_>, tenant: &TenantId, address: Option<&str>, now: Millis) -> Result<()> {
    let Some(address) = address else { return Ok(()) };
    limit::take(tx, tenant, &format!("answers:to:{}", hashed(address)), ANSWERS, now).await
}

/// Takes one of the answers of a day for an address that no factor stands behind, whose count in a row would end it: else who
/// enrols it could guess as long as they like.
pub(super) async fn take_answer_of_day(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    address: Option<&str>,
    now: Millis,
) -> Result<()> {
    let Some(address) = address else { return Ok(()) };
    limit::take(tx, tenant, &format!("answers:day:to:{}", hashed(address)), ANSWERS_OF_A_DAY, now).await
}

impl Answer {
    /// Of a factor that makes its codes itself: nobody asks for one, so the first answer opens the challenge.
    pub(in crate::methods) fn of_factor(mut self) -> Self {
        self.opens = Some(secret::random());
        self
    }

    /// Counts the answer, to the enrolment that waits for one, else to the challenge of this action.
    pub(in crate::methods) async fn take(&self, tx: &mut Tx<'_>) -> Result<Turn> {
        let (tenant, user) = (&self.who.tenant.id, &self.who.user.id);
        let action = self.action(tx).await?;
        if action.state == ActionState::ChallengeFailed {
            return Ok(Turn::Wrong(WrongBecause::MaxAttemptsExceeded));
        }
        limit::take(tx, tenant, &format!("answers:{user}"), ANSWERS, self.now).await?;
        if let Some(secret) = &self.opens {
            self.open(tx, &action, secret).await?;
        }
        let mut used_up = false;
        for purpose in [Purpose::Enrol, Purpose::Verify] {
            let id = challenge::id_of(&action, self.method, purpose);
            match challenge::take_attempt(tx, tenant, &id, self.now).await? {
                Attempt::Taken { open, is_last } => return self.take_try(tx, action, *open, is_last).await,
                Attempt::UsedUp => used_up = true,
                Attempt::None => {}
            }
        }
        if used_up {
            return self.unlooked(tx, "attempts_used_up", WrongBecause::MaxAttemptsExceeded).await;
        }
        self.unlooked(tx, "none_awaited", WrongBecause::CodeInvalidOrExpired).await
    }

    /// An answer that is wrong whatever it says: that it came is written down. The limit of answers bounds the trail, too.
    async fn unlooked(&self, tx: &mut Tx<'_>, reason: &'static str, because: WrongBecause) -> Result<Turn> {
        let (who, token) = (&self.who, &self.who.token);
        let event = Event::new("challenge.refused", self.now)
            .user(&who.user.id)
            .action(&token.action_code, &token.idempotency_key)
            .caller(&self.caller)
            .detail("method", self.method.as_str())
            .detail("reason", reason);
        audit::record(tx, &who.tenant.id, &event).await?;
        Ok(Turn::Wrong(because))
    }

    /// Opens the challenge of the user's factor, unless it is open or took too many wrong answers.
    async fn open(&self, tx: &mut Tx<'_>, action: &Action, secret: &[u8]) -> Result<()> {
        let (tenant, user) = (&self.who.tenant.id, &self.who.user.id);
        let held = authenticator::store::of_method(tx, tenant, user, self.kind).await?;
        let Some(factor) = held.into_iter().next() else { return Ok(()) };
        let open = Challenge {
            id: challenge::id_of(action, self.method, Purpose::Verify),
            user: Some(user.clone()),
            action_code: action.code.clone(),
            idempotency_key: Some(action.idempotency_key.clone()),
            method: Some(self.method),
            purpose: Purpose::Verify,
            state: State::Pending,
            secret_hash: Some(secret.to_vec()),
            note: Note { factor: Some(factor), ..Note::default() },
            expires_at: self.now.plus(FACTOR_WAITS),
            is_stored: true,
        };
        challenge::arm_if_over(tx, tenant, &open, self.now).await
    }

    /// The attempt with the action as it is now, for who judges it in another transaction than it was counted in.
    pub(in crate::methods) async fn resume(&self, tx: &mut Tx<'_>, taken: &Taken) -> Result<Taken> {
        Ok(Taken { action: self.action(tx).await?, ..taken.clone() })
    }

    /// Counts it to the factor too, where there is one: an enrolment has none yet.
    async fn take_try(&self, tx: &mut Tx<'_>, action: Action, open: Challenge, is_last: bool) -> Result<Turn> {
        let address = open.note.address.as_deref();
        take_answer(tx, &self.who.tenant.id, address, self.now).await?;
        let Some(factor) = open.note.factor.clone() else {
            // Begun by a backend for an address that is no factor yet: answered and claimed there.
            return self.unlooked(tx, "no_factor", WrongBecause::CodeInvalidOrExpired).await;
        };
        let mut locks = false;
        if open.purpose == Purpose::Enrol {
            take_answer_of_day(tx, &self.who.tenant.id, address, self.now).await?;
        } else {
            let held = codes::find(tx, &self.who.tenant.id, &factor).await?;
            if held.as_ref().and_then(address_of) != open.note.address.as_ref() {
                // Removed, or moved to another address, since the code was sent.
                return self.unlooked(tx, "factor_changed", WrongBecause::CodeInvalidOrExpired).await;
            }
            match codes::take_try(tx, &self.who.tenant.id, &factor, self.now).await {
                Ok(codes::Try::Wait(retry_after)) => return Err(Error::TooMany { retry_after }),
                Ok(codes::Try::Locked) => {
                    return self.unlooked(tx, "factor_locked", WrongBecause::MaxAttemptsExceeded).await;
                }
                Ok(counted) => locks = counted.is_last(),
                // Removed since the code was sent.
                Err(Error::NotFound(_)) => {
                    return self.unlooked(tx, "factor_changed", WrongBecause::CodeInvalidOrExpired).await;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Turn::Taken(Box::new(Taken { action, open, factor, is_last: is_last || locks, locks })))
    }

    /// The action as it is now.
    pub(super) async fn action(&self, tx: &mut Tx<'_>) -> Result<Action> {
        let (tenant, user, token) = (&self.who.tenant.id, &self.who.user.id, &self.who.token);
        let action = action::store::reload(tx, tenant, user, &token.action_code, &token.idempotency_key).await?;
        action.ok_or(Error::InvalidToken)
    }
}
