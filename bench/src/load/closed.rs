//! A closed loop: each connection begins its next sign-in when the last one has ended.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};

use super::Pulse;
use crate::figures::{Latencies, micros};
use crate::http::Connection;
use crate::passkey::{Passkey, Signature};
use crate::target::{Door, Outcome, sign_in};

/// Signs in over `connections` at once for `length`. Connection n has the users n, n + connections, …, so that no user
/// signs in twice at the same time. Each sign-in is a beat of `pulse`.
///
/// # Errors
/// If one sign-in does not succeed: what is measured are sign-ins, not refusals.
pub(crate) async fn closed(
    door: &Arc<Door>,
    users: &Arc<Vec<Passkey>>,
    connections: usize,
    length: Duration,
    pulse: Option<&Arc<Pulse>>,
) -> Result<(Latencies, Duration)> {
    ensure!(users.len() >= connections, "fewer users than connections");
    let begin = Instant::now();
    let tasks: Vec<_> = (0..connections)
        .map(|place| {
            let (door, users, pulse) = (Arc::clone(door), Arc::clone(users), pulse.cloned());
            tokio::spawn(async move {
                let mut connection = Connection::open(door.address).await?;
                let (mut spans, mut scratch) = (Vec::new(), Vec::new());
                for user in (place..users.len()).step_by(connections).cycle() {
                    let start = Instant::now();
                    if start.duration_since(begin) >= length {
                        break;
                    }
                    match sign_in(&door, &mut connection, &users[user], Signature::Right, &mut scratch).await? {
                        Outcome::SignedIn => {
                            spans.push(micros(start.elapsed()));
                            if let Some(pulse) = &pulse {
                                pulse.beat();
                            }
                        }
                        other => bail!("a sign-in did not succeed: {other:?}"),
                    }
                }
                Ok(spans)
            })
        })
        .collect();
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await??);
    }
    Ok((Latencies::new(all), begin.elapsed()))
}
