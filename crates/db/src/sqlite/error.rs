//! From SQLite's result codes (<https://sqlite.org/rescode.html>) to ours.

use rusqlite::ffi;

use crate::error::Error;

/// The error for a failed step, bind, begin or commit. The engine's message is left out, because at this point it could
/// speak of values.
pub(super) fn running(what: &str, error: &rusqlite::Error) -> Error {
    let Some(code) = error.sqlite_error().map(|error| error.extended_code) else {
        return Error::Internal(format!("{what}: a value cannot be bound or read"));
    };
    match code {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            Error::Conflict
        }
        // SQLite enforces ON DELETE RESTRICT by a trigger of its own and says so; there are no other triggers.
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY | ffi::SQLITE_CONSTRAINT_TRIGGER => Error::ForeignKey,
        _ if unavailable(code) => Error::Unavailable(format!("{what}: {}", ffi::code_to_str(code))),
        _ => Error::Internal(format!("{what}: {}", ffi::code_to_str(code))),
    }
}

/// The error for a statement that cannot be prepared, with the engine's message: nothing is bound yet.
pub(super) fn preparing(what: &str, error: &rusqlite::Error) -> Error {
    match error {
        rusqlite::Error::SqlInputError { msg, .. } => Error::Internal(format!("{what}: {msg}")),
        rusqlite::Error::SqliteFailure(ffi::Error { extended_code: ffi::SQLITE_ERROR, .. }, Some(message)) => {
            Error::Internal(format!("{what}: {message}"))
        }
        other => running(what, other),
    }
}

/// Whether the code tells of the file, the lock or the machine, not of the statement.
fn unavailable(code: i32) -> bool {
    // The low byte is the primary code.
    matches!(
        code & 0xff,
        ffi::SQLITE_BUSY
            | ffi::SQLITE_LOCKED
            | ffi::SQLITE_IOERR
            | ffi::SQLITE_FULL
            | ffi::SQLITE_CANTOPEN
            | ffi::SQLITE_NOMEM
            | ffi::SQLITE_PROTOCOL
            | ffi::SQLITE_CORRUPT
            | ffi::SQLITE_NOTADB
            | ffi::SQLITE_PERM
            | ffi::SQLITE_AUTH
    ) || matches!(code, ffi::SQLITE_READONLY_DBMOVED | ffi::SQLITE_READONLY_DIRECTORY)
}
