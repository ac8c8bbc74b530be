//! Expired rows go in small batches, by full key (sql-rules Q11), under the lease of [`Job::Sweep`](crate::jobs::Job). Readers
//! never wait for it.

use countersign_db::{Statement, statements};

use crate::Countersign;
use crate::clock::Span;
use crate::error::Result;
use crate::jobs::{self, Lease};

statements! {
    CHALLENGES = "DELETE FROM challenges WHERE (tenant_id, challenge_id) IN (SELECT tenant_id, challenge_id FROM challenges
        WHERE expires_at < $1 ORDER BY expires_at LIMIT 500)";
    COUNTERS = "DELETE FROM counters WHERE (tenant_id, counter_key, win) IN (SELECT tenant_id, counter_key, win FROM counters
        WHERE expires_at < $1 ORDER BY expires_at LIMIT 500)";
    SPENT = "DELETE FROM spent WHERE (tenant_id, spent_id) IN (SELECT tenant_id, spent_id FROM spent
        WHERE expires_at < $1 ORDER BY expires_at LIMIT 500)";
}

/// How long an expired row is kept, so that a late answer is told "expired" and not "unknown".
const GRACE: Span = Span::minutes(10);

/// Rows that a batch removes: those of the statements above.
const BATCH: u64 = 500;

/// What one sweep removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Rows removed.
    pub rows: u64,
    /// Whether there may be more: sweep again soon.
    pub more: bool,
}

impl Countersign {
    /// Removes one batch of each kind of expired row, each in a transaction of its own. `None` when another process has taken
    /// the lease over.
    pub async fn sweep(&self, lease: &Lease) -> Result<Option<Swept>> {
        let mut swept = Swept::default();
        for statement in [&CHALLENGES, &COUNTERS, &SPENT] {
            let Some(rows) = self.sweep_batch(lease, statement).await? else { return Ok(None) };
            swept.rows += rows;
            swept.more |= rows >= BATCH;
        }
        Ok(Some(swept))
    }

    async fn sweep_batch(&self, lease: &Lease, statement: &'static Statement) -> Result<Option<u64>> {
        let now = self.now();
        let lease = lease.clone();
        self.write(async move |tx| {
            if !jobs::keep(tx, &lease, now).await? {
                return Ok(None);
            }
            Ok(Some(tx.run(statement, &[&now.minus(GRACE)]).await?))
        })
        .await
    }
}
