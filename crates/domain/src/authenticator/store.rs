//! Statements and rows that all factors have.

use countersign_db::{Columns, Db, Row, Tx, statements};

use super::{Authenticator, Credential, FactorName, codes, credentials};
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::id::{AuthenticatorId, TenantId, UserId};
use crate::methods::Method;

/// What [`read`] reads, in this order, of `authenticators a`.
macro_rules! factor_columns {
    () => {
        "a.authenticator_id, a.user_id, a.method, a.is_default, a.label, a.created_at, a.verified_at, a.last_verified_at"
    };
}
pub(super) use factor_columns;

statements! {
    METHODS = "SELECT method, CAST(max(is_default) AS bigint) FROM authenticators
        WHERE tenant_id = $1 AND user_id = $2 AND verified_at IS NOT NULL AND method <> 'RECOVERY_CODE'
        GROUP BY method ORDER BY method";
    OF_METHOD = "SELECT authenticator_id FROM authenticators WHERE tenant_id = $1 AND user_id = $2 AND method = $3
        ORDER BY created_at, authenticator_id LIMIT 200";
    HELD = "SELECT authenticator_id FROM authenticators WHERE tenant_id = $1 AND authenticator_id = $2";
    INSERT = "INSERT INTO authenticators (tenant_id, authenticator_id, user_id, method, is_default, label, created_at,
        verified_at, last_verified_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    USE = "UPDATE authenticators SET last_verified_at = $1 WHERE tenant_id = $2 AND authenticator_id = $3";
    OLDEST = "SELECT authenticator_id FROM authenticators WHERE tenant_id = $1 AND user_id = $2 AND verified_at IS NOT NULL
        AND method <> 'RECOVERY_CODE' ORDER BY created_at, authenticator_id LIMIT 1";
    OLDEST_OF_METHOD = "SELECT authenticator_id FROM authenticators WHERE tenant_id = $1 AND user_id = $2 AND method = $3
        AND verified_at IS NOT NULL ORDER BY is_default DESC, created_at, authenticator_id LIMIT 1";
    DEMOTE = "UPDATE authenticators SET is_default = 0 WHERE tenant_id = $1 AND user_id = $2 AND is_default = 1";
    PROMOTE = "UPDATE authenticators SET is_default = 1 WHERE tenant_id = $1 AND authenticator_id = $2";
    RENAME = "UPDATE authenticators SET label = $1 WHERE tenant_id = $2 AND authenticator_id = $3";
    DELETE = "DELETE FROM authenticators WHERE tenant_id = $1 AND authenticator_id = $2 AND user_id = $3 RETURNING is_default";
    DELETE_OF_METHOD = "DELETE FROM authenticators WHERE tenant_id = $1 AND user_id = $2 AND method = $3";
}

/// Reads the columns of `factor_columns`, then what it rests on.
pub(super) fn read<D>(row: &Row, detail: impl FnOnce(&mut Columns<'_>) -> Result<D>) -> Result<Authenticator<D>> {
    let mut columns = row.read();
    let unknown = || Error::Internal("a stored factor has an unknown method".to_owned());
    Ok(Authenticator {
        id: columns.next()?,
        user: columns.next()?,
        method: Method::parse(&columns.next::<String>()?).ok_or_else(unknown)?,
        is_default: columns.next()?,
        label: columns.next()?,
        created_at: columns.next()?,
        verified_at: columns.next()?,
        last_verified_at: columns.next()?,
        detail: detail(&mut columns)?,
    })
}

/// Whether a factor is there still.
pub(crate) async fn is_held(db: &Db, tenant: &TenantId, id: &AuthenticatorId) -> Result<bool> {
    Ok(db.opt(&HELD, &[tenant, id]).await?.is_some())
}

/// The user's factors of all kinds, oldest first; recovery codes after the factor that they were made with.
pub(crate) async fn list(db: &Db, tenant: &TenantId, user: &UserId) -> Result<Vec<Authenticator>> {
    let credentials = credentials::list(db, tenant, user).await?;
    Ok(in_order(credentials, codes::list(db, tenant, user).await?))
}

/// The same inside a transaction.
pub(super) async fn reload(tx: &mut Tx<'_>, tenant: &TenantId, user: &UserId) -> Result<Vec<Authenticator>> {
    let credentials = credentials::reload(tx, tenant, user).await?;
    Ok(in_order(credentials, codes::reload(tx, tenant, user).await?))
}

fn in_order(credentials: Vec<Authenticator<Credential>>, codes: Vec<Authenticator>) -> Vec<Authenticator> {
    let mut all: Vec<_> = credentials.into_iter().map(Authenticator::from).collect();
    all.extend(codes);
    let place = |factor: &Authenticator| (factor.created_at, !factor.method.is_factor());
    all.sort_by(|a, b| (place(a), &a.id).cmp(&(place(b), &b.id)));
    all
}

/// The kinds of a user's verified factors.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Enrolled {
    /// Each once.
    pub methods: Vec<Method>,
    /// The kind of the factor that is asked for first.
    pub default: Option<Method>,
}

