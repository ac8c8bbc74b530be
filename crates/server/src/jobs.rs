//! What the server does besides answering.

use std::time::Duration;

use countersign_domain::clock::Span;
use countersign_domain::jobs::Job;
use countersign_domain::{Countersign, Result};
use tracing::warn;

/// Between two looks at whether there is something to do.
const PAUSE: Duration = Duration::from_secs(10);
/// Between two batches when there is more to do: other writers go first.
const BREATH: Duration = Duration::from_millis(50);

/// Removes expired rows in small batches, until the task is dropped. Of several processes on one database one does so.
pub(crate) async fn sweep(countersign: Countersign) {
    loop {
        if let Err(error) = sweep_what_is_due(&countersign).await {
            warn!("Expired rows were not removed: {error}");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn sweep_what_is_due(countersign: &Countersign) -> Result<()> {
    let Some(lease) = countersign.claim(Job::Sweep).await? else { return Ok(()) };
    while let Some(swept) = countersign.sweep(&lease).await? {
        if !swept.more {
            return countersign.release(lease, Span::seconds(10)).await;
        }
        tokio::time::sleep(BREATH).await;
    }
    Ok(())
}
