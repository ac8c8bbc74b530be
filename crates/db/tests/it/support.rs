//! A database in a folder of its own, gone when the test is over.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use countersign_db::{Db, Error, Migration, Options, Tx, statements};

use crate::server::Database;

/// Makes of each scenario, a function of an [`Engine`], a test for either.
macro_rules! on_both_engines {
    ($($scenario:ident),+ $(,)?) => {
        mod on_sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $scenario() {
                    super::$scenario($crate::support::Engine::Sqlite).await;
                }
            )+
        }
        mod on_postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $scenario() {
                    if $crate::server::is_there(concat!(module_path!(), "::", stringify!($scenario))) {
                        super::$scenario($crate::support::Engine::Postgres).await;
                    }
                }
            )+
        }
    };
}

/// Two tables: one with a foreign key to the other.
pub(crate) static SCHEMA: &[Migration] = &[Migration {
    name: "0001_init",
    sql: "CREATE TABLE IF NOT EXISTS accounts (
              tenant_id text NOT NULL,
              account_id text NOT NULL,
              state text NOT NULL,
              balance bigint NOT NULL CHECK (balance >= 0),
              PRIMARY KEY (tenant_id, account_id)
          );
          CREATE TABLE IF NOT EXISTS entries (
              tenant_id text NOT NULL,
              entry_id text NOT NULL,
              account_id text NOT NULL,
              amount bigint,
              note text,
              proof bytea,
              PRIMARY KEY (tenant_id, entry_id),
              FOREIGN KEY (tenant_id, account_id) REFERENCES accounts (tenant_id, account_id) ON DELETE RESTRICT
          );
          CREATE TABLE IF NOT EXISTS counters (
              tenant_id text NOT NULL,
              key text NOT NULL,
              n bigint NOT NULL,
              PRIMARY KEY (tenant_id, key)
          );",
}];

statements! {
    pub(crate) OPEN = "INSERT INTO accounts (tenant_id, account_id, state, balance) VALUES ('t', $1, $2, $3)";
    pub(crate) ACCOUNT = "SELECT state, balance FROM accounts WHERE tenant_id = 't' AND account_id = $1";
    pub(crate) ACCOUNTS = "SELECT account_id FROM accounts WHERE tenant_id = 't' ORDER BY account_id";
    pub(crate) DRAW = "UPDATE accounts SET balance = balance - $1 WHERE tenant_id = 't' AND account_id = $2";
    pub(crate) CLAIM = "UPDATE accounts SET state = $1 WHERE tenant_id = 't' AND account_id = $2 AND state = 'open' RETURNING balance";
    pub(crate) SHUT = "DELETE FROM accounts WHERE tenant_id = 't' AND account_id = $1";
    pub(crate) ENTER = "INSERT INTO entries (tenant_id, entry_id, account_id, amount, note, proof) VALUES ('t', $1, $2, $3, $4, $5)";
    pub(crate) ENTRY = "SELECT amount, note, proof FROM entries WHERE tenant_id = 't' AND entry_id = $1";
    pub(crate) COUNT_UP = "INSERT INTO counters (tenant_id, key, n) VALUES ('t', $1, 1) \
        ON CONFLICT (tenant_id, key) DO UPDATE SET n = counters.n + 1 WHERE counters.n < $2 RETURNING n";
    pub(crate) COUNT = "SELECT n FROM counters WHERE tenant_id = 't' AND key = $1";
}

/// A folder under the system's temporary one.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("countersign-db-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn url(&self) -> String {
        format!("sqlite://{}/test.db", self.0.display())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A child that is still going down may hold files; the system clears its temporary folder.
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// What a scenario runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// An empty database of the test's own.
pub(crate) enum Home {
    Sqlite(Folder),
    Postgres(Database),
}

impl Home {
    pub(crate) async fn new(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => Self::Sqlite(Folder::new()),
            Engine::Postgres => Self::Postgres(Database::new().await),
        }
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => folder.url(),
            Self::Postgres(database) => database.url(),
        }
    }

    /// Runs SQL as somebody else would, on a connection of its own.
    pub(crate) async fn execute(&self, sql: &str) {
        match self {
            Self::Sqlite(folder) => {
                rusqlite::Connection::open(folder.path().join("test.db")).unwrap().execute_batch(sql).unwrap();
            }
            Self::Postgres(database) => database.connect().await.batch_execute(sql).await.unwrap(),
        }
    }
}

/// A fresh database on an engine, with [`SCHEMA`].
pub(crate) async fn fresh_on(engine: Engine) -> (Home, Db) {
    let home = Home::new(engine).await;
    let db = Db::open(&home.url(), Options::default()).await.unwrap();
    db.migrate(SCHEMA, 1_000).await.unwrap();
    (home, db)
}

/// A fresh SQLite database with [`SCHEMA`].
pub(crate) async fn fresh() -> (Folder, Db) {
    fresh_with(Options::default()).await
}

pub(crate) async fn fresh_with(options: Options) -> (Folder, Db) {
    let folder = Folder::new();
    let db = Db::open(&folder.url(), options).await.unwrap();
    db.migrate(SCHEMA, 1_000).await.unwrap();
    (folder, db)
}

/// Opens an account of 100 in the state `open`.
pub(crate) async fn open(db: &Db, id: &'static str) -> Result<u64, Error> {
    db.write(async move |tx: &mut Tx<'_>| tx.run(&OPEN, &[&id, &"open", &100_i64]).await).await
}

pub(crate) async fn exists(db: &Db, id: &str) -> bool {
    db.opt(&ACCOUNT, &[&id]).await.unwrap().is_some()
}
