//! Statements and rows of accounts.

use countersign_db::{Db, Row, statements};

use super::Account;
use crate::error::Result;
use crate::id::{TenantId, UserId};

/// What [`Account::read`] reads, in this order.
macro_rules! account_columns {
    () => {
        "user_id, email, email_verified_at, default_role, roles, metadata, disabled_at, created_at"
    };
}

statements! {
    FIND = concat!("SELECT ", account_columns!(), " FROM accounts WHERE tenant_id = $1 AND user_id = $2");
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
