//! Statements and rows of recovery codes. The set itself is a row of `authenticators` and `code_factors`.

use countersign_db::{Db, Tx, statements};

use crate::clock::Millis;
use crate::error::Result;
use crate::id::{AuthenticatorId, TenantId};

statements! {
    INSERT = "INSERT INTO recovery_codes (tenant_id, authenticator_id, prefix, hash) VALUES ($1, $2, $3, $4)";
    FIND = "SELECT hash FROM recovery_codes
        WHERE tenant_id = $1 AND authenticator_id = $2 AND prefix = $3 AND used_at IS NULL";
    USE_UP = "UPDATE recovery_codes SET used_at = $1
        WHERE tenant_id = $2 AND authenticator_id = $3 AND prefix = $4 AND used_at IS NULL";
}

/// Stores one code of a set.
pub(super) async fn insert(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    set: &AuthenticatorId,
    prefix: &str,
    hash: &str,
) -> Result<()> {
    tx.run(&INSERT, &[tenant, set, &prefix, &hash]).await?;
    Ok(())
}

/// The hash of the code with this prefix; `None` when there is none or it was used.
pub(super) async fn find(db: &Db, tenant: &TenantId, set: &AuthenticatorId, prefix: &str) -> Result<Option<String>> {
    Ok(db.opt(&FIND, &[tenant, set, &prefix]).await?.map(|row| row.get(0)).transpose()?)
}

/// Uses a code up. `false` when another answer did.
pub(super) async fn use_up(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    set: &AuthenticatorId,
    prefix: &str,
    now: Millis,
) -> Result<bool> {
    Ok(tx.run(&USE_UP, &[&now, tenant, set, &prefix]).await? == 1)
}
