//! The one thread that writes, and the group commit.
//!
//! A commit that survives a power loss waits for the disk; what it waits for does not grow with the number of
//! transactions. So the thread takes the transactions that are waiting, runs them one after the other inside one real
//! transaction, commits once, and only then answers. A transaction that fails, waits or panics is undone alone: where it
//! has changed anything, the group is rolled back and those before it run again, each under a savepoint of its own.
//! Savepoints from the start would cost every transaction what few need.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll, Waker};

use tokio::sync::{mpsc, oneshot};

use super::checkpoint::Copier;
use super::session::Session;
use crate::db::Activity;
use crate::error::{Error, Result};
use crate::inside;
use crate::tx::{Session as Open, Tx};

/// Transactions that may wait for the thread before their callers wait for a place.
const WAITING: usize = 1_024;

/// The way to the writing thread.
#[derive(Debug)]
pub(super) struct Writer {
    queue: mpsc::Sender<Message>,
    done: Arc<Done>,
}

/// What the thread has committed.
#[derive(Debug, Default)]
struct Done {
    commits: AtomicU64,
    transactions: AtomicU64,
}

enum Message {
    Run(Box<dyn Job>),
    /// Run what is waiting, then stop; the sender is dropped when that is done.
    Close(oneshot::Sender<()>),
}

impl Writer {
    pub(super) fn start(session: Session, copier: Copier, group: usize) -> Result<Self> {
        let (queue, waiting) = mpsc::channel(WAITING);
        let done = Arc::new(Done::default());
        let thread = Thread { session, copier, waiting, limit: group.max(1), group: Vec::new(), done: done.clone() };
        std::thread::Builder::new()
            .name("db-writer".to_owned())
            .spawn(move || thread.serve())
            .map_err(|error| Error::Unavailable(format!("the writing thread cannot be started: {error}")))?;
        Ok(Self { queue, done })
    }

    pub(super) async fn write<T, E, F>(&self, work: F) -> Result<Result<T, E>>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: AsyncFn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let call = Call { work, result: None, panicked: false, answer };
        self.queue.send(Message::Run(Box::new(call))).await.map_err(|_| Error::closed())?;
        answered.await.map_err(|_| Error::closed())?
    }

    pub(super) fn activity(&self) -> Activity {
        let [commits, transactions] = [&self.done.commits, &self.done.transactions].map(|count| count.load(Relaxed));
        Activity::Sqlite { commits, transactions }
    }

    pub(super) async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.queue.send(Message::Close(done)).await.is_ok() {
            // Nothing is ever sent: the end of the thread drops `done`.
            let _ended = closed.await;
        }
    }
}

/// A transaction whose types are forgotten.
trait Job: Send {
    /// Runs it; `true` when its changes are to be kept. It may run again when they could not be (sql-rules X1); one that
    /// panicked does not.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Hands over its own result, or `Err` when it was undone from outside.
    fn answer(self: Box<Self>, committed: Result<()>);
}

struct Call<T, E, F> {
    work: F,
    result: Option<Result<T, E>>,
    panicked: bool,
    answer: oneshot::Sender<Result<Result<T, E>>>,
}

impl<T, E, F> Job for Call<T, E, F>
where
    T: Send,
    E: From<Error> + Send,
    F: AsyncFn(&mut Tx<'_>) -> Result<T, E> + Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        if self.panicked {
            return false;
        }
        // Every statement answers at once here, so one poll reaches the end unless something else is awaited.
        let poll = || pin!((self.work)(tx)).poll(&mut Context::from_waker(Waker::noop()));
        let broken = match catch_unwind(AssertUnwindSafe(poll)) {
            Ok(Poll::Ready(Ok(_))) if tx.failed() => "a transaction returned Ok after a statement of it had failed",
            Ok(Poll::Ready(result)) => {
                let keep = result.is_ok();
                self.result = Some(result);
                return keep;
            }
            Ok(Poll::Pending) => "a transaction awaited something else than its own statements",
            Err(_) => {
                self.panicked = true;
                "a transaction panicked"
            }
        };
        self.result = Some(Err(Error::Internal(broken.to_owned()).into()));
        false
    }

    fn answer(self: Box<Self>, committed: Result<()>) {
        let Self { result, answer, .. } = *self;
        let result =
            committed.and_then(|()| result.ok_or_else(|| Error::Internal("a transaction did not run".to_owned())));
        // Nobody listens any more: what was done stays done.
        drop(answer.send(result));
    }
}

