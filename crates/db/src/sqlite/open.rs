//! The file behind a `sqlite://` URL and the settings of every connection to it.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::error;
use super::session::Session;
use crate::error::{Error, Result};

/// The log file is cut back to this many bytes when it starts over, in case a long reader once let it grow.
const LOG_LIMIT: i64 = 64 * 1024 * 1024;

/// Page cache of the writer, of a reader and of the thread that copies the log, in KiB. The operating system caches the
/// file anyway; what is saved here is a system call to a page, and what is spent is memory in each connection. The writer's
/// alone outlives a commit: its own. With many users it should hold the inner pages of all indexes.
const WRITER_CACHE_KIB: i64 = 16_384;
const READER_CACHE_KIB: i64 = 1_024;
const COPIER_CACHE_KIB: i64 = 64;

/// Statements kept prepared by a connection: more than the product has.
const PREPARED: usize = 512;

/// A reader may wait this long for another process that recovers or closes the log. Short, because it may wait on a
/// thread that serves others.
const READER_TIMEOUT: Duration = Duration::from_millis(250);

/// A database file.
#[derive(Clone, Debug)]
pub(super) struct File {
    path: PathBuf,
}

impl File {
    pub(super) fn parse(url: &str) -> Result<Self> {
        let unsupported = |why: &str| Err(Error::Unsupported(why.to_owned()));
        let Some(rest) = url.strip_prefix("sqlite:") else {
            return unsupported("the database URL must begin with sqlite:// or postgres://");
        };
        if rest.contains(":memory:") {
            return unsupported(
                "a database in memory is lost with the process and cannot be shared by connections; \
                 give a file, such as sqlite://data/countersign.db",
            );
        }
        let Some(path) = rest.strip_prefix("//").filter(|path| !path.is_empty() && !path.ends_with('/')) else {
            return unsupported("a SQLite URL is sqlite:// followed by the path of a file");
        };
        if path.contains(['?', '#', '\0']) {
            return unsupported("a SQLite URL takes no settings: the path may not contain ? or #");
        }
        Ok(Self { path: path.into() })
    }

    /// Creates what is missing and opens the connection that writes.
    pub(super) fn create_and_open(&self, busy_timeout: Duration) -> Result<Session> {
        create(&self.path).map_err(|error| unavailable(&self.path, &error.to_string()))?;
        let connection = self.connect(busy_timeout, WRITER_CACHE_KIB)?;
        let mode = switch_on_log(&connection, busy_timeout)
            .map_err(|error| error::preparing("switch on the write-ahead log", &error))?;
        if !mode.eq_ignore_ascii_case("wal") {
            return Err(unavailable(&self.path, "the file system does not support a write-ahead log"));
        }
        // The copying is our own: see `checkpoint`.
        set(&connection, "wal_autocheckpoint", 0)?;
        set(&connection, "journal_size_limit", LOG_LIMIT)?;
        // A commit is acknowledged when it is on the disk, not when it is in the operating system's memory.
        set(&connection, "synchronous", "FULL")?;
        Ok(Session::new(connection))
    }

    /// Opens the connection that copies the log into the database.
    pub(super) fn open_copier(&self) -> Result<Session> {
        let connection = self.connect(READER_TIMEOUT, COPIER_CACHE_KIB)?;
        // The database is on the disk before its pages are forgotten in the log.
        set(&connection, "synchronous", "FULL")?;
        Ok(Session::new(connection))
    }

    /// Opens a connection that can only read.
    pub(super) fn open_reader(&self) -> Result<Session> {
        let connection = self.connect(READER_TIMEOUT, READER_CACHE_KIB)?;
        set(&connection, "query_only", true)?;
        Session::with_budget(connection).map_err(|error| error::running("open", &error))
    }

