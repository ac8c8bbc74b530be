//! Statements and rows of accounts.

use countersign_db::{Db, Row, Tx, statements};

use super::{Account, Address};
use crate::clock::Millis;
use crate::error::Result;
use crate::id::{TenantId, UserId};
use crate::user::User;

/// What [`Account::read`] reads, in this order.
macro_rules! account_columns {
    () => {
        "user_id, email, email_verified_at, default_role, roles, metadata, disabled_at, created_at"
    };
}

statements! {
    FIND = concat!("SELECT ", account_columns!(), " FROM accounts WHERE tenant_id = $1 AND user_id = $2");
    PENDING = concat!("SELECT ", account_columns!(), " FROM accounts WHERE tenant_id = $1 AND email = $2
        AND email_verified_at IS NULL ORDER BY created_at DESC, user_id LIMIT 1");
    OWNER = "SELECT user_id FROM login_emails WHERE tenant_id = $1 AND email = $2";
    CLAIM = "INSERT INTO login_emails (tenant_id, email, user_id, created_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (tenant_id, email) DO NOTHING";
    INSERT = "INSERT INTO accounts (tenant_id, user_id, email, default_role, roles, metadata, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $7)";
    INSERT_USER = "INSERT INTO users (tenant_id, user_id, external_id, email, email_verified, phone_number_verified, display_name,
        locale, factors, created_at, updated_at) VALUES ($1, $2, $2, $3, 0, 0, $4, $5, 1, $6, $6)";
    VERIFY = "UPDATE accounts SET email_verified_at = $1, updated_at = $1 WHERE tenant_id = $2 AND user_id = $3
        AND email_verified_at IS NULL AND disabled_at IS NULL";
    VERIFY_USER = "UPDATE users SET email_verified = 1, updated_at = $1 WHERE tenant_id = $2 AND user_id = $3 AND email = $4";
}

impl Account {
    fn read(row: &Row) -> Result<Self> {
        let mut columns = row.read();
        Ok(Self {
            user: columns.next()?,
            email: columns.next()?,
            email_verified_at: columns.next()?,
            default_role: columns.next()?,
            roles: serde_json::from_str(&columns.next::<String>()?).unwrap_or_default(),
            metadata: columns.next::<Option<String>>()?.and_then(|text| serde_json::from_str(&text).ok()),
            disabled_at: columns.next()?,
            created_at: columns.next()?,
        })
    }
}

/// The account of a user; `None` for one who only an app's backend knows.
pub(crate) async fn find(db: &Db, tenant: &TenantId, user: &UserId) -> Result<Option<Account>> {
    db.opt(&FIND, &[tenant, user]).await?.as_ref().map(Account::read).transpose()
}

/// The same inside a transaction.
pub(super) async fn reload(tx: &mut Tx<'_>, tenant: &TenantId, user: &UserId) -> Result<Option<Account>> {
    tx.opt(&FIND, &[tenant, user]).await?.as_ref().map(Account::read).transpose()
}

/// The newest account with this address that has not shown that it is theirs.
pub(super) async fn pending(db: &Db, tenant: &TenantId, address: &Address) -> Result<Option<Account>> {
    db.opt(&PENDING, &[tenant, &address.as_str()]).await?.as_ref().map(Account::read).transpose()
}

/// Whose the address is.
pub(super) async fn owner(db: &Db, tenant: &TenantId, address: &Address) -> Result<Option<UserId>> {
    Ok(db.opt(&OWNER, &[tenant, &address.as_str()]).await?.map(|row| row.get(0)).transpose()?)
}

/// Makes the address this user's. `false` when it is another's.
pub(super) async fn claim(tx: &mut Tx<'_>, tenant: &TenantId, email: &str, user: &UserId, now: Millis) -> Result<bool> {
    if tx.run(&CLAIM, &[tenant, &email, user, &now]).await? == 1 {
        return Ok(true);
    }
    let owner: Option<UserId> = tx.opt(&OWNER, &[tenant, &email]).await?.map(|row| row.get(0)).transpose()?;
    Ok(owner.as_ref() == Some(user))
}

/// Stores a new user, with one factor counted, and their account.
pub(super) async fn insert(tx: &mut Tx<'_>, tenant: &TenantId, user: &User, account: &Account) -> Result<()> {
    let (made, email) = (account.created_at, &account.email);
    tx.run(&INSERT_USER, &[tenant, &user.id, email, &user.display_name, &user.locale, &made]).await?;
    let roles = serde_json::Value::from(account.roles.clone()).to_string();
    let metadata = account.metadata.as_ref().map(ToString::to_string);
    tx.run(&INSERT, &[tenant, &user.id, email, &account.default_role, &roles, &metadata, &made]).await?;
    Ok(())
}

/// Notes that the address is the user's. `false` when that was noted before, or the account is gone or disabled.
pub(super) async fn verify(tx: &mut Tx<'_>, tenant: &TenantId, account: &Account, now: Millis) -> Result<bool> {
    let is_first = tx.run(&VERIFY, &[&now, tenant, &account.user]).await? == 1;
    tx.run(&VERIFY_USER, &[&now, tenant, &account.user, &account.email]).await?;
    Ok(is_first)
}
