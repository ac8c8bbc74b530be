//! One connection and the way statements run on it.

use std::cell::Cell;
use std::time::Duration;

use deadpool_postgres::ClientWrapper;
use tokio_postgres::types::ToSql;

use super::error::{Cure, Failure, preparing, running};
use super::rows::{self, Bind};
use crate::error::{Error, Result};
use crate::row::Row;
use crate::statement::Statement;
use crate::value::Params;

/// The server breaks a statement off after ten seconds, see [`super::url`]. Who hears nothing for so long will hear no
/// more: the machine or the network is gone.
const SILENCE: Duration = Duration::from_secs(15);

/// Waits for an answer of the server, but not for ever.
pub(super) async fn answer<T>(what: &str, answer: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let silent = || Failure::unavailable(format!("{what}: the server does not answer"), Cure::Reconnect);
    tokio::time::timeout(SILENCE, answer).await.unwrap_or_else(|_| Err(silent()))
}

/// Runs a statement and reads its rows.
pub(super) async fn query(
    client: &ClientWrapper,
    statement: &Statement,
    params: Params<'_>,
) -> Result<Vec<Row>, Failure> {
    let query = async {
        let (prepared, values) = prepare(client, statement, params).await?;
        client.query(&prepared, &refer(&values)).await.map_err(|error| failed(client, statement, &error))
    };
    let rows = answer(statement.name, query).await?;
    rows.iter().map(rows::copy).collect::<Result<_>>().map_err(Failure::of)
}

/// Runs a statement and counts its rows.
async fn execute(client: &ClientWrapper, statement: &Statement, params: Params<'_>) -> Result<u64, Failure> {
    let execute = async {
        let (prepared, values) = prepare(client, statement, params).await?;
        client.execute(&prepared, &refer(&values)).await.map_err(|error| failed(client, statement, &error))
    };
    answer(statement.name, execute).await
}

/// Prepares a statement anew, whatever was prepared before.
pub(super) async fn check(client: &ClientWrapper, statement: &Statement) -> Result<(), Failure> {
    let prepared = async { client.prepare(statement.sql).await.map_err(|error| preparing(statement.name, &error)) };
    answer(statement.name, prepared).await.map(drop)
}

/// Prepares a statement, unless the connection has it prepared, and binds its parameters.
async fn prepare<'a>(
    client: &ClientWrapper,
    statement: &Statement,
    params: Params<'a>,
) -> Result<(tokio_postgres::Statement, Vec<Bind<'a>>), Failure> {
    let prepared = client.prepare_cached(statement.sql).await.map_err(|error| preparing(statement.name, &error))?;
    let values = rows::bind(statement, prepared.params(), params).map_err(Failure::of)?;
    Ok((prepared, values))
}

fn refer<'a>(values: &'a [Bind<'_>]) -> Vec<&'a (dyn ToSql + Sync)> {
    values.iter().map(|value| value as _).collect()
}

fn failed(client: &ClientWrapper, statement: &Statement, error: &tokio_postgres::Error) -> Failure {
    let failure = running(statement.name, error);
    if matches!(&failure, Failure { error: Error::Internal(_), cure: Cure::Repeat }) {
        // It was prepared for a table that has changed since: the next try prepares it again.
        client.statement_cache.remove(statement.sql, &[]);
    }
    failure
}

/// A connection in a transaction.
#[derive(Debug)]
pub(crate) struct Session<'c> {
    client: &'c ClientWrapper,
    /// Whether an answer is awaited.
    waiting: Cell<bool>,
    /// What may help after the last failure.
    cure: Cell<Cure>,
}

impl<'c> Session<'c> {
    pub(super) fn new(client: &'c ClientWrapper) -> Self {
        Self { client, waiting: Cell::new(false), cure: Cell::new(Cure::Nothing) }
    }

    pub(super) fn is_waiting(&self) -> bool {
        self.waiting.get()
    }

    pub(super) fn cure(&self) -> Cure {
        self.cure.get()
    }

    pub(crate) async fn opt(&self, statement: &Statement, params: Params<'_>) -> Result<Option<Row>> {
        rows::at_most_one(statement, self.all(statement, params).await?)
    }

    pub(crate) async fn all(&self, statement: &Statement, params: Params<'_>) -> Result<Vec<Row>> {
        self.step(query(self.client, statement, params)).await
    }

    pub(crate) async fn run(&self, statement: &Statement, params: Params<'_>) -> Result<u64> {
        self.step(execute(self.client, statement, params)).await
    }

    /// Runs a statement of a migration, however long that takes.
    pub(crate) async fn run_text(&self, sql: &str) -> Result<()> {
        let run = async {
            self.text("SET LOCAL statement_timeout = 0").await?;
            self.text(sql).await.map_err(|failure| match failure.error {
                // Of two sessions that create a thing at once, IF NOT EXISTS or not, one is told that it is there.
                Error::Conflict => Failure { cure: Cure::Repeat, ..failure },
                _ => failure,
            })
        };
        self.step(run).await
    }

    /// Whether the text can be prepared. A savepoint keeps the answer "no" from spoiling the transaction.
    pub(crate) async fn check_text(&self, sql: &str) -> Result<bool> {
        let check = async {
            self.text("SAVEPOINT attempt").await?;
            let valid = match self.client.prepare(sql).await {
                Ok(_) => true,
                // Class 42: no such table or column, or no such grammar.
                Err(error) if error.code().is_some_and(|code| code.code().starts_with("42")) => false,
                Err(error) => return Err(preparing(sql, &error)),
            };
            self.text("ROLLBACK TO SAVEPOINT attempt").await?;
            Ok(valid)
        };
        self.step(answer(sql, check)).await
    }

    async fn text(&self, sql: &str) -> Result<(), Failure> {
        self.client.batch_execute(sql).await.map_err(|error| preparing(sql, &error))
    }

    async fn step<T>(&self, step: impl Future<Output = Result<T, Failure>>) -> Result<T> {
        self.waiting.set(true);
        let result = step.await;
        self.waiting.set(false);
        result.map_err(|failure| {
            self.cure.set(failure.cure);
            failure.error
        })
    }
}
