//! Statements and rows of signing keys.

use countersign_db::{Db, Row, Tx, statements};
use serde_json::Value;

use super::{Algorithm, OVERLAP};
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::id::TenantId;

statements! {
    LIST = "SELECT algorithm, generation, key_id, public_jwk, sealed, retired_at FROM signing_keys
        WHERE tenant_id = $1 ORDER BY algorithm, generation";
    INSERT = "INSERT INTO signing_keys (tenant_id, algorithm, generation, key_id, public_jwk, sealed, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant_id, algorithm, generation) DO NOTHING";
    RETIRE = "UPDATE signing_keys SET retired_at = $1 WHERE tenant_id = $2 AND retired_at IS NULL";
    FORGET = "DELETE FROM signing_keys WHERE tenant_id = $1 AND retired_at < $2";
}

/// A key pair as stored.
pub(super) struct KeyRow {
    pub(super) algorithm: Algorithm,
    pub(super) generation: i64,
    pub(super) id: String,
    pub(super) public: Value,
    pub(super) sealed: Vec<u8>,
    pub(super) retired_at: Option<Millis>,
}

impl KeyRow {
    fn read(row: &Row) -> Result<Self> {
        let mut columns = row.read();
        let broken = || Error::Internal("a stored signing key is not understood".into());
        Ok(Self {
            algorithm: Algorithm::parse(&columns.next::<String>()?).ok_or_else(broken)?,
            generation: columns.next()?,
            id: columns.next()?,
            public: serde_json::from_str(&columns.next::<String>()?).map_err(|_| broken())?,
            sealed: columns.next()?,
            retired_at: columns.next()?,
        })
    }
}

pub(super) async fn list(db: &Db, tenant: &TenantId) -> Result<Vec<KeyRow>> {
    db.all(&LIST, &[tenant]).await?.iter().map(KeyRow::read).collect()
}

/// Keeps a pair; `false` when another process has made the one of this generation.
pub(super) async fn insert(tx: &mut Tx<'_>, tenant: &TenantId, key: &KeyRow, now: Millis) -> Result<bool> {
    let (algorithm, public) = (key.algorithm.as_str(), key.public.to_string());
    let rows = tx.run(&INSERT, &[tenant, &algorithm, &key.generation, &key.id, &public, &key.sealed, &now]).await?;
    Ok(rows == 1)
}

/// All pairs of the tenant sign nothing new from now on. Those that verify nothing any more go.
pub(super) async fn retire(tx: &mut Tx<'_>, tenant: &TenantId, now: Millis) -> Result<()> {
    tx.run(&RETIRE, &[&now, tenant]).await?;
    tx.run(&FORGET, &[tenant, &now.minus(OVERLAP)]).await?;
    Ok(())
}
