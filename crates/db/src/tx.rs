//! A transaction as the closure given to [`Db::write`](crate::Db::write) sees it.

use crate::error::{Error, Result};
use crate::row::Row;
use crate::sqlite::Session;
use crate::statement::Statement;
use crate::value::Params;

/// An open transaction. Whether it is committed is decided by the closure's result: `Ok` commits, `Err` rolls back.
///
/// After a statement has failed the transaction is lost, as PostgreSQL has it: further statements are refused and an
/// `Ok` does not commit. Where a row may be there already, say `ON CONFLICT … DO NOTHING` and look at the count.
#[derive(Debug)]
pub struct Tx<'c> {
    session: &'c Session,
    failed: bool,
}

impl<'c> Tx<'c> {
    pub(crate) fn new(session: &'c Session) -> Self {
        Self { session, failed: false }
    }

    /// Whether a statement has failed, so that nothing may be committed.
    pub(crate) fn failed(&self) -> bool {
        self.failed
    }

    /// Reads, or changes and returns, at most one row.
    ///
    /// # Errors
    ///
    /// What the engine refuses; [`Error::Internal`] when there is a second row.
    #[expect(clippy::unused_async, reason = "an engine behind a network answers later")]
    pub async fn opt(&mut self, statement: &Statement, params: Params<'_>) -> Result<Option<Row>> {
        self.step(|session| session.opt(statement, params))
    }

    /// Reads, or changes and returns, exactly one row.
    ///
    /// # Errors
    ///
    /// [`Error::NoRow`] when there is none, which does not spoil the transaction; else as [`Tx::opt`].
    pub async fn one(&mut self, statement: &Statement, params: Params<'_>) -> Result<Row> {
        self.opt(statement, params).await?.ok_or(Error::NoRow)
    }

    /// Reads, or changes and returns, any number of rows.
    ///
    /// # Errors
    ///
    /// What the engine refuses.
    #[expect(clippy::unused_async, reason = "an engine behind a network answers later")]
    pub async fn all(&mut self, statement: &Statement, params: Params<'_>) -> Result<Vec<Row>> {
        self.step(|session| session.all(statement, params))
    }

    /// Changes rows by an `INSERT`, `UPDATE` or `DELETE` and says how many: rows of the statement's own table, not those
    /// that a foreign key's `CASCADE` removed.
    ///
    /// # Errors
    ///
    /// What the engine refuses: [`Error::Conflict`], [`Error::ForeignKey`], …
    #[expect(clippy::unused_async, reason = "an engine behind a network answers later")]
    pub async fn run(&mut self, statement: &Statement, params: Params<'_>) -> Result<u64> {
        self.step(|session| session.run(statement, params))
    }

    /// Runs a statement of a migration: no parameters, no rows.
    pub(crate) fn run_text(&mut self, sql: &str) -> Result<()> {
        self.step(|session| session.run_text(sql))
    }

    /// Tells SQLite's planner what the schema means.
    pub(crate) fn set_figures(&mut self) -> Result<()> {
        self.step(Session::set_figures)
    }

    /// Whether the text can be prepared as a statement here and now.
    pub(crate) fn is_valid(&self, sql: &str) -> bool {
        self.session.check_text(sql)
    }

    fn step<T>(&mut self, run: impl FnOnce(&Session) -> Result<T>) -> Result<T> {
        if self.failed {
            return Err(Error::Internal("a statement after one that failed in the same transaction".to_owned()));
        }
        let result = run(self.session);
        self.failed = result.is_err();
        result
    }
}
