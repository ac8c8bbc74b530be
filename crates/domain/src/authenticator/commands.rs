//! Listing factors, and what the backend does with them.

use super::removal::{Removal, Removed};
use super::{Authenticator, Credential, Enrolled, credentials, store};
use crate::action::Bearer;
use crate::audit::Event;
use crate::error::{Error, Result};
use crate::id::AuthenticatorId;
use crate::methods::Method;
use crate::tenant::Tenant;
use crate::user::{self, User};
use crate::{Caller, Countersign};

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
        let now = self.now();
        let removal = Removal {
            teller: tenant.teller.clone(),
            owner: user,
            id: AuthenticatorId::parse(id).ok_or_else(missing)?,
            event: Event::new("authenticator.deleted", now).caller(caller),
            by: None,
            by_session: None,
            device: None,
            must_leave: None,
            now,
        };
        self.write(async move |tx| removal.run(tx).await).await
    }
}
