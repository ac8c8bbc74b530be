//! Another process holds the lock: the command line beside a running server.

use std::time::{Duration, Instant};

use countersign_db::{Error, Options};
use rusqlite::Connection;

use crate::support::{Folder, exists, fresh_with, open};

fn waiting(busy_timeout: Duration) -> Options {
    Options { busy_timeout, ..Options::default() }
}

/// A connection of somebody else's that holds the write lock.
fn foreigner(folder: &Folder) -> Connection {
    let connection = Connection::open(folder.path().join("test.db")).unwrap();
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    connection
}

#[tokio::test]
async fn a_lock_held_too_long_makes_the_database_unavailable() {
    let timeout = Duration::from_millis(300);
    let (folder, db) = fresh_with(waiting(timeout)).await;
    open(&db, "before").await.unwrap();
    let foreigner = foreigner(&folder);
    let begin = Instant::now();
    // Those that queue behind the first are told with it, not each after a timeout of its own.
    let calls: Vec<_> = (0..1_000)
        .map(|_| {
            let db = db.clone();
            tokio::spawn(async move { open(&db, "during").await })
        })
        .collect();
    for call in calls {
        let result = call.await.unwrap();
        assert!(matches!(result, Err(Error::Unavailable(_))), "{result:?}");
    }
    assert!((timeout..8 * timeout).contains(&begin.elapsed()), "{:?}", begin.elapsed());
    assert!(exists(&db, "before").await, "reading goes on");
    foreigner.execute_batch("ROLLBACK").unwrap();
    assert_eq!(open(&db, "after").await, Ok(1));
    assert!(!exists(&db, "during").await);
}

#[tokio::test]
async fn a_lock_held_for_a_moment_is_waited_for() {
    let (folder, db) = fresh_with(waiting(Duration::from_secs(30))).await;
    let foreigner = foreigner(&folder);
    let call = tokio::spawn({
        let db = db.clone();
        async move { open(&db, "a").await }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!call.is_finished());
    foreigner.execute_batch("COMMIT").unwrap();
    assert_eq!(call.await.unwrap(), Ok(1));
}
