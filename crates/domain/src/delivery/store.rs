//! Statements of the outbox.

use countersign_db::{Db, Tx, statements};

use super::backoff::LEASE;
use super::message::Channel;
use super::outbox::Letter;
use crate::clock::Millis;
use crate::error::Result;
use crate::id::{ChallengeId, OutboxId, TenantId, UserId};

statements! {
    INSERT = "INSERT INTO outbox (tenant_id, outbox_id, user_id, challenge_id, kind, channel, state, payload, attempts, due_at,
        created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, 'pending', $7, 0, $8, $9, $10)";
    SUPERSEDE = "UPDATE outbox SET state = 'abandoned', payload = NULL, lease = NULL, due_at = NULL, closed_at = $1
        WHERE tenant_id = $2 AND challenge_id = $3 AND state = 'pending'";
    DUE = "SELECT tenant_id, outbox_id FROM outbox WHERE channel = $1 AND due_at <= $2 ORDER BY due_at LIMIT $3";
    CLAIM = "UPDATE outbox SET lease = $1, due_at = $2, attempts = attempts + 1
        WHERE tenant_id = $3 AND outbox_id = $4 AND state = 'pending' AND due_at <= $5
        RETURNING user_id, challenge_id, kind, payload, attempts, created_at, expires_at";
    CLOSE = "UPDATE outbox SET state = $1, payload = NULL, lease = NULL, due_at = NULL, closed_at = $2
        WHERE tenant_id = $3 AND outbox_id = $4 AND lease = $5";
    POSTPONE = "UPDATE outbox SET lease = NULL, due_at = $1 WHERE tenant_id = $2 AND outbox_id = $3 AND lease = $4";
    SWEEP = "DELETE FROM outbox WHERE (tenant_id, outbox_id) IN (SELECT tenant_id, outbox_id FROM outbox
        WHERE closed_at < $1 ORDER BY closed_at LIMIT $2)";
}

/// How a message ended, as its row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closed {
    Sent,
    Failed,
    Abandoned,
}

impl Closed {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Abandoned => "abandoned",
        }
    }
}

/// Which message.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Address {
    pub(super) tenant: TenantId,
    pub(super) id: OutboxId,
    pub(super) channel: Channel,
}

/// A message that is ours to send until its lease ends.
pub(super) struct Claim {
    pub(super) user: Option<UserId>,
    pub(super) challenge: Option<ChallengeId>,
    pub(super) kind: String,
    pub(super) payload: Vec<u8>,
    /// This one included.
    pub(super) attempts: i64,
    pub(super) created_at: Millis,
    pub(super) expires_at: Millis,
}

pub(super) async fn insert(tx: &mut Tx<'_>, letter: &Letter) -> Result<()> {
    tx.run(
        &INSERT,
        &[
            &letter.tenant,
            &letter.id,
            &letter.user,
            &letter.challenge,
            &letter.kind,
            &letter.channel.as_str(),
            &letter.sealed,
            &letter.due_at,
            &letter.created_at,
            &letter.expires_at,
        ],
    )
    .await?;
    Ok(())
}

pub(super) async fn supersede(tx: &mut Tx<'_>, tenant: &TenantId, challenge: &ChallengeId, now: Millis) -> Result<()> {
    tx.run(&SUPERSEDE, &[&now, tenant, challenge]).await?;
    Ok(())
}

/// What waits for an attempt, the longest waiting first.
pub(super) async fn due(db: &Db, channel: Channel, now: Millis, most: usize) -> Result<Vec<Address>> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let rows = db.all(&DUE, &[&channel.as_str(), &now, &most]).await?;
    rows.iter().map(|row| Ok(Address { tenant: row.get(0)?, id: row.get(1)?, channel })).collect()
}

/// Takes a message that is due by `due_by`; `None` when another has it, or it is closed.
pub(super) async fn claim(
    tx: &mut Tx<'_>,
    at: &Address,
    lease: &str,
    now: Millis,
    due_by: Millis,
) -> Result<Option<Claim>> {
    let until = now.plus(LEASE);
    let Some(row) = tx.opt(&CLAIM, &[&lease, &until, &at.tenant, &at.id, &due_by]).await? else { return Ok(None) };
    let mut columns = row.read();
    Ok(Some(Claim {
        user: columns.next()?,
        challenge: columns.next()?,
        kind: columns.next()?,
        payload: columns.next()?,
        attempts: columns.next()?,
        created_at: columns.next()?,
        expires_at: columns.next()?,
    }))
}

/// Ends a message; `false` when the lease was lost meanwhile.
pub(super) async fn close(tx: &mut Tx<'_>, at: &Address, lease: &str, closed: Closed, now: Millis) -> Result<bool> {
    Ok(tx.run(&CLOSE, &[&closed.as_str(), &now, &at.tenant, &at.id, &lease]).await? == 1)
}

/// Gives a message back until `due`; `false` when the lease was lost meanwhile.
pub(super) async fn postpone(tx: &mut Tx<'_>, at: &Address, lease: &str, due: Millis) -> Result<bool> {
    Ok(tx.run(&POSTPONE, &[&due, &at.tenant, &at.id, &lease]).await? == 1)
}

/// Removes a batch of what was closed before `before`.
pub(crate) async fn sweep(tx: &mut Tx<'_>, before: Millis, limit: i64) -> Result<u64> {
    Ok(tx.run(&SWEEP, &[&before, &limit]).await?)
}
