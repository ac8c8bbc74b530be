//! A database on the PostgreSQL server that all tests share.

use std::sync::atomic::{AtomicU32, Ordering};

use countersign_testkit::postgres::server;
use tokio_postgres::NoTls;

pub(crate) use countersign_testkit::postgres::is_there;

/// A database of one test's own.
pub(crate) struct Database {
    server: &'static str,
    name: String,
}

impl Database {
    /// An empty one, ordered by bytes.
    pub(crate) async fn new() -> Self {
        Self::with("ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'").await
    }

    pub(crate) async fn with(settings: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let server = tokio::task::spawn_blocking(server).await.unwrap();
        let name = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let made = Self { server, name };
        let create = format!("CREATE DATABASE {} TEMPLATE template0 {settings}", made.name);
        connect(&format!("{server}postgres")).await.batch_execute(&create).await.unwrap();
        made
    }

    pub(crate) fn url(&self) -> String {
        format!("{}{}", self.server, self.name)
    }

    /// A connection beside those of the crate.
    pub(crate) async fn connect(&self) -> tokio_postgres::Client {
        connect(&self.url()).await
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A server of our own goes with all it holds.
        if std::env::var_os("TEST_POSTGRES_URL").is_none() {
            return;
        }
        let (url, sql) = (format!("{}postgres", self.server), format!("DROP DATABASE {} WITH (FORCE)", self.name));
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async { drop(connect(&url).await.batch_execute(&sql).await) });
        });
        drop(dropped.join());
    }
}

pub(crate) async fn connect(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}
