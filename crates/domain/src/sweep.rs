//! Expired rows go in small batches, by full key (sql-rules Q11). Readers never wait for it.

use countersign_db::statements;

use crate::Countersign;
use crate::clock::Span;
use crate::error::Result;

statements! {
    CHALLENGES = "DELETE FROM challenges WHERE (tenant_id, challenge_id) IN (SELECT tenant_id, challenge_id FROM challenges
        WHERE expires_at < $1 ORDER BY expires_at LIMIT 500)";
    COUNTERS = "DELETE FROM counters WHERE (tenant_id, counter_key, win) IN (SELECT tenant_id, counter_key, win FROM counters
        WHERE expires_at < $1 ORDER BY expires_at LIMIT 500)";
    SPENT = "DELETE FROM spent WHERE (tenant_id, spent_id) IN (SELECT tenant_id, spent_id FROM spent
        WHERE expires_at < $1 ORDER BY expires_at LIMIT 500)";
}

/// How long an expired challenge is kept, so that a late answer is told "expired" and not "unknown".
const GRACE: Span = Span::minutes(60);

/// What one sweep removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Rows removed.
    pub rows: u64,
    /// Whether there may be more: sweep again soon.
    pub more: bool,
}

impl Countersign {
    /// Removes one batch of each kind of expired row.
    pub async fn sweep(&self) -> Result<Swept> {
        let before = self.now().minus(GRACE);
        self.write(async move |tx| {
            let mut swept = Swept::default();
            for statement in [&CHALLENGES, &COUNTERS, &SPENT] {
                let rows = tx.run(statement, &[&before]).await?;
                swept.rows += rows;
                swept.more |= rows >= 500;
            }
            Ok(swept)
        })
        .await
    }
}
