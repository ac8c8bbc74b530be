//! Expired rows go in small batches, by full key (sql-rules Q11), under the lease of [`Job::Sweep`](crate::jobs::Job). Readers
//! never wait for it.

mod history;
mod pace;
mod retention;
mod sessions;

use std::time::Instant;

use countersign_db::{Db, Statement, Tx, statements};

use crate::Countersign;
use crate::clock::{Millis, Span};
use crate::delivery;
use crate::error::Result;
use crate::jobs::{self, Lease};

use pace::{Batch, Done};

pub use pace::Pace;
pub use retention::{Retention, RetentionError};

statements! {
    CHALLENGES = "DELETE FROM challenges WHERE (tenant_id, challenge_id) IN (SELECT tenant_id, challenge_id FROM challenges
        WHERE expires_at < $1 ORDER BY expires_at LIMIT $2) RETURNING expires_at";
    COUNTERS = "DELETE FROM counters WHERE (tenant_id, counter_key, win) IN (SELECT tenant_id, counter_key, win FROM counters
        WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)";
    SPENT = "DELETE FROM spent WHERE (tenant_id, spent_id) IN (SELECT tenant_id, spent_id FROM spent
        WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)";
    RAISE = "INSERT INTO watermarks (name, at) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET at = $2 WHERE watermarks.at < $2";
    SWEPT_UNTIL = "SELECT at FROM watermarks WHERE name = $1";
}

/// The watermark of [`swept_until`].
const WATERMARK: &str = "challenges";

/// How long an expired row is kept, so that a late answer is told "expired" and not "unknown".
const GRACE: Span = Span::minutes(10);

/// What has rows that expire.
#[derive(Clone, Copy)]
enum Table {
    Challenges,
    Counters,
    Spent,
    Outbox,
}

/// The statements of this room.
pub(crate) fn all_statements() -> Vec<&'static Statement> {
    [STATEMENTS, history::STATEMENTS].concat()
}

/// What one sweep removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Rows removed.
    pub rows: u64,
    /// Whether there may be more: sweep again soon.
    pub more: bool,
}

impl Countersign {
    /// Removes one batch of each kind of expired row, and of each tenant's history, each in a transaction of its own and as large
    /// as `pace` says. They wait together for what is committed together. `None` when another process has taken the lease over.
    pub async fn sweep(&self, lease: &Lease, pace: &mut Pace) -> Result<Option<Swept>> {
        let batch = |table: Table| self.sweep_batch(lease, table, pace.batch(table as usize));
        let (challenges, counters, spent, outbox, history, sessions) = tokio::join!(
            batch(Table::Challenges),
            batch(Table::Counters),
            batch(Table::Spent),
            batch(Table::Outbox),
            self.sweep_history(lease, pace),
            self.sweep_sessions(lease, pace)
        );
        let (Some(history), Some(sessions)) = (history?, sessions?) else { return Ok(None) };
        let mut all = [history, sessions].concat();
        for (table, done) in [
            (Table::Challenges, challenges?),
            (Table::Counters, counters?),
            (Table::Spent, spent?),
            (Table::Outbox, outbox?),
        ] {
            let Some(done) = done else { return Ok(None) };
            all.push((table as usize, done));
        }
        let mut swept = Swept::default();
        for (kind, done) in all {
            pace.learn(kind, done);
            self.tally().swept(done.rows);
            swept.rows += done.rows;
            swept.more |= done.more;
        }
        Ok(Some(swept))
    }

    async fn sweep_batch(&self, lease: &Lease, table: Table, batch: Batch) -> Result<Option<Done>> {
        let now = self.now();
        let lease = lease.clone();
        self.write(async move |tx| {
            if !jobs::keep(tx, &lease, now).await? {
                return Ok(None);
            }
            let (begun, before, limit) = (Instant::now(), now.minus(GRACE), batch.limit());
            let rows = match table {
                Table::Challenges => sweep_challenges(tx, before, limit).await?,
                Table::Counters => tx.run(&COUNTERS, &[&before, &limit]).await?,
                Table::Spent => tx.run(&SPENT, &[&before, &limit]).await?,
                Table::Outbox => delivery::sweep(tx, before, limit).await?,
            };
            Ok(Some(Done { rows, more: batch.is_full(rows), took: begun.elapsed() }))
        })
        .await
    }
}

async fn sweep_challenges(tx: &mut Tx<'_>, before: Millis, limit: i64) -> Result<u64> {
    let removed = tx.all(&CHALLENGES, &[&before, &limit]).await?;
    let mut newest = None;
    for row in &removed {
        newest = newest.max(Some(row.get::<Millis>(0)?));
    }
    if let Some(newest) = newest {
        tx.run(&RAISE, &[&WATERMARK, &newest]).await?;
    }
    Ok(removed.len() as u64)
}

/// No challenge that ended by then is open, whatever the clock says: the row that would tell that it was used may be gone.
pub(crate) async fn swept_until(db: &Db) -> Result<Millis> {
    let row = db.opt(&SWEPT_UNTIL, &[&WATERMARK]).await?;
    row.map_or(Ok(Millis(i64::MIN)), |row| Ok(row.get(0)?))
}
