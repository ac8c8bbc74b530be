//! Figures of a server that lets everybody in are worth nothing, so each server has to refuse first.

use anyhow::{Result, bail, ensure};

use super::Door;
use super::sign_in::{Outcome, replay, sign_in};
use crate::http::Connection;
use crate::passkey::{Passkey, Signature};

/// Shows that the server takes a right assertion, refuses it when it comes again, and refuses one with a tampered
/// signature.
///
/// # Errors
/// When it does not: nothing is reported then.
pub(crate) async fn refuses_what_is_wrong(name: &str, door: &Door, passkey: &Passkey) -> Result<()> {
    let mut connection = Connection::open(door.address).await?;
    let mut sent = Vec::new();
    let right = sign_in(door, &mut connection, passkey, Signature::Right, &mut sent).await?;
    ensure!(right == Outcome::SignedIn, "{name} does not take a right assertion: {right:?}");
    is_no(name, "an assertion that came before", replay(door, &mut connection, &sent).await?)?;
    let mut connection = Connection::open(door.address).await?;
    let tampered = sign_in(door, &mut connection, passkey, Signature::Tampered, &mut sent).await?;
    is_no(name, "a tampered signature", tampered)
}

fn is_no(name: &str, what: &str, outcome: Outcome) -> Result<()> {
    match outcome {
        Outcome::Refused { status: 400..=499, .. } => Ok(()),
        Outcome::Refused { status, body } => bail!("{name} answers {status} to {what}, which is no refusal: {body}"),
        other => bail!("{name} does not refuse {what} ({other:?}): its figures are worth nothing"),
    }
}
