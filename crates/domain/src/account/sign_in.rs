//! Signing in with a key: by an address, or by whatever key there is that names its user.

use std::sync::Arc;

use countersign_webauthn::Authentication;
use countersign_webauthn::options::RequestOptions;

use super::ceremony::{RULES, opened, request_options};
use super::decoy::Decoy;
use super::{Account, Address, AssertionSent, Refused, store};
use crate::audit::{self, Event};
use crate::authenticator::{Authenticator, Credential, assurance, credentials};
use crate::challenge::{self, Challenge, Purpose, Step};
use crate::clock::{Millis, Span};
use crate::error::{Error, Result};
use crate::id::{ChallengeId, UserId};
use crate::limit::{self, Limit};
use crate::methods::{Method, TOKEN_CHALLENGE, check_assertion, counter_event};
use crate::session::{Granted, Opening, ProvedBy};
use crate::tally::{Ceremony, Stage};
use crate::tenant::Tenant;
use crate::user;
use crate::{Caller, Countersign};

/// How many sign-ins may begin for one address, whoever asks: generous, because it is strangers who count.
const SIGN_INS: Limit = Limit { most: 1000, within: Span::minutes(10) };

/// The one refusal of an answer: neither whether the key is known nor whose it is can be read from it (checklist 55).
const NOT_ACCEPTED: &str = "The assertion was not accepted. Ask for new options and start the ceremony again.";

/// An assertion that was right.
pub(super) struct Seen {
    pub(super) factor: Authenticator<Credential>,
    pub(super) seen: Authentication,
}

impl Countersign {
    /// Options for signing in: by the keys of the account with this address, or by any key that names its user.
    pub async fn sign_in_options(&self, tenant: &Tenant, address: Option<&Address>) -> Result<RequestOptions> {
        let outcome = self.begin_sign_in(tenant, address).await;
        self.tally().ceremony(Method::SecurityKey, Ceremony::Authentication, Stage::Opened, outcome)
    }

    async fn begin_sign_in(&self, tenant: &Tenant, address: Option<&Address>) -> Result<RequestOptions> {
        self.require_offered(tenant, RULES.method)?;
        let now = self.now();
        let Some(address) = address else {
            let id = ChallengeId::fresh(now);
            let sealed = challenge::Ceremony::sealed(tenant, RULES.method, &id, now.plus(TOKEN_CHALLENGE));
            return Ok(request_options(tenant, Vec::new(), sealed.bytes));
        };
        let (user, keys) = self.keys_of_address(tenant, address).await?;
        let (open, bytes) = opened(&user, Step::SignIn, None, now);
        let (of, key) = (tenant.id.clone(), address.counter("sign-in"));
        self.write(async move |tx| {
            limit::take(tx, &of, &key, SIGN_INS, now).await?;
            challenge::insert(tx, &of, &open, now).await
        })
        .await?;
        Ok(request_options(tenant, keys, bytes))
    }

    /// Whose an address is, with their keys. For an address that nobody can sign in with: somebody who is not there, and keys that
    /// nobody holds, unless the tenant reveals accounts.
    async fn keys_of_address(&self, tenant: &Tenant, address: &Address) -> Result<(UserId, Vec<Vec<u8>>)> {
        let settings = &tenant.settings.accounts;
        // The same work for every address: one look-up more is seen in no time of the answer.
        let decoy = Decoy::of(tenant, address);
        let owner = store::owner(self.db(), &tenant.id, address).await?;
        let asked = owner.as_ref().unwrap_or(&decoy.user);
        let account = store::find(self.db(), &tenant.id, asked).await?;
        let held = credentials::list(self.db(), &tenant.id, asked).await?;
        let keys: Vec<_> =
            held.into_iter().filter(|key| key.method == RULES.method && key.verified_at.is_some()).collect();
        let open = account.as_ref().filter(|account| may_enter(tenant, account).is_ok());
        if let (Some(account), false) = (open, keys.is_empty()) {
            return Ok((account.user.clone(), keys.into_iter().map(|key| key.detail.id).collect()));
        }
        if settings.reveal_accounts {
            return Err(match account {
                Some(account) => may_enter(tenant, &account).err().unwrap_or(Error::invalid("The account has no key.")),
                None => match store::pending(self.db(), &tenant.id, address).await? {
                    Some(_) => Refused::Unverified.into(),
                    None => Refused::UnknownAddress.into(),
                },
            });
        }
        Ok((decoy.user, decoy.credentials))
    }

    /// Checks the assertion and opens a session.
    pub async fn sign_in(&self, tenant: &Arc<Tenant>, said: AssertionSent, caller: &Caller) -> Result<Granted> {
        let outcome = self.end_sign_in(tenant, said, caller).await;
        self.tally().ceremony(Method::SecurityKey, Ceremony::Authentication, Stage::Verified, outcome)
    }

