//! What the server does besides answering.

use std::time::Duration;

use countersign_domain::clock::Span;
use countersign_domain::delivery::Channel;
use countersign_domain::jobs::Job;
use countersign_domain::{Countersign, Pace, Result};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tracing::warn;

use crate::delivery;

/// Between two looks at whether there is something to do.
const PAUSE: Duration = Duration::from_secs(10);
/// Between two looks into the outbox.
const OUTBOX_PAUSE: Duration = Duration::from_secs(1);
/// Least time between two rounds of batches when there is more to do.
const BREATH: Duration = Duration::from_millis(5);
/// What messages on their way get to arrive when the server stops. A later one is sent again by whoever is there.
const LAST_MESSAGES: Duration = Duration::from_secs(5);

/// The tasks that run until the server stops.
pub(crate) struct Work(JoinSet<()>);

/// Starts them all.
pub(crate) fn start(countersign: &Countersign) -> Work {
    let mut tasks = JoinSet::new();
    tasks.spawn(sweep(countersign.clone()));
    tasks.spawn(deliver(countersign.clone()));
    tasks.spawn(delivery::log(countersign.delivery_reports()));
    Work(tasks)
}

impl Work {
    /// Ends them, and waits for messages that are being sent.
    pub(crate) async fn stop(mut self, countersign: &Countersign) {
        let sent = timeout(LAST_MESSAGES, countersign.sending_idle());
        if sent.await.is_err() {
            warn!("Messages were still being sent: they will be sent again");
        }
        // Aborted, a task may still be on its way to the database that is closed next.
        self.0.shutdown().await;
    }
}

/// Removes expired rows in small batches. Of several processes on one database one does so.
async fn sweep(countersign: Countersign) {
    loop {
        if let Err(error) = sweep_what_is_due(&countersign).await {
            warn!("Expired rows were not removed: {error}");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Sends what did not get through or was left behind. First attempts are made by whoever wrote a message.
async fn deliver(countersign: Countersign) {
    loop {
        for channel in Channel::ALL {
            if let Err(error) = countersign.send_due(channel).await {
                warn!("The outbox was not read: {error}");
            }
        }
        tokio::time::sleep(OUTBOX_PAUSE).await;
    }
}

async fn sweep_what_is_due(countersign: &Countersign) -> Result<()> {
    let Some(lease) = countersign.claim(Job::Sweep).await? else { return Ok(()) };
    let mut pace = Pace::default();
    while let Some(swept) = countersign.sweep(&lease, &mut pace).await? {
        if !swept.more {
            return countersign.release(lease, Span::seconds(10)).await;
        }
        // Other writers get as much time as this one took.
        tokio::time::sleep(pace.worked().max(BREATH)).await;
    }
    Ok(())
}
