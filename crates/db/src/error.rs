//! What can go wrong, said so that a caller can decide.

/// The result of a database call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why the database did not do what was asked.
///
/// Variants are chosen by the engine's error *code* alone, never by the name of a constraint or table: some engines leave
/// the name out or change it. No text holds the value of a parameter or of a column, so an error may be logged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The database cannot be reached, is locked by somebody else, is closed, or cannot read or write its files. Nothing
    /// was acknowledged; trying again later may help.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// A row with this primary key or unique value is there already (SQLSTATE 23505).
    #[error("a row with this key exists already")]
    Conflict,
    /// A foreign key points nowhere, or the row is still pointed at (SQLSTATE 23503).
    #[error("a row this one refers to is missing, or the row is still referred to")]
    ForeignKey,
    /// [`Db::one`](crate::Db::one) or [`Tx::one`](crate::Tx::one) found no row.
    #[error("no such row")]
    NoRow,
    /// A column does not hold what the caller reads from it.
    #[error("column {column} holds {found}, which does not read as {expected}")]
    Decode {
        /// Position in the `SELECT` or `RETURNING` list, from 0.
        column: usize,
        /// Name of the Rust type asked for.
        expected: &'static str,
        /// Kind of value found: `null`, `bigint`, `text`, `bytea`, or `nothing` beyond the last column.
        found: &'static str,
    },
    /// A migration cannot be applied.
    #[error("migration {name}: {reason}")]
    Migration {
        /// Name of the migration.
        name: String,
        /// What stands in the way, as a sentence for the operator.
        reason: String,
    },
    /// The URL or the engine's version asks for something this crate does not do.
    #[error("{0}")]
    Unsupported(String),
    /// A bug: a malformed statement, a broken rule of this crate, a violated `CHECK` or `NOT NULL`.
    #[error("database call is wrong: {0}")]
    Internal(String),
}

impl Error {
    /// The database was closed by [`Db::close`](crate::Db::close) or lost its writer.
    pub(crate) fn closed() -> Self {
        Self::Unavailable("it is closed".to_owned())
    }
}
