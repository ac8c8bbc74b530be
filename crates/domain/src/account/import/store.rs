//! Statements of an import.

use countersign_db::{Db, Tx, statements};
use serde_json::Value;

use super::ImportedUser;
use crate::clock::Millis;
use crate::error::Result;
use crate::id::{TenantId, UserId};

statements! {
    HAS_ACCOUNT = "SELECT user_id FROM accounts WHERE tenant_id = $1 AND user_id = $2";
    OWNER = "SELECT user_id FROM login_emails WHERE tenant_id = $1 AND email = $2";
    INSERT_USER = "INSERT INTO users (tenant_id, user_id, external_id, email, email_verified, phone_number_verified, display_name,
        locale, factors, created_at, updated_at) VALUES ($1, $2, $2, $3, $4, 0, $5, $6, 0, $7, $7)
        ON CONFLICT (tenant_id, external_id) DO NOTHING";
    INSERT = "INSERT INTO accounts (tenant_id, user_id, email, email_verified_at, default_role, roles, metadata, disabled_at,
        created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) ON CONFLICT (tenant_id, user_id) DO NOTHING";
    CLAIM = "INSERT INTO login_emails (tenant_id, email, user_id, created_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (tenant_id, email) DO NOTHING";
}

pub(super) async fn has_account(db: &Db, tenant: &TenantId, user: &UserId) -> Result<bool> {
    Ok(db.opt(&HAS_ACCOUNT, &[tenant, user]).await?.is_some())
}

/// Whose the address is.
pub(super) async fn owner(db: &Db, tenant: &TenantId, email: &str) -> Result<Option<UserId>> {
    Ok(db.opt(&OWNER, &[tenant, &email]).await?.map(|row| row.get(0)).transpose()?)
}

/// Stores user and account. `false` when the account is there.
pub(super) async fn insert(tx: &mut Tx<'_>, tenant: &TenantId, user: &ImportedUser, now: Millis) -> Result<bool> {
    let (id, email) = (&user.id, &user.email);
    tx.run(&INSERT_USER, &[tenant, id, email, &user.is_verified, &user.display_name, &user.locale, &now]).await?;
    let verified_at = user.is_verified.then_some(now);
    let disabled_at = user.is_disabled.then_some(now);
    let roles = Value::from(user.roles.clone()).to_string();
    let metadata = user.metadata.as_ref().map(ToString::to_string);
    let made = tx
        .run(&INSERT, &[tenant, id, email, &verified_at, &user.default_role, &roles, &metadata, &disabled_at, &now])
        .await?;
    Ok(made == 1)
}

/// Makes the address this user's. `false` when it is another's.
pub(super) async fn claim(tx: &mut Tx<'_>, tenant: &TenantId, user: &ImportedUser, now: Millis) -> Result<bool> {
    Ok(tx.run(&CLAIM, &[tenant, &user.email, &user.id, &now]).await? == 1)
}
