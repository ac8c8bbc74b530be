//! Connections that read.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::open::File;
use super::session::Session;
use crate::error::{Error, Result};
use crate::row::{Cell, Row};
use crate::statement::Statement;
use crate::value::{Params, ToValue};

/// Connections for reads that turned out to be long; short ones never wait behind them.
const LONG: usize = 2;

/// The read connections. A statement outside a transaction reads the newest committed state, so each read sees all that
/// was acknowledged before it began.
///
/// A read begins on the calling thread: most take microseconds, a tenth of what waking another thread would. One that
/// goes over its budget of work is broken off and begins again on a thread made for waiting.
#[derive(Debug)]
pub(super) struct Readers {
    short: Arc<Pool>,
    long: Arc<Pool>,
}

impl Readers {
    pub(super) fn new(file: File, size: usize) -> Self {
        Self { short: Pool::new(file.clone(), size.max(1)), long: Pool::new(file, LONG) }
    }

    pub(super) async fn opt(&self, statement: &Statement, params: Params<'_>) -> Result<Option<Row>> {
        self.read(statement, params, Session::opt).await
    }

    pub(super) async fn all(&self, statement: &Statement, params: Params<'_>) -> Result<Vec<Row>> {
        self.read(statement, params, Session::all).await
    }

    pub(super) async fn check(&self, statement: &Statement) -> Result<()> {
        self.short.take().await?.session()?.check(statement)
    }

    async fn read<T: Send + 'static>(
        &self,
        statement: &Statement,
        params: Params<'_>,
        read: fn(&Session, &Statement, Params<'_>) -> Result<T>,
    ) -> Result<T> {
        let short = self.short.take().await?.session()?.briefly(|session| read(session, statement, params));
        if let Some(result) = short {
            return result;
        }
        let statement = statement.clone();
        let params: Vec<Cell> = params.iter().map(|param| Cell::copy(param.to_value())).collect();
        let mut loan = self.long.take().await?;
        let long = move || {
            let params: Vec<&(dyn ToValue + Sync)> = params.iter().map(|param| param as _).collect();
            read(loan.session()?, &statement, &params)
        };
        tokio::task::spawn_blocking(long).await.map_err(|_| Error::Internal("a read panicked".to_owned()))?
    }

    /// Lets go of the connections at rest, so that the next reads open new ones.
    pub(super) fn reopen(&self) {
        self.short.idle().clear();
        self.long.idle().clear();
    }

    pub(super) async fn close(&self) {
        self.short.close().await;
        self.long.close().await;
    }
}

/// A few connections, opened when first needed. A taker waits for its turn without holding a thread.
#[derive(Debug)]
struct Pool {
    file: File,
    size: u32,
    /// As many permits as there may be connections on loan.
    turns: Arc<Semaphore>,
    /// Connections at rest; the last used is taken first, its cache is warm.
    idle: Mutex<Vec<Session>>,
}

impl Pool {
    fn new(file: File, size: usize) -> Arc<Self> {
        let size = u32::try_from(size).unwrap_or(u32::MAX);
        let turns = Arc::new(Semaphore::new(size as usize));
        Arc::new(Self { file, size, turns, idle: Mutex::default() })
    }

    async fn take(self: &Arc<Self>) -> Result<Loan> {
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| Error::closed())?;
        Ok(Loan { session: None, pool: Arc::clone(self), _turn: turn })
    }

    /// Waits for what is on loan, then closes every connection.
    async fn close(&self) {
        let all = self.turns.acquire_many(self.size).await;
        self.turns.close();
        drop(all);
        self.idle().clear();
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Session>> {
        // A push or pop leaves the list whole, whatever panicked elsewhere.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to one connection, given back on drop: first the connection, then the turn.
struct Loan {
    session: Option<Session>,
    pool: Arc<Pool>,
    _turn: OwnedSemaphorePermit,
}

impl Loan {
    fn session(&mut self) -> Result<&Session> {
        let session = match self.session.take().or_else(|| self.pool.idle().pop()) {
            Some(session) => session,
            None => self.pool.file.open_reader()?,
        };
        Ok(self.session.insert(session))
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            self.pool.idle().push(session);
        }
    }
}
