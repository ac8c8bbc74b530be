//! URLs, files, closing.

use std::os::unix::fs::PermissionsExt as _;

use countersign_db::{Db, Error, Options};

use crate::support::{Folder, SCHEMA, exists, fresh, open};

#[tokio::test]
async fn urls_that_are_not_served_say_why() {
    for (url, why) in [
        ("sqlite::memory:", "in memory"),
        ("sqlite://:memory:", "in memory"),
        ("sqlite:data.db", "sqlite:// followed by the path"),
        ("sqlite://", "sqlite:// followed by the path"),
        ("sqlite://folder/", "sqlite:// followed by the path"),
        ("sqlite://data.db?mode=ro", "no settings"),
        ("mysql://localhost/db", "must begin with"),
        ("", "must begin with"),
        ("postgres://user:hunter2@localhost/db?colour=blue", "colour"),
        ("postgres://user:hunter2@/db", "names a host"),
    ] {
        match Db::open(url, Options::default()).await {
            Err(Error::Unsupported(text)) => {
                assert!(text.contains(why), "{url}: {text}");
                assert!(!text.contains("hunter2"), "{text}");
            }
            other => panic!("{url}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn files_are_for_their_owner_only() {
    let folder = Folder::new();
    let url = format!("sqlite://{}/new/deeper/test.db", folder.path().display());
    let db = Db::open(&url, Options::default()).await.unwrap();
    db.migrate(SCHEMA, 0).await.unwrap();
    let mode = |name: &str| std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("new"), 0o700);
    for name in ["new/deeper/test.db", "new/deeper/test.db-wal", "new/deeper/test.db-shm"] {
        assert_eq!(mode(name), 0o600, "{name}");
    }
}

#[tokio::test]
async fn what_is_no_database_is_left_alone() {
    let folder = Folder::new();
    let path = folder.path().join("test.db");
    std::fs::write(&path, "a letter to grandmother, long enough to be taken for a header of some kind").unwrap();
    let error = Db::open(&folder.url(), Options::default()).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable(_)), "{error}");
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("a letter"));
    // A folder where the file should be.
    let error = Db::open(&format!("sqlite://{}", folder.path().display()), Options::default()).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable(_)), "{error}");
}

#[tokio::test]
async fn closing_finishes_what_was_sent_and_empties_the_log() {
    let (folder, db) = fresh().await;
    let beside = Db::open(&folder.url(), Options::default()).await.unwrap();
    let sent: Vec<_> = ["a", "b", "c"]
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
    // The file is emptied, not removed: somebody else still has it open.
    assert_eq!(std::fs::metadata(folder.path().join("test.db-wal")).unwrap().len(), 0);
    drop(beside);
    assert!(matches!(open(&db, "d").await, Err(Error::Unavailable(_))));
    assert!(matches!(db.migrate(SCHEMA, 0).await, Err(Error::Unavailable(_))));
    db.close().await;
    let again = Db::open(&folder.url(), Options::default()).await.unwrap();
    for id in ["a", "b", "c"] {
        assert!(exists(&again, id).await, "{id}");
    }
}

/// A process that forgets to close, or a test.
#[tokio::test]
async fn dropping_the_last_handle_loses_nothing() {
    let (folder, db) = fresh().await;
    open(&db, "a").await.unwrap();
    drop(db);
    let again = Db::open(&folder.url(), Options::default()).await.unwrap();
    assert!(exists(&again, "a").await);
}
