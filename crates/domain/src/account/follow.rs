//! Following the link of a mail.

use std::sync::Arc;

use super::exchange::EXCHANGE_LIFE;
use super::sign_in::may_enter;
use super::ticket::Bits;
use super::{Kept, Refused, store};
use crate::audit::{self, Event};
use crate::authenticator::assurance_of_code;
use crate::challenge::{self, Challenge, Purpose, Step};
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::methods::Method;
use crate::secret::Secret;
use crate::session::{Granted, Opening, ProvedBy};
use crate::tenant::Tenant;
use crate::user;
use crate::{Caller, Countersign};

/// What a link led to.
#[derive(Debug)]
pub enum Followed {
    /// A session, whose refresh token goes along.
    SignedIn(Box<Granted>),
    /// A code, which is exchanged for the session by whoever asked for the mail.
    Code(Secret),
    /// Nothing: the ticket is none, was used, or is over; or the address became another's meanwhile.
    Invalid,
}

impl Countersign {
    /// Uses the ticket of a link up: the address is its account's from now on.
    pub async fn follow_ticket(&self, tenant: &Arc<Tenant>, ticket: &str, caller: &Caller) -> Result<Followed> {
        match self.use_ticket(tenant, ticket, caller).await {
            Err(Error::InvalidRequest(_) | Error::NotFound(_) | Error::Account(_)) => Ok(Followed::Invalid),
            followed => followed,
        }
    }

    async fn use_ticket(&self, tenant: &Arc<Tenant>, ticket: &str, caller: &Caller) -> Result<Followed> {
        let unknown = || Error::NotFound("ticket");
        let bits = ticket.strip_prefix("verifyEmail:").and_then(Bits::parse).ok_or_else(unknown)?;
        let open = self.open_of_bits(tenant, &bits, Step::VerifyAddress).await?;
        let id = open.user.clone().ok_or_else(unknown)?;
        let account = store::find(self.db(), &tenant.id, &id).await?.ok_or_else(unknown)?;
        let user = user::store::find_known(self.db(), &tenant.id, &id).await?.ok_or_else(unknown)?;
        let now = self.now();
        let verified = super::Account { email_verified_at: Some(now), ..account };
        may_enter(tenant, &verified)?;
        let code_challenge = open.note.account.as_ref().and_then(|kept| kept.code_challenge.clone());
        let earned = match code_challenge {
            Some(code_challenge) => {
                let code = Bits::random();
                let kept = Kept { code_challenge: Some(code_challenge), ..Kept::default() };
                let exchange = code.open(Step::Exchange, &id, kept, EXCHANGE_LIFE, now);
                Earned::Code(Box::new(exchange), Secret::new(code.text()))
            }
            None => Earned::Session(Box::new(Opening::new(self, tenant, &user, None, &link_proof(now), caller, now))),
        };
        let earned = Arc::new(earned);
        let event = Event::new("account.verified", now).user(&id).challenge(&open.id).caller(caller);
        let (of, kept, owner) = (tenant.clone(), earned.clone(), verified.clone());
        self.write(async move |tx| {
            challenge::close_verified(tx, &of.id, &open, now).await?;
            if !store::verify(tx, &of.id, &owner, now).await?
                || !store::claim(tx, &of.id, &owner.email, &owner.user, now).await?
            {
                return Err(Refused::AlreadyVerified.into());
            }
            audit::record(tx, &of.id, &event).await?;
            match &*kept {
                Earned::Session(opening) => opening.store(tx).await,
                Earned::Code(exchange, _) => challenge::insert(tx, &of.id, exchange, now).await,
            }
        })
        .await?;
        match &*earned {
            Earned::Session(opening) => {
                let granted = self.grant(tenant, opening, Some(&verified), false).await?;
                Ok(Followed::SignedIn(Box::new(granted)))
            }
            Earned::Code(_, code) => Ok(Followed::Code(code.clone())),
        }
    }

    /// The open challenge that these bits are the secret of.
    pub(super) async fn open_of_bits(&self, tenant: &Tenant, bits: &Bits, step: Step) -> Result<Challenge> {
        let open = challenge::find(self.db(), &tenant.id, &bits.challenge()).await?;
        if open.purpose != Purpose::Account(step) || !open.is_answered_by(bits.bytes()) {
            return Err(Error::NotFound("ticket"));
        }
        self.require_open(&tenant.id, &open).await?;
        Ok(open)
    }
}

/// What a followed link earns.
enum Earned {
    Session(Box<Opening>),
    Code(Box<Challenge>, Secret),
}

/// What the following of a link proves: the mailbox.
pub(super) fn link_proof(now: Millis) -> ProvedBy {
    ProvedBy { method: None, factor: None, proof: assurance_of_code(Method::EmailMagicLink, now) }
}
