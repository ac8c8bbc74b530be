//! Statements and rows of sessions and of their refresh tokens.

use countersign_db::{Db, Row, Tx, statements};

use super::Session;
use crate::clock::Millis;
use crate::error::Result;
use crate::id::{AuthenticatorId, SessionId, TenantId, UserId};
use crate::methods::Method;
use crate::token::Proof;

/// What [`Session::read`] reads, in this order.
macro_rules! session_columns {
    () => {
        "session_id, user_id, client_id, method, authenticator_id, acr, amr, verified_at, ip_address, user_agent, created_at, \
         used_at, expires_at, ends_at, revoked_at"
    };
}

statements! {
    INSERT = "INSERT INTO sessions (tenant_id, session_id, user_id, client_id, method, authenticator_id, acr, amr, verified_at,
        ip_address, user_agent, created_at, used_at, expires_at, ends_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $13, $14) ON CONFLICT (tenant_id, session_id) DO NOTHING";
    FIND = concat!("SELECT ", session_columns!(), " FROM sessions WHERE tenant_id = $1 AND session_id = $2");
    LIST = concat!("SELECT ", session_columns!(), " FROM sessions
        WHERE tenant_id = $1 AND user_id = $2 AND revoked_at IS NULL AND expires_at > $3 ORDER BY created_at DESC, session_id LIMIT $4");
    COUNT = "SELECT CAST(count(session_id) AS bigint) FROM sessions
        WHERE tenant_id = $1 AND user_id = $2 AND revoked_at IS NULL AND expires_at > $3";
    TOUCH = concat!("UPDATE sessions SET used_at = $1, expires_at = CASE WHEN ends_at < $2 THEN ends_at ELSE $2 END
        WHERE tenant_id = $3 AND session_id = $4 AND revoked_at IS NULL AND expires_at > $1 RETURNING ", session_columns!());
    RENEW = "UPDATE sessions SET method = $1, authenticator_id = $2, acr = $3, amr = $4, verified_at = $5
        WHERE tenant_id = $6 AND session_id = $7";
    END = "UPDATE sessions SET revoked_at = $1 WHERE tenant_id = $2 AND session_id = $3 AND user_id = $4 AND revoked_at IS NULL
        AND expires_at > $1";
    END_ALL = "UPDATE sessions SET revoked_at = $1 WHERE tenant_id = $2 AND user_id = $3 AND session_id <> $4 AND revoked_at IS NULL
        AND expires_at > $1";
    END_OF_FACTOR = "UPDATE sessions SET revoked_at = $1 WHERE tenant_id = $2 AND user_id = $3 AND authenticator_id = $4
        AND session_id <> $5 AND revoked_at IS NULL AND expires_at > $1";
    INSERT_TOKEN = "INSERT INTO refresh_tokens (tenant_id, token_hash, session_id, created_at) VALUES ($1, $2, $3, $4)";
    FIND_TOKEN = "SELECT session_id, rotated_at FROM refresh_tokens WHERE tenant_id = $1 AND token_hash = $2";
    EXCHANGE = "UPDATE refresh_tokens SET rotated_at = $1 WHERE tenant_id = $2 AND token_hash = $3 AND rotated_at IS NULL";
    EXCHANGE_ALL = "UPDATE refresh_tokens SET rotated_at = $1 WHERE tenant_id = $2 AND session_id = $3 AND rotated_at IS NULL";
    FORGET = "DELETE FROM refresh_tokens WHERE tenant_id = $1 AND session_id = $2 AND rotated_at < $3";
    WITH_OVER = "SELECT t.tenant_id FROM tenants t
        WHERE EXISTS (SELECT 1 FROM sessions s WHERE s.tenant_id = t.tenant_id AND s.expires_at < $1) ORDER BY t.tenant_id";
    SWEEP = "DELETE FROM sessions WHERE tenant_id = $1 AND session_id IN (SELECT session_id FROM sessions
        WHERE tenant_id = $1 AND expires_at < $2 ORDER BY expires_at LIMIT $3)";
}

impl Session {
    fn read(row: &Row) -> Result<Self> {
        let mut columns = row.read();
        let (id, user, client) = (columns.next()?, columns.next()?, columns.next()?);
        let method = columns.next::<Option<String>>()?.and_then(|text| Method::parse(&text));
        let authenticator = columns.next()?;
        let (acr, amr): (Option<String>, Option<String>) = (columns.next()?, columns.next()?);
        let at: Option<Millis> = columns.next()?;
        let amr = amr.map(|text| text.split(' ').map(str::to_owned).collect()).unwrap_or_default();
        Ok(Self {
            id,
            user,
            client,
            method,
            authenticator,
            proof: acr.zip(at).map(|(acr, at)| Proof { acr, amr, at }),
            ip_address: columns.next()?,
            user_agent: columns.next()?,
            created_at: columns.next()?,
            used_at: columns.next()?,
            expires_at: columns.next()?,
            ends_at: columns.next()?,
            revoked_at: columns.next()?,
        })
    }
}

/// What is stored of a proof: level, methods, time.
type Stored<'a> = (Option<&'a str>, Option<String>, Option<Millis>);

fn stored(proof: Option<&Proof>) -> Stored<'_> {
    (proof.map(|proof| proof.acr.as_str()), proof.map(|proof| proof.amr.join(" ")), proof.map(|proof| proof.at))
}

/// Keeps a new session; `false` when there is one of this id.
pub(super) async fn insert(tx: &mut Tx<'_>, tenant: &TenantId, session: &Session) -> Result<bool> {
    let (acr, amr, verified_at) = stored(session.proof.as_ref());
    let rows = tx
        .run(
            &INSERT,
            &[
                tenant,
                &session.id,
                &session.user,
                &session.client,
                &session.method.map(Method::as_str),
                &session.authenticator,
                &acr,
                &amr,
                &verified_at,
                &session.ip_address,
                &session.user_agent,
                &session.created_at,
                &session.expires_at,
                &session.ends_at,
            ],
        )
        .await?;
    Ok(rows == 1)
}

