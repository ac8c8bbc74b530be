//! Factors that a backend has verified itself (`POST /users/{userId}/authenticators`, docs/reference/authsignal.md §5.2).

mod brought;

use countersign_db::Tx;

use super::Method;
use super::recovery_codes::NewCodes;
use super::totp::{self, Seed};
use crate::audit::{self, Event};
use crate::authenticator::{self, Added, Authenticator, codes};
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::id::{AuthenticatorId, TenantId, UserId};
use crate::notice::Teller;
use crate::ring::KeyRing;
use crate::tenant::Tenant;
use crate::user::{self, ExternalId, User};
use crate::{Caller, Countersign};

pub use brought::Brought;
use brought::Rests;

/// A factor that was taken in by the backend's word.
#[derive(Debug)]
pub struct TakenIn {
    /// It, or the one that the user had already.
    pub factor: Authenticator,
    /// Made with the user's first factor, where the tenant has them on: the one time that they are shown.
    pub recovery_codes: Option<NewCodes>,
}

/// All that the transaction needs. It may run more than once.
struct TakingIn {
    tenant: TenantId,
    teller: Teller,
    ring: KeyRing,
    external_id: ExternalId,
    /// The user's id, where the user is new.
    fresh: UserId,
    method: Method,
    rests: Rests,
    wants_default: bool,
    id: AuthenticatorId,
    recovery_codes: Option<NewCodes>,
    created: Event,
    now: Millis,
}

impl Countersign {
    /// Takes a factor in by the backend's word; an unknown user is made. One that the user has already is given back as it is, so
    /// that a repeated call makes no second one.
    pub async fn enrol_verified(
        &self,
        tenant: &Tenant,
        external_id: &ExternalId,
        brought: Brought,
        caller: &Caller,
    ) -> Result<TakenIn> {
        let (method, wants_default, now) = (brought.method, brought.is_default, self.now());
        let rests = brought.rests()?;
        self.require_offered(tenant, method)?;
        rests.require_reach(tenant)?;
        let recovery_codes = self.codes_for_first(tenant, external_id).await?;
        let created = Event::new("authenticator.created", now).caller(caller).detail("by", "backend");
        let taking = TakingIn {
            tenant: tenant.id.clone(),
            teller: tenant.teller.clone(),
            ring: self.ring().clone(),
            external_id: external_id.clone(),
            fresh: UserId::random(),
            method,
            rests,
            wants_default,
            id: AuthenticatorId::random(),
            recovery_codes: recovery_codes.clone(),
            created,
            now,
        };
        let (factor, is_first) = self.write(async move |tx| taking.run(tx).await).await?;
        Ok(TakenIn { factor, recovery_codes: recovery_codes.filter(|_| is_first) })
    }

    /// A set for a user who has no factor yet. Its hashes are slow, so it is made before the transaction.
    async fn codes_for_first(&self, tenant: &Tenant, external_id: &ExternalId) -> Result<Option<NewCodes>> {
        let user = user::store::find_external(self.db(), &tenant.id, external_id.as_str()).await?;
        if user.is_some_and(|user| user.is_enrolled()) || !self.offers(tenant, Method::RecoveryCode) {
            return Ok(None);
        }
        self.draw_recovery_codes().await.map(Some)
    }
}

impl TakingIn {
    /// The factor, and whether it was made as the user's first.
    async fn run(&self, tx: &mut Tx<'_>) -> Result<(Authenticator, bool)> {
        let tenant = &self.tenant;
        let (user, _) =
            user::store::find_or_insert(tx, tenant, self.external_id.as_str(), &self.fresh, self.now).await?;
        // First: whoever else adds a factor to this user waits for us.
        user::store::hold(tx, tenant, &user.id, self.now).await?;
        let user = user::store::find(tx, tenant, &user.id).await?.ok_or(Error::NotFound("user"))?;
        let same = self.same(tx, &user).await?;
        let is_first = same.is_none() && !user.is_enrolled();
        let id = match same {
            Some(id) => id,
            None => self.make(tx, &user).await?,
        };
        if self.wants_default {
            authenticator::store::prefer(tx, tenant, &user.id, &id).await?;
            user::store::set_default_method(tx, tenant, &user.id, self.method).await?;
        }
        let stored = codes::find(tx, tenant, &id).await?;
        let factor = stored.ok_or_else(|| Error::Internal("a factor vanished while it was made".to_owned()))?;
        Ok((factor, is_first))
    }

    /// The factor that the user has already. Another app than the one they have is refused: a user has one.
    async fn same(&self, tx: &mut Tx<'_>, user: &User) -> Result<Option<AuthenticatorId>> {
        let held = codes::reload(tx, &self.tenant, &user.id).await?;
        let mut held = held.into_iter().filter(|held| held.method == self.method);
        let Rests::App(seed) = &self.rests else {
            return Ok(held.find(|held| self.rests.is_at(&held.detail)).map(|held| held.id));
        };
        let Some(app) = held.next() else { return Ok(None) };
        let (sealed, _) = codes::seed_of(tx, &self.tenant, &app.id).await?;
        let known = Seed::open(&self.ring, &self.tenant, &app.id, &sealed.unwrap_or_default())?;
        if known.is(seed) { Ok(Some(app.id)) } else { Err(Error::invalid(totp::ALREADY)) }
    }

    async fn make(&self, tx: &mut Tx<'_>, user: &User) -> Result<AuthenticatorId> {
        let (tenant, now) = (&self.tenant, self.now);
        user::store::add_factor(tx, tenant, &user.id).await?;
        let factor = Authenticator {
            id: self.id.moved_beside(&user.id),
            user: user.id.clone(),
            method: self.method,
            is_default: !user.is_enrolled(),
            label: None,
            created_at: now,
            verified_at: Some(now),
            last_verified_at: None,
            detail: self.rests.detail(),
        };
        let seed = match &self.rests {
            Rests::App(seed) => Some(seed.seal(&self.ring, tenant, &factor.id)),
            Rests::At(_) => None,
        };
        codes::insert(tx, tenant, &factor, &codes::Kept { seed, last_step: 0 }).await?;
        Added::new(&factor, self.created.clone()).record(tx, &self.teller, user).await?;
        if let Some(codes) = self.recovery_codes.as_ref().filter(|_| !user.is_enrolled()) {
            let set = codes.store(tx, tenant, &user.id, now).await?;
            let made = self.created.clone().renamed("authenticator.created").user(&user.id).authenticator(&set.id);
            audit::record(tx, tenant, &made.detail("method", set.method.as_str())).await?;
        }
        Ok(factor.id)
    }
}
