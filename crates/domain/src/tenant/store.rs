//! Statements and rows of tenants.

use countersign_db::{Db, Row, Tx, statements};

use super::api_key::KeyKind;
use super::{Origin, RpId, Settings};
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::id::{ClientId, KeyId, TenantId};

/// What [`TenantRow::read`] reads, in this order.
macro_rules! tenant_columns {
    () => {
        "tenant_id, name, rp_id, settings, is_default, created_at"
    };
}

statements! {
    FIND = concat!("SELECT ", tenant_columns!(), " FROM tenants WHERE tenant_id = $1");
    FIND_DEFAULT = "SELECT tenant_id FROM tenants WHERE is_default = 1";
    FIND_NAMED = "SELECT tenant_id FROM tenant_names WHERE kind = $1 AND name = $2 ORDER BY tenant_id LIMIT 1";
    LIST = concat!("SELECT ", tenant_columns!(), " FROM tenants ORDER BY created_at, tenant_id LIMIT 1000");
    INSERT = "INSERT INTO tenants (tenant_id, name, rp_id, settings, is_default, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $6)";
    UPDATE = "UPDATE tenants SET name = $1, settings = $2, updated_at = $3
        WHERE tenant_id = $4 AND name = $5 AND settings = $6";
    CLEAR_DEFAULT = "UPDATE tenants SET is_default = 0 WHERE is_default = 1";
    SET_DEFAULT = "UPDATE tenants SET is_default = 1 WHERE tenant_id = $1";
    DELETE_NAMES = "DELETE FROM tenant_names WHERE tenant_id = $1";
    INSERT_NAME = "INSERT INTO tenant_names (tenant_id, kind, name) VALUES ($1, $2, $3)
        ON CONFLICT (tenant_id, kind, name) DO NOTHING";
    INSERT_KEY = "INSERT INTO api_keys (tenant_id, key_id, kind, hash, sealed, created_at) VALUES ($1, $2, $3, $4, $5, $6)";
    FIND_KEY = "SELECT tenant_id, key_id, kind FROM api_keys WHERE hash = $1 AND revoked_at IS NULL";
    LIST_KEYS = "SELECT key_id, kind, created_at, revoked_at FROM api_keys WHERE tenant_id = $1 ORDER BY created_at, key_id";
    SEALED_KEYS = "SELECT key_id, sealed FROM api_keys WHERE tenant_id = $1 AND kind = 'server' AND revoked_at IS NULL
        ORDER BY created_at, key_id LIMIT 10";
    REVOKE_KEY = "UPDATE api_keys SET revoked_at = $1 WHERE tenant_id = $2 AND key_id = $3 AND revoked_at IS NULL";
    FIND_CLIENT = "SELECT client_id FROM app_clients WHERE tenant_id = $1 AND client_id = $2";
    INSERT_CLIENT = "INSERT INTO app_clients (tenant_id, client_id, name, created_at) VALUES ($1, $2, $3, $4)";
}

/// A tenant as stored.
#[derive(Clone)]
pub(super) struct TenantRow {
    pub(super) id: TenantId,
    pub(super) name: String,
    pub(super) rp_id: RpId,
    pub(super) settings: Settings,
    pub(super) is_default: bool,
    pub(super) created_at: Millis,
}

impl TenantRow {
    fn read(row: &Row) -> Result<Self> {
        let mut columns = row.read();
        let id: TenantId = columns.next()?;
        let broken = |what: &str, error: String| Error::Internal(format!("tenant {id}: stored {what}: {error}"));
        Ok(Self {
            name: columns.next()?,
            rp_id: RpId::parse(&columns.next::<String>()?).map_err(|error| broken("rp_id", error.to_string()))?,
            settings: serde_json::from_str(&columns.next::<String>()?)
                .map_err(|error| broken("settings", error.to_string()))?,
            is_default: columns.next()?,
            created_at: columns.next()?,
            id: id.clone(),
        })
    }
}

/// Which kind of name a request shows.
#[derive(Debug, Clone, Copy)]
pub(super) enum NameKind {
    Host,
    Origin,
}

impl NameKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Origin => "origin",
        }
    }
}

pub(super) async fn find(db: &Db, id: &TenantId) -> Result<Option<TenantRow>> {
    db.opt(&FIND, &[id]).await?.as_ref().map(TenantRow::read).transpose()
}

/// The same within a transaction, and the text of its settings: a change is refused where that is another one by then (sql-rules Q6).
pub(super) async fn find_to_change(tx: &mut Tx<'_>, id: &TenantId) -> Result<Option<(TenantRow, String)>> {
    let Some(row) = tx.opt(&FIND, &[id]).await? else { return Ok(None) };
    Ok(Some((TenantRow::read(&row)?, row.get(3)?)))
}

pub(super) async fn find_default(db: &Db) -> Result<Option<TenantId>> {
    Ok(db.opt(&FIND_DEFAULT, &[]).await?.map(|row| row.get(0)).transpose()?)
}

pub(super) async fn find_named(db: &Db, kind: NameKind, name: &str) -> Result<Option<TenantId>> {
    Ok(db.opt(&FIND_NAMED, &[&kind.as_str(), &name]).await?.map(|row| row.get(0)).transpose()?)
}

pub(super) async fn list(db: &Db) -> Result<Vec<TenantRow>> {
    db.all(&LIST, &[]).await?.iter().map(TenantRow::read).collect()
}

