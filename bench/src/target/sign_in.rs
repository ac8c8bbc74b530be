//! A whole sign-in: options, then an assertion that answers them.

use anyhow::Result;

use super::Door;
use crate::http::Connection;
use crate::passkey::{Passkey, Signature};

/// How a sign-in ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The user is in.
    SignedIn,
    /// The server had no time for it (429 or 503).
    TurnedAway {
        /// The status.
        status: u16,
        /// Whether it said when to come back.
        says_when: bool,
    },
    /// The server said no, or something else.
    Refused {
        /// The status.
        status: u16,
        /// The body.
        body: String,
    },
}

/// Runs one on a connection. `scratch` holds the second request, so that it can be sent again.
///
/// # Errors
/// What the connection says, and options that are none.
pub(crate) async fn sign_in(
    door: &Door,
    connection: &mut Connection,
    passkey: &Passkey,
    signature: Signature,
    scratch: &mut Vec<u8>,
) -> Result<Outcome> {
    let offer = connection.call(&door.options).await?;
    if offer.status != 200 {
        return Ok(outcome(door, offer));
    }
    door.verify(offer, passkey, signature, scratch)?;
    Ok(outcome(door, connection.call(scratch).await?))
}

/// Sends an answer that was given before.
pub(super) async fn replay(door: &Door, connection: &mut Connection, sent: &[u8]) -> Result<Outcome> {
    Ok(outcome(door, connection.call(sent).await?))
}

fn outcome(door: &Door, answer: &crate::http::Answer) -> Outcome {
    let status = answer.status;
    match status {
        _ if door.is_signed_in(answer) => Outcome::SignedIn,
        429 | 503 => Outcome::TurnedAway { status, says_when: answer.header("retry-after").is_some() },
        _ => Outcome::Refused { status, body: answer.text().to_owned() },
    }
}
