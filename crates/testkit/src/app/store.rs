//! Where a test's data is: SQLite in the test's own folder, or a database of its own on the PostgreSQL server that all
//! tests share.

use std::fs::File;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;
use std::process::Command;

use countersign_db::{Db, Options};
use countersign_domain::migrations::MIGRATIONS;
use countersign_domain::secret;

use crate::postgres;

/// What a database is kept by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

impl Engine {
    /// The one that `TEST_ENGINE` names (`postgres`), else SQLite.
    pub(super) fn named() -> Self {
        if std::env::var("TEST_ENGINE").as_deref() == Ok("postgres") { Self::Postgres } else { Self::Sqlite }
    }
}

/// A database for one test, gone with it.
pub(crate) enum Store {
    /// A file in the test's folder.
    Sqlite,
    /// A database on a server.
    Postgres {
        /// The server's URL, ending in a slash.
        server: &'static str,
        /// The database.
        name: String,
    },
}

impl Store {
    /// An empty one, and its URL.
    pub(crate) fn empty(engine: Engine, folder: &Path) -> (Self, String) {
        Self::make(engine, folder, |server, name| {
            psql(server, &create(name)).expect("a database is made");
        })
    }

    /// A migrated one where that is cheap, and its URL: on PostgreSQL a copy of a template, made once a server.
    pub(crate) async fn migrated(engine: Engine, folder: &Path) -> (Self, String) {
        if engine == Engine::Sqlite {
            return Self::make(engine, folder, |_, _| ());
        }
        let (server, template) = (postgres::server(), template());
        let copy = |server: &str, name: &str| psql(server, &format!("CREATE DATABASE {name} TEMPLATE {template}"));
        let name = name();
        if copy(server, &name).is_err() {
            make_template(server, &template).await;
            copy(server, &name).expect("a database is copied");
        }
        let url = format!("{server}{name}");
        (Self::Postgres { server, name }, url)
    }

    fn make(engine: Engine, folder: &Path, create: impl FnOnce(&str, &str)) -> (Self, String) {
        if engine == Engine::Sqlite {
            return (Self::Sqlite, format!("sqlite://{}", folder.join("test.db").display()));
        }
        let server = postgres::server();
        let name = name();
        create(server, &name);
        let url = format!("{server}{name}");
        (Self::Postgres { server, name }, url)
    }

    /// All that is stored, to be searched for what must not be in it.
    pub(crate) fn bytes(&self, folder: &Path) -> Vec<u8> {
        let mut bytes = Vec::new();
        for entry in std::fs::read_dir(folder).expect("the folder is readable") {
            let path = entry.expect("the folder is readable").path();
            bytes.extend(std::fs::read(path).expect("a file of the test is readable"));
        }
        if let Self::Postgres { server, name } = self {
            let dump = Command::new("pg_dump").args(["--inserts", &format!("{server}{name}")]).output();
            let dump = dump.expect("pg_dump is installed beside the server");
            assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
            bytes.extend(binary_values(&dump.stdout));
            bytes.extend(dump.stdout);
        }
        bytes
    }
}

/// The values that a dump writes as `\x` and hexadecimal digits, as they are.
fn binary_values(dump: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(dump);
    let digits = text.split("'\\x").skip(1).filter_map(|rest| rest.split('\'').next());
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap_or_default(), 16).unwrap_or_default();
    digits.flat_map(|value| value.as_bytes().chunks(2).map(byte).collect::<Vec<_>>()).collect()
}

impl Drop for Store {
    fn drop(&mut self) {
        // The shared server goes with all it holds; one that was given stays.
        if let (Self::Postgres { server, name }, Some(_)) = (self, std::env::var_os("TEST_POSTGRES_URL")) {
            drop(psql(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")));
        }
    }
}

/// A name that no other test has.
fn name() -> String {
    format!("test_{:032x}", u128::from_be_bytes(secret::random()))
}

/// The name of the migrated template: another for every other set of migrations.
fn template() -> String {
    let mut hasher = DefaultHasher::new();
    for migration in MIGRATIONS {
        (migration.name, migration.sql).hash(&mut hasher);
    }
    format!("template_{:016x}", hasher.finish())
}

/// Makes the template unless it is there. Of many tests that want it at once one works and the others wait.
async fn make_template(server: &str, name: &str) {
    let there = || {
        let found = psql(server, &format!("SELECT 1 FROM pg_database WHERE datname = '{name}'"));
        !found.expect("the server answers").is_empty()
    };
    let lock = File::create(std::env::temp_dir().join(format!("countersign-test-{name}.lock")));
    let lock = lock.expect("the temporary folder is writable");
    lock.lock().expect("a file can be locked");
    if there() {
        return;
    }
    let draft = format!("{name}_draft");
    psql(server, &format!("DROP DATABASE IF EXISTS {draft} WITH (FORCE)")).expect("a draft is dropped");
    psql(server, &create(&draft)).expect("a database is made");
    let db = Db::open(&format!("{server}{draft}"), Options::default()).await.expect("a database opens");
    db.migrate(MIGRATIONS, 0).await.expect("migrations apply");
    db.close().await;
    psql(server, &format!("ALTER DATABASE {draft} RENAME TO {name}")).expect("nobody else uses the draft");
}

/// Ids are compared by bytes (sql-rules S8).
fn create(name: &str) -> String {
    format!("CREATE DATABASE {name} TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
}

/// Runs a statement and gives the first column of its rows, or what the server said.
fn psql(server: &str, statement: &str) -> Result<String, String> {
    let url = format!("{server}postgres");
    let ran = Command::new("psql").args(["--quiet", "--no-psqlrc", "--tuples-only", &url, "-c", statement]).output();
    let ran = ran.expect("psql is installed beside the server");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if ran.status.success() { Ok(text(&ran.stdout)) } else { Err(format!("{statement}: {}", text(&ran.stderr))) }
}
