//! Sessions whose time is over. They are kept until then also where they ended before: a proof opens one session, and the row says
//! that it did (docs/adr/0029-sessions.md). Their index begins with the tenant, so they go tenant by tenant.

use std::time::Instant;

use super::pace::{Done, Pace};
use super::{GRACE, Lease};
use crate::Countersign;
use crate::error::Result;
use crate::{jobs, session};

/// After the tables and the history: each kind has batches of its own size.
const KIND: usize = 6;

impl Countersign {
    /// Removes a batch of sessions of each tenant that has any whose time is over, with their refresh tokens. `None` when another
    /// process has taken the lease over.
    pub(super) async fn sweep_sessions(&self, lease: &Lease, pace: &Pace) -> Result<Option<Vec<(usize, Done)>>> {
        let now = self.now();
        let before = now.minus(GRACE);
        let mut all = Vec::new();
        for tenant in session::with_over(self.db(), before).await? {
            let (batch, lease) = (pace.batch(KIND), lease.clone());
            let done = self.write(async move |tx| {
                if !jobs::keep(tx, &lease, now).await? {
                    return Ok(None);
                }
                let begun = Instant::now();
                let rows = session::sweep(tx, &tenant, before, batch.limit()).await?;
                Ok(Some(Done { rows, more: batch.is_full(rows), took: begun.elapsed() }))
            });
            let Some(done) = done.await? else { return Ok(None) };
            all.push((KIND, done));
        }
        Ok(Some(all))
    }
}
