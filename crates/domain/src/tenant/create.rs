//! Making tenants and their keys, as the command line does.

use super::api_key::{self, KeyKind};
use super::store::{self, KeyLine, NewKey, TenantRow};
use super::{RpId, Settings, Tenant, is_web_url};
use crate::Countersign;
use crate::audit::{self, Event};
use crate::error::{Error, Result};
use crate::id::{ClientId, KeyId, TenantId};
use crate::secret::{self, Secret};
use crate::sweep;

/// What a new tenant needs.
#[derive(Debug, Clone)]
pub struct NewTenant {
    /// What people read in prompts.
    pub name: String,
    /// The relying party ID.
    pub rp_id: RpId,
    /// Settings; origins at least.
    pub settings: Settings,
}

/// A tenant just made. The keys are shown this once.
#[derive(Debug)]
pub struct CreatedTenant {
    /// Public id.
    pub tenant_id: TenantId,
    /// Opens the Server API.
    pub api_secret_key: Secret,
    /// Opens the Management API.
    pub management_key: Secret,
    /// An application client for sessions.
    pub client_id: ClientId,
}

impl Countersign {
    /// Makes a tenant with its keys and an application client. The first one made is the default tenant.
    pub async fn create_tenant(&self, new: NewTenant) -> Result<CreatedTenant> {
        check_settings(&new.name, &new.settings)?;
        let now = self.now();
        let tenant_id = TenantId::random();
        let client_id = ClientId::random();
        let (server, api_secret_key) = self.new_key(&tenant_id, KeyKind::Server);
        let (management, management_key) = self.new_key(&tenant_id, KeyKind::Management);
        let event = Event::new("tenant.created", now);
        let created = CreatedTenant {
            tenant_id: tenant_id.clone(),
            api_secret_key,
            management_key,
            client_id: client_id.clone(),
        };
        self.write(async move |tx| {
            let is_default = !store::default_exists(tx).await?;
            let (name, rp_id, settings) = (new.name.clone(), new.rp_id.clone(), new.settings.clone());
            let row = TenantRow { id: tenant_id.clone(), name, rp_id, settings, is_default, created_at: now };
            store::insert(tx, &row).await?;
            store::insert_key(tx, &tenant_id, &server, now).await?;
            store::insert_key(tx, &tenant_id, &management, now).await?;
            store::insert_client(tx, &tenant_id, &client_id, now).await?;
            audit::record(tx, &tenant_id, &event).await
        })
        .await?;
        self.origin_cache().clear();
        Ok(created)
    }

    /// All tenants, oldest first (at most 1,000).
    pub async fn list_tenants(&self) -> Result<Vec<Tenant>> {
        let swept_until = sweep::swept_until(self.db()).await?;
        store::list(self.db()).await?.into_iter().map(|row| self.tenant_from(row, swept_until)).collect()
    }

    /// Makes a further API key.
    pub async fn create_key(&self, tenant: &TenantId, kind: KeyKind) -> Result<(KeyId, Secret)> {
        self.tenant(tenant).await.map_err(not_found_if_unknown)?;
        let now = self.now();
        let (key, text) = self.new_key(tenant, kind);
        let id = key.id.clone();
        let event = Event::new("key.created", now).detail("keyId", id.as_str()).detail("kind", kind.as_str());
        let tenant = tenant.clone();
        self.write(async move |tx| {
            store::insert_key(tx, &tenant, &key, now).await?;
            audit::record(tx, &tenant, &event).await
        })
        .await?;
        Ok((id, text))
    }

    /// The tenant's keys, without their texts.
    pub async fn list_keys(&self, tenant: &TenantId) -> Result<Vec<KeyLine>> {
        self.tenant(tenant).await.map_err(not_found_if_unknown)?;
        store::list_keys(self.db(), tenant).await
    }

    /// Ends a key's use at once.
    pub async fn revoke_key(&self, tenant: &TenantId, id: &KeyId) -> Result<()> {
        let now = self.now();
        let event = Event::new("key.revoked", now).detail("keyId", id.as_str());
        let (tenant, id) = (tenant.clone(), id.clone());
        self.write(async move |tx| {
            if !store::revoke_key(tx, &tenant, &id, now).await? {
                return Err(Error::NotFound("key"));
            }
            audit::record(tx, &tenant, &event).await
        })
        .await
    }

    /// The tenant that an API key belongs to, and the key's id. A key with a wrong checksum is refused without a look-up.
    pub async fn authenticate_key(&self, kind: KeyKind, text: &str) -> Result<(std::sync::Arc<Tenant>, KeyId)> {
        if !api_key::well_formed(kind, text) {
            return Err(Error::Unauthorized);
        }
        match store::find_key(self.db(), &secret::sha256(text.as_bytes())).await? {
            Some((tenant, id, stored)) if stored == kind => Ok((self.tenant(&tenant).await?, id)),
            _ => Err(Error::Unauthorized),
        }
    }

    /// The texts of the server keys that work, oldest first: for what has to be signed with them.
    pub async fn open_server_keys(&self, tenant: &TenantId) -> Result<Vec<Secret>> {
        let sealed = store::sealed_keys(self.db(), tenant).await?;
        let open = |(id, sealed): (KeyId, Vec<u8>)| {
            let plain = self
                .ring()
                .open(&key_place(tenant, &id), &sealed)
                .map_err(|error| Error::Internal(error.to_string()))?;
            String::from_utf8(plain.to_vec()).map(Secret::new).map_err(|error| Error::Internal(error.to_string()))
        };
        sealed.into_iter().map(open).collect()
    }

    fn new_key(&self, tenant: &TenantId, kind: KeyKind) -> (NewKey, Secret) {
        let id = KeyId::random();
        let text = api_key::generate(kind);
        let sealed = self.ring().seal(&key_place(tenant, &id), text.expose().as_bytes());
        (NewKey { id, kind, hash: secret::sha256(text.expose().as_bytes()), sealed }, text)
    }
}

/// Where a key's text is sealed for.
fn key_place<'a>(tenant: &'a TenantId, id: &'a KeyId) -> [&'a [u8]; 3] {
    [b"api_keys", tenant.as_str().as_bytes(), id.as_str().as_bytes()]
}

fn not_found_if_unknown(error: Error) -> Error {
    if matches!(error, Error::Unauthorized) { Error::NotFound("tenant") } else { error }
}

/// Refuses a name that people could not read.
pub(crate) fn check_name(name: &str) -> Result<()> {
    if name.trim().is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(Error::invalid("A tenant's name must have 1 to 100 characters and no control characters."));
    }
    Ok(())
}

pub(super) fn check_settings(name: &str, settings: &Settings) -> Result<()> {
    check_name(name)?;
    for (what, minutes) in
        [("tokenMinutes", settings.token_minutes), ("anonymousChallengeMinutes", settings.anonymous_challenge_minutes)]
    {
        if !(1..=60).contains(&minutes) {
            return Err(Error::invalid(format!("{what} must lie between 1 and 60.")));
        }
    }
    if settings.client_url.as_deref().is_some_and(|url| !is_web_url(url)) {
        return Err(Error::invalid(
            "clientUrl must be an http or https URL of at most 2,048 characters, without a user name.",
        ));
    }
    settings.messages.check()?;
    settings.accounts.check()?;
    settings.sessions.check()?;
    settings.graphql.check()?;
    settings.prompts.check().map_err(|error| Error::invalid(format!("{error}.")))?;
    if let Some(host) = &settings.custom_domain {
        RpId::parse(host).map_err(|_| Error::invalid(format!("{host} is not a host name for customDomain.")))?;
    }
    Ok(())
}
