//! How messages to people leave the house.

use countersign_domain::delivery::{Ending, Report};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tracing::{debug, info, warn};

/// Writes down what becomes of attempts, one line each (docs/logging.md): no address in full, no code, no link.
pub(crate) async fn log(mut reports: Receiver<Report>) {
    loop {
        match reports.recv().await {
            Ok(report) => line(&report),
            Err(RecvError::Lagged(lost)) => warn!("{lost} lines about messages were lost; the audit trail has them"),
            Err(RecvError::Closed) => return,
        }
    }
}

fn line(report: &Report) {
    let Report { tenant, id, channel, kind, to, attempts, ending } = report;
    let (channel, to) = (channel.as_str(), to.as_deref().unwrap_or("nobody"));
    match ending {
        Ending::Sent => {
            info!(message.id = %id, tenant.id = %tenant, attempts, "Sent {kind} by {channel} to {to}");
        }
        Ending::Deferred(refusal, due) => {
            let (reason, due) = (&refusal.reason, due.rfc3339());
            warn!(message.id = %id, tenant.id = %tenant, attempts, "Could not send {kind} by {channel} to {to}: {reason}; next at {due}");
        }
        Ending::Failed(refusal) => {
            let reason = &refusal.reason;
            warn!(message.id = %id, tenant.id = %tenant, attempts, "Did not send {kind} by {channel} to {to}: {reason}");
        }
        Ending::Abandoned => {
            debug!(message.id = %id, tenant.id = %tenant, attempts, "Nobody waits for {kind} by {channel} any more");
        }
    }
}