struct Thread {
    session: Session,
    copier: Copier,
    waiting: mpsc::Receiver<Message>,
    limit: usize,
    /// The transactions that ran and wait for the commit.
    group: Vec<Box<dyn Job>>,
    done: Arc<Done>,
}

impl Thread {
    /// Serves until it is told to close or every [`Writer`] is gone.
    fn serve(mut self) {
        inside::enter();
        let mut closers = Vec::new();
        while let Some(message) = self.waiting.blocking_recv() {
            match message {
                Message::Run(first) => self.commit_group(first, &mut closers),
                Message::Close(done) => closers.push(done),
            }
            if !closers.is_empty() {
                // Further sends fail; what was sent before still comes.
                self.waiting.close();
            }
        }
        self.session.truncate_log();
        self.copier.end_with(self.session);
        drop(closers);
    }

    fn commit_group(&mut self, first: Box<dyn Job>, closers: &mut Vec<oneshot::Sender<()>>) {
        if self.copier.leaves_a_rest() {
            // What could not be copied now is copied another time.
            drop(self.session.checkpoint());
        }
        // IMMEDIATE takes the write lock now, so that no statement inside can meet a lock.
        if let Err(error) = self.session.steer("BEGIN IMMEDIATE") {
            return self.refuse(first, closers, &error);
        }
        let mut apart = false;
        let mut next = Some(first);
        while let Some(job) = next.take() {
            self.group.push(job);
            if let Err(error) = self.run_newest(&mut apart) {
                return self.undo(&error);
            }
            if self.group.len() < self.limit {
                next = self.try_next(closers);
            }
        }
        match self.session.steer("COMMIT") {
            Ok(()) => {
                self.done.commits.fetch_add(1, Relaxed);
                self.done.transactions.fetch_add(self.group.len() as u64, Relaxed);
                self.answer(&Ok(()));
            }
            Err(error @ Error::Unavailable(_)) => self.undo(&error),
            // A deferred constraint, which is forbidden for this very reason: it is the fault of one and fails all.
            Err(error) => self.undo(&Error::Internal(format!("the commit of a group was refused: {error}"))),
        }
    }

    /// The next transaction that is waiting already.
    fn try_next(&mut self, closers: &mut Vec<oneshot::Sender<()>>) -> Option<Box<dyn Job>> {
        loop {
            match self.waiting.try_recv().ok()? {
                Message::Run(job) => return Some(job),
                Message::Close(done) => closers.push(done),
            }
        }
    }

    /// Runs the newest transaction of the group. The first that fails after a change makes those before it run again, from
    /// then on `apart`. An error means that the group is lost.
    fn run_newest(&mut self, apart: &mut bool) -> Result<()> {
        let newest = self.group.len() - 1;
        if *apart {
            return self.run_apart(newest);
        }
        self.session.take_changed();
        let keep = self.run(newest)?;
        if keep || !self.session.take_changed() {
            return Ok(());
        }
        *apart = true;
        self.session.steer("ROLLBACK")?;
        self.session.steer("BEGIN IMMEDIATE")?;
        (0..newest).try_for_each(|at| self.run_apart(at))
    }

    /// Runs a transaction under a savepoint and undoes it alone when it fails.
    fn run_apart(&mut self, at: usize) -> Result<()> {
        self.session.steer("SAVEPOINT job")?;
        if !self.run(at)? {
            self.session.steer("ROLLBACK TO job")?;
        }
        self.session.steer("RELEASE job")
    }

    fn run(&mut self, at: usize) -> Result<bool> {
        let keep = self.group[at].run(&mut Tx::new(Open::Sqlite(&self.session)));
        if self.session.in_transaction() {
            Ok(keep)
        } else {
            Err(Error::Unavailable("the engine gave up a group of transactions".to_owned()))
        }
    }

    /// The lock was not to be had for the whole busy timeout: whoever waits by now is told, not left to queue for it again.
    fn refuse(&mut self, first: Box<dyn Job>, closers: &mut Vec<oneshot::Sender<()>>, error: &Error) {
        self.group.push(first);
        while let Some(job) = self.try_next(closers) {
            self.group.push(job);
        }
        self.answer(&Err(error.clone()));
    }

    fn undo(&mut self, error: &Error) {
        if self.session.in_transaction() {
            // Should even this fail, the next BEGIN fails too and says so.
            drop(self.session.steer("ROLLBACK"));
        }
        self.answer(&Err(error.clone()));
    }

    fn answer(&mut self, committed: &Result<()>) {
        for job in self.group.drain(..) {
            // Dropping a caller's value may run any code, and the thread must outlive it.
            drop(catch_unwind(AssertUnwindSafe(|| job.answer(committed.clone()))));
        }
    }
}
