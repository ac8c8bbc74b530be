//! What only a server does: it refuses, repeats, times out and goes away.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use countersign_db::{Db, Error, Options, Tx, statements};

use crate::server::{Database, is_there};
use crate::support::{ACCOUNT, DRAW, ENTER, OPEN, SCHEMA, exists, open};

statements! {
    SLEEP = "SELECT 1 FROM pg_sleep(30)";
    BACKEND = "SELECT CAST(pg_backend_pid() AS bigint)";
    NOTE = "SELECT note FROM entries WHERE tenant_id = 't' AND entry_id = $1";
    COMPARED = "SELECT balance = $1 FROM accounts WHERE tenant_id = 't' AND account_id = $2";
}

async fn fresh(parameters: &str) -> (Database, Db) {
    fresh_with(parameters, Options::default()).await
}

async fn fresh_with(parameters: &str, options: Options) -> (Database, Db) {
    let database = Database::new().await;
    let db = Db::open(&format!("{}{parameters}", database.url()), options).await.unwrap();
    db.migrate(SCHEMA, 1_000).await.unwrap();
    open(&db, "a").await.unwrap();
    open(&db, "b").await.unwrap();
    (database, db)
}

/// Lets a test step in between two statements of a transaction's first run.
struct Between {
    reached: Mutex<Option<tokio::sync::oneshot::Sender<i64>>>,
    go_on: Mutex<mpsc::Receiver<()>>,
}

fn between() -> (Between, tokio::sync::oneshot::Receiver<i64>, mpsc::Sender<()>) {
    let (reached, waiting) = tokio::sync::oneshot::channel();
    let (go, go_on) = mpsc::channel();
    (Between { reached: Mutex::new(Some(reached)), go_on: Mutex::new(go_on) }, waiting, go)
}

