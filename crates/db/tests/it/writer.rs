//! The one writer: transactions that share a commit, and those that misbehave.

use std::pin::Pin;
use std::sync::mpsc;
use std::task::Poll;

use countersign_db::{Db, Error, Options, Statement, Tx, statements};
use tokio::task::JoinHandle;

use crate::support::{ACCOUNTS, Engine, OPEN, exists, fresh, fresh_on, open};

on_both_engines! {
    after_a_panic_the_writer_serves_on,
    awaiting_anything_but_sql_is_refused_and_undone,
    the_database_itself_is_not_asked_inside_a_transaction,
    a_dropped_caller_leaves_all_or_nothing,
}

statements! {
    GIVE_UP = "ROLLBACK";
    DEFER = "PRAGMA defer_foreign_keys = ON";
    ORPHAN = "INSERT INTO entries (tenant_id, entry_id, account_id) VALUES ('t', 'e', 'nobody')";
}

/// Sends a transaction without waiting for its answer: polled once, it stands in the queue.
async fn sent<'f, T>(call: impl Future<Output = T> + Send + 'f) -> Pin<Box<dyn Future<Output = T> + Send + 'f>> {
    let mut call = Box::pin(tokio::task::unconstrained(call));
    std::future::poll_fn(|context| {
        assert!(call.as_mut().poll(context).is_pending(), "answered before its turn");
        Poll::Ready(())
    })
    .await;
    call
}

/// Holds the writer until the returned sender is used or dropped, so that what is sent meanwhile shares one commit.
async fn hold(db: &Db) -> (mpsc::Sender<()>, JoinHandle<Result<(), Error>>) {
    let (started, starts) = tokio::sync::oneshot::channel();
    let (release, released) = mpsc::channel::<()>();
    let (started, released) = (std::sync::Mutex::new(Some(started)), std::sync::Mutex::new(released));
    let db = db.clone();
    let held = tokio::spawn(async move {
        db.write(async move |_: &mut Tx<'_>| {
            started.lock().unwrap().take().map(|started| started.send(()));
            let _ = released.lock().unwrap().recv();
            Ok(())
        })
        .await
    });
    starts.await.unwrap();
    (release, held)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failing_neighbour_is_undone_alone() {
    let (_folder, db) = fresh().await;
    let (release, held) = hold(&db).await;
    let mut calls = Vec::new();
    for n in 0..60 {
        let call = db.write(async move |tx: &mut Tx<'_>| {
            tx.run(&OPEN, &[&format!("{n:02}"), &"open", &1_i64]).await?;
            match n % 4 {
                0 => Err(Error::NoRow),
                1 => tx.run(&OPEN, &[&format!("{n:02}"), &"open", &1_i64]).await,
                2 => panic!("on purpose"),
                _ => Ok(1),
            }
        });
        calls.push(sent(call).await);
    }
    drop(release);
    held.await.unwrap().unwrap();
    for (n, call) in calls.into_iter().enumerate() {
        let result = call.await;
        match n % 4 {
            0 => assert_eq!(result, Err(Error::NoRow)),
            1 => assert_eq!(result, Err(Error::Conflict)),
            2 => assert!(matches!(&result, Err(Error::Internal(why)) if why.contains("panicked")), "{result:?}"),
            _ => assert_eq!(result, Ok(1)),
        }
    }
    let there = db.all(&ACCOUNTS, &[]).await.unwrap();
    let there: Vec<String> = there.iter().map(|row| row.get(0).unwrap()).collect();
    let expected: Vec<String> = (0..60).filter(|n| n % 4 == 3).map(|n| format!("{n:02}")).collect();
    assert_eq!(there, expected);
}

async fn after_a_panic_the_writer_serves_on(engine: Engine) {
    let (_folder, db) = fresh_on(engine).await;
    let result: Result<(), Error> = db
        .write(async |tx: &mut Tx<'_>| {
            tx.run(&OPEN, &[&"a", &"open", &1_i64]).await?;
            panic!("on purpose")
        })
        .await;
    assert!(matches!(result, Err(Error::Internal(_))));
    assert!(!exists(&db, "a").await);
    assert_eq!(open(&db, "a").await, Ok(1));
}

