//! From SQLSTATE (<https://www.postgresql.org/docs/current/errcodes-appendix.html>) to our errors.

use std::error::Error as _;

use crate::error::Error;

/// What may help after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cure {
    /// Nothing: the same would fail again.
    Nothing,
    /// To do it again.
    Repeat,
    /// To do it again on another connection.
    Reconnect,
}

/// An error, and what may help.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) error: Error,
    pub(super) cure: Cure,
}

impl Failure {
    /// A failure that no repetition helps.
    pub(super) fn of(error: Error) -> Self {
        Self { error, cure: Cure::Nothing }
    }

    pub(super) fn unavailable(why: String, cure: Cure) -> Self {
        Self { error: Error::Unavailable(why), cure }
    }
}

/// The failure of a step that ran. The server's message is left out, because it could speak of values.
pub(super) fn running(what: &str, error: &tokio_postgres::Error) -> Failure {
    let Some(code) = error.code() else { return driver(what, error) };
    let text = format!("{what}: SQLSTATE {}", code.code());
    match code.code() {
        "23505" => Failure::of(Error::Conflict),
        // From version 18 on the server tells a refusal by RESTRICT from others.
        "23503" | "23001" => Failure::of(Error::ForeignKey),
        // Serialization failure, deadlock.
        "40001" | "40P01" => Failure::unavailable(text, Cure::Repeat),
        // A prepared statement that no longer fits its table, or is not there. A table or another thing that is there: of two
        // sessions that create it at once, IF NOT EXISTS or not, one may hear that.
        "0A000" | "26000" | "42P07" | "42710" => Failure { error: Error::Internal(text), cure: Cure::Repeat },
        code if is_lost(code) => Failure::unavailable(text, Cure::Reconnect),
        code if is_unavailable(code) => Failure::unavailable(text, Cure::Nothing),
        _ => Failure::of(Error::Internal(text)),
    }
}

/// The failure of a statement that cannot be prepared, with the server's message: nothing is bound yet.
pub(super) fn preparing(what: &str, error: &tokio_postgres::Error) -> Failure {
    match (running(what, error), error.as_db_error()) {
        (Failure { error: Error::Internal(_), cure }, Some(told)) => {
            Failure { error: Error::Internal(format!("{what}: {}", told.message())), cure }
        }
        (failure, _) => failure,
    }
}

/// The failure to connect.
pub(super) fn connecting(error: &tokio_postgres::Error) -> Failure {
    if let Some(told) = error.as_db_error() {
        // A wrong password or name stays wrong; a server that starts up or is full may not.
        let cure = if is_lost(told.code().code()) { Cure::Reconnect } else { Cure::Nothing };
        return Failure::unavailable(format!("the server refuses the connection: {}", told.message()), cure);
    }
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    Failure::unavailable(text, Cure::Reconnect)
}

/// The failure to commit. Without an answer to COMMIT nobody knows whether it happened.
pub(super) fn committing(error: &tokio_postgres::Error) -> Failure {
    match error.code() {
        // 40003: statement completion unknown. A server that ends a session may have committed before.
        Some(code) if code.code() != "40003" && !is_lost(code.code()) => running("commit", error),
        _ => unknown_commit(),
    }
}

/// A commit that was not answered.
pub(super) fn unknown_commit() -> Failure {
    let why = "the connection was lost during the commit, whose outcome is unknown: a read will tell";
    Failure::unavailable(why.to_owned(), Cure::Nothing)
}

/// An error of the driver's own: the connection, or a bug.
fn driver(what: &str, error: &tokio_postgres::Error) -> Failure {
    let transport = error.source().is_some_and(<dyn std::error::Error>::is::<std::io::Error>);
    if error.is_closed() || transport {
        return Failure::unavailable(format!("{what}: the connection was lost"), Cure::Reconnect);
    }
    // The kind of the error alone; its cause may hold values.
    Failure::of(Error::Internal(format!("{what}: {error}")))
}

/// Whether the session is over, or the server is no longer the one that writes.
fn is_lost(code: &str) -> bool {
    // Connection exceptions; read-only after a switch-over; idle in a transaction for too long; shutdown and its kin.
    code.starts_with("08") || code == "25006" || code == "25P03" || code.starts_with("57P")
}

/// Whether the code tells of the server, its limits or a lock, not of the statement.
fn is_unavailable(code: &str) -> bool {
    // Insufficient resources; statement time limit; lock not available; errors of the system.
    code.starts_with("53") || code == "57014" || code == "55P03" || code.starts_with("58")
}
