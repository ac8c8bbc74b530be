//! What an answer comes to, once its attempt is counted and the method has looked at it.

use countersign_db::Tx;

use super::WrongBecause;
use super::answer::{Answer, Judged, Taken};
use super::send::ALREADY;
use super::write::{address_of, is_at};
use crate::action::{self, Action};
use crate::audit::{self, Event};
use crate::authenticator::{self, Authenticator, Detail, assurance_of_code, codes, combine};
use crate::challenge::{self, Challenge};
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::id::{AuthenticatorId, TenantId};
use crate::methods::Method;
use crate::methods::shared::enrolment::Enrolment;
use crate::methods::shared::permission::{NO_RIGHT, admits_proof};
use crate::token::Proof;

impl Answer {
    /// It was wrong: the counts stand.
    pub(in crate::methods) async fn refuse(&self, tx: &mut Tx<'_>, taken: &Taken) -> Result<Judged> {
        let event = self.event("challenge.refused", taken);
        let counted = (taken.is_last, taken.locks);
        refuse(tx, &self.who.tenant.id, &taken.open, counted, event, self.now).await.map(Judged::Wrong)
    }

    /// It was right and makes a factor that rests on `detail`.
    pub(in crate::methods) async fn enrol(
        &self,
        tx: &mut Tx<'_>,
        taken: &Taken,
        detail: Detail,
        kept: &codes::Kept,
    ) -> Result<Judged> {
        let (tenant, user) = (&self.who.tenant.id, &self.who.user);
        challenge::close_verified(tx, tenant, &taken.open, self.now).await?;
        let right = self.right.ok_or(Error::InsufficientScope(NO_RIGHT))?;
        let factor = Authenticator {
            id: taken.factor.clone(),
            user: user.id.clone(),
            method: self.kind,
            is_default: !user.is_enrolled(),
            label: None,
            created_at: self.now,
            verified_at: Some(self.now),
            last_verified_at: Some(self.now),
            detail,
        };
        let proof = assurance_of_code(self.method, self.now);
        let action = taken.action.clone();
        let enrolment = Enrolment::new(&self.who, action, right, &taken.open, &factor, proof, &self.caller);
        enrolment.take_right(tx).await?;
        // Taking the right holds the user's row: of two enrolments of one address at once, the later one sees the other's factor.
        let held = codes::reload(tx, tenant, &user.id).await?;
        let address = address_of(&factor).map(String::as_str);
        if held.iter().any(|held| held.method == self.kind && address.is_some_and(|address| is_at(held, address))) {
            return Err(Error::invalid(ALREADY));
        }
        codes::insert(tx, tenant, &factor, kept).await?;
        enrolment.record(tx).await?;
        Ok(Judged::Enrolled(Box::new((enrolment, factor))))
    }

    /// It was right and proves the action.
    pub(in crate::methods) async fn prove(&self, tx: &mut Tx<'_>, taken: &Taken) -> Result<Judged> {
        let (tenant, action, id) = (&self.who.tenant.id, &taken.action, &taken.factor);
        challenge::close_verified(tx, tenant, &taken.open, self.now).await?;
        admits_proof(action)?;
        codes::forgive(tx, tenant, id).await?;
        let factor = codes::find(tx, tenant, id).await?.ok_or(Error::NotFound("user authenticator"))?;
        authenticator::store::record_use(tx, tenant, id, self.now).await?;
        let event = self.event("action.proved", taken);
        let fresh = assurance_of_code(self.method, self.now);
        let proof = prove(tx, tenant, action, (self.method, id), fresh, event, self.now).await?;
        Ok(Judged::Proved(Box::new((action.clone(), factor, proof))))
    }

    /// An event of this answer.
    pub(in crate::methods) fn event(&self, name: &'static str, taken: &Taken) -> Event {
        Event::new(name, self.now)
            .user(&taken.action.user)
            .action(&taken.action.code, &taken.action.idempotency_key)
            .challenge(&taken.open.id)
            .caller(&self.caller)
            .detail("method", self.method.as_str())
    }
}

/// What a wrong answer leaves, at whichever door: its attempt and, where it was the factor's last, the end of that are counted
/// already; the challenge and the action may end by it. `event` is `challenge.refused`.
pub(super) async fn refuse(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    open: &Challenge,
    (is_last, locks): (bool, bool),
    event: Event,
    now: Millis,
) -> Result<WrongBecause> {
    challenge::fail(tx, tenant, &open.id, now).await?;
    let event = event.detail("reason", "code_invalid");
    audit::record(tx, tenant, &event).await?;
    if locks && let Some(factor) = &open.note.factor {
        audit::record(tx, tenant, &event.clone().renamed("authenticator.locked").authenticator(factor)).await?;
    }
    if let (Some(user), Some(key)) = (&open.user, &open.idempotency_key)
        && action::store::count_failure(tx, tenant, user, &open.action_code, key, now).await?
    {
        audit::record(tx, tenant, &event.renamed("action.failed")).await?;
    }
    Ok(if is_last { WrongBecause::MaxAttemptsExceeded } else { WrongBecause::CodeInvalidOrExpired })
}

/// Proves the action with a factor. `fresh` is what the answer is worth alone; `event` is `action.proved`.
pub(super) async fn prove(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    action: &Action,
    (method, factor): (Method, &AuthenticatorId),
    fresh: Proof,
    event: Event,
    now: Millis,
) -> Result<Proof> {
    // An old proof, or one the backend has asked to be given anew, lifts no weaker one.
    let earlier = action.proof().filter(|_| action.is_freshly_proved(now));
    let proof = combine(earlier.and_then(|proof| Some((action.method?, proof))), method, fresh);
    action::store::prove(tx, tenant, action, method, factor, &proof).await?;
    let event = event.authenticator(factor).detail("acr", proof.acr.as_str()).detail("amr", proof.amr.join(" "));
    audit::record(tx, tenant, &event).await?;
    Ok(proof)
}
