//! Limits that guard a user: bounded counters in the database, the same over all nodes and doors (sql-rules Q7, X10).

use countersign_db::{Tx, statements};

use crate::clock::{Millis, Span};
use crate::error::{Error, Result};
use crate::id::TenantId;

statements! {
    TAKE = "INSERT INTO counters (tenant_id, counter_key, win, n, expires_at) VALUES ($1, $2, $3, 1, $4)
        ON CONFLICT (tenant_id, counter_key, win) DO UPDATE SET n = counters.n + 1 WHERE counters.n < $5 RETURNING n";
    SPEND = "INSERT INTO spent (tenant_id, spent_id, spent_at, expires_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (tenant_id, spent_id) DO NOTHING";
}

/// How many in which time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit {
    pub(crate) most: i64,
    pub(crate) within: Span,
}

/// Takes one from the counter of `key`; `TooMany` with the time to the next window when it is used up.
pub(crate) async fn take(tx: &mut Tx<'_>, tenant: &TenantId, key: &str, limit: Limit, now: Millis) -> Result<()> {
    let window = now.0.div_euclid(limit.within.0);
    let ends = Millis((window + 1).saturating_mul(limit.within.0));
    match tx.opt(&TAKE, &[tenant, &key, &window, &ends, &limit.most]).await? {
        Some(_) => Ok(()),
        None => Err(Error::TooMany { retry_after: Span(ends.0 - now.0) }),
    }
}

/// Marks `id` as used. `false` when it was used before: the caller refuses.
pub(crate) async fn spend(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    id: &str,
    now: Millis,
    keep_until: Millis,
) -> Result<bool> {
    Ok(tx.run(&SPEND, &[tenant, &id, &now, &keep_until]).await? == 1)
}
