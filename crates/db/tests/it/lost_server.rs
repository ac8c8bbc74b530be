//! A server that crashes in the middle of the work, or ends sessions: callers are told, nothing acknowledged is lost, and
//! the work goes on when it is back.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use countersign_db::{Db, Error, Options, Tx};
use countersign_testkit::postgres::{Cluster, programs};
use tokio::task::JoinHandle;

use crate::crash::WHOLE;
use crate::server::{Database, connect, is_there};
use crate::support::{CLAIM, ENTER, Folder, OPEN, SCHEMA};

/// What the writers were told.
#[derive(Default)]
struct Told {
    made: HashSet<String>,
    spent: HashSet<String>,
    errors: Vec<Error>,
}

/// Eight tasks that each write two rows in a transaction and spend the one of the transaction before.
struct Load {
    told: Arc<Mutex<Told>>,
    stop: Arc<AtomicBool>,
    writers: Vec<JoinHandle<()>>,
}

impl Load {
    fn start(db: &Db) -> Self {
        let (told, stop) = (Arc::<Mutex<Told>>::default(), Arc::<AtomicBool>::default());
        let writers =
            (0..8).map(|writer| tokio::spawn(write(db.clone(), writer, told.clone(), stop.clone()))).collect();
        Self { told, stop, writers }
    }

    fn made(&self) -> usize {
        self.told.lock().unwrap().made.len()
    }

    /// Waits until this many more transactions were acknowledged.
    async fn go_on(&self, more: usize) {
        let (begin, goal) = (Instant::now(), self.made() + more);
        while self.made() < goal {
            assert!(begin.elapsed() < Duration::from_secs(30), "stuck at {} of {goal}", self.made());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn finish(self) -> Told {
        self.stop.store(true, Ordering::Relaxed);
        for writer in self.writers {
            writer.await.unwrap();
        }
        std::mem::take(&mut self.told.lock().unwrap())
    }
}

async fn write(db: Db, writer: usize, told: Arc<Mutex<Told>>, stop: Arc<AtomicBool>) {
    let mut before: Option<String> = None;
    for n in 0_u32.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let id = format!("{writer}-{n}");
        let (new, spend) = (id.clone(), before.take());
        let spending = spend.clone();
        let done = db.write(async move |tx: &mut Tx<'_>| {
            if let Some(spent) = &spend {
                tx.one(&CLAIM, &[&"spent", spent]).await?;
            }
            tx.run(&OPEN, &[&new, &"open", &1_i64]).await?;
            tx.run(&ENTER, &[&new, &new, &1_i64, &None::<String>, &None::<Vec<u8>>]).await
        });
        match done.await {
            Ok(_) => {
                let mut told = told.lock().unwrap();
                told.spent.extend(spending);
                told.made.insert(id.clone());
                before = Some(id);
            }
            Err(error) => told.lock().unwrap().errors.push(error),
        }
    }
}

async fn examine(url: &str, told: &Told) {
    let client = connect(url).await;
    let mut there = HashSet::new();
    for row in client.query(WHOLE.sql, &[]).await.unwrap() {
        let (id, state, entry): (String, String, Option<String>) = (row.get(0), row.get(1), row.get(2));
        assert_eq!(entry, Some(id.clone()), "{id} is half done");
        assert!(state == "spent" || !told.spent.contains(&id), "{id} was spent and has come back");
        there.insert(id);
    }
    let lost: Vec<_> = told.made.difference(&there).collect();
    assert!(lost.is_empty(), "lost {lost:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_crashes_loses_nothing_and_is_used_again() {
    if !is_there("a_server_that_crashes_loses_nothing_and_is_used_again") || programs().is_none() {
        return;
    }
    let folder = Folder::new();
    let cluster = Cluster::new(&folder.path().join("server"));
    cluster.start();
    let url = format!("{}postgres", cluster.url());
    let db = Db::open(&url, Options::default()).await.unwrap();
    db.migrate(SCHEMA, 0).await.unwrap();
    let load = Load::start(&db);
    for _ in 0..3 {
        load.go_on(100).await;
        cluster.crash();
        let begin = Instant::now();
        let read = db.all(&WHOLE, &[]).await;
        assert!(matches!(read, Err(Error::Unavailable(_))), "{read:?}");
        assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
        tokio::time::sleep(Duration::from_millis(500)).await;
        cluster.start();
    }
    load.go_on(100).await;
    let told = load.finish().await;
    assert!(!told.errors.is_empty());
    for error in &told.errors {
        assert!(matches!(error, Error::Unavailable(_)), "{error}");
    }
    examine(&url, &told).await;
    db.close().await;
    cluster.crash();
}

/// A switch-over, an impatient operator: sessions end, the server stays.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_that_are_ended_are_replaced_unseen() {
    if !is_there("sessions_that_are_ended_are_replaced_unseen") {
        return;
    }
    let database = Database::new().await;
    let db = Db::open(&database.url(), Options::default()).await.unwrap();
    db.migrate(SCHEMA, 0).await.unwrap();
    let load = Load::start(&db);
    let killer = database.connect().await;
    let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                WHERE datname = current_database() AND pid <> pg_backend_pid()";
    for _ in 0..10 {
        load.go_on(50).await;
        killer.batch_execute(kill).await.unwrap();
        db.all(&WHOLE, &[]).await.unwrap();
    }
    let told = load.finish().await;
    for error in &told.errors {
        // Only what cannot be known is not repeated.
        assert!(matches!(error, Error::Unavailable(why) if why.contains("outcome is unknown")), "{error}");
    }
    examine(&database.url(), &told).await;
}