pub(super) async fn insert(tx: &mut Tx<'_>, tenant: &TenantRow) -> Result<()> {
    let settings = settings_text(&tenant.settings)?;
    let row = tenant;
    tx.run(&INSERT, &[&row.id, &row.name, &row.rp_id.as_str(), &settings, &row.is_default, &row.created_at]).await?;
    save_names(tx, tenant).await
}

/// Writes name and settings over those that were read; `false` where they are others by now.
pub(super) async fn update(
    tx: &mut Tx<'_>,
    tenant: &TenantRow,
    (name, settings): (&String, &String),
    now: Millis,
) -> Result<bool> {
    let new = settings_text(&tenant.settings)?;
    if tx.run(&UPDATE, &[&tenant.name, &new, &now, &tenant.id, name, settings]).await? == 0 {
        return Ok(false);
    }
    tx.run(&DELETE_NAMES, &[&tenant.id]).await?;
    save_names(tx, tenant).await?;
    Ok(true)
}

fn settings_text(settings: &Settings) -> Result<String> {
    serde_json::to_string(settings).map_err(|error| Error::Internal(error.to_string()))
}

async fn save_names(tx: &mut Tx<'_>, tenant: &TenantRow) -> Result<()> {
    let settings = &tenant.settings;
    let hosts = [Some(tenant.rp_id.as_str()), settings.custom_domain.as_deref()];
    for host in hosts.into_iter().flatten() {
        tx.run(&INSERT_NAME, &[&tenant.id, &NameKind::Host.as_str(), &host]).await?;
    }
    let ui_origin = settings.custom_domain.as_ref().map(|host| format!("https://{host}"));
    let listed = settings.origins.iter().chain(&settings.related_origins).map(Origin::as_str);
    for origin in listed.chain(ui_origin.as_deref()) {
        tx.run(&INSERT_NAME, &[&tenant.id, &NameKind::Origin.as_str(), &origin]).await?;
    }
    Ok(())
}

pub(super) async fn make_default(tx: &mut Tx<'_>, id: &TenantId) -> Result<()> {
    tx.run(&CLEAR_DEFAULT, &[]).await?;
    tx.run(&SET_DEFAULT, &[id]).await?;
    Ok(())
}

pub(super) async fn default_exists(tx: &mut Tx<'_>) -> Result<bool> {
    Ok(tx.opt(&FIND_DEFAULT, &[]).await?.is_some())
}

/// An API key to store: never its text, only the hash for look-up and the sealed text for webhook signatures.
pub(super) struct NewKey {
    pub(super) id: KeyId,
    pub(super) kind: KeyKind,
    pub(super) hash: Vec<u8>,
    pub(super) sealed: Vec<u8>,
}

pub(super) async fn insert_key(tx: &mut Tx<'_>, tenant: &TenantId, key: &NewKey, now: Millis) -> Result<()> {
    tx.run(&INSERT_KEY, &[tenant, &key.id, &key.kind.as_str(), &key.hash, &key.sealed, &now]).await?;
    Ok(())
}

pub(super) async fn find_key(db: &Db, hash: &[u8]) -> Result<Option<(TenantId, KeyId, KeyKind)>> {
    let Some(row) = db.opt(&FIND_KEY, &[&hash]).await? else { return Ok(None) };
    let kind = KeyKind::parse(&row.get::<String>(2)?).ok_or_else(|| Error::Internal("unknown key kind".into()))?;
    Ok(Some((row.get(0)?, row.get(1)?, kind)))
}

/// One line of `key list`.
#[derive(Debug, Clone)]
pub struct KeyLine {
    /// Public name of the key.
    pub id: KeyId,
    /// What it opens.
    pub kind: KeyKind,
    /// When it was made.
    pub created_at: Millis,
    /// When it stopped working.
    pub revoked_at: Option<Millis>,
}

pub(super) async fn list_keys(db: &Db, tenant: &TenantId) -> Result<Vec<KeyLine>> {
    let rows = db.all(&LIST_KEYS, &[tenant]).await?;
    rows.iter()
        .map(|row| {
            let mut columns = row.read();
            let id = columns.next()?;
            let kind = KeyKind::parse(&columns.next::<String>()?);
            let kind = kind.ok_or_else(|| Error::Internal("unknown key kind".into()))?;
            Ok(KeyLine { id, kind, created_at: columns.next()?, revoked_at: columns.next()? })
        })
        .collect()
}

/// The server keys that work, sealed, oldest first.
pub(super) async fn sealed_keys(db: &Db, tenant: &TenantId) -> Result<Vec<(KeyId, Vec<u8>)>> {
    let rows = db.all(&SEALED_KEYS, &[tenant]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

pub(super) async fn revoke_key(tx: &mut Tx<'_>, tenant: &TenantId, id: &KeyId, now: Millis) -> Result<bool> {
    Ok(tx.run(&REVOKE_KEY, &[&now, tenant, id]).await? == 1)
}

pub(super) async fn insert_client(tx: &mut Tx<'_>, tenant: &TenantId, client: &ClientId, now: Millis) -> Result<()> {
    tx.run(&INSERT_CLIENT, &[tenant, client, &"default", &now]).await?;
    Ok(())
}

/// Whether the tenant has this app client.
pub(crate) async fn has_client(db: &Db, tenant: &TenantId, client: &ClientId) -> Result<bool> {
    Ok(db.opt(&FIND_CLIENT, &[tenant, client]).await?.is_some())
}
