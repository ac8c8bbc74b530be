//! Connections to the server, kept for the next who needs one.

use std::time::Duration;

use deadpool_postgres::{
    ClientWrapper, Manager, ManagerConfig, Object, PoolError, RecyclingMethod, Runtime, TimeoutType,
};

use super::error::{self, Cure, Failure};
use super::session::answer;
use super::url::Server;
use crate::error::{Error, Result};

/// How long a call waits for a connection, be it for another to give it back or for the server to accept a new one.
const CHECKOUT: Duration = Duration::from_secs(5);

/// A pool. Cloning gives another handle to the same one.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    pool: deadpool_postgres::Pool,
}

impl Pool {
    pub(super) fn new(server: &Server, size: usize) -> Result<Self> {
        // Fast: whether a connection has been closed is known without asking the server.
        let config = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_config(server.config.clone(), server.tls.clone(), config);
        let pool = deadpool_postgres::Pool::builder(manager)
            .max_size(size)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(CHECKOUT))
            .create_timeout(Some(CHECKOUT))
            .recycle_timeout(Some(CHECKOUT))
            .build()
            .map_err(|error| Error::Internal(format!("the pool of connections: {error}")))?;
        Ok(Self { pool })
    }

    pub(super) async fn take(&self) -> Result<Loan, Failure> {
        let timeout = |why: &str| Failure::unavailable(why.to_owned(), Cure::Nothing);
        let object = self.pool.get().await.map_err(|error| match error {
            PoolError::Timeout(TimeoutType::Wait) => timeout("every connection to the server is in use"),
            PoolError::Timeout(_) => timeout("the server does not answer"),
            PoolError::Backend(error) => error::connecting(&error),
            PoolError::Closed => Failure::of(Error::closed()),
            other => timeout(&other.to_string()),
        })?;
        Ok(Loan { object: Some(object), sound: true })
    }

    /// Connections, those of them at rest, and callers that wait for one.
    pub(super) fn status(&self) -> [usize; 3] {
        let status = self.pool.status();
        [status.size, status.available, status.waiting]
    }

    pub(super) fn forget_statements(&self) {
        self.pool.manager().statement_caches.clear();
    }

    /// Refuses further loans and closes what is at rest; a loan closes when it is given back.
    pub(super) fn close(&self) {
        self.pool.close();
    }
}

/// A connection on loan. Given back on drop when it is sound, else closed.
#[derive(Debug)]
pub(super) struct Loan {
    /// Always there until the drop.
    object: Option<Object>,
    sound: bool,
}

impl Loan {
    #[expect(clippy::expect_used, reason = "only the drop takes it out")]
    pub(super) fn client(&self) -> &ClientWrapper {
        self.object.as_ref().expect("a loan has its connection until it is dropped")
    }

    /// After a read: a connection that was lost, or leads to a server that no longer writes, is not given back.
    pub(super) fn settle<T>(&mut self, result: &Result<T, Failure>) {
        self.sound = !matches!(result, Err(Failure { cure: Cure::Reconnect, .. }));
    }

    /// Begins a transaction; until [`Loan::commit`] or [`Loan::rollback`] has succeeded the connection is not sound.
    pub(super) async fn begin(&mut self) -> Result<(), Failure> {
        self.sound = false;
        self.steer("BEGIN").await
    }

    pub(super) async fn commit(&mut self) -> Result<(), Failure> {
        let commit = async { Ok(self.client().batch_execute("COMMIT").await) };
        match answer("commit", commit).await {
            Ok(Ok(())) => {
                self.sound = true;
                Ok(())
            }
            Ok(Err(error)) => {
                let failure = error::committing(&error);
                // A commit that was refused has ended the transaction, too.
                self.sound = failure.cure == Cure::Repeat;
                Err(failure)
            }
            Err(_silent) => Err(error::unknown_commit()),
        }
    }

    /// Undoes the transaction. Where that fails, closing the connection does.
    pub(super) async fn rollback(&mut self, cure: Cure) {
        self.sound = cure != Cure::Reconnect && self.steer("ROLLBACK").await.is_ok();
    }

    async fn steer(&self, words: &'static str) -> Result<(), Failure> {
        let steer = async { self.client().batch_execute(words).await.map_err(|error| error::running(words, &error)) };
        answer(words, steer).await
    }

    /// Asks whether text is ordered by bytes: pages are cut by it, alike on every engine.
    pub(super) async fn accept(&self) -> Result<Result<()>, Failure> {
        let ask = async {
            let asked = self.client().query_one("SELECT 'a' > 'B'", &[]).await;
            asked.and_then(|row| row.try_get(0)).map_err(|error| error::running("open", &error))
        };
        Ok(if answer("open", ask).await? {
            Ok(())
        } else {
            Err(Error::Unsupported(
                "the database orders text by a language; create it with TEMPLATE template0 ENCODING 'UTF8' \
                 LC_COLLATE 'C' LC_CTYPE 'C'"
                    .to_owned(),
            ))
        })
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        if let Some(object) = self.object.take().filter(|_| !self.sound) {
            drop(Object::take(object));
        }
    }
}
