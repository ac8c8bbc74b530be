//! Migrations: once each, in order, by one process at a time, and again after a crash.

use std::time::Duration;

use countersign_db::{Db, Error, Migration, Options, statements};
use rusqlite::Connection;

use crate::support::{Engine, Folder, Home};

on_both_engines! {
    each_is_applied_once_and_recorded,
    an_older_program_accepts_a_newer_schema,
    an_applied_migration_may_not_change,
    new_ones_go_to_the_end,
    a_failing_statement_is_named_and_what_was_done_is_repeatable,
    a_migration_done_in_part_is_finished,
    of_many_at_once_each_is_applied_by_one,
    a_second_process_waits_for_the_lease,
    the_lease_of_a_dead_process_runs_out,
}

statements! {
    NAMES = "SELECT name, applied_at FROM schema_migrations ORDER BY name";
    FIRST = "SELECT a, b FROM first";
    SECOND = "SELECT c FROM second";
}

const FIRST_SQL: &str = "
    -- A comment; with a semicolon at its end;
    CREATE TABLE IF NOT EXISTS first (a text NOT NULL PRIMARY KEY);
    ALTER TABLE first ADD COLUMN b bigint;
    INSERT INTO first (a, b) VALUES ('x; y', 1) ON CONFLICT (a) DO NOTHING;
";
const ONE: Migration = Migration { name: "0001_first", sql: FIRST_SQL };
const TWO: Migration = Migration { name: "0002_second", sql: "CREATE TABLE IF NOT EXISTS second (c text PRIMARY KEY)" };

async fn database(engine: Engine) -> (Home, Db) {
    let home = Home::new(engine).await;
    let db = Db::open(&home.url(), Options::default()).await.unwrap();
    (home, db)
}

async fn each_is_applied_once_and_recorded(engine: Engine) {
    let (_home, db) = database(engine).await;
    assert_eq!(db.migrate(&[], 5).await.unwrap(), [""; 0]);
    assert_eq!(db.migrate(&[ONE], 1_000).await.unwrap(), ["0001_first"]);
    assert_eq!(db.migrate(&[ONE, TWO], 500_000).await.unwrap(), ["0002_second"]);
    assert_eq!(db.migrate(&[ONE, TWO], 9_000_000).await.unwrap(), [""; 0]);
    let rows = db.all(&NAMES, &[]).await.unwrap();
    let applied: Vec<(String, i64)> = rows.iter().map(|row| (row.get(0).unwrap(), row.get(1).unwrap())).collect();
    assert_eq!((applied[0].0.as_str(), applied[1].0.as_str()), ("0001_first", "0002_second"));
    assert!((1_000..100_000).contains(&applied[0].1) && (500_000..600_000).contains(&applied[1].1), "{applied:?}");
    assert_eq!(db.one(&FIRST, &[]).await.unwrap().get(0), Ok("x; y".to_owned()));
}

async fn an_older_program_accepts_a_newer_schema(engine: Engine) {
    let (_home, db) = database(engine).await;
    db.migrate(&[ONE, TWO], 0).await.unwrap();
    assert_eq!(db.migrate(&[ONE], 0).await.unwrap(), [""; 0]);
}

async fn an_applied_migration_may_not_change(engine: Engine) {
    let (_home, db) = database(engine).await;
    db.migrate(&[ONE, TWO], 0).await.unwrap();
    let edited = Migration { sql: "CREATE TABLE IF NOT EXISTS second (c text PRIMARY KEY, d text)", ..TWO };
    let error = db.migrate(&[ONE, edited], 0).await.unwrap_err();
    assert!(
        matches!(&error, Error::Migration { name, reason } if name == TWO.name && reason.contains("edited")),
        "{error}"
    );
    let commented = Migration { sql: "-- Why.\nCREATE TABLE IF NOT EXISTS second (\n  c text PRIMARY KEY\n)\n", ..TWO };
    assert_eq!(db.migrate(&[ONE, commented], 0).await.unwrap(), [""; 0]);
}

async fn new_ones_go_to_the_end(engine: Engine) {
    let (_home, db) = database(engine).await;
    db.migrate(&[TWO], 0).await.unwrap();
    let error = db.migrate(&[ONE, TWO], 0).await.unwrap_err();
    assert!(matches!(&error, Error::Migration { reason, .. } if reason.contains("stands before")), "{error}");
    assert!(db.check(&FIRST).await.is_err());
}

async fn a_failing_statement_is_named_and_what_was_done_is_repeatable(engine: Engine) {
    let (_home, db) = database(engine).await;
    let broken =
        Migration { sql: "CREATE TABLE IF NOT EXISTS second (c text PRIMARY KEY);\nCREATE TABLE third (", ..TWO };
    let error = db.migrate(&[ONE, broken], 0).await.unwrap_err();
    assert!(matches!(&error, Error::Migration { name, .. } if name == TWO.name), "{error}");
    assert!(error.to_string().contains("CREATE TABLE third"), "{error}");
    // The lease was given back: this does not wait for it to run out.
    let mended = tokio::time::timeout(Duration::from_secs(5), db.migrate(&[ONE, TWO], 0)).await.unwrap();
    assert_eq!(mended.unwrap(), [TWO.name]);
}

