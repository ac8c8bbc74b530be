//! One connection and the way statements run on it.

use std::cell::Cell as Flag;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use rusqlite::hooks::Wal;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::wal::CheckpointMode;
use rusqlite::{CachedStatement, Connection, DEFAULT_NAME, ToSql};

use super::error::{preparing, running};
use super::plan;
use crate::error::{Error, Result};
use crate::row::{Cell, Row};
use crate::statement::Statement;
use crate::value::{Params, Value};

/// Instructions of SQLite's virtual machine in a portion of the budget, and portions in a budget: together some 0.1
/// milliseconds, or a hundred rows of ten columns.
const PORTION: i32 = 500;
const PORTIONS: i32 = 4;
const UNLIMITED: i32 = i32::MAX;

/// What a statement may still spend.
#[derive(Debug)]
struct Budget {
    /// Portions; below zero when the statement was told to stop.
    left: AtomicI32,
}

impl Default for Budget {
    fn default() -> Self {
        Self { left: AtomicI32::new(UNLIMITED) }
    }
}

impl Budget {
    /// Spends a portion; `true` when there was none left.
    fn spend(&self) -> bool {
        match self.left.load(Ordering::Relaxed) {
            UNLIMITED => false,
            left => {
                self.left.store(left - 1, Ordering::Relaxed);
                left <= 0
            }
        }
    }
}

/// A connection with its prepared statements, used by one thread at a time.
#[derive(Debug)]
pub(crate) struct Session {
    connection: Connection,
    budget: Arc<Budget>,
    /// Whether a statement has changed anything since it was last asked.
    changed: Flag<bool>,
}

impl Session {
    pub(super) fn new(connection: Connection) -> Self {
        Self { connection, budget: Arc::default(), changed: Flag::default() }
    }

    /// Lets [`Session::briefly`] break statements off.
    pub(super) fn with_budget(connection: Connection) -> rusqlite::Result<Self> {
        let mut session = Self::new(connection);
        let budget = Arc::clone(&session.budget);
        session.connection.progress_handler(PORTION, Some(move || budget.spend()))?;
        Ok(session)
    }

    /// Runs `read` with a budget; `None` when it was broken off because it went over.
    pub(super) fn briefly<T>(&self, read: impl FnOnce(&Self) -> Result<T>) -> Option<Result<T>> {
        self.budget.left.store(PORTIONS, Ordering::Relaxed);
        let result = read(self);
        let over = self.budget.left.swap(UNLIMITED, Ordering::Relaxed) < 0;
        if over && result.is_err() { None } else { Some(result) }
    }

    pub(crate) fn opt(&self, statement: &Statement, params: Params<'_>) -> Result<Option<Row>> {
        let mut prepared = self.bound(statement, params)?;
        let changes = !prepared.readonly();
        let mut rows = prepared.raw_query();
        let failed = |error| running(statement.name, &error);
        let Some(row) = rows.next().map_err(failed)? else { return Ok(None) };
        self.note(changes);
        let row = copy(statement, row)?;
        // Stepping to the end finishes a statement that changes rows; it also finds a key that is none.
        if rows.next().map_err(failed)?.is_some() {
            return Err(Error::Internal(format!("{}: more than one row", statement.name)));
        }
        Ok(Some(row))
    }

    pub(crate) fn all(&self, statement: &Statement, params: Params<'_>) -> Result<Vec<Row>> {
        let mut prepared = self.bound(statement, params)?;
        self.note(!prepared.readonly());
        let mut rows = prepared.raw_query();
        let mut copied = Vec::new();
        while let Some(row) = rows.next().map_err(|error| running(statement.name, &error))? {
            copied.push(copy(statement, row)?);
        }
        Ok(copied)
    }

    pub(crate) fn run(&self, statement: &Statement, params: Params<'_>) -> Result<u64> {
        let mut prepared = self.bound(statement, params)?;
        let mut rows = prepared.raw_query();
        while rows.next().map_err(|error| running(statement.name, &error))?.is_some() {}
        let rows = self.connection.changes();
        self.note(rows > 0);
        Ok(rows)
    }

    pub(crate) fn run_text(&self, sql: &str) -> Result<()> {
        self.note(true);
        self.connection.execute_batch(sql).map_err(|error| preparing(sql, &error))
    }

    pub(crate) fn check_text(&self, sql: &str) -> bool {
        self.connection.prepare(sql).is_ok()
    }

