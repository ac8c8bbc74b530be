//! One code on its way: the challenge, the message and the event of it, in one transaction, within all bounds.

use url::Host;

use super::{CODE_LIFE, Made, Rules, cap};
use crate::audit::{self, Event};
use crate::authenticator::{Authenticator, Detail, SmsChannel, codes};
use crate::challenge::{self, Challenge, Note, Purpose, State};
use crate::clock::{Millis, Span};
use crate::delivery::{Letter, Post, Recipient, masked};
use crate::error::{Error, Result};
use crate::id::{AuthenticatorId, ChallengeId, UserId};
use crate::limit::{self, Limit};
use crate::methods::Method;
use crate::tenant::Tenant;
use crate::user::User;
use crate::{Caller, Countersign, secret};

/// How many codes a backend asks for a user, by all methods together.
const ASKED: Limit = Limit { most: 12, within: Span::minutes(10) };

/// A code to one address, or to nobody.
pub(super) struct Sending<'a> {
    pub(super) rules: &'a Rules,
    pub(super) challenge: ChallengeId,
    pub(super) purpose: Purpose,
    /// Whose, where that is known.
    pub(super) user: Option<&'a User>,
    /// Whether the method was named by who asks, and not found by what the user has.
    pub(super) is_named: bool,
    /// Code and key.
    pub(super) action: (String, String),
    /// Where it goes, and what the answer needs. Without an address it goes nowhere, at the same cost.
    pub(super) note: Note,
}

impl Countersign {
    /// `InvalidConfiguration` that says what is missing, unless a code can be sent by these rules.
    pub(super) fn require_sent(&self, tenant: &Tenant, rules: &Rules) -> Result<()> {
        self.require_offered(tenant, rules.method)?;
        match rules.phone {
            // Whoever switched WhatsApp off meant the way, too.
            Some(SmsChannel::Whatsapp) => self.require_offered(tenant, Method::Whatsapp),
            Some(SmsChannel::Default) | None => Ok(()),
        }
    }

    /// Writes a code down, and when it ends; it is to be sent next. Refused before anything is written: an address that the rules
    /// do not reach; one too many for the user, the address or the tenant (checklist 9, 10).
    pub(super) async fn write_code(
        &self,
        tenant: &Tenant,
        sending: Sending<'_>,
        caller: &Caller,
    ) -> Result<(Letter, Millis)> {
        let Sending { rules, challenge: id, purpose, user, is_named, action: (code, key), mut note } = sending;
        let now = self.now();
        let expires_at = now.plus(CODE_LIFE);
        let caps = note.address.as_deref().map_or_else(|| Ok(Vec::new()), |address| (rules.guard)(tenant, address))?;
        note.sms_channel = rules.phone;
        let told = note.told.as_ref().and_then(|told| told.locale.clone());
        let to = Recipient {
            address: note.address.clone().unwrap_or_default(),
            name: user.and_then(|user| user.display_name.clone()),
            locale: told.or_else(|| user.and_then(|user| user.locale.clone())),
        };
        let user = user.map(|user| user.id.clone());
        let Made { message, kept } = (rules.make)(tenant, &id);
        let post = Post { user: user.clone(), challenge: Some(id.clone()), to, message, expires_at };
        let letter = self.letter(&tenant.id, &post);
        let letter = if note.address.is_some() { letter } else { letter.as_decoy() };
        // Behind a backend may stand anybody. That a user gets no more of what they have, or their address none, would tell what
        // and whose it is: then nobody gets the code, and the askings are counted that say so.
        let is_hidden = user.is_some() && note.told.is_some();
        let keys = limit_keys(rules, user.as_ref(), note.address.as_deref());
        let asked = user.as_ref().filter(|_| is_hidden).map_or_else(Vec::new, |user| asked_keys(rules, user, is_named));
        let open = Challenge {
            id,
            user,
            action_code: code,
            idempotency_key: Some(key),
            method: Some(rules.method),
            purpose,
            state: State::Pending,
            secret_hash: Some(kept),
            note,
            expires_at,
            is_stored: true,
        };
        let event = started(&open, rules, caller, now);
        let (tenant, written, sends) = (tenant.id.clone(), letter.clone(), rules.sends);
        let capped = self
            .write(async move |tx| {
                let (mut written, mut event) = (written.clone(), event.clone());
                let mut is_withheld = false;
                for (key, most) in &asked {
                    limit::take(tx, &tenant, key, *most, now).await?;
                }
                for key in &keys {
                    match limit::take(tx, &tenant, key, sends, now).await {
                        Err(Error::TooMany { .. }) if is_hidden => is_withheld = true,
                        taken => taken?,
                    }
                }
                let capped = event.clone().renamed("sms.cap_reached");
                // What is sent to nobody takes nothing from the tenant's bounds.
                let caps = if is_withheld { &[] } else { caps.as_slice() };
                match cap::take(tx, &tenant, caps, &capped, now).await? {
                    Some(_) if is_hidden => is_withheld = true,
                    Some(retry_after) => return Ok(Some(retry_after)),
                    None => {}
                }
                if is_withheld {
                    (written, event) = (written.as_decoy(), event.detail("withheld", "limit"));
                } else if let Some((factor, channel)) = travels(&open) {
                    codes::sent_by(tx, &tenant, factor, channel).await?;
                }
                challenge::arm(tx, &tenant, &open, now).await?;
                written.put(tx).await?;
                audit::record(tx, &tenant, &event).await?;
                Ok(None)
            })
            .await?;
        match capped {
            Some(retry_after) => Err(Error::TooMany { retry_after }),
            None => Ok((letter, expires_at)),
        }
    }
}

