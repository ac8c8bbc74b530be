//! Connections that read.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::open::File;
use super::session::Session;
use crate::error::{Error, Result};
use crate::row::{Cell, Row};
use crate::statement::Statement;
use crate::value::{Params, ToValue};

/// Connections that serve lists, apart from those for keyed reads, which must not wait behind one.
const LISTERS: usize = 2;

/// The read connections. A statement outside a transaction reads the newest committed state, so each read sees all that
/// was acknowledged before it began.
#[derive(Debug)]
pub(super) struct Readers {
    keyed: Arc<Pool>,
    lists: Arc<Pool>,
}

impl Readers {
    pub(super) fn new(file: File, keyed: usize) -> Self {
        Self { keyed: Pool::new(file.clone(), keyed.max(1)), lists: Pool::new(file, LISTERS) }
    }

    /// Inline: a keyed read takes microseconds, less than waking another thread would.
    pub(super) async fn opt(&self, statement: &Statement, params: Params<'_>) -> Result<Option<Row>> {
        self.keyed.take().await?.session()?.opt(statement, params)
    }

    pub(super) async fn check(&self, statement: &Statement) -> Result<()> {
        self.keyed.take().await?.session()?.check(statement)
    }

    /// On a blocking thread: how long a list takes is not known beforehand.
    pub(super) async fn all(&self, statement: &Statement, params: Params<'_>) -> Result<Vec<Row>> {
        let mut loan = self.lists.take().await?;
        let statement = statement.clone();
        let params: Vec<Cell> = params.iter().map(|param| Cell::copy(param.to_value())).collect();
        let list = move || {
            let params: Vec<&(dyn ToValue + Sync)> = params.iter().map(|param| param as _).collect();
            loan.session()?.all(&statement, &params)
        };
        tokio::task::spawn_blocking(list).await.map_err(|_| Error::Internal("reading a list panicked".to_owned()))?
    }

    pub(super) async fn close(&self) {
        self.keyed.close().await;
        self.lists.close().await;
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
