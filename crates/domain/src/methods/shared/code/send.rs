//! Sending a code: to an address that is to be a factor, or to a factor.

use super::write::{Sending, address_of, is_at};
use super::{Begun, Rules};
use crate::action::{Action, Bearer};
use crate::authenticator::codes;
use crate::challenge::{self, Asked, Note, Purpose};
use crate::error::{Error, Result};
use crate::id::AuthenticatorId;
use crate::methods::shared::permission::admits_proof;
use crate::{Caller, Countersign};

/// What is said of an address that is a factor of the user's already.
pub(super) const ALREADY: &str = "This address is enrolled already. Use it, or enrol another.";

impl Countersign {
    /// Sends a code to an address; the right answer makes it a factor. The sending is not left for later: who enrols is
    /// waiting (decisions §3).
    pub(in crate::methods) async fn code_enrol(
        &self,
        rules: &Rules,
        who: &Bearer,
        address: String,
        caller: &Caller,
    ) -> Result<Begun> {
        self.require_sent(&who.tenant, rules)?;
        let action = self.action_of(who).await?;
        self.room_to_enrol(who, &action).await?;
        let held = codes::list(self.db(), &who.tenant.id, &who.user.id).await?;
        if held.iter().any(|factor| factor.method == rules.factor && is_at(factor, &address)) {
            return Err(Error::invalid(ALREADY));
        }
        let note =
            Note { factor: Some(AuthenticatorId::beside(&who.user.id)), address: Some(address), ..Note::default() };
        self.send_code(rules, who, &action, Purpose::Enrol, note, caller).await
    }

    /// Sends a code to the user's factor. While an enrolment waits for its code, that one is sent anew.
    pub(in crate::methods) async fn code_begin(&self, rules: &Rules, who: &Bearer, caller: &Caller) -> Result<Begun> {
        self.require_sent(&who.tenant, rules)?;
        let action = self.action_of(who).await?;
        let enrolment = challenge::id_of(&action, rules.method, Purpose::Enrol);
        match challenge::find(self.db(), &who.tenant.id, &enrolment).await {
            Ok(open) if open.is_open(self.now()) => {
                self.room_to_enrol(who, &action).await?;
                return self.send_code(rules, who, &action, Purpose::Enrol, open.note, caller).await;
            }
            Ok(_) | Err(Error::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
        admits_proof(&action)?;
        let held = codes::list(self.db(), &who.tenant.id, &who.user.id).await?;
        let mut usable: Vec<_> = held.into_iter().filter(|factor| factor.method == rules.factor).collect();
        if usable.len() > 1 {
            let locked = codes::locked(self.db(), &who.tenant.id, &who.user.id).await?;
            // The default one first, else the oldest; one that answers no more after all others.
            usable.sort_by_key(|factor| (locked.contains(&factor.id), !factor.is_default));
        }
        let factor = usable.into_iter().next();
        let factor = factor
            .ok_or_else(|| Error::invalid(format!("The user has no {}. Enrol one first.", rules.factor.noun())))?;
        let note = Note { address: address_of(&factor).cloned(), factor: Some(factor.id), ..Note::default() };
        self.send_code(rules, who, &action, Purpose::Verify, note, caller).await
    }

    async fn send_code(
        &self,
        rules: &Rules,
        who: &Bearer,
        action: &Action,
        purpose: Purpose,
        mut note: Note,
        caller: &Caller,
    ) -> Result<Begun> {
        let id = challenge::id_of(action, rules.method, purpose);
        let factor = note.factor.clone().filter(|_| note.address.is_some());
        let factor = factor.ok_or_else(|| Error::Internal("a code without an address".to_owned()))?;
        note.asked = rules.shows_asker.then(|| Asked::of(who, caller));
        let action = (action.code.clone(), action.idempotency_key.clone());
        let sending =
            Sending { rules, challenge: id.clone(), purpose, user: Some(&who.user), is_named: true, action, note };
        let (letter, _) = self.write_code(&who.tenant, sending, caller).await?;
        self.send_now(&letter).await.into_result()?;
        Ok(Begun { challenge: id, factor, user: who.user.clone() })
    }
}
