//! One transaction from BEGIN to COMMIT, and again where the server asks for it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use super::error::Cure;
use super::pool::Pool;
use super::retry::Tries;
use super::session::Session;
use crate::error::{Error, Result};
use crate::tx::{self, Tx};

/// Runs `work` until it is committed, has failed for a reason of its own, or the tries are used up.
pub(super) async fn run<T, E, F>(pool: &Pool, work: &F) -> Result<Result<T, E>>
where
    E: From<Error>,
    F: AsyncFn(&mut Tx<'_>) -> Result<T, E>,
{
    let mut tries = Tries::default();
    loop {
        let (result, cure) = once(pool, work).await;
        if !tries.wait(cure).await {
            return result;
        }
    }
}

/// Runs `work` once; [`Cure::Nothing`] means that the result stands.
async fn once<T, E, F>(pool: &Pool, work: &F) -> (Result<Result<T, E>>, Cure)
where
    E: From<Error>,
    F: AsyncFn(&mut Tx<'_>) -> Result<T, E>,
{
    let mut loan = match pool.take().await {
        Ok(loan) => loan,
        Err(failure) => return (Err(failure.error), failure.cure),
    };
    if let Err(failure) = loan.begin().await {
        return (Err(failure.error), failure.cure);
    }
    let (result, cure) = {
        let session = Session::new(loan.client());
        let mut tx = Tx::new(tx::Session::Postgres(&session));
        let ended = drive(work(&mut tx), &session).await;
        let result = match ended {
            Ended::Returned(Ok(_)) if tx.failed() => {
                Err(broken("a transaction returned Ok after a statement of it had failed"))
            }
            Ended::Returned(result) => result,
            Ended::Panicked => Err(broken("a transaction panicked")),
            Ended::Waited => Err(broken("a transaction awaited something else than its own statements")),
        };
        (result, session.cure())
    };
    if result.is_err() {
        loan.rollback(cure).await;
        return (Ok(result), cure);
    }
    match loan.commit().await {
        Ok(()) => (Ok(result), Cure::Nothing),
        Err(failure) => (Err(failure.error), failure.cure),
    }
}

fn broken<E: From<Error>>(why: &str) -> E {
    Error::Internal(why.to_owned()).into()
}

enum Ended<R> {
    Returned(R),
    Panicked,
    Waited,
}

/// Drives `work` to its end, unless it panics or awaits what no statement answers.
async fn drive<R>(work: impl Future<Output = R>, session: &Session<'_>) -> Ended<R> {
    let mut work = pin!(work);
    std::future::poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
        Ok(Poll::Ready(result)) => Poll::Ready(Ended::Returned(result)),
        Ok(Poll::Pending) if session.is_waiting() => Poll::Pending,
        Ok(Poll::Pending) => Poll::Ready(Ended::Waited),
        Err(_panic) => Poll::Ready(Ended::Panicked),
    })
    .await
}
