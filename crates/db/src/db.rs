//! The door: opening a database by its URL, reading, writing.

use std::sync::Arc;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::migrate::{self, Migration};
use crate::postgres::Postgres;
use crate::row::Row;
use crate::sqlite::Sqlite;
use crate::statement::Statement;
use crate::tx::Tx;
use crate::value::Params;

/// A database. Cloning gives another handle to the same one.
#[derive(Clone, Debug)]
pub struct Db {
    engine: Arc<Engine>,
}

#[derive(Debug)]
enum Engine {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// How a database is used. `Options::default()` serves.
#[derive(Clone, Debug)]
pub struct Options {
    /// How long a transaction waits for a lock that another process holds before it fails with
    /// [`Error::Unavailable`]; on SQLite that is the command line beside a running server, on PostgreSQL a row that
    /// another transaction has changed and not yet committed. Default: 5 seconds.
    pub busy_timeout: Duration,
    /// SQLite: how many connections serve short reads; two more serve long ones. Default: one to a processor, from 2 to 8.
    pub readers: usize,
    /// SQLite: how many transactions may share one commit. Default: 64.
    pub group: usize,
}

/// How busy a database is, for whoever watches it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// Counted since it was opened.
    Sqlite {
        /// Commits: each waits for the disk once.
        commits: u64,
        /// Transactions in them.
        transactions: u64,
    },
    /// At this moment, over all pools.
    Postgres {
        /// Connections to the server.
        connections: usize,
        /// Those of them that nobody uses.
        idle: usize,
        /// Callers that wait for one.
        waiting: usize,
    },
}

impl Default for Options {
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self { busy_timeout: Duration::from_secs(5), readers: processors.clamp(2, 8), group: 64 }
    }
}

