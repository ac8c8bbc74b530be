//! Statements of the lifecycle.

use countersign_db::{Db, Row, Statement, Tx, statements};

use super::{Challenge, MAX_ATTEMPTS, Purpose, State};
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::id::{ChallengeId, TenantId, UserId};
use crate::methods::Method;

/// What [`Challenge::read`] reads, in this order.
macro_rules! challenge_columns {
    () => {
        "challenge_id, user_id, action_code, idempotency_key, method, purpose, state, secret_hash, data, expires_at"
    };
}

statements! {
    INSERT = "INSERT INTO challenges (tenant_id, challenge_id, user_id, action_code, idempotency_key, method, purpose, state,
        secret_hash, data, attempts, max_attempts, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 'pending', $8, $9, 0, $10, $11, $12)";
    INSERT_ANSWERED = "INSERT INTO challenges (tenant_id, challenge_id, action_code, method, purpose, state, secret_hash, attempts,
        max_attempts, created_at, expires_at, closed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10, $11)
        ON CONFLICT (tenant_id, challenge_id) DO NOTHING";
    FIND = concat!("SELECT ", challenge_columns!(), " FROM challenges WHERE tenant_id = $1 AND challenge_id = $2");
    REARM = "UPDATE challenges SET method = $1, secret_hash = $2 WHERE tenant_id = $3 AND challenge_id = $4
        AND state = 'pending' AND user_id IS NULL AND expires_at > $5";
    CLOSE_VERIFIED = "UPDATE challenges SET state = 'verified', closed_at = $1 WHERE tenant_id = $2
        AND challenge_id = $3 AND state = 'pending' AND expires_at > $1 AND secret_hash = $4";
    CANCEL = "UPDATE challenges SET state = 'cancelled', closed_at = $1 WHERE tenant_id = $2
        AND challenge_id = $3 AND state = 'pending' AND expires_at > $1 AND secret_hash = $4";
    ARM = "INSERT INTO challenges (tenant_id, challenge_id, user_id, action_code, idempotency_key, method, purpose, state,
        secret_hash, data, attempts, max_attempts, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 'pending', $8, $9, 0, $10, $11, $12)
        ON CONFLICT (tenant_id, challenge_id) DO UPDATE SET state = 'pending', secret_hash = excluded.secret_hash,
        data = excluded.data, attempts = 0, max_attempts = excluded.max_attempts, created_at = excluded.created_at,
        expires_at = excluded.expires_at, closed_at = NULL";
    ARM_IF_OVER = "INSERT INTO challenges (tenant_id, challenge_id, user_id, action_code, idempotency_key, method, purpose, state,
        secret_hash, data, attempts, max_attempts, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 'pending', $8, $9, 0, $10, $11, $12)
        ON CONFLICT (tenant_id, challenge_id) DO UPDATE SET state = 'pending', secret_hash = excluded.secret_hash,
        data = excluded.data, attempts = 0, max_attempts = excluded.max_attempts, created_at = excluded.created_at,
        expires_at = excluded.expires_at, closed_at = NULL
        WHERE challenges.state = 'verified' OR challenges.expires_at <= excluded.created_at OR challenges.data <> excluded.data";
    TAKE_ATTEMPT = concat!("UPDATE challenges SET attempts = attempts + 1 WHERE tenant_id = $1 AND challenge_id = $2
        AND state = 'pending' AND expires_at > $3 AND attempts < max_attempts RETURNING ", challenge_columns!(), ", attempts");
    FAIL = "UPDATE challenges SET state = 'failed', closed_at = $1 WHERE tenant_id = $2 AND challenge_id = $3
        AND state = 'pending' AND attempts >= max_attempts";
    CLAIM = "UPDATE challenges SET secret_hash = NULL, user_id = $1 WHERE tenant_id = $2 AND challenge_id = $3
        AND state = 'verified' AND expires_at > $4 AND secret_hash = $5 RETURNING closed_at";
    BIND = "UPDATE challenges SET user_id = $1, data = $2 WHERE tenant_id = $3 AND challenge_id = $4 AND state = 'pending'
        AND expires_at > $5 AND secret_hash = $6";
    OPEN_OF_USER = concat!("SELECT ", challenge_columns!(), " FROM challenges WHERE tenant_id = $1 AND challenge_id >= $2
        AND challenge_id < $3 AND user_id = $4 AND state = 'pending' AND expires_at > $5
        ORDER BY created_at DESC, challenge_id LIMIT 50");
    STATE = "SELECT state, attempts FROM challenges WHERE tenant_id = $1 AND challenge_id = $2 AND expires_at > $3";
    EXPIRE = "UPDATE challenges SET state = 'expired', closed_at = $1 WHERE tenant_id = $2 AND challenge_id = $3
        AND state = 'pending' AND expires_at <= $1";
    COUNT_FAILURE = "UPDATE challenges SET attempts = attempts + 1,
        state = CASE WHEN attempts + 1 >= max_attempts THEN 'failed' ELSE state END
        WHERE tenant_id = $1 AND challenge_id = $2 AND state = 'pending' RETURNING attempts";
}

impl Challenge {
    fn read(row: &Row) -> Result<Self> {
        let mut columns = row.read();
        let unknown = |what: &str| Error::Internal(format!("a challenge with an unknown {what}"));
        Ok(Self {
            id: columns.next()?,
            user: columns.next()?,
            action_code: columns.next()?,
            idempotency_key: columns.next()?,
            method: columns.next::<Option<String>>()?.and_then(|text| Method::parse(&text)),
            purpose: Purpose::parse(&columns.next::<String>()?).ok_or_else(|| unknown("purpose"))?,
            state: State::parse(&columns.next::<String>()?).ok_or_else(|| unknown("state"))?,
            secret_hash: columns.next()?,
            note: columns
                .next::<Option<String>>()?
                .and_then(|text| serde_json::from_str(&text).ok())
                .unwrap_or_default(),
            expires_at: columns.next()?,
            is_stored: true,
        })
    }
}

/// Stores a new challenge.
pub(crate) async fn insert(tx: &mut Tx<'_>, tenant: &TenantId, challenge: &Challenge, now: Millis) -> Result<()> {
    store(tx, &INSERT, tenant, challenge, now).await
}

/// Stores a challenge of which its user has one at a time, in the place of the one before: that one's secret, its wrong
/// answers and its end are forgotten.
pub(crate) async fn arm(tx: &mut Tx<'_>, tenant: &TenantId, challenge: &Challenge, now: Millis) -> Result<()> {
    store(tx, &ARM, tenant, challenge, now).await
}

/// The same where the one before is over: answered rightly, too late now, or of a factor that another has taken the place of.
/// One that is open, or took too many wrong answers, stays as it is.
pub(crate) async fn arm_if_over(tx: &mut Tx<'_>, tenant: &TenantId, challenge: &Challenge, now: Millis) -> Result<()> {
    store(tx, &ARM_IF_OVER, tenant, challenge, now).await
}

async fn store(
    tx: &mut Tx<'_>,
    statement: &'static Statement,
    tenant: &TenantId,
    challenge: &Challenge,
    now: Millis,
) -> Result<()> {
    let note = serde_json::to_string(&challenge.note).map_err(|error| Error::Internal(error.to_string()))?;
    tx.run(
        statement,
        &[
            tenant,
            &challenge.id,
            &challenge.user,
            &challenge.action_code,
            &challenge.idempotency_key,
            &challenge.method.map(Method::as_str),
            &challenge.purpose.as_str(),
            &challenge.secret_hash,
            &note,
            &MAX_ATTEMPTS,
            &now,
            &challenge.expires_at,
        ],
    )
    .await?;
    Ok(())
}

/// The challenge, whatever its state; unknown is `NotFound`.
pub(crate) async fn find(db: &Db, tenant: &TenantId, id: &ChallengeId) -> Result<Challenge> {
    let row = db.opt(&FIND, &[tenant, id]).await?.ok_or(Error::NotFound("challenge"))?;
    Challenge::read(&row)
}

/// The same inside a transaction.
pub(crate) async fn reload(tx: &mut Tx<'_>, tenant: &TenantId, id: &ChallengeId) -> Result<Challenge> {
    let row = tx.opt(&FIND, &[tenant, id]).await?.ok_or(Error::NotFound("challenge"))?;
    Challenge::read(&row)
}

/// The user's challenges that await an answer, the newest first. The ids of a user's challenges begin alike (sql-rules §4), so
/// that the key finds them without an index of its own.
pub(crate) async fn open_of(db: &Db, tenant: &TenantId, user: &UserId, now: Millis) -> Result<Vec<Challenge>> {
    let first = user.bucket();
    // Behind every id of that beginning: ids are hexadecimal.
    let behind = format!("{first}g");
    let rows = db.all(&OPEN_OF_USER, &[tenant, &first, &behind, user, &now]).await?;
    rows.iter().map(Challenge::read).collect()
}

/// Takes the result of a challenge that was answered rightly, once, for this user: its secret goes with it. When it was
/// answered; `None` when it was taken before, or its time is over.
pub(crate) async fn claim(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    challenge: &Challenge,
    user: &UserId,
    now: Millis,
) -> Result<Option<Millis>> {
    let row = tx.opt(&CLAIM, &[user, tenant, &challenge.id, &now, &challenge.secret_hash]).await?;
    Ok(row.map(|row| row.get(0)).transpose()?)
}

/// Makes an open challenge this user's, as its note now says. `false` when it was answered or armed anew meanwhile.
pub(crate) async fn bind(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    challenge: &Challenge,
    user: &UserId,
    now: Millis,
) -> Result<bool> {
    let note = serde_json::to_string(&challenge.note).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(tx.run(&BIND, &[user, &note, tenant, &challenge.id, &now, &challenge.secret_hash]).await? == 1)
}

/// Gives an anonymous challenge a method and a fresh secret; the older secret no longer answers it.
pub(crate) async fn rearm(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    id: &ChallengeId,
    method: Method,
    hash: &[u8],
    now: Millis,
) -> Result<()> {
    match tx.run(&REARM, &[&method.as_str(), &hash, tenant, id, &now]).await? {
        1 => Ok(()),
        _ => Err(Error::NotFound("challenge")),
    }
}

/// Uses the challenge up, if it is still pending, in time and has this secret: the one place where that happens.
pub(crate) async fn close_verified(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    challenge: &Challenge,
    now: Millis,
) -> Result<()> {
    // Stored by now, if another answer came first: then its row decides.
    let is_first = !challenge.is_stored && insert_answered(tx, tenant, challenge, State::Verified, now).await?;
    if is_first || tx.run(&CLOSE_VERIFIED, &[&now, tenant, &challenge.id, &challenge.secret_hash]).await? == 1 {
        return Ok(());
    }
    let stored = tx.opt(&FIND, &[tenant, &challenge.id]).await?.as_ref().map(Challenge::read).transpose()?;
    let refusal = stored.and_then(|stored| stored.state.at(now, stored.expires_at).refusal());
    Err(Error::invalid(refusal.or(State::Verified.refusal()).unwrap_or_default()))
}

/// Closes a challenge whose time was over when an answer came. One that was answered otherwise meanwhile stays as it is.
pub(super) async fn expire(tx: &mut Tx<'_>, tenant: &TenantId, challenge: &Challenge, now: Millis) -> Result<()> {
    let is_first = !challenge.is_stored && insert_answered(tx, tenant, challenge, State::Expired, now).await?;
    if !is_first {
        tx.run(&EXPIRE, &[&now, tenant, &challenge.id]).await?;
    }
    Ok(())
}

/// Withdraws the challenge, if it is still pending, in time and has this secret. `false` when it was over before.
pub(crate) async fn cancel(tx: &mut Tx<'_>, tenant: &TenantId, challenge: &Challenge, now: Millis) -> Result<bool> {
    Ok(tx.run(&CANCEL, &[&now, tenant, &challenge.id, &challenge.secret_hash]).await? == 1)
}

/// Stores a challenge that had no row, with its first answer. `false` when another answer stored it before.
async fn insert_answered(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    challenge: &Challenge,
    state: State,
    now: Millis,
) -> Result<bool> {
    let closed_at = (state != State::Pending).then_some(now);
    let rows = tx
        .run(
            &INSERT_ANSWERED,
            &[
                tenant,
                &challenge.id,
                &challenge.action_code,
                &challenge.method.map(Method::as_str),
                &challenge.purpose.as_str(),
                &state.as_str(),
                &challenge.secret_hash,
                &MAX_ATTEMPTS,
                &now,
                &challenge.expires_at,
                &closed_at,
            ],
        )
        .await?;
    Ok(rows == 1)
}

/// Counts a wrong answer; the last allowed one fails the challenge.
pub(crate) async fn count_failure(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    challenge: &Challenge,
    now: Millis,
) -> Result<()> {
    if !challenge.is_stored {
        insert_answered(tx, tenant, challenge, State::Pending, now).await?;
    }
    tx.opt(&COUNT_FAILURE, &[tenant, &challenge.id]).await?;
    Ok(())
}

/// What taking an attempt found.
#[derive(Debug)]
pub(crate) enum Attempt {
    /// An open challenge; the answer may be looked at.
    Taken {
        open: Box<Challenge>,
        /// Whether no further one is admitted.
        is_last: bool,
    },
    /// It was answered wrongly too often.
    UsedUp,
    /// There is none, or it is over.
    None,
}

/// Takes one attempt at an open challenge, before the answer is looked at: of twenty answers that come at once no more are
/// looked at than it has attempts. A wrong one is to be followed by [`fail`], a right one by [`close_verified`].
pub(crate) async fn take_attempt(tx: &mut Tx<'_>, tenant: &TenantId, id: &ChallengeId, now: Millis) -> Result<Attempt> {
    if let Some(row) = tx.opt(&TAKE_ATTEMPT, &[tenant, id, &now]).await? {
        let attempts: i64 = row.get(10)?;
        return Ok(Attempt::Taken { open: Box::new(Challenge::read(&row)?), is_last: attempts >= MAX_ATTEMPTS });
    }
    let Some(row) = tx.opt(&STATE, &[tenant, id, &now]).await? else {
        // Late, if it is there at all.
        tx.run(&EXPIRE, &[&now, tenant, id]).await?;
        return Ok(Attempt::None);
    };
    let (state, attempts): (String, i64) = (row.get(0)?, row.get(1)?);
    // The last of them may be looked at still, in a transaction of its own.
    let all_taken = state == State::Pending.as_str() && attempts >= MAX_ATTEMPTS;
    Ok(if all_taken || state == State::Failed.as_str() { Attempt::UsedUp } else { Attempt::None })
}

/// The attempt that was taken last was wrong: a challenge without another one is over.
pub(crate) async fn fail(tx: &mut Tx<'_>, tenant: &TenantId, id: &ChallengeId, now: Millis) -> Result<()> {
    tx.run(&FAIL, &[&now, tenant, id]).await?;
    Ok(())
}
