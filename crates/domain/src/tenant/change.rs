//! Changing a tenant. Who reads, changes and writes never undoes what another wrote in between.

use std::sync::Arc;

use super::Settings;
use super::create::check_settings;
use super::store;
use crate::Countersign;
use crate::audit::{self, Event};
use crate::error::{Error, Result};
use crate::id::TenantId;

/// How often a change is made anew because another one came first. Each time somebody else has got on.
const TRIES: usize = 50;

impl Countersign {
    /// Changes name and settings, and makes the tenant the default one where asked. `change` gets them as they stand; where another
    /// change comes in between it is asked again, with what that one left.
    pub async fn change_tenant<F>(&self, id: &TenantId, make_default: bool, change: F) -> Result<()>
    where
        F: Fn(&mut String, &mut Settings) -> Result<()> + Send + Sync + 'static,
    {
        let event = Event::new("tenant.updated", self.now());
        self.rewrite_tenant(id, make_default, event, change).await.map(drop)
    }

    /// Name and settings as the database has them.
    pub(crate) async fn stored_settings(&self, id: &TenantId) -> Result<(String, Settings)> {
        let row = store::find(self.db(), id).await?.ok_or(Error::NotFound("tenant"))?;
        Ok((row.name, row.settings))
    }

    /// [`Self::change_tenant`] under another event. Answers name and settings as they stand afterwards; what changes nothing is no event.
    pub(crate) async fn rewrite_tenant<F>(
        &self,
        id: &TenantId,
        make_default: bool,
        event: Event,
        change: F,
    ) -> Result<(String, Settings)>
    where
        F: Fn(&mut String, &mut Settings) -> Result<()> + Send + Sync + 'static,
    {
        let (change, event) = (Arc::new(change), Arc::new(event));
        for _ in 0..TRIES {
            let (tenant, change, event, now) = (id.clone(), change.clone(), event.clone(), self.now());
            let written = self.write(async move |tx| {
                let (old, text) = store::find_to_change(tx, &tenant).await?.ok_or(Error::NotFound("tenant"))?;
                let mut new = old.clone();
                change(&mut new.name, &mut new.settings)?;
                check_settings(&new.name, &new.settings)?;
                let is_changed = new.name != old.name || new.settings != old.settings;
                if is_changed && !store::update(tx, &new, (&old.name, &text), now).await? {
                    return Ok(None);
                }
                if make_default {
                    store::make_default(tx, &tenant).await?;
                }
                if is_changed || make_default {
                    audit::record(tx, &tenant, &event).await?;
                }
                Ok(Some((new.name, new.settings)))
            });
            if let Some(kept) = written.await? {
                self.tenant_cache().forget(id);
                self.origin_cache().clear();
                return Ok(kept);
            }
        }
        Err(Error::Unavailable("the tenant is being changed by others".to_owned()))
    }
}
