//! Listing and removing factors.

use super::{Authenticator, Credential, Enrolled, credentials, store};
use crate::action::Bearer;
use crate::audit::{self, Event};
use crate::delivery::Happened;
use crate::error::{Error, Result};
use crate::id::AuthenticatorId;
use crate::methods::Method;
use crate::tenant::Tenant;
use crate::user::{self, User};
use crate::{Caller, Countersign};

/// What a removal leaves, for the browser to signal (WebAuthn L3 §5.1.10, `signalAllAcceptedCredentials`).
#[derive(Debug)]
pub struct Removed {
    /// The user it was taken from; the WebAuthn user handle is the id's ASCII.
    pub user: User,
    /// Credential ids of the passkeys that are left.
    pub accepted_credentials: Vec<Vec<u8>>,
}

impl Countersign {
    /// The factors of a token's holder. The action has to be there: a token outlives a deleted user, and another user may
    /// get the same external id.
    pub async fn factors_of_bearer(&self, bearer: &Bearer) -> Result<Vec<Authenticator>> {
        self.action_of(bearer).await?;
        store::list(self.db(), &bearer.tenant.id, &bearer.user.id).await
    }

    /// The factors of a user; none for an unknown one.
    pub async fn factors(&self, tenant: &Tenant, external_id: &str) -> Result<Vec<Authenticator>> {
        match user::store::find_external(self.db(), &tenant.id, external_id).await? {
            Some(user) => store::list(self.db(), &tenant.id, &user.id).await,
            None => Ok(Vec::new()),
        }
    }

    /// The kinds of verified factors of a user.
    pub async fn enrolled_methods(&self, tenant: &Tenant, user: &User) -> Result<Enrolled> {
        store::methods_of(self.db(), &tenant.id, &user.id).await
    }

    /// The first of these credentials that is a verified passkey of the tenant: whether a device still holds one that
    /// works. At most 20 ids are looked at.
    pub async fn known_passkey(
        &self,
        tenant: &Tenant,
        credential_ids: &[Vec<u8>],
    ) -> Result<Authenticator<Credential>> {
        for id in credential_ids.iter().take(20) {
            let found = credentials::find(self.db(), &tenant.id, id).await?;
            if let Some(factor) =
                found.filter(|factor| factor.method == Method::Passkey && factor.verified_at.is_some())
            {
                return Ok(factor);
            }
        }
        Err(Error::NotFound("passkey"))
    }

    /// Removes a user's factor by the backend's word. Its use ends with this transaction.
    pub async fn remove_factor(
        &self,
        tenant: &Tenant,
        external_id: &str,
        id: &str,
        caller: &Caller,
    ) -> Result<Removed> {
        let missing = || Error::NotFound("user authenticator");
        let user = user::store::find_external(self.db(), &tenant.id, external_id).await?.ok_or_else(missing)?;
        let id = AuthenticatorId::parse(id).ok_or_else(missing)?;
        let factor = store::find(self.db(), &tenant.id, &id).await?.filter(|factor| factor.user == user.id);
        let factor = factor.ok_or_else(missing)?;
        let now = self.now();
        let event = Event::new("authenticator.deleted", now)
            .user(&user.id)
            .authenticator(&id)
            .caller(caller)
            .detail("method", factor.method.as_str());
        let left = store::list(self.db(), &tenant.id, &user.id).await?;
        let (mut gone, left): (Vec<_>, Vec<_>) = left.into_iter().partition(|held| held.id == id);
        let removed = gone.pop();
        let (tenant_id, teller, owner) = (tenant.id.clone(), tenant.teller.clone(), user.clone());
        let notice = removed.map(|held| held.notice(Happened::FactorRemoved, now));
        self.write(async move |tx| {
            let told = teller.addressees(tx, &owner, None).await?;
            if factor.verified_at.is_some() && factor.method.is_factor() {
                let is_last = user::store::remove_factor(tx, &tenant_id, &factor.user).await?;
                if is_last {
                    store::delete_of_method(tx, &tenant_id, &factor.user, Method::RecoveryCode).await?;
                }
            }
            if !store::delete(tx, &tenant_id, &factor).await? {
                return Err(Error::NotFound("user authenticator"));
            }
            if let Some(notice) = &notice {
                teller.tell(tx, &owner, &told, notice).await?;
            }
            audit::record(tx, &tenant_id, &event).await
        })
        .await?;
        let passkeys = left.iter().filter(|factor| factor.method == Method::Passkey);
        let accepted_credentials = passkeys.filter_map(|factor| Some(factor.webauthn()?.detail.id)).collect();
        Ok(Removed { user, accepted_credentials })
    }
}
