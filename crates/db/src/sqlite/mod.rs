//! SQLite: one writer thread with group commit, and a few connections that read.
//!
//! WAL mode lets readers and the writer go on side by side; `synchronous=FULL` makes a commit survive a power loss.

mod checkpoint;
mod error;
mod open;
mod plan;
mod reader;
mod session;
mod writer;

use crate::db::{Activity, Options};
use crate::error::{Error, Result};
use crate::inside;
use crate::row::Row;
use crate::statement::Statement;
use crate::tx::Tx;
use crate::value::Params;

use self::checkpoint::Copier;
use self::open::File;
use self::reader::Readers;
use self::writer::Writer;

pub(crate) use self::session::Session;

/// An open SQLite database.
#[derive(Debug)]
pub(crate) struct Sqlite {
    writer: Writer,
    readers: Readers,
}

impl Sqlite {
    pub(crate) async fn open(url: &str, options: Options) -> Result<Self> {
        let file = File::parse(url)?;
        let opening = file.clone();
        let busy_timeout = options.busy_timeout;
        let open = move || {
            let mut writer = opening.create_and_open(busy_timeout)?;
            let copier = Copier::start(&mut writer, opening.open_copier()?)?;
            Ok::<_, Error>((writer, copier))
        };
        let (writer, copier) = tokio::task::spawn_blocking(open)
            .await
            .map_err(|_| Error::Internal("opening the database panicked".to_owned()))??;
        Ok(Self { writer: Writer::start(writer, copier, options.group)?, readers: Readers::new(file, options.readers) })
    }

    pub(crate) async fn opt(&self, statement: &Statement, params: Params<'_>) -> Result<Option<Row>> {
        inside::refuse()?;
        self.readers.opt(statement, params).await
    }

    pub(crate) async fn all(&self, statement: &Statement, params: Params<'_>) -> Result<Vec<Row>> {
        inside::refuse()?;
        self.readers.all(statement, params).await
    }

    pub(crate) async fn check(&self, statement: &Statement) -> Result<()> {
        inside::refuse()?;
        self.readers.check(statement).await
    }

    pub(crate) async fn write<T, E, F>(&self, work: F) -> Result<Result<T, E>>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: AsyncFn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        inside::refuse()?;
        self.writer.write(work).await
    }

    /// What the engine needs after its schema was changed.
    pub(crate) async fn schema_changed(&self) -> Result<()> {
        self.write(async |tx: &mut Tx<'_>| tx.set_figures()).await??;
        self.readers.reopen();
        Ok(())
    }

    pub(crate) fn activity(&self) -> Activity {
        self.writer.activity()
    }

    pub(crate) async fn close(&self) {
        // Readers first: the log can be emptied only when nobody reads from it.
        self.readers.close().await;
        self.writer.close().await;
    }
}
