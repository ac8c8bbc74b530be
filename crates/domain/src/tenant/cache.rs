//! Tenants in memory, at most a second old (decisions §7). Revocations of keys do not pass through here.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{Tenant, store};
use crate::Countersign;
use crate::challenge::MacKeys;
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::id::TenantId;
use crate::sweep;
use crate::tenant::Origin;
use crate::token::ClientTokenKeys;

const MAX_AGE: Duration = Duration::from_secs(1);
const MAX_TENANTS: usize = 4096;

/// The tenants used within the last second.
#[derive(Default)]
pub(crate) struct TenantCache {
    entries: Mutex<HashMap<TenantId, (Instant, Arc<Tenant>)>>,
}

impl TenantCache {
    fn get(&self, id: &TenantId) -> Option<Arc<Tenant>> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let (loaded, tenant) = entries.get(id)?;
        (loaded.elapsed() < MAX_AGE).then(|| tenant.clone())
    }

    fn put(&self, tenant: Arc<Tenant>) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= MAX_TENANTS {
            entries.retain(|_, (loaded, _)| loaded.elapsed() < MAX_AGE);
        }
        if entries.len() < MAX_TENANTS {
            entries.insert(tenant.id.clone(), (Instant::now(), tenant));
        }
    }

    pub(super) fn forget(&self, id: &TenantId) {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }
}

impl Countersign {
    /// The tenant with this id; `Unauthorized` when there is none, because an id is what an anonymous caller shows.
    pub async fn tenant(&self, id: &TenantId) -> Result<Arc<Tenant>> {
        if let Some(tenant) = self.tenant_cache().get(id) {
            return Ok(tenant);
        }
        let row = store::find(self.db(), id).await?.ok_or(Error::Unauthorized)?;
        let swept_until = sweep::swept_until(self.db()).await?;
        let tenant = Arc::new(self.tenant_from(row, swept_until)?);
        self.tenant_cache().put(tenant.clone());
        Ok(tenant)
    }

    /// The tenant that answers where a request names none.
    pub async fn default_tenant(&self) -> Result<Option<Arc<Tenant>>> {
        match store::find_default(self.db()).await? {
            Some(id) => self.tenant(&id).await.map(Some),
            None => Ok(None),
        }
    }

    /// The tenant of a host name: its RP ID or custom domain, or the default tenant for the server's public host.
    pub async fn tenant_of_host(&self, host: &str) -> Result<Option<Arc<Tenant>>> {
        if let Some(id) = store::find_named(self.db(), store::NameKind::Host, host).await? {
            return self.tenant(&id).await.map(Some);
        }
        if self.public_origin().host() == Some(host) { self.default_tenant().await } else { Ok(None) }
    }

    /// Whether a host name is the custom domain of another tenant, under which this one's users are shown nothing: who writes what
    /// they read would write it under that tenant's name.
    pub async fn is_anothers_domain(&self, tenant: &Tenant, host: &str) -> Result<bool> {
        if [&tenant.ui_origin, self.public_origin()].into_iter().any(|own| own.host() == Some(host)) {
            return Ok(false);
        }
        let Some(named) = store::find_named(self.db(), store::NameKind::Host, host).await? else { return Ok(false) };
        // A relying party's host may be shared, by a trial of the same application say.
        Ok(named != tenant.id && self.tenant(&named).await?.settings.custom_domain.as_deref() == Some(host))
    }

    pub(super) fn tenant_from(&self, row: store::TenantRow, swept_until: Millis) -> Result<Tenant> {
        let ui_origin = match &row.settings.custom_domain {
            Some(host) => Origin::parse(&format!("https://{host}")),
            None => Ok(self.public_origin().clone()),
        };
        let ui_origin = ui_origin.map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Tenant {
            token_keys: ClientTokenKeys::new(self.ring(), &row.id)?,
            seal_keys: MacKeys::new(self.ring(), "anonymous-challenge", &row.id),
            code_keys: MacKeys::new(self.ring(), "one-time-code", &row.id),
            refresh_keys: MacKeys::new(self.ring(), "refresh-token", &row.id),
            teller: self.teller(&row.id, &row.settings),
            swept_until,
            id: row.id,
            name: row.name,
            rp_id: row.rp_id,
            settings: row.settings,
            is_default: row.is_default,
            created_at: row.created_at,
            ui_origin,
        })
    }
}
