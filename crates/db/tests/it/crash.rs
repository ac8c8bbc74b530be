//! A process that is killed at any moment loses nothing it has acknowledged and leaves nothing half done.
//!
//! `kill -9` shows that the order is right: the answer comes after the commit. What a power loss takes is up to
//! `synchronous=FULL` and the disk.

use std::collections::HashSet;
use std::io::Read as _;
use std::time::Duration;

use countersign_db::{Db, Error, Options, Tx, statements};

use crate::process::{said, say, start};
use crate::support::{ACCOUNTS, CLAIM, ENTER, Folder, OPEN, SCHEMA};

statements! {
    pub(crate) WHOLE = "SELECT a.account_id, a.state, e.entry_id FROM accounts a LEFT JOIN entries e \
             ON e.tenant_id = a.tenant_id AND e.account_id = a.account_id WHERE a.tenant_id = 't' ORDER BY a.account_id";
}

/// How many processes are killed; more by `COUNTERSIGN_DB_CRASHES=500 cargo test -p countersign-db crash`.
fn crashes() -> u32 {
    std::env::var("COUNTERSIGN_DB_CRASHES").ok().and_then(|text| text.parse().ok()).unwrap_or(20)
}

/// Writes two rows in a transaction and spends the one of the transaction before, from eight tasks; says each id once
/// it is acknowledged.
pub(crate) async fn write_until_killed(url: &str) {
    let db = Db::open(url, Options::default()).await.unwrap();
    db.migrate(SCHEMA, 0).await.unwrap();
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let db = db.clone();
            tokio::spawn(async move {
                let mut before = None;
                for n in 0_u32.. {
                    let id = format!("{}-{writer}-{n}", std::process::id());
                    let spent = before.replace(id.clone());
                    let say_new = format!("made {id}");
                    let say_spent = spent.as_ref().map(|spent| format!("spent {spent}"));
                    let done = db.write(async move |tx: &mut Tx<'_>| {
                        if let Some(spent) = &spent {
                            tx.one(&CLAIM, &[&"spent", spent]).await?;
                        }
                        tx.run(&OPEN, &[&id, &"open", &1_i64]).await?;
                        tx.run(&ENTER, &[&id, &id, &1_i64, &None::<String>, &None::<Vec<u8>>]).await
                    });
                    assert_eq!(done.await, Ok::<_, Error>(1));
                    say(&say_new);
                    if let Some(text) = say_spent {
                        say(&text);
                    }
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_and_nothing_is_half_done() {
    let folder = Folder::new();
    let (mut made, mut spent) = (HashSet::new(), HashSet::new());
    let mut chance: u64 = 0x5eed;
    for crash in 0..crashes() {
        let mut child = start("write", &folder);
        let mut output = child.stdout.take().unwrap();
        let reading = std::thread::spawn(move || {
            let mut text = String::new();
            output.read_to_string(&mut text).unwrap();
            text
        });
        // A linear congruential generator (Knuth's MMIX): the moments are the same in every run, what they meet is not.
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        tokio::time::sleep(Duration::from_micros(chance >> 33 & 0x3_ffff)).await;
        child.kill().unwrap();
        child.wait().unwrap();
        for line in said(&reading.join().unwrap()) {
            match line.split_once(' ').unwrap() {
                ("made", id) => made.insert(id.to_owned()),
                ("spent", id) => spent.insert(id.to_owned()),
                other => panic!("{other:?}"),
            };
        }
        examine(&folder, &made, &spent, crash).await;
    }
    assert!(made.len() > 100, "killed too early to show anything: {} acknowledged", made.len());
}

async fn examine(folder: &Folder, made: &HashSet<String>, spent: &HashSet<String>, crash: u32) {
    let db = Db::open(&folder.url(), Options::default()).await.unwrap();
    db.migrate(SCHEMA, 0).await.unwrap();
    let mut there = HashSet::new();
    for row in db.all(&WHOLE, &[]).await.unwrap() {
        let (id, state): (String, String) = (row.get(0).unwrap(), row.get(1).unwrap());
        assert_eq!(row.get::<Option<String>>(2), Ok(Some(id.clone())), "crash {crash}: {id} is half done");
        assert!(state == "spent" || !spent.contains(&id), "crash {crash}: {id} was spent and has come back");
        there.insert(id);
    }
    let lost: Vec<_> = made.difference(&there).collect();
    assert!(lost.is_empty(), "crash {crash}: lost {lost:?}");
    assert_eq!(db.all(&ACCOUNTS, &[]).await.unwrap().len(), there.len());
    db.close().await;
    let connection = rusqlite::Connection::open(folder.path().join("test.db")).unwrap();
    let sound: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok", "crash {crash}");
}

/// Migrates and says what it applied.
pub(crate) async fn migrate(url: &str) {
    let db = Db::open(url, Options::default()).await.unwrap();
    for name in db.migrate(SCHEMA, 0).await.unwrap() {
        say(name);
    }
    db.close().await;
}

#[test]
fn of_four_processes_that_start_at_once_one_migrates() {
    let folder = Folder::new();
    let children: Vec<_> = (0..4).map(|_| start("migrate", &folder)).collect();
    let mut applied = Vec::new();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        applied.extend(said(&String::from_utf8(output.stdout).unwrap()).map(str::to_owned));
    }
    assert_eq!(applied, [SCHEMA[0].name]);
}
