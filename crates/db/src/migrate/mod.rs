//! Migrations: numbered, append-only, applied once, by one process at a time.

mod lease;
pub(crate) mod script;

use std::pin::pin;
use std::time::{Duration, Instant};

use self::lease::Lease;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::statements;
use crate::tx::Tx;

/// A step of the schema.
///
/// Statements end with `;` at the end of a line. Each is a transaction of its own, because some engines commit before
/// DDL anyway; the name is recorded after the last. A process that dies in between leaves some statements done, so each
/// must be repeatable: `IF NOT EXISTS`, backfills that find nothing left to do. `ALTER TABLE … ADD COLUMN` and
/// `… DROP COLUMN`, which cannot say so on every engine, are skipped when they are done already.
///
/// One that takes away what the program before it still uses says so in its name: `0007_contract_…`. Such a program
/// refuses to run on the database from then on; others that it does not know it takes for additions.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Such as `0001_init`.
    pub name: &'static str,
    /// The text, for `include_str!`.
    pub sql: &'static str,
}

impl Migration {
    /// The statements, without comments and without the `;` that ends them.
    pub fn statements(&self) -> Vec<String> {
        script::split(self.sql)
    }
}

const CREATE_APPLIED: &str = "CREATE TABLE IF NOT EXISTS schema_migrations \
     (name text NOT NULL PRIMARY KEY, checksum text NOT NULL, applied_at bigint NOT NULL)";

statements! {
    APPLIED = "SELECT name, checksum FROM schema_migrations";
}

/// Milliseconds since 1970 that go on from the caller's clock.
pub(super) struct Now {
    start_ms: i64,
    since: Instant,
}

impl Now {
    fn ms(&self) -> i64 {
        self.start_ms.saturating_add(i64::try_from(self.since.elapsed().as_millis()).unwrap_or(i64::MAX))
    }
}

/// How often a process that waits looks again.
const PAUSE: Duration = Duration::from_millis(50);

/// Who has waited so long gives up, though the holder still lives.
const PATIENCE: Duration = Duration::from_mins(10);

/// See [`Db::migrate`].
pub(super) async fn migrate(db: &Db, migrations: &[Migration], now_ms: i64) -> Result<Vec<&'static str>> {
    let now = Now { start_ms: now_ms, since: Instant::now() };
    let mut applied = Vec::new();
    while now.since.elapsed() < PATIENCE {
        // The usual start finds nothing to do: one read, no lease.
        let Some(first) = pending(db, migrations).await?.first().copied() else { return Ok(applied) };
        match take(db, first.name, &now).await {
            Ok(Some(lease)) => {
                let done = apply(db, migrations, &lease, &mut applied).await;
                lease.release().await;
                done?;
            }
            // Held by another, whose long statement may lock the database. Where that is not it, the next read fails.
            Ok(None) | Err(Error::Unavailable(_)) => tokio::time::sleep(PAUSE).await,
            Err(error) => return Err(error),
        }
    }
    Err(Error::Unavailable("another process has been migrating for ten minutes".to_owned()))
}

async fn take<'a>(db: &'a Db, name: &str, now: &'a Now) -> Result<Option<Lease<'a>>> {
    run(db, name, CREATE_APPLIED).await?;
    run(db, name, lease::CREATE).await?;
    Lease::take(db, now).await
}

/// Applies what is pending, until that is done or the lease is lost.
async fn apply(db: &Db, migrations: &[Migration], lease: &Lease<'_>, applied: &mut Vec<&'static str>) -> Result<()> {
    for migration in pending(db, migrations).await? {
        for statement in migration.statements() {
            if !lease.renew().await? {
                return Ok(());
            }
            let mut running = pin!(run(db, migration.name, &statement));
            // While a long one runs, a server lets others look at the lease. Should it be lost, that is seen below.
            loop {
                match tokio::time::timeout(lease::FRESH, &mut running).await {
                    Ok(done) => break done?,
                    Err(_still_running) => drop(lease.renew().await),
                }
            }
        }
        db.schema_changed().await?;
        if !lease.record(migration.name, script::checksum(migration.sql)).await? {
            return Ok(());
        }
        applied.push(migration.name);
    }
    Ok(())
}

