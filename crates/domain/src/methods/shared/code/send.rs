//! Sending a code: to an address that is to be a factor, or to a factor.

use super::{Begun, CODE_LIFE, Made, Rules, cap};
use crate::action::{Action, Bearer};
use crate::audit::{self, Event};
use crate::authenticator::{self, Authenticator, Detail, SmsChannel, codes};
use crate::challenge::{self, Asked, Challenge, Note, Purpose, State};
use crate::delivery::{Channel, Post, Recipient, masked};
use crate::error::{Error, Result};
use crate::id::{AuthenticatorId, UserId};
use crate::methods::shared::permission::admits_proof;
use crate::{Caller, Countersign, limit, secret};

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
        self.require_offered(&who.tenant, rules.method)?;
        let action = self.action_of(who).await?;
        self.right_to_enrol(who, &action).await?;
        let held = authenticator::codes::list(self.db(), &who.tenant.id, &who.user.id).await?;
        if held.iter().any(|factor| factor.method == rules.factor && address_of(factor) == Some(&address)) {
            return Err(Error::invalid("This address is enrolled already. Use it, or enrol another."));
        }
        let note =
            Note { factor: Some(AuthenticatorId::beside(&who.user.id)), address: Some(address), ..Note::default() };
        self.send_code(rules, who, &action, Purpose::Enrol, note, caller).await
    }

    /// Sends a code to the user's factor. While an enrolment waits for its code, that one is sent anew.
    pub(in crate::methods) async fn code_begin(&self, rules: &Rules, who: &Bearer, caller: &Caller) -> Result<Begun> {
        self.require_offered(&who.tenant, rules.method)?;
        let action = self.action_of(who).await?;
        let enrolment = challenge::id_of(&action, rules.method, Purpose::Enrol);
        match challenge::find(self.db(), &who.tenant.id, &enrolment).await {
            Ok(open) if open.is_open(self.now()) => {
                self.right_to_enrol(who, &action).await?;
                return self.send_code(rules, who, &action, Purpose::Enrol, open.note, caller).await;
            }
            Ok(_) | Err(Error::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
        admits_proof(&action)?;
        let held = authenticator::codes::list(self.db(), &who.tenant.id, &who.user.id).await?;
        let mut usable = held.into_iter().filter(|factor| factor.method == rules.factor);
        let first = usable.next();
        let factor = usable.find(|factor| factor.is_default).or(first);
        let factor = factor
            .ok_or_else(|| Error::invalid(format!("The user has no {}. Enrol one first.", rules.method.noun())))?;
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
        let (now, tenant) = (self.now(), &who.tenant);
        let id = challenge::id_of(action, rules.method, purpose);
        let lacks = || Error::Internal("a code without an address".to_owned());
        let (factor, address) = (note.factor.clone().ok_or_else(lacks)?, note.address.clone().ok_or_else(lacks)?);
        if rules.phone == Some(SmsChannel::Whatsapp) {
            self.require_delivered(rules.method, Channel::Whatsapp)?;
        }
        let caps = (rules.guard)(tenant, &address)?;
        note.sms_channel = rules.phone;
        note.asked = rules.shows_asker.then(|| Asked::of(who, caller));
        let Made { message, kept } = (rules.make)(tenant, &id);
        let open = Challenge {
            id: id.clone(),
            user: Some(who.user.id.clone()),
            action_code: action.code.clone(),
            idempotency_key: Some(action.idempotency_key.clone()),
            method: Some(rules.method),
            purpose,
            state: State::Pending,
            secret_hash: Some(kept),
            note,
            expires_at: now.plus(CODE_LIFE),
            is_stored: true,
        };
        let to = Recipient {
            address: address.clone(),
            name: who.user.display_name.clone(),
            locale: who.user.locale.clone(),
        };
        let user = Some(who.user.id.clone());
        let post = Post { user, challenge: Some(id.clone()), to, message, expires_at: open.expires_at };
        let letter = self.letter(&tenant.id, &post);
        let name = if purpose == Purpose::Enrol { "enrolment.started" } else { "challenge.started" };
        let event = Event::new(name, now)
            .user(&who.user.id)
            .action(&action.code, &action.idempotency_key)
            .challenge(&id)
            .authenticator(&factor)
            .caller(caller)
            .detail("method", rules.method.as_str())
            .detail("address", masked(&address));
        let keys = limit_keys(rules, Some(&who.user.id), Some(&address));
        let capped = {
            let (tenant, letter, sends, phone) = (tenant.id.clone(), letter.clone(), rules.sends, rules.phone);
            let capped = event.clone().renamed("sms.cap_reached");
            self.write(async move |tx| {
                for key in &keys {
                    limit::take(tx, &tenant, key, sends, now).await?;
                }
                if let Some(retry_after) = cap::take(tx, &tenant, &caps, &capped, now).await? {
                    return Ok(Some(retry_after));
                }
                if let (Purpose::Verify, Some(channel), Some(factor)) = (open.purpose, phone, &open.note.factor) {
                    codes::sent_by(tx, &tenant, factor, channel).await?;
                }
                challenge::arm(tx, &tenant, &open, now).await?;
                letter.put(tx).await?;
                audit::record(tx, &tenant, &event).await?;
                Ok(None)
            })
            .await?
        };
        if let Some(retry_after) = capped {
            return Err(Error::TooMany { retry_after });
        }
        self.send_now(&letter).await.into_result()?;
        Ok(Begun { challenge: id, factor, user: who.user.clone() })
    }
}

/// The counters of sends: one of the user, one of the address, as far as they are known.
pub(super) fn limit_keys(rules: &Rules, user: Option<&UserId>, address: Option<&str>) -> Vec<String> {
    let factor = rules.factor.as_str();
    let user = user.map(|user| format!("send:{factor}:{user}"));
    user.into_iter().chain(address.map(|address| format!("send:{factor}:to:{}", hashed(address)))).collect()
}

/// An address as a part of a counter's name, however it is written. Hashed: counters are not for reading.
pub(super) fn hashed(address: &str) -> String {
    secret::base64url(&secret::sha256(address.to_lowercase().as_bytes()))
}

pub(super) fn address_of(factor: &Authenticator) -> Option<&String> {
    match &factor.detail {
        Detail::Email(address) => Some(address),
        Detail::Phone(phone) => Some(&phone.number),
        Detail::Credential(_) | Detail::App | Detail::RecoveryCodes { .. } => None,
    }
}