    async fn end_sign_in(&self, tenant: &Arc<Tenant>, said: AssertionSent, caller: &Caller) -> Result<Granted> {
        self.require_offered(tenant, RULES.method)?;
        let answered = said.answered()?;
        let open = self.sign_in_challenge(tenant, &answered).await?;
        let done = self.account_assertion(tenant, &open, said, &answered, caller).await.map_err(unsaid)?;
        let now = self.now();
        let (account, user) = {
            let id = &done.factor.user;
            let account = store::find(self.db(), &tenant.id, id).await?;
            let user = user::store::find_known(self.db(), &tenant.id, id).await?;
            account.zip(user).ok_or_else(|| Error::invalid(NOT_ACCEPTED))?
        };
        let admitted = may_enter(tenant, &account);
        let proved = assertion_proof(&done, now);
        let opening = admitted.is_ok().then(|| Arc::new(Opening::new(self, tenant, &user, None, &proved, caller, now)));
        let event = Event::new(if admitted.is_ok() { "account.signed_in" } else { "account.refused" }, now)
            .user(&user.id)
            .challenge(&open.id)
            .authenticator(&done.factor.id)
            .caller(caller)
            .detail("method", RULES.method.as_str());
        let fell = counter_event(&event, &done.seen);
        {
            let (of, opening, id) = (tenant.clone(), opening.clone(), user.id.clone());
            self.write(async move |tx| {
                challenge::close_verified(tx, &of.id, &open, now).await?;
                note_use(tx, &of, &done, now).await?;
                audit::record(tx, &of.id, &event).await?;
                if let Some(fell) = &fell {
                    audit::record(tx, &of.id, fell).await?;
                }
                let Some(opening) = &opening else { return Ok(()) };
                // Read again beside the row that it opens: it may have been disabled since.
                let account = store::reload(tx, &of.id, &id).await?.ok_or_else(|| Error::invalid(NOT_ACCEPTED))?;
                may_enter(&of, &account)?;
                opening.store(tx).await
            })
            .await?;
        }
        admitted?;
        let lacks = || Error::Internal("a sign-in without a session".to_owned());
        self.grant(tenant, &*opening.ok_or_else(lacks)?, Some(&account), false).await
    }

    /// The challenge of a sign-in: one that was stored for an address, or one that says itself what it is.
    async fn sign_in_challenge(&self, tenant: &Tenant, answered: &[u8]) -> Result<Challenge> {
        let id = challenge::Ceremony::id_in(answered).ok_or_else(|| Error::invalid(NOT_ACCEPTED))?;
        match Challenge::unseal(tenant, RULES.method, &id, answered, self.now()) {
            Some(open) => {
                let open = Challenge { purpose: Purpose::Account(Step::SignIn), ..open };
                self.require_open(&tenant.id, &open).await?;
                Ok(open)
            }
            None => self.account_challenge(tenant, answered, Step::SignIn).await,
        }
    }

    /// The key that answers, if the answer is right. A wrong one leaves its traces.
    pub(super) async fn account_assertion(
        &self,
        tenant: &Tenant,
        open: &Challenge,
        said: AssertionSent,
        answered: &[u8],
        caller: &Caller,
    ) -> Result<Seen> {
        let found = credentials::find(self.db(), &tenant.id, said.raw_id()).await?;
        let found = found.filter(|key| key.method == RULES.method && key.verified_at.is_some());
        let owned = found.filter(|key| open.user.as_ref().is_none_or(|user| *user == key.user));
        let Some(factor) = owned else {
            return self.refuse_ceremony(tenant, open, RULES.method, Error::UnknownCredential, caller).await;
        };
        let is_nameless = open.user.is_none();
        match check_assertion(&RULES, tenant, is_nameless, open, &factor, &said.parsed(), answered) {
            Ok(seen) => Ok(Seen { factor, seen }),
            Err(refusal) => self.refuse_ceremony(tenant, open, RULES.method, refusal, caller).await,
        }
    }
}

/// Whether the account may have a session.
pub(super) fn may_enter(tenant: &Tenant, account: &Account) -> Result<()> {
    if account.disabled_at.is_some() {
        return Err(Refused::Disabled.into());
    }
    if tenant.settings.accounts.verify_email && account.email_verified_at.is_none() {
        return Err(Refused::Unverified.into());
    }
    Ok(())
}

/// What a right assertion proves.
pub(super) fn assertion_proof(done: &Seen, now: Millis) -> ProvedBy {
    let (factor, flags) = (&done.factor, &done.seen.flags);
    let proof = assurance(factor.method, flags.uv(), flags.be(), factor.detail.attestation_trusted, now);
    ProvedBy { method: Some(factor.method), factor: Some(factor.id.clone()), proof }
}

/// Stores the counter. Refuses when the key is gone, or its counter moved since it was read.
pub(super) async fn note_use(tx: &mut countersign_db::Tx<'_>, tenant: &Tenant, done: &Seen, now: Millis) -> Result<()> {
    let (factor, seen) = (&done.factor, &done.seen);
    let used = credentials::Use {
        sign_count: seen.sign_count,
        backup_state: seen.flags.bs(),
        backup_eligible: seen.flags.be(),
        user_verified: seen.flags.uv(),
        at: now,
    };
    let is_noted = credentials::record_use(tx, &tenant.id, factor, &used).await?;
    is_noted.then_some(()).ok_or_else(|| Error::invalid(NOT_ACCEPTED))
}

/// What a stranger is told of a wrong answer: nothing but that.
fn unsaid(refusal: Error) -> Error {
    match refusal {
        Error::Unavailable(_) | Error::Internal(_) | Error::TooMany { .. } => refusal,
        _ => Error::invalid(NOT_ACCEPTED),
    }
}