pub(super) async fn find(db: &Db, tenant: &TenantId, id: &SessionId) -> Result<Option<Session>> {
    db.opt(&FIND, &[tenant, id]).await?.as_ref().map(Session::read).transpose()
}

/// The user's open sessions, newest first.
pub(super) async fn list(db: &Db, tenant: &TenantId, user: &UserId, now: Millis, limit: i64) -> Result<Vec<Session>> {
    db.all(&LIST, &[tenant, user, &now, &limit]).await?.iter().map(Session::read).collect()
}

/// How many sessions of the user are open.
pub(crate) async fn count_open(tx: &mut Tx<'_>, tenant: &TenantId, user: &UserId, now: Millis) -> Result<i64> {
    Ok(tx.one(&COUNT, &[tenant, user, &now]).await?.get(0)?)
}

/// The session is used: it ends by idleness at `idle_until`, or at its own end where that comes first. Holds its row until the
/// transaction ends, so that of its tokens one is exchanged at a time. `None` when it has ended.
pub(super) async fn touch(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    id: &SessionId,
    now: Millis,
    idle_until: Millis,
) -> Result<Option<Session>> {
    tx.opt(&TOUCH, &[&now, &idle_until, tenant, id]).await?.as_ref().map(Session::read).transpose()
}

/// The session rests on another proof from now on. To be called by who holds its row.
pub(super) async fn renew(tx: &mut Tx<'_>, tenant: &TenantId, session: &Session) -> Result<()> {
    let (acr, amr, verified_at) = stored(session.proof.as_ref());
    let method = session.method.map(Method::as_str);
    tx.run(&RENEW, &[&method, &session.authenticator, &acr, &amr, &verified_at, tenant, &session.id]).await?;
    Ok(())
}

/// Ends a session of this user; `false` when it had ended, or is another's.
pub(super) async fn end(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    (id, user): (&SessionId, &UserId),
    now: Millis,
) -> Result<bool> {
    Ok(tx.run(&END, &[&now, tenant, id, user]).await? == 1)
}

/// Ends all sessions of a user but this one. How many.
pub(super) async fn end_all(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    user: &UserId,
    but: Option<&SessionId>,
    now: Millis,
) -> Result<u64> {
    // No session has an empty id.
    Ok(tx.run(&END_ALL, &[&now, tenant, user, &but.map_or("", SessionId::as_str)]).await?)
}

/// Ends the sessions of a user that rest on this factor, but this one. How many.
pub(super) async fn end_of_factor(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    (user, factor): (&UserId, &AuthenticatorId),
    but: Option<&SessionId>,
    now: Millis,
) -> Result<u64> {
    Ok(tx.run(&END_OF_FACTOR, &[&now, tenant, user, factor, &but.map_or("", SessionId::as_str)]).await?)
}

pub(super) async fn insert_token(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    hash: &[u8],
    session: &SessionId,
    now: Millis,
) -> Result<()> {
    tx.run(&INSERT_TOKEN, &[tenant, &hash, session, &now]).await?;
    Ok(())
}

/// The session of a refresh token, and when the token was exchanged.
pub(super) type TokenRow = (SessionId, Option<Millis>);

fn token_row(row: &Row) -> Result<TokenRow> {
    Ok((row.get(0)?, row.get(1)?))
}

pub(super) async fn find_token(db: &Db, tenant: &TenantId, hash: &[u8]) -> Result<Option<TokenRow>> {
    db.opt(&FIND_TOKEN, &[tenant, &hash]).await?.as_ref().map(token_row).transpose()
}

/// The same inside a transaction.
pub(super) async fn reload_token(tx: &mut Tx<'_>, tenant: &TenantId, hash: &[u8]) -> Result<Option<TokenRow>> {
    tx.opt(&FIND_TOKEN, &[tenant, &hash]).await?.as_ref().map(token_row).transpose()
}

/// Exchanges a token; `false` when it was exchanged before.
pub(super) async fn exchange(tx: &mut Tx<'_>, tenant: &TenantId, hash: &[u8], now: Millis) -> Result<bool> {
    Ok(tx.run(&EXCHANGE, &[&now, tenant, &hash]).await? == 1)
}

/// Whatever token the session has counts as exchanged.
pub(super) async fn exchange_all(tx: &mut Tx<'_>, tenant: &TenantId, id: &SessionId, now: Millis) -> Result<()> {
    tx.run(&EXCHANGE_ALL, &[&now, tenant, id]).await?;
    Ok(())
}

/// Removes the session's tokens that were exchanged before then.
pub(super) async fn forget_tokens(tx: &mut Tx<'_>, tenant: &TenantId, id: &SessionId, before: Millis) -> Result<()> {
    tx.run(&FORGET, &[tenant, id, &before]).await?;
    Ok(())
}

/// The tenants with sessions that ended before then.
pub(crate) async fn with_over(db: &Db, before: Millis) -> Result<Vec<TenantId>> {
    db.all(&WITH_OVER, &[&before]).await?.iter().map(|row| Ok(row.get(0)?)).collect()
}

/// Removes sessions of a tenant that ended before then, with their tokens. How many sessions.
pub(crate) async fn sweep(tx: &mut Tx<'_>, tenant: &TenantId, before: Millis, limit: i64) -> Result<u64> {
    Ok(tx.run(&SWEEP, &[tenant, &before, &limit]).await?)
}
