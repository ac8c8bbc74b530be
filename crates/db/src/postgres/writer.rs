//! The threads that run transactions.
//!
//! The future of a transaction stays on one thread, so that it need not be `Send`: on SQLite it holds the connection
//! itself. Each thread runs many transactions side by side, on connections of its own.

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinSet, LocalSet};

use super::pool::Pool;
use super::transaction;
use super::url::Server;
use crate::error::{Error, Result};
use crate::inside;
use crate::tx::Tx;

/// Threads; a transaction waits for the server most of its time.
const THREADS: usize = 2;

/// Transactions that may wait for a thread before their callers wait for a place.
const WAITING: usize = 1_024;

/// A transaction whose types are forgotten, made into a future on the thread that runs it.
type Job = Box<dyn FnOnce(Pool) -> Pin<Box<dyn Future<Output = ()>>> + Send>;

enum Message {
    Run(Job),
    /// Run what is waiting, then stop; the sender is dropped when that is done.
    Close(oneshot::Sender<()>),
}

/// The ways to the threads, taken in turn.
#[derive(Debug)]
pub(super) struct Writers {
    queues: Vec<mpsc::Sender<Message>>,
    pools: Vec<Pool>,
    next: AtomicUsize,
}

impl Writers {
    pub(super) fn pools(&self) -> impl Iterator<Item = &Pool> {
        self.pools.iter()
    }

    pub(super) fn start(server: &Server, connections: usize) -> Result<Self> {
        let mut writers = Self { queues: Vec::new(), pools: Vec::new(), next: AtomicUsize::new(0) };
        for number in 1..=THREADS {
            let failed = |error| Error::Unavailable(format!("a writing thread cannot be started: {error}"));
            let pool = Pool::new(server, connections / THREADS)?;
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
            let (queue, waiting) = mpsc::channel(WAITING);
            writers.queues.push(queue);
            writers.pools.push(pool.clone());
            std::thread::Builder::new()
                .name(format!("db-writer-{number}"))
                .spawn(move || {
                    inside::enter();
                    let closers = LocalSet::new().block_on(&runtime, serve(waiting, &pool));
                    pool.close();
                    // The connections say goodbye to the server before those who wait for the end are told.
                    drop(runtime);
                    drop(closers);
                })
                .map_err(failed)?;
        }
        Ok(writers)
    }

    pub(super) async fn write<T, E, F>(&self, work: F) -> Result<Result<T, E>>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: AsyncFn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |pool| {
            Box::pin(async move {
                // Nobody listens any more: what was done stays done.
                drop(answer.send(transaction::run(&pool, &work).await));
            })
        });
        let turn = self.next.fetch_add(1, Ordering::Relaxed) % self.queues.len();
        self.queues[turn].send(Message::Run(job)).await.map_err(|_| Error::closed())?;
        answered.await.map_err(|_| Error::closed())?
    }

    pub(super) fn forget_statements(&self) {
        for pool in &self.pools {
            pool.forget_statements();
        }
    }

    pub(super) async fn close(&self) {
        for queue in &self.queues {
            let (done, closed) = oneshot::channel();
            if queue.send(Message::Close(done)).await.is_ok() {
                // Nothing is ever sent: the end of the thread drops `done`.
                let _ended = closed.await;
            }
        }
    }
}

/// Serves until it is told to close or every [`Writers`] is gone, and what was sent before is done.
async fn serve(mut waiting: mpsc::Receiver<Message>, pool: &Pool) -> Vec<oneshot::Sender<()>> {
    let mut closers = Vec::new();
    let mut running = JoinSet::new();
    loop {
        tokio::select! {
            message = waiting.recv() => match message {
                Some(Message::Run(job)) => drop(running.spawn_local(job(pool.clone()))),
                Some(Message::Close(done)) => {
                    closers.push(done);
                    // Further sends fail; what was sent before still comes.
                    waiting.close();
                }
                None => break,
            },
            // Takes out what has ended.
            Some(_) = running.join_next() => {}
        }
    }
    while running.join_next().await.is_some() {}
    closers
}
