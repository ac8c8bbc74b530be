//! Making key pairs when they are needed, showing them, replacing them.

use std::sync::Arc;
use std::time::Instant;

use serde_json::{Value, json};

use super::keys::SigningKeys;
use super::store::{self, KeyRow};
use super::{Algorithm, SigningKey};
use crate::Countersign;
use crate::audit::{self, Event};
use crate::error::{Error, Result};
use crate::id::TenantId;
use crate::tenant::Tenant;

impl Countersign {
    /// The pair that signs this tenant's access tokens, made where there is none. Of several processes that make one at once, one
    /// wins, by its generation.
    pub(crate) async fn signing_key(&self, tenant: &Arc<Tenant>) -> Result<Arc<SigningKey>> {
        let algorithm = tenant.settings.sessions.algorithm;
        if let Some(keys) = self.signing_cache().get(&tenant.id)
            && let Some(key) = keys.current(algorithm)
        {
            return Ok(key.clone());
        }
        let keys = self.read_signing_keys(&tenant.id).await?;
        if let Some(key) = keys.current(algorithm) {
            return Ok(key.clone());
        }
        let row = self.make_signing_key(&tenant.id, algorithm, keys.next_generation(algorithm)).await?;
        let (now, id) = (self.now(), tenant.id.clone());
        let event = Event::new("signing.key_made", now).detail("keyId", row.id.as_str());
        self.write(async move |tx| {
            if store::insert(tx, &id, &row, now).await? {
                audit::record(tx, &id, &event).await?;
            }
            Ok(())
        })
        .await?;
        let keys = self.read_signing_keys(&tenant.id).await?;
        let gone = || Error::Unavailable("the signing key is being replaced".to_owned());
        keys.current(algorithm).cloned().ok_or_else(gone)
    }

    /// The pair of this id. One that memory does not know may have been made by another process within the last second.
    pub(crate) async fn verifying_key(&self, tenant: &TenantId, id: &str) -> Result<Option<Arc<SigningKey>>> {
        let now = self.now();
        if let Some(keys) = self.signing_cache().get(tenant)
            && let Some(key) = keys.verifying(id, now)
        {
            return Ok(Some(key.clone()));
        }
        Ok(self.read_signing_keys(tenant).await?.verifying(id, now).cloned())
    }

    /// The tenant's public keys, as `{"keys": […]}` (RFC 7517 §5): the one that signs, and those whose tokens may still live.
    pub async fn jwks(&self, tenant: &Arc<Tenant>) -> Result<Value> {
        self.signing_key(tenant).await?;
        let keys = match self.signing_cache().get(&tenant.id) {
            Some(keys) => keys,
            None => self.read_signing_keys(&tenant.id).await?,
        };
        Ok(json!({ "keys": keys.published(self.now()) }))
    }

    /// Makes a new pair that signs from now on, and the id of it. Those before verify until the last token that they signed has
    /// ended (checklist 72).
    pub async fn rotate_signing_key(&self, tenant: &TenantId) -> Result<String> {
        let found = self.tenant(tenant).await;
        let found = found.map_err(|error| match error {
            Error::Unauthorized => Error::NotFound("tenant"),
            other => other,
        })?;
        let algorithm = found.settings.sessions.algorithm;
        let generation = self.read_signing_keys(tenant).await?.next_generation(algorithm);
        let row = self.make_signing_key(tenant, algorithm, generation).await?;
        let (now, id, made) = (self.now(), tenant.clone(), row.id.clone());
        let event = Event::new("signing.key_rotated", now).detail("keyId", made.as_str());
        self.write(async move |tx| {
            store::retire(tx, &id, now).await?;
            if !store::insert(tx, &id, &row, now).await? {
                return Err(Error::Unavailable("the signing key is being replaced by another process".to_owned()));
            }
            audit::record(tx, &id, &event).await
        })
        .await?;
        self.read_signing_keys(tenant).await?;
        Ok(made)
    }

    async fn read_signing_keys(&self, tenant: &TenantId) -> Result<Arc<SigningKeys>> {
        let asked = Instant::now();
        let rows = store::list(self.db(), tenant).await?;
        let known = self.signing_cache().last(tenant);
        let keys = Arc::new(SigningKeys::open(self.ring(), tenant, rows, &known)?);
        self.signing_cache().put(tenant, asked, keys.clone());
        Ok(keys)
    }

    async fn make_signing_key(&self, tenant: &TenantId, algorithm: Algorithm, generation: i64) -> Result<KeyRow> {
        let (ring, tenant) = (self.ring().clone(), tenant.clone());
        let made = tokio::task::spawn_blocking(move || SigningKey::make(&ring, &tenant, algorithm, generation)).await;
        made.map_err(|error| Error::Internal(error.to_string()))?
    }
}
