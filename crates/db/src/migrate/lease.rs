//! The row that says who migrates. A row and not an advisory lock: not every engine has those, and on some they bind one
//! node only.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use super::Now;
use crate::db::Db;
use crate::error::Result;
use crate::statements;
use crate::tx::Tx;

pub(super) const CREATE: &str = "CREATE TABLE IF NOT EXISTS schema_lease \
     (name text NOT NULL PRIMARY KEY, holder text NOT NULL, until bigint NOT NULL)";

/// A holder that has said nothing for so long is taken for dead. It speaks before its statements and, on a server, while
/// they run; while one runs on SQLite the database is locked to others. Only a holder that is late after a long one can
/// lose the lease, and then it waits like any other.
const LIFE_MS: i64 = 5_000;

/// Who has spoken so lately need not repeat it: a renewal is a durable commit.
const FRESH_MS: i64 = 1_000;

/// The same, as a duration.
pub(super) const FRESH: Duration = Duration::from_millis(FRESH_MS.unsigned_abs());

statements! {
    MAKE = "INSERT INTO schema_lease (name, holder, until) VALUES ('migrations', $1, 0) ON CONFLICT (name) DO NOTHING";
    TAKE = "UPDATE schema_lease SET holder = $1, until = $2 WHERE name = 'migrations' AND until <= $3";
    RENEW = "UPDATE schema_lease SET until = $1 WHERE name = 'migrations' AND holder = $2";
    RECORD = "INSERT INTO schema_migrations (name, checksum, applied_at) VALUES ($1, $2, $3)";
    RELEASE = "UPDATE schema_lease SET until = 0 WHERE name = 'migrations' AND holder = $1";
}

/// The right to migrate.
pub(super) struct Lease<'a> {
    db: &'a Db,
    now: &'a Now,
    holder: String,
    renewed_at: AtomicI64,
}

impl<'a> Lease<'a> {
    /// Takes the lease unless another process holds it.
    pub(super) async fn take(db: &'a Db, now: &'a Now) -> Result<Option<Self>> {
        // Told apart by 64 bits of the standard library's own seed; a guess by others is of no use to them.
        let holder = format!("{}-{:016x}", std::process::id(), RandomState::new().build_hasher().finish());
        let lease = Self { db, now, holder: holder.clone(), renewed_at: AtomicI64::new(now.ms()) };
        let now = now.ms();
        let taken = db.write(async move |tx: &mut Tx<'_>| {
            tx.run(&MAKE, &[&holder]).await?;
            tx.run(&TAKE, &[&holder, &(now + LIFE_MS), &now]).await
        });
        taken.await.map(|changed: u64| (changed == 1).then_some(lease))
    }

    /// Says that the holder lives, unless it has just said so; `false` when another process has taken over.
    pub(super) async fn renew(&self) -> Result<bool> {
        let now = self.now.ms();
        if now - self.renewed_at.load(Ordering::Relaxed) < FRESH_MS {
            return Ok(true);
        }
        let holder = self.holder.clone();
        let renewed = self.db.write(async move |tx: &mut Tx<'_>| tx.run(&RENEW, &[&(now + LIFE_MS), &holder]).await);
        let ours = renewed.await? == 1;
        self.renewed_at.store(now, Ordering::Relaxed);
        Ok(ours)
    }

    /// Records a migration as applied; `false` when another process has taken over.
    pub(super) async fn record(&self, name: &'static str, checksum: String) -> Result<bool> {
        let (holder, now) = (self.holder.clone(), self.now.ms());
        let recorded = self.db.write(async move |tx: &mut Tx<'_>| {
            let ours = tx.run(&RENEW, &[&(now + LIFE_MS), &holder]).await? == 1;
            if ours {
                tx.run(&RECORD, &[&name, &checksum, &now]).await?;
            }
            Ok(ours)
        });
        recorded.await
    }

    /// Lets the next one go on at once. Where this fails the lease runs out by itself.
    pub(super) async fn release(self) {
        let Self { db, holder, .. } = self;
        let released: Result<u64> = db.write(async move |tx: &mut Tx<'_>| tx.run(&RELEASE, &[&holder]).await).await;
        drop(released);
    }
}