    /// See [`plan`].
    pub(crate) fn set_figures(&self) -> Result<()> {
        self.note(true);
        plan::set_figures(&self.connection).map_err(|error| preparing("set the planner's figures", &error))
    }

    pub(super) fn check(&self, statement: &Statement) -> Result<()> {
        self.prepared(statement).map(drop)
    }

    /// Runs one of the words that steer a transaction.
    pub(super) fn steer(&self, words: &'static str) -> Result<()> {
        let failed = |error| running(words, &error);
        self.connection.prepare_cached(words).map_err(failed)?.raw_execute().map_err(failed).map(drop)
    }

    /// Whether a transaction is open. Some errors (a full disk, say) make SQLite roll back all of it by itself.
    pub(super) fn in_transaction(&self) -> bool {
        !self.connection.is_autocommit()
    }

    fn note(&self, changes: bool) {
        if changes {
            self.changed.set(true);
        }
    }

    /// Whether a statement may have changed anything since this was last asked.
    pub(super) fn take_changed(&self) -> bool {
        self.changed.replace(false)
    }

    /// Calls `seen` after each commit with the number of pages in the log.
    pub(super) fn after_commit(&mut self, mut seen: impl FnMut(i32) + Send + 'static) -> Result<()> {
        let hook = move |_: &mut Wal, pages| {
            seen(pages);
            Ok(())
        };
        self.connection.wal_hook(Some(hook)).map_err(|error| running("watch the log", &error))
    }

    /// Copies what the log holds into the database without waiting for anybody, and says how many pages are left.
    pub(super) fn checkpoint(&self) -> Result<i32> {
        let copied = self.connection.wal_checkpoint_v2(DEFAULT_NAME, CheckpointMode::PASSIVE);
        copied.map(|(pages, copied)| pages - copied).map_err(|error| running("copy the log", &error))
    }

    /// Copies the log into the database and empties it, as far as other connections let it.
    pub(super) fn truncate_log(&self) {
        // Whatever is left in the log stays valid there; the next opener goes on with it.
        drop(self.connection.wal_checkpoint_v2(DEFAULT_NAME, CheckpointMode::TRUNCATE));
    }

    /// How often a statement that was prepared already had to be prepared again.
    #[cfg(test)]
    pub(super) fn prepared_again(&self, statement: &Statement) -> i32 {
        self.prepared(statement).unwrap().get_status(rusqlite::StatementStatus::RePrepare)
    }

    fn prepared(&self, statement: &Statement) -> Result<CachedStatement<'_>> {
        self.connection.prepare_cached(statement.sqlite()).map_err(|error| preparing(statement.name, &error))
    }

    fn bound(&self, statement: &Statement, params: Params<'_>) -> Result<CachedStatement<'_>> {
        let mut prepared = self.prepared(statement)?;
        let wanted = prepared.parameter_count();
        if wanted != params.len() {
            let name = statement.name;
            return Err(Error::Internal(format!("{name}: takes {wanted} parameters, {} were given", params.len())));
        }
        for (index, param) in params.iter().enumerate() {
            let value = Bind(param.to_value());
            prepared.raw_bind_parameter(index + 1, value).map_err(|error| running(statement.name, &error))?;
        }
        Ok(prepared)
    }
}

/// A value handed to SQLite.
struct Bind<'a>(Value<'a>);

impl ToSql for Bind<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Null => ValueRef::Null,
            Value::Int(number) => ValueRef::Integer(number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

fn copy(statement: &Statement, row: &rusqlite::Row<'_>) -> Result<Row> {
    let count = row.as_ref().column_count();
    let mut cells = Vec::with_capacity(count);
    for column in 0..count {
        let value = match row.get_ref(column).map_err(|error| running(statement.name, &error))? {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(number) => Value::Int(number),
            ValueRef::Text(text) => Value::Text(str::from_utf8(text).map_err(|_| odd(column, "text in no UTF-8"))?),
            ValueRef::Blob(bytes) => Value::Bytes(bytes),
            ValueRef::Real(_) => return Err(odd(column, "a floating point number")),
        };
        cells.push(Cell::copy(value));
    }
    Ok(Row::new(cells))
}

/// A value that our three column types cannot hold.
fn odd(column: usize, found: &'static str) -> Error {
    Error::Decode { column, expected: "bigint, text or bytea", found }
}