    fn connect(&self, busy_timeout: Duration, cache_kib: i64) -> Result<Connection> {
        // NO_MUTEX: a connection is used by one thread at a time, which Rust's types see to.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let open = |error: &rusqlite::Error| match error::running("open", error) {
            Error::Unavailable(why) => unavailable(&self.path, &why),
            other => other,
        };
        let connection = Connection::open_with_flags(&self.path, flags).map_err(|error| open(&error))?;
        connection.busy_timeout(busy_timeout).map_err(|error| open(&error))?;
        connection.set_prepared_statement_cache_capacity(PREPARED);
        // As PostgreSQL reads it, "x" is a name and never a string.
        for (config, on) in [
            (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
            (DbConfig::SQLITE_DBCONFIG_DQS_DDL, false),
            (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
            (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
            (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
            // A plan hangs on the statement alone, so that one prepared stays prepared whatever is bound to it.
            (DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true),
        ] {
            connection.set_db_config(config, on).map_err(|error| open(&error))?;
        }
        set(&connection, "foreign_keys", true)?;
        // LIKE tells letters apart by case, as it does on PostgreSQL.
        set(&connection, "case_sensitive_like", true)?;
        // Temporary structures of sorts never reach the disk: they may hold what the database holds.
        set(&connection, "temp_store", "MEMORY")?;
        set(&connection, "cache_size", -cache_kib)?;
        Ok(connection)
    }
}

/// Asks for the write-ahead log and returns the mode that the database is in now. Of several processes that ask for it in
/// a new file at once SQLite refuses all but one without a wait, lest they wait for each other.
fn switch_on_log(connection: &Connection, busy_timeout: Duration) -> rusqlite::Result<String> {
    let begin = Instant::now();
    loop {
        match connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0)) {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && begin.elapsed() < busy_timeout =>
            {
                std::thread::sleep(Duration::from_millis(5));
            }
            result => return result,
        }
    }
}

fn set(connection: &Connection, pragma: &str, value: impl rusqlite::ToSql) -> Result<()> {
    // Some settings answer with a row, some do not.
    connection
        .pragma(None, pragma, value, |_| Ok(()))
        .map_err(|error| error::preparing(&format!("PRAGMA {pragma}"), &error))
}

fn unavailable(path: &Path, why: &str) -> Error {
    Error::Unavailable(format!("{}: {why}", path.display()))
}

/// Creates the folder and an empty file, for the owner only. SQLite gives its log and index files the same mode.
fn create(path: &Path) -> std::io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    let mut folder = std::fs::DirBuilder::new();
    let mut file = std::fs::OpenOptions::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
        folder.mode(0o700);
        file.mode(0o600);
    }
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        folder.recursive(true).create(parent)?;
    }
    // Not create_new: another process may create it at the same moment, and an empty file is a valid database.
    file.write(true).create(true).truncate(false).open(path).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Statement;

    #[test]
    fn a_statement_stays_prepared_whatever_is_bound_to_it() {
        let folder = std::env::temp_dir().join(format!("countersign-open-{}", std::process::id()));
        let file = File { path: folder.join("test.db") };
        let writer = file.create_and_open(Duration::from_secs(1)).unwrap();
        writer.run_text("CREATE TABLE t (a text PRIMARY KEY, b bigint); CREATE INDEX t_by_b ON t (b)").unwrap();
        let insert = Statement::new("insert", "INSERT INTO t (a, b) VALUES ($1, $2)");
        let find = Statement::new("find", "SELECT a FROM t WHERE a = $1 AND b > $2");
        let change = Statement::new("change", "UPDATE t SET b = b + 1 WHERE a = $1 AND b > $2");
        let reader = file.open_reader().unwrap();
        for (key, least) in [("a", 0_i64), ("b", 5), ("c", -7)] {
            writer.run(&insert, &[&key, &9_i64]).unwrap();
            assert_eq!(writer.run(&change, &[&key, &least]).unwrap(), 1);
            assert!(reader.opt(&find, &[&key, &least]).unwrap().is_some());
        }
        assert_eq!((writer.prepared_again(&change), reader.prepared_again(&find)), (0, 0));
        drop((writer, reader));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
