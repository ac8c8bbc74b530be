//! Statements and rows of factors that answer with codes: addresses, authenticator apps, recovery codes.

use countersign_db::{Columns, Db, Row, Tx, statements};

use super::store::{self, factor_columns};
use super::{Authenticator, Detail, Phone, SmsChannel};
use crate::clock::{Millis, Span};
use crate::error::{Error, Result};
use crate::id::{AuthenticatorId, TenantId, UserId};
use crate::methods::Method;

/// How many codes of a set serve still.
macro_rules! codes_left {
    () => {
        "(SELECT count(*) FROM recovery_codes r WHERE r.tenant_id = a.tenant_id AND r.authenticator_id = a.authenticator_id
        AND r.used_at IS NULL)"
    };
}

statements! {
    LIST = concat!("SELECT ", factor_columns!(), ", f.address, f.channel, ", codes_left!(), " FROM authenticators a
        JOIN code_factors f ON f.tenant_id = a.tenant_id AND f.authenticator_id = a.authenticator_id
        WHERE a.tenant_id = $1 AND a.user_id = $2 ORDER BY a.created_at, a.authenticator_id LIMIT 200");
    FIND = concat!("SELECT ", factor_columns!(), ", f.address, f.channel, ", codes_left!(), " FROM authenticators a
        JOIN code_factors f ON f.tenant_id = a.tenant_id AND f.authenticator_id = a.authenticator_id
        WHERE a.tenant_id = $1 AND a.authenticator_id = $2");
    INSERT_CODES = "INSERT INTO code_factors (tenant_id, authenticator_id, user_id, address, channel, seed, last_step, failures,
        blocked_until) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0)";
    SEED = "SELECT seed, last_step FROM code_factors WHERE tenant_id = $1 AND authenticator_id = $2";
    USE_STEP = "UPDATE code_factors SET last_step = $1 WHERE tenant_id = $2 AND authenticator_id = $3 AND last_step < $1";
    TAKE_TRY = "UPDATE code_factors SET failures = failures + 1, blocked_until = $1 + CASE WHEN failures < 4 THEN 0
        WHEN failures < 34 THEN (failures - 3) * 30000 ELSE 900000 END
        WHERE tenant_id = $2 AND authenticator_id = $3 AND blocked_until <= $1 AND failures < $4 RETURNING failures";
    TRIES = "SELECT failures, blocked_until FROM code_factors WHERE tenant_id = $1 AND authenticator_id = $2";
    LOCKED = "SELECT a.authenticator_id FROM authenticators a
        JOIN code_factors f ON f.tenant_id = a.tenant_id AND f.authenticator_id = a.authenticator_id
        WHERE a.tenant_id = $1 AND a.user_id = $2 AND f.failures >= $3 LIMIT 200";
    MOVE = "UPDATE code_factors SET address = $1 WHERE tenant_id = $2 AND authenticator_id = $3";
    SENT_BY = "UPDATE code_factors SET channel = $1 WHERE tenant_id = $2 AND authenticator_id = $3";
    FORGIVE = "UPDATE code_factors SET failures = 0, blocked_until = 0 WHERE tenant_id = $1 AND authenticator_id = $2";
}

/// Wrong answers in a row after which a factor answers no more and has to be bound anew (NIST SP 800-63B-4 §3.2.2).
const LOCKED_AFTER: i64 = 100;

/// What a new factor keeps beyond what is shown of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kept {
    /// The TOTP seed, sealed.
    pub(crate) seed: Option<Vec<u8>>,
    /// The TOTP step that enrolled it.
    pub(crate) last_step: i64,
}

/// Whether a factor takes another answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Try {
    /// One was taken, and counted as wrong until [`forgive`]; how many in a row that makes.
    Taken(i64),
    /// Too many were wrong of late.
    Wait(Span),
    /// A hundred were wrong in a row.
    Locked,
}

impl Try {
    /// Whether this one was the last.
    pub(crate) fn is_last(self) -> bool {
        self == Self::Taken(LOCKED_AFTER)
    }
}

/// The user's factors of these kinds, oldest first.
pub(crate) async fn list(db: &Db, tenant: &TenantId, user: &UserId) -> Result<Vec<Authenticator>> {
    let rows = db.all(&LIST, &[tenant, user]).await?;
    rows.iter().map(read).collect()
}

/// The same inside a transaction.
pub(crate) async fn reload(tx: &mut Tx<'_>, tenant: &TenantId, user: &UserId) -> Result<Vec<Authenticator>> {
    tx.all(&LIST, &[tenant, user]).await?.iter().map(read).collect()
}

/// Gives a factor another address, at which its user has none of its method yet. Codes that are on their way to the one before are
/// worth nothing.
pub(crate) async fn readdress(tx: &mut Tx<'_>, tenant: &TenantId, id: &AuthenticatorId, address: &str) -> Result<()> {
    tx.run(&MOVE, &[&address, tenant, id]).await?;
    Ok(())
}

/// Whether a hundred answers were wrong in a row.
pub(crate) async fn is_locked(tx: &mut Tx<'_>, tenant: &TenantId, id: &AuthenticatorId) -> Result<bool> {
    let Some(row) = tx.opt(&TRIES, &[tenant, id]).await? else { return Ok(false) };
    Ok(row.get::<i64>(0)? >= LOCKED_AFTER)
}

