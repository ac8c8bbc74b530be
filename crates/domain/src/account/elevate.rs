//! Proving anew in a session that is there.

use std::sync::Arc;

use countersign_webauthn::options::RequestOptions;

use super::AssertionSent;
use super::ceremony::{RULES, opened, request_options};
use super::sign_in::{assertion_proof, note_use};
use crate::audit::{self, Event};
use crate::authenticator::credentials;
use crate::challenge::{self, Step};
use crate::error::{Error, Result};
use crate::methods::{Method, OPTIONS_LIMIT, counter_event};
use crate::session::{Granted, Renewal, SessionBearer};
use crate::tally::{Ceremony, Stage};
use crate::{Caller, Countersign, limit};

impl Countersign {
    /// Whether the session's user has a key to elevate it with.
    pub async fn can_elevate(&self, who: &SessionBearer) -> Result<bool> {
        Ok(!self.own_keys(who).await?.is_empty())
    }

    async fn own_keys(&self, who: &SessionBearer) -> Result<Vec<Vec<u8>>> {
        let held = credentials::list(self.db(), &who.tenant.id, &who.user.id).await?;
        let keys = held.into_iter().filter(|key| key.method == RULES.method && key.verified_at.is_some());
        Ok(keys.map(|key| key.detail.id).collect())
    }

    /// Options for elevating the session.
    pub async fn elevation_options(&self, who: &SessionBearer) -> Result<RequestOptions> {
        let outcome = self.begin_elevation(who).await;
        self.tally().ceremony(Method::SecurityKey, Ceremony::Authentication, Stage::Opened, outcome)
    }

    async fn begin_elevation(&self, who: &SessionBearer) -> Result<RequestOptions> {
        self.require_offered(&who.tenant, RULES.method)?;
        let keys = self.own_keys(who).await?;
        if keys.is_empty() {
            return Err(Error::invalid("The user has no security key. Add one first."));
        }
        let now = self.now();
        let (open, bytes) = opened(&who.user.id, Step::Elevate, None, now);
        let (of, key) = (who.tenant.id.clone(), format!("options:{}", who.user.id));
        self.write(async move |tx| {
            limit::take(tx, &of, &key, OPTIONS_LIMIT, now).await?;
            challenge::insert(tx, &of, &open, now).await
        })
        .await?;
        Ok(request_options(&who.tenant, keys, bytes))
    }

    /// Checks the assertion. The session goes on under a new refresh token (checklist 59).
    pub async fn elevate(&self, who: &SessionBearer, said: AssertionSent, caller: &Caller) -> Result<Granted> {
        let outcome = self.end_elevation(who, said, caller).await;
        self.tally().ceremony(Method::SecurityKey, Ceremony::Authentication, Stage::Verified, outcome)
    }

    async fn end_elevation(&self, who: &SessionBearer, said: AssertionSent, caller: &Caller) -> Result<Granted> {
        self.require_offered(&who.tenant, RULES.method)?;
        let answered = said.answered()?;
        let open = self.account_challenge(&who.tenant, &answered, Step::Elevate).await?;
        if open.user.as_ref() != Some(&who.user.id) {
            return Err(Error::invalid("These options were made for another user."));
        }
        let done = self.account_assertion(&who.tenant, &open, said, &answered, caller).await?;
        let now = self.now();
        let renewal = Arc::new(Renewal::new(self, who, &assertion_proof(&done, now), now));
        let event = Event::new("account.proved", now)
            .user(&who.user.id)
            .challenge(&open.id)
            .authenticator(&done.factor.id)
            .caller(caller)
            .detail("session", who.session.as_str());
        let fell = counter_event(&event, &done.seen);
        let (of, stored) = (who.tenant.clone(), renewal.clone());
        self.write(async move |tx| {
            challenge::close_verified(tx, &of.id, &open, now).await?;
            note_use(tx, &of, &done, now).await?;
            audit::record(tx, &of.id, &event).await?;
            if let Some(fell) = &fell {
                audit::record(tx, &of.id, fell).await?;
            }
            stored.store(tx).await
        })
        .await?;
        self.grant_renewed(&renewal, who.account.as_ref(), true).await
    }
}