/// The event of a challenge that is to be answered by a code.
fn started(open: &Challenge, rules: &Rules, caller: &Caller, now: Millis) -> Event {
    let name = if open.purpose == Purpose::Enrol { "enrolment.started" } else { "challenge.started" };
    let mut event = Event::new(name, now)
        .challenge(&open.id)
        .caller(caller)
        .detail("method", rules.method.as_str())
        .detail("address", open.note.address.as_deref().map_or_else(|| "none".to_owned(), masked));
    if let (Some(user), Some(key)) = (&open.user, &open.idempotency_key) {
        event = event.user(user).action(&open.action_code, key);
    }
    if let Some(factor) = &open.note.factor {
        event = event.authenticator(factor);
    }
    event
}

/// The phone that a code goes to, and how, where it is a factor already.
fn travels(open: &Challenge) -> Option<(&AuthenticatorId, SmsChannel)> {
    let goes = open.purpose == Purpose::Verify && open.note.address.is_some();
    open.note.factor.as_ref().zip(open.note.sms_channel).filter(|_| goes)
}

/// The counters of sends: one of the user, one of the address, as far as they are known. For a user without an address the user
/// stands in for it: counting takes time, and would tell (checklist 56).
fn limit_keys(rules: &Rules, user: Option<&UserId>, address: Option<&str>) -> Vec<String> {
    let factor = rules.factor.as_str();
    let to = address.or_else(|| user.map(UserId::as_str)).map(hashed);
    let user = user.map(|user| format!("send:{factor}:{user}"));
    user.into_iter().chain(to.map(|to| format!("send:{factor}:to:{to}"))).collect()
}

/// The counters of what a backend asks for a user, which depend on nothing that the user has: one of all, and one of the method
/// where it is named.
fn asked_keys(rules: &Rules, user: &UserId, is_named: bool) -> Vec<(String, Limit)> {
    let named = is_named.then(|| (format!("asked:{}:{user}", rules.factor.as_str()), rules.sends));
    [(format!("asked:{user}"), ASKED)].into_iter().chain(named).collect()
}

/// An address as a part of a counter's name, however it is written. Hashed: counters are not for reading.
pub(super) fn hashed(address: &str) -> String {
    secret::base64url(&secret::sha256(mailbox(address).as_bytes()))
}

/// Where mail to an address arrives, as far as its text tells (checklist 54): in small letters, without what follows `+`, the
/// domain as DNS has it. A number stays as it is.
fn mailbox(address: &str) -> String {
    let Some((local, domain)) = address.rsplit_once('@') else { return address.to_owned() };
    let name = local.split('+').next().filter(|name| !name.is_empty()).unwrap_or(local);
    let domain = Host::parse(domain).map_or_else(|_| domain.to_lowercase(), |host| host.to_string());
    format!("{}@{domain}", name.to_lowercase())
}

/// Whether a factor's codes go to this address. Letters beyond ASCII are compared as they are: some fold into others.
pub(super) fn is_at(factor: &Authenticator, address: &str) -> bool {
    address_of(factor).is_some_and(|held| held.eq_ignore_ascii_case(address))
}

/// Where a factor's codes go.
pub(super) fn address_of(factor: &Authenticator) -> Option<&String> {
    match &factor.detail {
        Detail::Email(address) => Some(address),
        Detail::Phone(phone) => Some(&phone.number),
        Detail::Credential(_) | Detail::App | Detail::RecoveryCodes { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::mailbox;

    #[test]
    fn an_address_is_one_mailbox_however_it_is_written() {
        for address in [
            "ada@example.com",
            "ADA@Example.COM",
            "ada+1@example.com",
            "ada+a+b@example.com",
            "Ada+@EXAMPLE.com",
            "ada@\u{ff45}xample.com",
        ] {
            assert_eq!(mailbox(address), "ada@example.com", "{address}");
        }
        assert_eq!(mailbox("ada@b\u{fc}cher.example"), mailbox("ada@xn--bcher-kva.example"));
        for other in ["ada1@example.com", "ada@example.org", "+1@example.com", "a.da@example.com"] {
            assert_ne!(mailbox(other), "ada@example.com", "{other}");
        }
        assert_eq!(mailbox("+64210000789"), "+64210000789");
        assert_ne!(mailbox("+1@example.com"), mailbox("+2@example.com"), "nothing is left of nobody");
    }
}
