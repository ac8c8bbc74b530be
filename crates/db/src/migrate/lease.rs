//! The row that says who migrates. A row and not an advisory lock: not every engine has those, and on some they bind one
//! node only.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use super::Now;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::statements;
use crate::tx::Tx;

pub(super) const CREATE: &str = "CREATE TABLE IF NOT EXISTS schema_lease \
     (name text NOT NULL PRIMARY KEY, holder text NOT NULL, until bigint NOT NULL)";

/// A holder that has said nothing for so long is taken for dead. Renewed before each statement.
const LIFE_MS: i64 = 30_000;

statements! {
    MAKE = "INSERT INTO schema_lease (name, holder, until) VALUES ('migrations', $1, 0) ON CONFLICT (name) DO NOTHING";
    TAKE = "UPDATE schema_lease SET holder = $1, until = $2 WHERE name = 'migrations' AND until < $3";
    RENEW = "UPDATE schema_lease SET until = $1 WHERE name = 'migrations' AND holder = $2";
    RELEASE = "UPDATE schema_lease SET until = 0 WHERE name = 'migrations' AND holder = $1";
}

/// The right to migrate.
pub(super) struct Lease<'a> {
    db: &'a Db,
    now: &'a Now,
    holder: String,
}

impl<'a> Lease<'a> {
    /// Takes the lease unless another process holds it.
    pub(super) async fn take(db: &'a Db, now: &'a Now) -> Result<Option<Self>> {
        // Told apart by 64 bits of the standard library's own seed; a guess by others is of no use to them.
        let holder = format!("{}-{:016x}", std::process::id(), RandomState::new().build_hasher().finish());
        let lease = Self { db, now, holder: holder.clone() };
        let now = now.ms();
        let taken = db.write(async move |tx: &mut Tx<'_>| {
            tx.run(&MAKE, &[&holder]).await?;
            tx.run(&TAKE, &[&holder, &(now + LIFE_MS), &now]).await
        });
        taken.await.map(|changed: u64| (changed == 1).then_some(lease))
    }

    pub(super) fn now_ms(&self) -> i64 {
        self.now.ms()
    }

    /// Says that the holder lives, on behalf of migration `name`.
    pub(super) async fn renew(&self, name: &str) -> Result<()> {
        let (holder, until) = (self.holder.clone(), self.now.ms() + LIFE_MS);
        match self.db.write(async move |tx: &mut Tx<'_>| tx.run(&RENEW, &[&until, &holder]).await).await? {
            0 => Err(Error::Migration {
                name: name.to_owned(),
                reason: "another process took over after 30 seconds without a sign of life; start again".to_owned(),
            }),
            _ => Ok(()),
        }
    }

    /// Lets the next one go on at once. Where this fails the lease runs out by itself.
    pub(super) async fn release(self) {
        let Self { db, holder, .. } = self;
        let released: Result<u64> = db.write(async move |tx: &mut Tx<'_>| tx.run(&RELEASE, &[&holder]).await).await;
        drop(released);
    }
}
