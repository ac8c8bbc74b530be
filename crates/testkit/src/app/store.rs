//! Where a test's data is: SQLite in the test's own folder or, with `TEST_ENGINE=postgres`, a database of its own on the
//! server that `TEST_POSTGRES_URL` names (`.ci/with-postgres` starts one).

use std::path::Path;
use std::process::Command;

use countersign_domain::secret;

/// A database for one test, gone with it.
pub(super) enum Store {
    /// A file in the test's folder.
    Sqlite,
    /// A database on a server.
    Postgres {
        /// The server's URL, ending in a slash.
        server: String,
        /// The database.
        name: String,
    },
}

impl Store {
    /// A new one, and its URL.
    pub(super) fn make(folder: &Path) -> (Self, String) {
        if std::env::var("TEST_ENGINE").as_deref() != Ok("postgres") {
            return (Self::Sqlite, format!("sqlite://{}", folder.join("test.db").display()));
        }
        let server =
            std::env::var("TEST_POSTGRES_URL").expect("TEST_POSTGRES_URL names a server: see .ci/with-postgres");
        let server = format!("{}/", server.trim_end_matches('/'));
        let name = format!("test_{:032x}", u128::from_be_bytes(secret::random()));
        // Ids are compared by bytes (sql-rules S8).
        psql(&server, &format!("CREATE DATABASE {name} TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"));
        let url = format!("{server}{name}");
        (Self::Postgres { server, name }, url)
    }

    /// All that is stored, to be searched for what must not be in it.
    pub(super) fn bytes(&self, folder: &Path) -> Vec<u8> {
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
        if let Self::Postgres { server, name } = self {
            psql(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

fn psql(server: &str, statement: &str) {
    let ran =
        Command::new("psql").args(["--quiet", "--no-psqlrc", &format!("{server}postgres"), "-c", statement]).output();
    let ran = ran.expect("psql is installed beside the server");
    assert!(ran.status.success(), "{statement}: {}", String::from_utf8_lossy(&ran.stderr));
}
