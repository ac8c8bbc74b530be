//! PostgreSQL, and what speaks its protocol: a pool of connections that read, and a few threads that write, each with a
//! pool of its own.
//!
//! Nothing of a session is relied on but its prepared statements, which are made again where a connection lacks them;
//! time limits are asked for when a connection is made.

mod error;
mod pool;
mod retry;
mod rows;
mod session;
mod tls;
mod transaction;
mod url;
mod writer;

use crate::db::{Activity, Options};
use crate::error::{Error, Result};
use crate::inside;
use crate::row::Row;
use crate::statement::Statement;
use crate::tx::Tx;
use crate::value::Params;

use self::error::Failure;
use self::pool::Pool;
use self::retry::Tries;
use self::writer::Writers;

pub(crate) use self::session::Session;

/// Connections that read; as many again write. A PostgreSQL server takes 100 unless told otherwise: that is enough for
/// three processes.
const CONNECTIONS: usize = 16;

/// A PostgreSQL database.
#[derive(Debug)]
pub(crate) struct Postgres {
    readers: Pool,
    writers: Writers,
}

impl Postgres {
    pub(crate) async fn open(url: &str, options: &Options) -> Result<Self> {
        let server = url::Server::parse(url, options)?;
        let readers = Pool::new(&server, CONNECTIONS)?;
        let loan = readers.take().await.map_err(|failure| failure.error)?;
        loan.accept().await.map_err(|failure| failure.error)??;
        drop(loan);
        Ok(Self { readers, writers: Writers::start(&server, CONNECTIONS)? })
    }

    pub(crate) fn activity(&self) -> Activity {
        let pools = self.writers.pools().chain([&self.readers]).map(Pool::status);
        let sum = pools.fold([0; 3], |[a, b, c], [x, y, z]| [a + x, b + y, c + z]);
        let [connections, idle, waiting] = sum;
        Activity::Postgres { connections, idle, waiting }
    }

    pub(crate) async fn opt(&self, statement: &Statement, params: Params<'_>) -> Result<Option<Row>> {
        rows::at_most_one(statement, self.all(statement, params).await?)
    }

    pub(crate) async fn all(&self, statement: &Statement, params: Params<'_>) -> Result<Vec<Row>> {
        if !statement.reads() {
            return Err(Error::Internal(format!("{}: it changes rows outside a transaction", statement.name)));
        }
        inside::refuse()?;
        let mut tries = Tries::default();
        loop {
            match self.try_all(statement, params).await {
                Ok(rows) => return Ok(rows),
                Err(failure) if tries.wait(failure.cure).await => {}
                Err(failure) => return Err(failure.error),
            }
        }
    }

    async fn try_all(&self, statement: &Statement, params: Params<'_>) -> Result<Vec<Row>, Failure> {
        let mut loan = self.readers.take().await?;
        let result = session::query(loan.client(), statement, params).await;
        loan.settle(&result);
        result
    }

    pub(crate) async fn check(&self, statement: &Statement) -> Result<()> {
        inside::refuse()?;
        let mut tries = Tries::default();
        loop {
            match self.try_check(statement).await {
                Ok(()) => return Ok(()),
                Err(failure) if tries.wait(failure.cure).await => {}
                Err(failure) => return Err(failure.error),
            }
        }
    }

    async fn try_check(&self, statement: &Statement) -> Result<(), Failure> {
        let mut loan = self.readers.take().await?;
        let result = session::check(loan.client(), statement).await;
        loan.settle(&result);
        result
    }

    pub(crate) async fn write<T, E, F>(&self, work: F) -> Result<Result<T, E>>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: AsyncFn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        inside::refuse()?;
        self.writers.write(work).await
    }

    /// Statements prepared before a change of the schema may no longer fit.
    pub(crate) fn schema_changed(&self) {
        self.readers.forget_statements();
        self.writers.forget_statements();
    }

    pub(crate) async fn close(&self) {
        self.readers.close();
        self.writers.close().await;
    }
}
