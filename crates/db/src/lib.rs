//! One SQL dialect over SQLite and PostgreSQL.
//!
//! A statement is written once, with `$n` parameters, and runs unchanged on either engine; the engine is chosen by the
//! database's URL. Callers see five verbs: [`Db::opt`], [`Db::one`] and [`Db::all`] read, [`Db::write`] runs a
//! transaction, and [`Tx::run`] changes rows inside it.
//!
//! ```
//! # use countersign_db::{Db, Error, Options, Tx, statements};
//! statements! {
//!     /// The one row that says how often something happened.
//!     COUNT_UP = "INSERT INTO counters (tenant_id, key, n) VALUES ($1, $2, 1) \
//!                 ON CONFLICT (tenant_id, key) DO UPDATE SET n = counters.n + 1 RETURNING n";
//!     FIND = "SELECT n FROM counters WHERE tenant_id = $1 AND key = $2";
//! }
//!
//! async fn count_up(db: &Db, tenant: String, key: String) -> Result<i64, Error> {
//!     db.write(async move |tx: &mut Tx<'_>| tx.one(&COUNT_UP, &[&tenant, &key]).await?.get(0)).await
//! }
//!
//! async fn count(db: &Db, tenant: &str, key: &str) -> Result<Option<i64>, Error> {
//!     db.opt(&FIND, &[&tenant, &key]).await?.map(|row| row.get(0)).transpose()
//! }
//! ```
//!
//! The rules that keep one text valid on every engine are checked by [`lint`].

mod db;
mod error;
mod inside;
mod lex;
pub mod lint;
mod migrate;
mod postgres;
mod row;
mod sqlite;
mod statement;
mod tx;
mod value;

pub use crate::db::{Activity, Db, Options};
pub use crate::error::{Error, Result};
pub use crate::migrate::Migration;
pub use crate::row::{Columns, Row};
pub use crate::statement::Statement;
pub use crate::tx::Tx;
pub use crate::value::{FromValue, Params, ToValue, Value};