impl Between {
    /// Waits for the test, on the first run. The process id of the session tells the test whom it has before it.
    async fn stop(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let session = tx.one(&BACKEND, &[]).await?.get(0)?;
        let reached = self.reached.lock().unwrap().take();
        if let Some(reached) = reached {
            reached.send(session).unwrap();
            self.go_on.lock().unwrap().recv().unwrap();
        }
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_serialization_failure_repeats_the_transaction() {
    if !is_there("a_serialization_failure_repeats_the_transaction") {
        return;
    }
    let (database, db) = fresh("?options=-c%20default_transaction_isolation%3Dserializable").await;
    let (between, reached, go) = between();
    let runs = Arc::new(AtomicU32::new(0));
    let writing = tokio::spawn({
        let (db, runs) = (db.clone(), Arc::clone(&runs));
        async move {
            db.write(async move |tx: &mut Tx<'_>| {
                runs.fetch_add(1, Ordering::Relaxed);
                let seen: i64 = tx.one(&ACCOUNT, &[&"a"]).await?.get(1)?;
                between.stop(tx).await?;
                tx.run(&DRAW, &[&1_i64, &"a"]).await?;
                Ok::<_, Error>(seen)
            })
            .await
        }
    });
    reached.await.unwrap();
    database.connect().await.batch_execute("UPDATE accounts SET balance = 50 WHERE account_id = 'a'").await.unwrap();
    go.send(()).unwrap();
    assert_eq!(writing.await.unwrap(), Ok(50));
    assert_eq!(runs.load(Ordering::Relaxed), 2);
    assert_eq!(db.one(&ACCOUNT, &[&"a"]).await.unwrap().get(1), Ok(49_i64));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadlock_repeats_the_transaction() {
    if !is_there("a_deadlock_repeats_the_transaction") {
        return;
    }
    // Who has waited for so long looks for a deadlock, and yields: never the rival.
    let (database, db) = fresh("?options=-c%20deadlock_timeout%3D1500").await;
    let rival = database.connect().await;
    rival.batch_execute("SET deadlock_timeout = 60000").await.unwrap();
    rival.batch_execute("BEGIN; UPDATE accounts SET balance = 7 WHERE account_id = 'b'").await.unwrap();
    let (between, reached, go) = between();
    let runs = Arc::new(AtomicU32::new(0));
    let writing = tokio::spawn({
        let (db, runs) = (db.clone(), Arc::clone(&runs));
        async move {
            db.write(async move |tx: &mut Tx<'_>| {
                runs.fetch_add(1, Ordering::Relaxed);
                tx.run(&DRAW, &[&1_i64, &"a"]).await?;
                between.stop(tx).await?;
                tx.run(&DRAW, &[&1_i64, &"b"]).await
            })
            .await
        }
    });
    let session = reached.await.unwrap();
    go.send(()).unwrap();
    let waits = format!("SELECT 1 FROM pg_stat_activity WHERE pid = {session} AND wait_event_type = 'Lock'");
    while rival.query(&waits, &[]).await.unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    rival.batch_execute("UPDATE accounts SET balance = 7 WHERE account_id = 'a'; COMMIT").await.unwrap();
    assert_eq!(writing.await.unwrap(), Ok::<_, Error>(1));
    // Whether the repeated transaction meets the rival's lock once more is a matter of who is quicker.
    assert!((2..=5).contains(&runs.load(Ordering::Relaxed)), "repeated, and not for ever");
    for id in ["a", "b"] {
        assert_eq!(db.one(&ACCOUNT, &[&id]).await.unwrap().get(1), Ok(6_i64), "{id}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_lost_before_the_commit_repeats_the_transaction() {
    if !is_there("a_connection_lost_before_the_commit_repeats_the_transaction") {
        return;
    }
    let (database, db) = fresh("").await;
    let (between, reached, go) = between();
    let writing = tokio::spawn({
        let db = db.clone();
        async move {
            db.write(async move |tx: &mut Tx<'_>| {
                tx.run(&DRAW, &[&1_i64, &"a"]).await?;
                between.stop(tx).await?;
                tx.run(&DRAW, &[&1_i64, &"b"]).await
            })
            .await
        }
    });
    let session = reached.await.unwrap();
    let end = format!("SELECT pg_terminate_backend({session})");
    database.connect().await.batch_execute(&end).await.unwrap();
    go.send(()).unwrap();
    assert_eq!(writing.await.unwrap(), Ok::<_, Error>(1));
    for id in ["a", "b"] {
        assert_eq!(db.one(&ACCOUNT, &[&id]).await.unwrap().get(1), Ok(99_i64), "{id}: once, not twice");
    }
}

/// A commit takes long here, and its session is ended meanwhile.
#[tokio::test]
async fn a_connection_lost_during_the_commit_is_said_to_be_so() {
    if !is_there("a_connection_lost_during_the_commit_is_said_to_be_so") {
        return;
    }
    let (database, db) = fresh("").await;
    let rival = database.connect().await;
    let slow =
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(9); RETURN NULL; END';
        CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON accounts DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION slow()";
    rival.batch_execute(slow).await.unwrap();
    let writing = tokio::spawn({
        let db = db.clone();
        async move { open(&db, "c").await }
    });
    let ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                 WHERE datname = current_database() AND query = 'COMMIT' AND state = 'active'";
    let mut ends = 0;
    while ends == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        ends = rival.query(ended, &[]).await.unwrap().len();
    }
    let error = writing.await.unwrap().unwrap_err();
    assert!(matches!(&error, Error::Unavailable(why) if why.contains("outcome is unknown")), "{error}");
    assert!(!exists(&db, "c").await);
}

#[tokio::test]
async fn a_statement_whose_table_has_changed_is_prepared_again() {
    if !is_there("a_statement_whose_table_has_changed_is_prepared_again") {
        return;
    }
    let (database, db) = fresh("").await;
    let note = async || {
        let write = db.write(async |tx: &mut Tx<'_>| tx.one(&NOTE, &[&"e"]).await);
        (db.one(&NOTE, &[&"e"]).await, write.await)
    };
    db.write(async |tx: &mut Tx<'_>| tx.run(&ENTER, &[&"e", &"a", &1_i64, &"7", &None::<Vec<u8>>]).await)
        .await
        .unwrap();
    // Often enough for every connection of the writers to have it prepared.
    for _ in 0..4 {
        let (read, written): (_, Result<_, Error>) = note().await;
        assert_eq!((read.unwrap().get(0), written.unwrap().get(0)), (Ok("7".to_owned()), Ok("7".to_owned())));
    }
    let change = "ALTER TABLE entries ALTER COLUMN note TYPE bigint USING CAST(note AS bigint)";
    database.connect().await.batch_execute(change).await.unwrap();
    for _ in 0..4 {
        let (read, written) = note().await;
        assert_eq!((read.unwrap().get(0), written.unwrap().get(0)), (Ok(7_i64), Ok(7_i64)));
    }
}

#[tokio::test]
async fn what_takes_too_long_is_broken_off() {
    if !is_there("what_takes_too_long_is_broken_off") {
        return;
    }
    let options = Options { busy_timeout: Duration::from_millis(500), ..Options::default() };
    let (database, db) = fresh_with("?options=-c%20statement_timeout%3D1000", options).await;
    let begin = Instant::now();
    let slow = db.opt(&SLEEP, &[]).await.unwrap_err();
    assert!(matches!(&slow, Error::Unavailable(why) if why.contains("57014")), "{slow}");
    let rival = database.connect().await;
    rival.batch_execute("BEGIN; UPDATE accounts SET balance = 7 WHERE account_id = 'a'").await.unwrap();
    let locked: Result<u64, Error> = db.write(async |tx: &mut Tx<'_>| tx.run(&DRAW, &[&1_i64, &"a"]).await).await;
    assert!(matches!(&locked, Err(Error::Unavailable(why)) if why.contains("55P03")), "{locked:?}");
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
    rival.batch_execute("ROLLBACK").await.unwrap();
    let after: Result<u64, Error> = db.write(async |tx: &mut Tx<'_>| tx.run(&DRAW, &[&1_i64, &"a"]).await).await;
    assert_eq!(after, Ok(1));
}

#[tokio::test]
async fn servers_that_cannot_be_used_say_why_and_not_the_password() {
    if !is_there("servers_that_cannot_be_used_say_why_and_not_the_password") {
        return;
    }
    let database = Database::new().await;
    let url = database.url();
    let (server, _) = url.rsplit_once('/').unwrap();
    let (_, address) = server.split_once('@').unwrap();
    for (url, why) in [
        (format!("postgres://postgres:hunter2@{address}/postgres"), "password"),
        ("postgres://postgres:hunter2@127.0.0.1:1/postgres".to_owned(), "refused"),
        (format!("{server}/nothing"), "does not exist"),
        (format!("{url}?sslmode=require"), "does not support TLS"),
    ] {
        let begin = Instant::now();
        match Db::open(&url, Options::default()).await {
            Err(Error::Unavailable(text)) => {
                assert!(text.contains(why) && !text.contains("hunter2"), "{text}");
            }
            other => panic!("{why}: {other:?}"),
        }
        assert!(begin.elapsed() < Duration::from_secs(5), "{why}: {:?}", begin.elapsed());
    }
    let german = Database::with("ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'de' LOCALE 'C'").await;
    let refused = Db::open(&german.url(), Options::default()).await;
    assert!(matches!(&refused, Err(Error::Unsupported(why)) if why.contains("LC_COLLATE 'C'")), "{refused:?}");
}

#[tokio::test]
async fn of_several_hosts_one_that_answers_is_taken() {
    if !is_there("of_several_hosts_one_that_answers_is_taken") {
        return;
    }
    let database = Database::new().await;
    let url = database.url().replacen('@', "@127.0.0.1:1,", 1);
    for parameters in ["", "?target_session_attrs=read-write"] {
        let db = Db::open(&format!("{url}{parameters}"), Options::default()).await.unwrap();
        db.migrate(SCHEMA, 1_000).await.unwrap();
        assert!(!exists(&db, "a").await);
    }
}

#[tokio::test]
async fn a_value_of_another_type_is_refused_with_its_number() {
    if !is_there("a_value_of_another_type_is_refused_with_its_number") {
        return;
    }
    let (_database, db) = fresh("").await;
    let error = db.opt(&ACCOUNT, &[&5_i64]).await.unwrap_err().to_string();
    assert!(error.contains("ACCOUNT: $1 is text to the server, a bigint was given"), "{error}");
    let error = db.opt(&COMPARED, &[&"secret", &"a"]).await.unwrap_err().to_string();
    assert!(error.contains("$1 is int8 to the server, a text was given") && !error.contains("secret"), "{error}");
    // A comparison is 0 or 1, as on SQLite.
    assert_eq!(db.one(&COMPARED, &[&100_i64, &"a"]).await.unwrap().get(0), Ok(true));
    // Text with a zero byte, which the server cannot store.
    let zero: Result<u64, Error> =
        db.write(async |tx: &mut Tx<'_>| tx.run(&OPEN, &[&"se\0cret", &"open", &1_i64]).await).await;
    assert!(matches!(&zero, Err(Error::Internal(why)) if !why.contains("cret")), "{zero:?}");
}

#[tokio::test]
async fn a_closed_database_finishes_what_was_sent_and_refuses_more() {
    if !is_there("a_closed_database_finishes_what_was_sent_and_refuses_more") {
        return;
    }
    let (database, db) = fresh("").await;
    let sent: Vec<_> = ["c", "d", "e"]
        .map(|id| {
            let db = db.clone();
            tokio::spawn(async move { open(&db, id).await })
        })
        .into();
    tokio::task::yield_now().await;
    db.close().await;
    for call in sent {
        assert_eq!(call.await.unwrap(), Ok(1));
    }
    assert!(matches!(open(&db, "f").await, Err(Error::Unavailable(_))));
    assert!(matches!(db.opt(&ACCOUNT, &[&"a"]).await, Err(Error::Unavailable(_))));
    db.close().await;
    let again = Db::open(&database.url(), Options::default()).await.unwrap();
    for id in ["c", "d", "e"] {
        assert!(exists(&again, id).await, "{id}");
    }
}