/// The kinds of the user's verified factors.
pub(crate) async fn methods_of(db: &Db, tenant: &TenantId, user: &UserId) -> Result<Enrolled> {
    let mut enrolled = Enrolled::default();
    for row in &db.all(&METHODS, &[tenant, user]).await? {
        let Some(method) = Method::parse(&row.get::<String>(0)?) else { continue };
        enrolled.methods.push(method);
        if row.get::<bool>(1)? {
            enrolled.default = Some(method);
        }
    }
    Ok(enrolled)
}

/// The user's factors of one kind, oldest first, inside a transaction.
pub(crate) async fn of_method(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    user: &UserId,
    method: Method,
) -> Result<Vec<AuthenticatorId>> {
    let rows = tx.all(&OF_METHOD, &[tenant, user, &method.as_str()]).await?;
    rows.iter().map(|row| Ok(row.get(0)?)).collect()
}

/// Stores the row that every factor has; its room stores what it rests on.
pub(super) async fn insert<D>(tx: &mut Tx<'_>, tenant: &TenantId, factor: &Authenticator<D>) -> Result<()> {
    tx.run(
        &INSERT,
        &[
            tenant,
            &factor.id,
            &factor.user,
            &factor.method.as_str(),
            &factor.is_default,
            &factor.label,
            &factor.created_at,
            &factor.verified_at,
            &factor.last_verified_at,
        ],
    )
    .await?;
    Ok(())
}

/// Notes a use. `false` when the factor is gone.
pub(crate) async fn record_use(tx: &mut Tx<'_>, tenant: &TenantId, id: &AuthenticatorId, at: Millis) -> Result<bool> {
    Ok(tx.run(&USE, &[&at, tenant, id]).await? == 1)
}

/// Gives a factor a name, or takes it away.
pub(crate) async fn rename(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    id: &AuthenticatorId,
    name: Option<&FactorName>,
) -> Result<()> {
    tx.run(&RENAME, &[&name.map(FactorName::as_str), tenant, id]).await?;
    Ok(())
}

/// Makes a factor the one that is asked for first. Who calls it holds the user's row (`user::store::add_factor` and its kin), so
/// that of several at once one is left as the default.
pub(crate) async fn prefer(tx: &mut Tx<'_>, tenant: &TenantId, user: &UserId, id: &AuthenticatorId) -> Result<()> {
    tx.run(&DEMOTE, &[tenant, user]).await?;
    tx.run(&PROMOTE, &[tenant, id]).await?;
    Ok(())
}

/// The same with the user's oldest factor of a kind, unless one of that kind is it already; nothing when there is none.
pub(crate) async fn prefer_method(tx: &mut Tx<'_>, tenant: &TenantId, user: &UserId, method: Method) -> Result<()> {
    let Some(row) = tx.opt(&OLDEST_OF_METHOD, &[tenant, user, &method.as_str()]).await? else { return Ok(()) };
    prefer(tx, tenant, user, &row.get(0)?).await
}

/// Removes a factor; what it rests on goes with it. Where it was the default, the oldest one left is. `false` when it is gone.
pub(crate) async fn delete<D>(tx: &mut Tx<'_>, tenant: &TenantId, factor: &Authenticator<D>) -> Result<bool> {
    let Some(row) = tx.opt(&DELETE, &[tenant, &factor.id, &factor.user]).await? else { return Ok(false) };
    if row.get::<bool>(0)?
        && let Some(heir) = tx.opt(&OLDEST, &[tenant, &factor.user]).await?
    {
        tx.run(&PROMOTE, &[tenant, &heir.get::<AuthenticatorId>(0)?]).await?;
    }
    Ok(true)
}

/// Removes the user's factors of one kind; what they rest on goes with them. How many there were.
pub(crate) async fn delete_of_method(tx: &mut Tx<'_>, tenant: &TenantId, user: &UserId, method: Method) -> Result<u64> {
    Ok(tx.run(&DELETE_OF_METHOD, &[tenant, user, &method.as_str()]).await?)
}
