//! Statements and rows of users.

use countersign_db::{Db, Row, Tx, statements};

use super::{MOST_FACTORS, User};
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::id::{TenantId, UserId};
use crate::methods::Method;

/// What [`User::read`] reads, in this order.
macro_rules! user_columns {
    () => {
        "user_id, external_id, email, email_verified, phone_number, phone_number_verified, username, \
         display_name, locale, custom, default_method, factors, created_at"
    };
}

statements! {
    FIND = concat!("SELECT ", user_columns!(), " FROM users WHERE tenant_id = $1 AND user_id = $2");
    FIND_EXTERNAL = concat!("SELECT ", user_columns!(), " FROM users WHERE tenant_id = $1 AND external_id = $2");
    PAGE = concat!("SELECT ", user_columns!(), " FROM users
        WHERE tenant_id = $1 AND external_id > $2 ORDER BY external_id LIMIT $3");
    PAGE_BY_EMAIL = concat!("SELECT ", user_columns!(), " FROM users
        WHERE tenant_id = $1 AND email = $2 AND external_id > $3 ORDER BY external_id LIMIT $4");
    PAGE_BY_PHONE_NUMBER = concat!("SELECT ", user_columns!(), " FROM users
        WHERE tenant_id = $1 AND phone_number = $2 AND external_id > $3 ORDER BY external_id LIMIT $4");
    PAGE_BY_USERNAME = concat!("SELECT ", user_columns!(), " FROM users
        WHERE tenant_id = $1 AND username = $2 AND external_id > $3 ORDER BY external_id LIMIT $4");
    INSERT = "INSERT INTO users (tenant_id, user_id, external_id, email_verified, phone_number_verified, factors, created_at,
        updated_at) VALUES ($1, $2, $3, 0, 0, 0, $4, $4) ON CONFLICT (tenant_id, external_id) DO NOTHING";
    UPDATE = "UPDATE users SET email = $1, email_verified = $2, phone_number = $3, phone_number_verified = $4, username = $5,
        display_name = $6, locale = $7, custom = $8, default_method = $9, updated_at = $10
        WHERE tenant_id = $11 AND user_id = $12";
    SET_DEFAULT_METHOD = "UPDATE users SET default_method = $1 WHERE tenant_id = $2 AND user_id = $3";
    DELETE = "DELETE FROM users WHERE tenant_id = $1 AND user_id = $2";
    FORGET_IN_AUDIT = "UPDATE audit_events SET ip_address = NULL, user_agent = NULL WHERE tenant_id = $1 AND user_id = $2";
    CLAIM_FIRST_FACTOR = "UPDATE users SET factors = 1 WHERE tenant_id = $1 AND user_id = $2 AND factors = 0";
    ADD_FACTOR = "UPDATE users SET factors = factors + 1 WHERE tenant_id = $1 AND user_id = $2 AND factors < $3";
    REMOVE_FACTOR = "UPDATE users SET factors = factors - 1 WHERE tenant_id = $1 AND user_id = $2 AND factors > 0
        RETURNING factors";
    HOLD = "UPDATE users SET updated_at = $1 WHERE tenant_id = $2 AND user_id = $3 RETURNING factors";
}

impl User {
    fn read(row: &Row) -> Result<Self> {
        let mut columns = row.read();
        Ok(Self {
            id: columns.next()?,
            external_id: columns.next()?,
            email: columns.next()?,
            email_verified: columns.next()?,
            phone_number: columns.next()?,
            phone_number_verified: columns.next()?,
            username: columns.next()?,
            display_name: columns.next()?,
            locale: columns.next()?,
            custom: columns.next::<Option<String>>()?.and_then(|text| serde_json::from_str(&text).ok()),
            default_method: columns.next::<Option<String>>()?.and_then(|text| Method::parse(&text)),
            factors: columns.next()?,
            created_at: columns.next()?,
        })
    }
}

/// The user, inside a transaction.
pub(crate) async fn find(tx: &mut Tx<'_>, tenant: &TenantId, id: &UserId) -> Result<Option<User>> {
    tx.opt(&FIND, &[tenant, id]).await?.as_ref().map(User::read).transpose()
}

/// The same outside of one.
pub(crate) async fn find_known(db: &Db, tenant: &TenantId, id: &UserId) -> Result<Option<User>> {
    db.opt(&FIND, &[tenant, id]).await?.as_ref().map(User::read).transpose()
}

pub(crate) async fn find_external(db: &Db, tenant: &TenantId, external_id: &str) -> Result<Option<User>> {
    db.opt(&FIND_EXTERNAL, &[tenant, &external_id]).await?.as_ref().map(User::read).transpose()
}

/// What a page of users is filtered by; at most one.
pub(super) enum By<'a> {
    Everything,
    Email(&'a str),
    PhoneNumber(&'a str),
    Username(&'a str),
}

/// Users in the order of their external ids, after `after`.
pub(super) async fn page(db: &Db, tenant: &TenantId, by: By<'_>, after: &str, limit: i64) -> Result<Vec<User>> {
    let rows = match by {
        By::Everything => db.all(&PAGE, &[tenant, &after, &limit]).await?,
        By::Email(email) => db.all(&PAGE_BY_EMAIL, &[tenant, &email, &after, &limit]).await?,
        By::PhoneNumber(number) => db.all(&PAGE_BY_PHONE_NUMBER, &[tenant, &number, &after, &limit]).await?,
        By::Username(name) => db.all(&PAGE_BY_USERNAME, &[tenant, &name, &after, &limit]).await?,
    };
    rows.iter().map(User::read).collect()
}

/// The user with this external id, made with `fresh` as id when there is none. `true` when it was made.
pub(crate) async fn find_or_insert(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    external_id: &str,
    fresh: &UserId,
    now: Millis,
) -> Result<(User, bool)> {
    // On PostgreSQL a user who was there for the one statement may be removed before the other: then it is made.
    for _ in 0..3 {
        let made = tx.run(&INSERT, &[tenant, fresh, &external_id, &now]).await? == 1;
        if let Some(row) = tx.opt(&FIND_EXTERNAL, &[tenant, &external_id]).await? {
            return Ok((User::read(&row)?, made));
        }
    }
    Err(Error::Unavailable("the user is being removed".to_owned()))
}

pub(super) async fn update(tx: &mut Tx<'_>, tenant: &TenantId, user: &User, now: Millis) -> Result<()> {
    let custom = user.custom.as_ref().map(ToString::to_string);
    tx.run(
        &UPDATE,
        &[
            &user.email,
            &user.email_verified,
            &user.phone_number,
            &user.phone_number_verified,
            &user.username,
            &user.display_name,
            &user.locale,
            &custom,
            &user.default_method.map(Method::as_str),
            &now,
            tenant,
            &user.id,
        ],
    )
    .await?;
    Ok(())
}

/// Removes the user with all factors and actions; events stay, without address and agent. The user's open challenges are
/// worth nothing without the user, and the sweeper takes them when their time is over: no index is kept to find them sooner.
pub(super) async fn delete(tx: &mut Tx<'_>, tenant: &TenantId, id: &UserId) -> Result<bool> {
    tx.run(&FORGET_IN_AUDIT, &[tenant, id]).await?;
    Ok(tx.run(&DELETE, &[tenant, id]).await? == 1)
}

/// Takes the place of the first factor. `false` when another was enrolled meanwhile: the right to enrol without proof
/// is gone.
pub(crate) async fn claim_first_factor(tx: &mut Tx<'_>, tenant: &TenantId, id: &UserId) -> Result<bool> {
    Ok(tx.run(&CLAIM_FIRST_FACTOR, &[tenant, id]).await? == 1)
}

/// Counts a further factor, as long as there is room for one. A user who was deleted meanwhile gets none, and their token is
/// worth nothing.
pub(crate) async fn add_factor(tx: &mut Tx<'_>, tenant: &TenantId, id: &UserId) -> Result<()> {
    if tx.run(&ADD_FACTOR, &[tenant, id, &MOST_FACTORS]).await? == 1 {
        return Ok(());
    }
    find(tx, tenant, id).await?.ok_or(Error::InvalidToken)?.require_room()?;
    Err(Error::Unavailable("the user's factors are being changed".to_owned()))
}

/// Sets the kind of factor that is asked for first.
pub(crate) async fn set_default_method(tx: &mut Tx<'_>, tenant: &TenantId, id: &UserId, method: Method) -> Result<()> {
    tx.run(&SET_DEFAULT_METHOD, &[&method.as_str(), tenant, id]).await?;
    Ok(())
}

/// Counts a removed factor. `true` when none is left.
pub(crate) async fn remove_factor(tx: &mut Tx<'_>, tenant: &TenantId, id: &UserId) -> Result<bool> {
    let left = tx.opt(&REMOVE_FACTOR, &[tenant, id]).await?.map(|row| row.get::<i64>(0)).transpose()?;
    Ok(left == Some(0))
}

/// Holds the user's row until the transaction ends, so that nobody adds or removes a factor meanwhile. How many there are; `None`
/// for a user who was deleted.
pub(crate) async fn hold(tx: &mut Tx<'_>, tenant: &TenantId, id: &UserId, now: Millis) -> Result<Option<i64>> {
    Ok(tx.opt(&HOLD, &[&now, tenant, id]).await?.map(|row| row.get(0)).transpose()?)
}
