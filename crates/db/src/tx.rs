//! A transaction as the closure given to [`Db::write`](crate::Db::write) sees it.

use crate::error::{Error, Result};
use crate::row::Row;
use crate::statement::Statement;
use crate::value::Params;
use crate::{postgres, sqlite};

/// The engine's side of an open transaction.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Session<'c> {
    Sqlite(&'c sqlite::Session),
    Postgres(&'c postgres::Session<'c>),
}

/// An open transaction. Whether it is committed is decided by the closure's result: `Ok` commits, `Err` rolls back.
///
/// After a statement has failed the transaction is lost, as PostgreSQL has it: further statements are refused and an
/// `Ok` does not commit. Where a row may be there already, say `ON CONFLICT … DO NOTHING` and look at the count.
#[derive(Debug)]
pub struct Tx<'c> {
    session: Session<'c>,
    failed: bool,
}

impl<'c> Tx<'c> {
    pub(crate) fn new(session: Session<'c>) -> Self {
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
    pub async fn opt(&mut self, statement: &Statement, params: Params<'_>) -> Result<Option<Row>> {
        self.begin_step()?;
        let result = match self.session {
            Session::Sqlite(session) => session.opt(statement, params),
            Session::Postgres(session) => session.opt(statement, params).await,
        };
        self.end_step(result)
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
    pub async fn all(&mut self, statement: &Statement, params: Params<'_>) -> Result<Vec<Row>> {
        self.begin_step()?;
        let result = match self.session {
            Session::Sqlite(session) => session.all(statement, params),
            Session::Postgres(session) => session.all(statement, params).await,
        };
        self.end_step(result)
    }

    /// Changes rows by an `INSERT`, `UPDATE` or `DELETE` and says how many: rows of the statement's own table, not those
    /// that a foreign key's `CASCADE` removed.
    ///
    /// # Errors
    ///
    /// What the engine refuses: [`Error::Conflict`], [`Error::ForeignKey`], …
    pub async fn run(&mut self, statement: &Statement, params: Params<'_>) -> Result<u64> {
        self.begin_step()?;
        let result = match self.session {
            Session::Sqlite(session) => session.run(statement, params),
            Session::Postgres(session) => session.run(statement, params).await,
        };
        self.end_step(result)
    }

    /// Runs a statement of a migration: no parameters, no rows.
    pub(crate) async fn run_text(&mut self, sql: &str) -> Result<()> {
        self.begin_step()?;
        let result = match self.session {
            Session::Sqlite(session) => session.run_text(sql),
            Session::Postgres(session) => session.run_text(sql).await,
        };
        self.end_step(result)
    }

    /// Whether the text can be prepared as a statement here and now.
    pub(crate) async fn is_valid(&mut self, sql: &str) -> Result<bool> {
        self.begin_step()?;
        let result = match self.session {
            Session::Sqlite(session) => Ok(session.check_text(sql)),
            Session::Postgres(session) => session.check_text(sql).await,
        };
        self.end_step(result)
    }

    /// Tells SQLite's planner what the schema means; other engines look for themselves.
    pub(crate) fn set_figures(&mut self) -> Result<()> {
        self.begin_step()?;
        let result = match self.session {
            Session::Sqlite(session) => session.set_figures(),
            Session::Postgres(_) => Ok(()),
        };
        self.end_step(result)
    }

    /// A step that is begun and never ends, because its future was dropped, has failed.
    fn begin_step(&mut self) -> Result<()> {
        if std::mem::replace(&mut self.failed, true) {
            return Err(Error::Internal("a statement after one that failed in the same transaction".to_owned()));
        }
        Ok(())
    }

    fn end_step<T>(&mut self, result: Result<T>) -> Result<T> {
        self.failed = result.is_err();
        result
    }
}
