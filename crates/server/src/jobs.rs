//! What the server does besides answering.

use std::time::Duration;

use countersign_domain::Countersign;
use tracing::warn;

/// Between two sweeps when there is little to do.
const PAUSE: Duration = Duration::from_secs(10);
/// Between two batches when there is more to do: other writers go first.
const BREATH: Duration = Duration::from_millis(50);

/// Removes expired rows in small batches, until the task is dropped.
pub(crate) async fn sweep(countersign: Countersign) {
    loop {
        let pause = match countersign.sweep().await {
            Ok(swept) if swept.more => BREATH,
            Ok(_) => PAUSE,
            Err(error) => {
                warn!("Expired rows were not removed: {error}");
                PAUSE
            }
        };
        tokio::time::sleep(pause).await;
    }
}