impl Db {
    /// Opens the database at `url`.
    ///
    /// `sqlite://data/app.db` is a file relative to the working directory, `sqlite:///var/lib/app.db` an absolute one.
    /// The file and its folder are created if need be, readable by their owner alone (modes 0600 and 0700).
    ///
    /// `postgres://user:password@host:5432/database` is a database on a PostgreSQL server; it must exist, be encoded in
    /// UTF-8 and be collated by bytes (`C`). Of several hosts (`host1:5432,host2:5432`) the one that accepts writes is
    /// taken. The parameters are libpq's (<https://www.postgresql.org/docs/current/libpq-connect.html>), as far as the
    /// driver knows them, and `sslrootcert`. `sslmode` is `disable`, `prefer` or `require`; without it, `disable` when
    /// every host is this machine, else `prefer`. A server's certificate is always verified, against `sslrootcert` or the
    /// system's certificates. Connections live on the runtime that first uses them.
    ///
    /// # Errors
    ///
    /// [`Error::Unsupported`] for a URL this crate does not serve or a database collated otherwise,
    /// [`Error::Unavailable`] when the file cannot be opened as a database or the server does not answer.
    pub async fn open(url: &str, options: Options) -> Result<Self> {
        let engine = if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Engine::Postgres(Postgres::open(url, &options).await?)
        } else {
            Engine::Sqlite(Sqlite::open(url, options).await?)
        };
        Ok(Self { engine: Arc::new(engine) })
    }

    /// Brings the schema up to date and returns the names of the migrations that this call applied, in order.
    ///
    /// Several processes may call it at once: one works under a lease row, the others wait for it. `now_ms` is the time
    /// in milliseconds since 1970. The applied names are kept in the table `schema_migrations`.
    ///
    /// # Errors
    ///
    /// [`Error::Migration`] when a statement fails, an applied migration was edited, the order was changed, or a newer
    /// program has applied one that takes away what this one needs; what was applied before stays applied.
    pub async fn migrate(&self, migrations: &[Migration], now_ms: i64) -> Result<Vec<&'static str>> {
        migrate::migrate(self, migrations, now_ms).await
    }

    /// The applied migrations that are not in this list, in order: what a newer program has added. One that is no
    /// addition makes [`Db::migrate`] refuse.
    ///
    /// # Errors
    ///
    /// As [`Db::migrate`].
    pub async fn newer_migrations(&self, migrations: &[Migration]) -> Result<Vec<String>> {
        migrate::newer(self, migrations).await
    }

    /// What the engine needs after its schema was changed.
    pub(crate) async fn schema_changed(&self) -> Result<()> {
        match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.schema_changed().await,
            Engine::Postgres(postgres) => {
                postgres.schema_changed();
                Ok(())
            }
        }
    }

    /// Reads at most one row. It sees everything that was acknowledged before it began.
    ///
    /// On SQLite the read begins at once on the calling thread, which a keyed read holds for a few microseconds: far
    /// cheaper than handing it to another thread. A read that proves longer than some 0.1 milliseconds begins again on a
    /// thread made for waiting. On PostgreSQL a read that loses its connection begins again on another.
    ///
    /// # Errors
    ///
    /// What the engine refuses; [`Error::Internal`] when there is a second row or the call stands inside
    /// [`Db::write`].
    pub async fn opt(&self, statement: &Statement, params: Params<'_>) -> Result<Option<Row>> {
        match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.opt(statement, params).await,
            Engine::Postgres(postgres) => postgres.opt(statement, params).await,
        }
    }

    /// Reads exactly one row, like [`Db::opt`].
    ///
    /// # Errors
    ///
    /// [`Error::NoRow`] when there is none; else as [`Db::opt`].
    pub async fn one(&self, statement: &Statement, params: Params<'_>) -> Result<Row> {
        self.opt(statement, params).await?.ok_or(Error::NoRow)
    }

    /// Reads any number of rows, like [`Db::opt`].
    ///
    /// # Errors
    ///
    /// What the engine refuses; [`Error::Internal`] when the call stands inside [`Db::write`].
    pub async fn all(&self, statement: &Statement, params: Params<'_>) -> Result<Vec<Row>> {
        match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.all(statement, params).await,
            Engine::Postgres(postgres) => postgres.all(statement, params).await,
        }
    }

    /// Runs `work` as one transaction and returns what it returned, once that is durable.
    ///
    /// An `Err` from `work` rolls back. The closure runs on the database's own thread, so its future need not be `Send`
    /// and it may be called again when an engine asks for the transaction to be repeated: it must decide by its captured
    /// values and by SQL alone. **Only SQL is awaited inside**; a closure that waits for anything else is rolled back
    /// with [`Error::Internal`]. Reads that the decision needs go through the transaction.
    ///
    /// Dropping the returned future leaves the transaction done or not done, never half.
    ///
    /// # Errors
    ///
    /// What `work` returned; [`Error::Unavailable`] when the database is locked, closed or failed to commit, and when the
    /// server was lost during the commit: the text then says that the outcome is unknown, and a read tells it;
    /// [`Error::Internal`] when `work` panicked, waited, or returned `Ok` after a failed statement.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: AsyncFn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let result = match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.write(work).await,
            Engine::Postgres(postgres) => postgres.write(work).await,
        };
        result.map_err(E::from)?
    }

    /// Prepares `statement` without running it: the check that its text is valid on this engine and schema.
    ///
    /// # Errors
    ///
    /// [`Error::Internal`] with the engine's message.
    pub async fn check(&self, statement: &Statement) -> Result<()> {
        match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.check(statement).await,
            Engine::Postgres(postgres) => postgres.check(statement).await,
        }
    }

    /// How busy it is; asks nothing of the database.
    pub fn activity(&self) -> Activity {
        match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.activity(),
            Engine::Postgres(postgres) => postgres.activity(),
        }
    }

    /// Lets running work finish, refuses new work, and leaves the file tidy (SQLite: the write-ahead log is emptied).
    /// Closing twice does nothing.
    pub async fn close(&self) {
        match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.close().await,
            Engine::Postgres(postgres) => postgres.close().await,
        }
    }
}