/// A process that died between two statements, or before it recorded the migration.
async fn a_migration_done_in_part_is_finished(engine: Engine) {
    for done in 1..=3 {
        let (home, db) = database(engine).await;
        for statement in &ONE.statements()[..done] {
            home.execute(statement).await;
        }
        assert_eq!(db.migrate(&[ONE], 0).await.unwrap(), [ONE.name], "{done}");
        assert!(db.one(&FIRST, &[]).await.is_ok(), "{done}");
    }
    let drop_column = Migration { name: "0003_drop", sql: "ALTER TABLE first DROP COLUMN b" };
    let (home, db) = database(engine).await;
    db.migrate(&[ONE], 0).await.unwrap();
    home.execute(drop_column.sql).await;
    assert_eq!(db.migrate(&[ONE, drop_column], 0).await.unwrap(), [drop_column.name]);
}

async fn of_many_at_once_each_is_applied_by_one(engine: Engine) {
    let (home, db) = database(engine).await;
    let url = home.url();
    let migrating: Vec<_> = (0..6)
        .map(|_| {
            let url = url.clone();
            tokio::spawn(async move {
                Db::open(&url, Options::default()).await.unwrap().migrate(&[ONE, TWO], 1_000).await.unwrap()
            })
        })
        .collect();
    let mut applied = Vec::new();
    for call in migrating {
        applied.extend(call.await.unwrap());
    }
    applied.sort_unstable();
    assert_eq!(applied, [ONE.name, TWO.name]);
    assert_eq!(db.check(&SECOND).await, Ok(()));
}

/// Makes it look as if another process held the lease until `until`.
async fn lease_to_another(home: &Home, until: i64) {
    home.execute(&format!("UPDATE schema_lease SET holder = 'another', until = {until}")).await;
}

async fn a_second_process_waits_for_the_lease(engine: Engine) {
    let (home, db) = database(engine).await;
    db.migrate(&[ONE], 1_000).await.unwrap();
    lease_to_another(&home, i64::MAX).await;
    let waiting = tokio::spawn({
        let db = db.clone();
        async move { db.migrate(&[ONE, TWO], 2_000).await }
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!waiting.is_finished());
    assert!(db.check(&SECOND).await.is_err());
    // With nothing to do there is nothing to wait for.
    assert_eq!(db.migrate(&[ONE], 2_000).await.unwrap(), [""; 0]);
    lease_to_another(&home, 0).await;
    assert_eq!(waiting.await.unwrap().unwrap(), [TWO.name]);
}

async fn the_lease_of_a_dead_process_runs_out(engine: Engine) {
    let (home, db) = database(engine).await;
    db.migrate(&[ONE], 1_000).await.unwrap();
    lease_to_another(&home, 2_100).await;
    // 100 ms after it began.
    let applied = tokio::time::timeout(Duration::from_secs(5), db.migrate(&[ONE, TWO], 2_000)).await.unwrap();
    assert_eq!(applied.unwrap(), [TWO.name]);
}

/// Another process that took this one for dead goes on; this one waits and finds the work done.
#[tokio::test]
async fn a_holder_that_lost_the_lease_waits_like_any_other() {
    let (home, db) = database(Engine::Sqlite).await;
    let Home::Sqlite(folder) = &home else { unreachable!() };
    let connection = Connection::open(folder.path().join("test.db")).unwrap();
    db.migrate(&[ONE], 1_000).await.unwrap();
    // The migration itself gives the lease away, the first time.
    connection.execute_batch("CREATE TABLE runs (a)").unwrap();
    let lost = Migration {
        name: "0003_lost",
        sql: "INSERT INTO runs (a) VALUES (1);
              UPDATE schema_lease SET holder = 'another', until = 0 WHERE (SELECT count(*) FROM runs) = 1;",
    };
    let applied = tokio::time::timeout(Duration::from_secs(5), db.migrate(&[ONE, TWO, lost], 2_000)).await.unwrap();
    assert_eq!(applied.unwrap(), [TWO.name, lost.name]);
    let runs: i64 = connection.query_row("SELECT count(*) FROM runs", [], |row| row.get(0)).unwrap();
    assert_eq!(runs, 2);
}

/// A long statement of another process locks the database for longer than anybody waits for a lock.
#[tokio::test]
async fn who_waits_is_patient_with_a_locked_database() {
    let folder = Folder::new();
    let options = Options { busy_timeout: Duration::from_millis(50), ..Options::default() };
    let db = Db::open(&folder.url(), options).await.unwrap();
    let another = Connection::open(folder.path().join("test.db")).unwrap();
    another.execute_batch("BEGIN IMMEDIATE").unwrap();
    let waiting = tokio::spawn({
        let db = db.clone();
        async move { db.migrate(&[ONE], 2_000).await }
    });
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert!(!waiting.is_finished());
    another.execute_batch("COMMIT").unwrap();
    assert_eq!(waiting.await.unwrap().unwrap(), [ONE.name]);
}
