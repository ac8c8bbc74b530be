//! Further keys of an account.

use countersign_webauthn::options::CreationOptions;

use super::ceremony::{RULES, creation_options, nickname, opened};
use super::{CredentialSent, Elevation, Refused};
use crate::action::FRESH;
use crate::audit::Event;
use crate::authenticator::{Added, credentials};
use crate::challenge::{self, Step};
use crate::error::{Error, Result};
use crate::id::AuthenticatorId;
use crate::methods::{Method, OPTIONS_LIMIT, check_registration, new_factor};
use crate::notice::device_words;
use crate::session::SessionBearer;
use crate::tally::{Ceremony, Stage};
use crate::{Caller, Countersign, limit, user};

/// A key that was added.
#[derive(Debug)]
pub struct AddedKey {
    /// Its id.
    pub id: AuthenticatorId,
    /// What its owner calls it.
    pub nickname: Option<String>,
}

impl Countersign {
    /// Options for a further key.
    pub async fn key_options(&self, who: &SessionBearer) -> Result<CreationOptions> {
        let outcome = self.begin_key(who).await;
        self.tally().ceremony(Method::SecurityKey, Ceremony::Enrolment, Stage::Opened, outcome)
    }

    async fn begin_key(&self, who: &SessionBearer) -> Result<CreationOptions> {
        let tenant = &who.tenant;
        self.require_offered(tenant, RULES.method)?;
        self.require_proof(who)?;
        who.user.require_room()?;
        let held = credentials::list(self.db(), &tenant.id, &who.user.id).await?;
        let now = self.now();
        let (open, bytes) = opened(&who.user.id, Step::AddKey, None, now);
        let (of, key) = (tenant.id.clone(), format!("options:{}", who.user.id));
        self.write(async move |tx| {
            limit::take(tx, &of, &key, OPTIONS_LIMIT, now).await?;
            challenge::insert(tx, &of, &open, now).await
        })
        .await?;
        let name = who.user.display_name.as_deref().unwrap_or_else(|| who.user.account_name());
        Ok(creation_options(tenant, (&who.user.id, name), &held, bytes))
    }

    /// Takes a further key in.
    pub async fn add_key(
        &self,
        who: &SessionBearer,
        credential: CredentialSent,
        label: Option<&str>,
        caller: &Caller,
    ) -> Result<AddedKey> {
        let outcome = self.end_key(who, credential, label, caller).await;
        self.tally().ceremony(Method::SecurityKey, Ceremony::Enrolment, Stage::Verified, outcome)
    }

    async fn end_key(
        &self,
        who: &SessionBearer,
        credential: CredentialSent,
        label: Option<&str>,
        caller: &Caller,
    ) -> Result<AddedKey> {
        let tenant = &who.tenant;
        self.require_offered(tenant, RULES.method)?;
        self.require_proof(who)?;
        let label = nickname(label)?.map(|name| name.as_str().to_owned());
        let answered = credential.answered()?;
        let open = self.account_challenge(tenant, &answered, Step::AddKey).await?;
        if open.user.as_ref() != Some(&who.user.id) {
            return Err(Error::invalid("These options were made for another user."));
        }
        let made = credential.parsed();
        let registration = match check_registration(&RULES, tenant, &open, &made, &answered) {
            Ok(registration) => registration,
            Err(refusal) => return self.refuse_ceremony(tenant, &open, RULES.method, refusal, caller).await,
        };
        let now = self.now();
        let mut factor = new_factor(RULES.method, &who.user, &open, &made, registration, caller, now);
        factor.label.clone_from(&label);
        let created = Event::new("authenticator.created", now).challenge(&open.id).caller(caller);
        let added = Added::new(&factor, created)
            .on(caller.user_agent.as_deref().and_then(device_words))
            .detail("aaguid", factor.detail.aaguid.to_string());
        let id = factor.id.clone();
        let (of, owner) = (tenant.clone(), who.user.clone());
        self.write(async move |tx| {
            challenge::close_verified(tx, &of.id, &open, now).await?;
            user::store::add_factor(tx, &of.id, &owner.id).await?;
            if !credentials::insert(tx, &of.id, &factor).await? {
                return Err(Error::invalid("This credential is registered already."));
            }
            added.record(tx, &of.teller, &owner).await
        })
        .await?;
        Ok(AddedKey { id, nickname: label })
    }

    /// Whether this session may change keys (checklist 70): its proof is at most ten minutes old, by the session's row and not by its
    /// token; its address is verified, where the tenant wants that; and it was elevated, where the tenant wants that of a user
    /// who has a key.
    pub(crate) fn require_proof(&self, who: &SessionBearer) -> Result<()> {
        let settings = &who.tenant.settings.accounts;
        let is_verified = who.account.as_ref().is_some_and(|account| account.email_verified_at.is_some());
        if settings.verify_email && !is_verified {
            return Err(Refused::Unverified.into());
        }
        let now = self.now();
        let is_fresh = who.verified_at.is_some_and(|at| now < at.plus(FRESH));
        let wants_elevation = settings.elevation != Elevation::Disabled && who.user.is_enrolled();
        if is_fresh && (who.is_elevated || !wants_elevation) { Ok(()) } else { Err(Refused::ProofWanted.into()) }
    }
}