/// Those of the user's that took a hundred wrong answers in a row, and answer no more.
pub(crate) async fn locked(db: &Db, tenant: &TenantId, user: &UserId) -> Result<Vec<AuthenticatorId>> {
    let rows = db.all(&LOCKED, &[tenant, user, &LOCKED_AFTER]).await?;
    rows.iter().map(|row| Ok(row.get(0)?)).collect()
}

/// The same inside a transaction.
pub(super) async fn reload_locked(tx: &mut Tx<'_>, tenant: &TenantId, user: &UserId) -> Result<Vec<AuthenticatorId>> {
    let rows = tx.all(&LOCKED, &[tenant, user, &LOCKED_AFTER]).await?;
    rows.iter().map(|row| Ok(row.get(0)?)).collect()
}

/// One of them.
pub(crate) async fn find(tx: &mut Tx<'_>, tenant: &TenantId, id: &AuthenticatorId) -> Result<Option<Authenticator>> {
    tx.opt(&FIND, &[tenant, id]).await?.as_ref().map(read).transpose()
}

fn read(row: &Row) -> Result<Authenticator> {
    let factor = store::read(row, kept)?;
    let detail = detail(factor.method, factor.detail.clone())?;
    Ok(factor.with(detail))
}

/// Address, channel, recovery codes that are left.
type Columned = (Option<String>, Option<String>, i64);

fn kept(columns: &mut Columns<'_>) -> Result<Columned> {
    Ok((columns.next()?, columns.next()?, columns.next()?))
}

fn detail(method: Method, (address, channel, left): Columned) -> Result<Detail> {
    let address = || address.ok_or_else(|| Error::Internal("a stored factor lacks its address".to_owned()));
    match method {
        Method::AuthenticatorApp => Ok(Detail::App),
        Method::EmailMagicLink | Method::EmailOtp => address().map(Detail::Email),
        Method::Sms | Method::Whatsapp => {
            let last_channel = channel.as_deref().and_then(SmsChannel::parse);
            Ok(Detail::Phone(Phone { number: address()?, last_channel }))
        }
        Method::RecoveryCode => Ok(Detail::RecoveryCodes { left }),
        Method::Passkey | Method::SecurityKey => {
            Err(Error::Internal("a WebAuthn credential is stored as a code".to_owned()))
        }
    }
}

/// Stores a factor of these kinds.
pub(crate) async fn insert(tx: &mut Tx<'_>, tenant: &TenantId, factor: &Authenticator, kept: &Kept) -> Result<()> {
    store::insert(tx, tenant, factor).await?;
    let (address, channel) = match &factor.detail {
        Detail::Email(address) => (Some(address), None),
        Detail::Phone(Phone { number, last_channel }) => (Some(number), last_channel.map(SmsChannel::as_str)),
        Detail::App | Detail::RecoveryCodes { .. } => (None, None),
        Detail::Credential(_) => {
            return Err(Error::Internal("a WebAuthn credential cannot be stored as a code".to_owned()));
        }
    };
    tx.run(&INSERT_CODES, &[tenant, &factor.id, &factor.user, &address, &channel, &kept.seed, &kept.last_step]).await?;
    Ok(())
}

/// The sealed seed of an authenticator app, and the last step that was used.
pub(crate) async fn seed_of(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    id: &AuthenticatorId,
) -> Result<(Option<Vec<u8>>, i64)> {
    let row = tx.opt(&SEED, &[tenant, id]).await?.ok_or(Error::NotFound("user authenticator"))?;
    Ok((row.get(0)?, row.get(1)?))
}

/// Uses a time step up, and with it all before it. `false` when another answer did.
pub(crate) async fn use_step(tx: &mut Tx<'_>, tenant: &TenantId, id: &AuthenticatorId, step: i64) -> Result<bool> {
    Ok(tx.run(&USE_STEP, &[&step, tenant, id]).await? == 1)
}

/// Takes one answer, before it is looked at: of many that come at once no more are looked at than may be. The first five wrong
/// ones in a row cost nothing, each further one half a minute more, up to a quarter of an hour.
pub(crate) async fn take_try(tx: &mut Tx<'_>, tenant: &TenantId, id: &AuthenticatorId, now: Millis) -> Result<Try> {
    if let Some(row) = tx.opt(&TAKE_TRY, &[&now, tenant, id, &LOCKED_AFTER]).await? {
        return Ok(Try::Taken(row.get(0)?));
    }
    let row = tx.opt(&TRIES, &[tenant, id]).await?.ok_or(Error::NotFound("user authenticator"))?;
    let (failures, blocked_until): (i64, Millis) = (row.get(0)?, row.get(1)?);
    Ok(if failures >= LOCKED_AFTER { Try::Locked } else { Try::Wait(Span(blocked_until.0 - now.0)) })
}

/// Notes how a code was sent to a phone.
pub(crate) async fn sent_by(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    id: &AuthenticatorId,
    channel: SmsChannel,
) -> Result<()> {
    tx.run(&SENT_BY, &[&channel.as_str(), tenant, id]).await?;
    Ok(())
}

/// A right answer: what was wrong before it no longer counts.
pub(crate) async fn forgive(tx: &mut Tx<'_>, tenant: &TenantId, id: &AuthenticatorId) -> Result<()> {
    tx.run(&FORGIVE, &[tenant, id]).await?;
    Ok(())
}
