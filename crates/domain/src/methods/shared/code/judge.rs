//! What an answer comes to, once its attempt is counted and the method has looked at it.

use countersign_db::Tx;

use super::WrongBecause;
use super::answer::{Answer, Judged, Taken};
use crate::action;
use crate::audit::{self, Event};
use crate::authenticator::{self, Authenticator, Detail, assurance_of_code, codes, combine};
use crate::challenge;
use crate::error::{Error, Result};
use crate::methods::shared::enrolment::Enrolment;
use crate::methods::shared::permission::{NO_RIGHT, admits_proof};

impl Answer {
    /// It was wrong: the counts stand.
    pub(in crate::methods) async fn refuse(&self, tx: &mut Tx<'_>, taken: &Taken) -> Result<Judged> {
        let (tenant, action) = (&self.who.tenant.id, &taken.action);
        challenge::fail(tx, tenant, &taken.open.id, self.now).await?;
        let event = self.event("challenge.refused", taken).detail("reason", "code_invalid");
        audit::record(tx, tenant, &event).await?;
        if taken.locks {
            let locked = event.clone().renamed("authenticator.locked").authenticator(&taken.factor);
            audit::record(tx, tenant, &locked).await?;
        }
        let (code, key) = (&action.code, &action.idempotency_key);
        if action::store::count_failure(tx, tenant, &action.user, code, key, self.now).await? {
            audit::record(tx, tenant, &event.renamed("action.failed")).await?;
        }
        let is_last = taken.is_last;
        Ok(Judged::Wrong(if is_last { WrongBecause::MaxAttemptsExceeded } else { WrongBecause::CodeInvalidOrExpired }))
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
        let fresh = assurance_of_code(self.method, self.now);
        // An old proof, or one the backend has asked to be given anew, lifts no weaker one.
        let earlier = action.proof().filter(|_| action.is_freshly_proved(self.now));
        let proof = combine(earlier.and_then(|proof| Some((action.method?, proof))), self.method, fresh);
        action::store::prove(tx, tenant, action, self.method, id, &proof).await?;
        let event = self.event("action.proved", taken).authenticator(id);
        let event = event.detail("acr", proof.acr.as_str()).detail("amr", proof.amr.join(" "));
        audit::record(tx, tenant, &event).await?;
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