async fn awaiting_anything_but_sql_is_refused_and_undone(engine: Engine) {
    let (_folder, db) = fresh_on(engine).await;
    let result: Result<(), Error> = db
        .write(async |tx: &mut Tx<'_>| {
            tx.run(&OPEN, &[&"a", &"open", &1_i64]).await?;
            tokio::task::yield_now().await;
            Ok(())
        })
        .await;
    assert!(matches!(&result, Err(Error::Internal(why)) if why.contains("awaited")), "{result:?}");
    assert!(!exists(&db, "a").await);
}

async fn the_database_itself_is_not_asked_inside_a_transaction(engine: Engine) {
    let (_folder, db) = fresh_on(engine).await;
    let inner = db.clone();
    let read: Result<bool, Error> =
        db.write(async move |_: &mut Tx<'_>| Ok(!inner.all(&ACCOUNTS, &[]).await?.is_empty())).await;
    assert!(matches!(read, Err(Error::Internal(_))), "{read:?}");
    let inner = db.clone();
    let nested = db.write(async move |_: &mut Tx<'_>| open(&inner, "a").await).await;
    assert!(matches!(nested, Err(Error::Internal(_))), "{nested:?}");
    assert!(!exists(&db, "a").await);
}

/// A client that goes away drops its handler's future, at any moment.
async fn a_dropped_caller_leaves_all_or_nothing(engine: Engine) {
    let (home, db) = fresh_on(engine).await;
    for n in 0..50 {
        let caller = db.clone();
        let call = tokio::spawn(async move {
            caller
                .write(async move |tx: &mut Tx<'_>| {
                    tx.run(&OPEN, &[&format!("{n}-first"), &"open", &1_i64]).await?;
                    tx.run(&OPEN, &[&format!("{n}-second"), &"open", &1_i64]).await
                })
                .await
        });
        for _ in 0..n % 7 {
            tokio::task::yield_now().await;
        }
        call.abort();
    }
    // It ends after all that were sent.
    db.close().await;
    let db = Db::open(&home.url(), Options::default()).await.unwrap();
    for n in 0..50 {
        assert_eq!(exists(&db, &format!("{n}-first")).await, exists(&db, &format!("{n}-second")).await, "{n}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_neither_waits_for_a_long_write_nor_sees_it() {
    let (_folder, db) = fresh().await;
    open(&db, "before").await.unwrap();
    let (release, held) = hold(&db).await;
    let writing = sent(open(&db, "during")).await;
    // Would hang if it waited: the writer is held until below.
    assert!(exists(&db, "before").await);
    assert_eq!(db.all(&ACCOUNTS, &[]).await.unwrap().len(), 1);
    drop(release);
    held.await.unwrap().unwrap();
    assert_eq!(writing.await, Ok(1));
    assert!(exists(&db, "during").await);
}

/// When the engine gives up a group, or refuses its commit, every caller in it is told and nothing is kept.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_group_is_lost_for_all_and_said_so() {
    async fn alone(db: Db, first: &'static Statement, second: &'static Statement) -> Result<(), Error> {
        db.write(async move |tx: &mut Tx<'_>| {
            tx.all(first, &[]).await?;
            // After a ROLLBACK there is nothing to insert into: this statement would stand alone.
            if first.sql.starts_with("PRAGMA") { tx.run(second, &[]).await.map(drop) } else { Ok(()) }
        })
        .await
    }
    for (culprit, why) in [(&GIVE_UP, "gave up"), (&DEFER, "commit")] {
        let (_folder, db) = fresh().await;
        let (release, held) = hold(&db).await;
        let neighbour = sent(open(&db, "a")).await;
        let culprit = sent(alone(db.clone(), culprit, &ORPHAN)).await;
        drop(release);
        for error in [held.await.unwrap().unwrap_err(), neighbour.await.unwrap_err(), culprit.await.unwrap_err()] {
            assert!(error.to_string().contains(why), "{error}");
        }
        assert!(!exists(&db, "a").await);
        assert_eq!(open(&db, "b").await, Ok(1));
    }
}