/// Runs one statement of a migration in a transaction of its own, unless it is done already.
async fn run(db: &Db, name: &str, statement: &str) -> Result<()> {
    let text = statement.to_owned();
    let done = db
        .write(async move |tx: &mut Tx<'_>| {
            if let Some((probe, present)) = script::column_change(&text)
                && tx.is_valid(&probe).await? == present
            {
                return Ok(());
            }
            tx.run_text(&text).await
        })
        .await;
    done.map_err(|error| match error {
        Error::Unavailable(_) => error,
        other => Error::Migration { name: name.to_owned(), reason: other.to_string() },
    })
}

/// The migrations still to be applied, after a look at those that are.
///
/// # Errors
///
/// [`Error::Migration`] when an applied one was edited since, one stands before an applied one in the list, or one that
/// this program does not know forbids it to run.
async fn pending(db: &Db, migrations: &[Migration]) -> Result<Vec<Migration>> {
    let applied = applied(db).await?;
    unknown(&applied, migrations)?;
    let mut pending = Vec::new();
    for migration in migrations {
        let refuse = |reason: String| Err(Error::Migration { name: migration.name.to_owned(), reason });
        match (applied.iter().find(|(name, _)| name == migration.name), pending.first()) {
            (None, _) => pending.push(*migration),
            (Some((_, checksum)), _) if *checksum != script::checksum(migration.sql) => {
                return refuse("it was edited after it had been applied; undo that and add a new migration".to_owned());
            }
            (Some(_), Some(Migration { name, .. })) => {
                return refuse(format!(
                    "it is applied, but {name} stands before it and is not; add new ones at the end"
                ));
            }
            (Some(_), None) => {}
        }
    }
    Ok(pending)
}

/// Name and checksum of each applied migration.
async fn applied(db: &Db) -> Result<Vec<(String, String)>> {
    let rows = match db.check(&APPLIED).await {
        Ok(()) => db.all(&APPLIED, &[]).await?,
        Err(error @ Error::Unavailable(_)) => return Err(error),
        // No such table: nothing was ever applied. Asking for the table by name would need each engine's catalogue.
        Err(_) => Vec::new(),
    };
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// The applied migrations that this program does not know, in order: a newer program was here.
pub(super) async fn newer(db: &Db, migrations: &[Migration]) -> Result<Vec<String>> {
    unknown(&applied(db).await?, migrations)
}

fn unknown(applied: &[(String, String)], migrations: &[Migration]) -> Result<Vec<String>> {
    let last = migrations.last().map_or("", |migration| migration.name);
    let known = |name: &str| migrations.iter().any(|migration| migration.name == name);
    let mut unknown: Vec<String> = applied.iter().map(|(name, _)| name.clone()).filter(|name| !known(name)).collect();
    unknown.sort();
    let refuse = |name: &String, reason: &str| Error::Migration { name: name.clone(), reason: reason.to_owned() };
    if let Some(foreign) = unknown.iter().find(|name| name.as_str() < last) {
        return Err(refuse(
            foreign,
            "it is applied and this program has never had it: the database is another program's",
        ));
    }
    if let Some(contract) = unknown.iter().find(|name| takes_away(name)) {
        return Err(refuse(
            contract,
            "a newer version has applied it, and it takes away what this one needs: run the newer version",
        ));
    }
    Ok(unknown)
}

/// Whether a migration is no addition: `0007_contract_…`.
fn takes_away(name: &str) -> bool {
    name.split('_').nth(1) == Some("contract")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(applied: &[&str]) -> Result<Vec<String>> {
        let applied: Vec<_> = applied.iter().map(|name| ((*name).to_owned(), String::new())).collect();
        unknown(&applied, &[Migration { name: "0001_init", sql: "" }, Migration { name: "0002_more", sql: "" }])
    }

    #[test]
    fn an_older_program_bears_additions_and_refuses_what_it_cannot_do_without() {
        assert_eq!(look(&[]), Ok(vec![]));
        assert_eq!(look(&["0001_init", "0002_more"]), Ok(vec![]));
        let added = vec!["0003_extract".to_owned(), "0004_contractors".to_owned()];
        assert_eq!(look(&["0001_init", "0004_contractors", "0002_more", "0003_extract"]), Ok(added));
        for refused in
            [&["0001_init", "0002_more", "0003_contract_names"][..], &["0001_begin"], &["0002_contract_more"]]
        {
            assert!(matches!(look(refused), Err(Error::Migration { .. })), "{refused:?}");
        }
    }
}
