//! Mails that tell the owner of an account what was changed in it, or that a recovery code was used (checklist 28, 92).
//!
//! They go to every verified address that the user had before the change: addresses of factors, and the one that the backend
//! calls verified. An address that was just added is not told of itself, one that was removed is. So the first factor of a new user
//! tells nobody, unless the backend knew an address before. A notice is written in the transaction of the change, and sent by the
//! job within a second or two: no request waits for it.

use countersign_db::Tx;

use crate::Countersign;
use crate::authenticator::{Authenticator, Detail, codes, parse_user_agent};
use crate::clock::{Millis, Span};
use crate::delivery::{Channel, Happened, Letter, Message, Notice, Post, Recipient, masked};
use crate::error::Result;
use crate::id::{AuthenticatorId, TenantId};
use crate::ring::KeyRing;
use crate::tenant::Settings;
use crate::user::User;

/// How long a notice is tried.
const LIFE: Span = Span::days(1);

/// Writes a tenant's notices. For transactions: it holds what sealing needs.
#[derive(Clone)]
pub(crate) struct Teller {
    pub(crate) tenant: TenantId,
    ring: KeyRing,
    /// The tenant wants them, and there is a way to send mail.
    is_on: bool,
}

impl std::fmt::Debug for Teller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Teller(…)")
    }
}

impl Countersign {
    pub(crate) fn teller(&self, tenant: &TenantId, settings: &Settings) -> Teller {
        let is_on = settings.notices && self.delivers(Channel::Email);
        Teller { tenant: tenant.clone(), ring: self.ring().clone(), is_on }
    }
}

impl Teller {
    /// The user's verified addresses, each once, without the one of the factor `except`.
    pub(crate) async fn addressees(
        &self,
        tx: &mut Tx<'_>,
        user: &User,
        except: Option<&AuthenticatorId>,
    ) -> Result<Vec<String>> {
        if !self.is_on {
            return Ok(Vec::new());
        }
        let mut addresses: Vec<String> = user.email.clone().filter(|_| user.email_verified).into_iter().collect();
        for factor in codes::reload(tx, &self.tenant, &user.id).await? {
            if let Detail::Email(address) = factor.detail
                && factor.verified_at.is_some()
                && except != Some(&factor.id)
            {
                addresses.push(address);
            }
        }
        let mut seen = Vec::new();
        addresses.retain(|address| {
            let form = address.to_lowercase();
            let is_new = !seen.contains(&form);
            seen.push(form);
            is_new
        });
        Ok(addresses)
    }

    /// A notice to every verified address, of what changes none of them.
    pub(crate) async fn tell_all(&self, tx: &mut Tx<'_>, user: &User, notice: &Notice) -> Result<()> {
        let told = self.addressees(tx, user, None).await?;
        self.tell(tx, user, &told, notice).await
    }

    /// Puts a notice to each of them into the outbox.
    pub(crate) async fn tell(&self, tx: &mut Tx<'_>, user: &User, addresses: &[String], notice: &Notice) -> Result<()> {
        for address in addresses {
            let (name, locale) = (user.display_name.clone(), user.locale.clone());
            let to = Recipient { address: address.clone(), name, locale };
            let message = Message::Notice(notice.clone());
            let expires_at = notice.at.plus(LIFE);
            let post = Post { user: Some(user.id.clone()), challenge: None, to, message, expires_at };
            Letter::seal(&self.ring, &self.tenant, &post, notice.at).left_to_the_job().put(tx).await?;
        }
        Ok(())
    }
}

impl<D: Into<Detail> + Clone> Authenticator<D> {
    /// A notice of what happened to this factor. Of an address the word is *address*, of all else *factor*.
    pub(crate) fn notice(&self, happened: Happened, at: Millis) -> Notice {
        let address = match self.detail.clone().into() {
            Detail::Email(address) => Some(address),
            Detail::Phone(phone) => Some(phone.number),
            Detail::Credential(_) | Detail::App | Detail::RecoveryCodes { .. } => None,
        };
        let happened = match (happened, &address) {
            (Happened::FactorAdded, Some(_)) => Happened::AddressAdded,
            (Happened::FactorChanged, Some(_)) => Happened::AddressChanged,
            (Happened::FactorRemoved, Some(_)) => Happened::AddressRemoved,
            (same, _) => same,
        };
        let noun = || {
            let noun = self.method.noun();
            let (first, rest) = noun.split_at_checked(1).unwrap_or((noun, ""));
            format!("{}{rest}", first.to_uppercase())
        };
        Notice { happened, at, about: Some(address.map_or_else(noun, |address| masked(&address))), device: None }
    }
}

/// A browser in words, such as "Chrome on Windows"; `None` where its agent says neither.
pub(crate) fn device_words(user_agent: &str) -> Option<String> {
    let parsed = parse_user_agent(user_agent);
    match (parsed.browser, parsed.os) {
        (Some(browser), Some((system, _))) => Some(format!("{} on {system}", browser.name)),
        (Some(browser), None) => Some(browser.name),
        (None, system) => system.map(|(name, _)| name),
    }
}
