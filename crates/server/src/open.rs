//! From configuration to a [`Countersign`]: database, migrations, key ring.

use anyhow::{Context as _, Result};
use countersign_db::Db;
use countersign_domain::clock::Clock;
use countersign_domain::delivery::Carriers;
use countersign_domain::migrations::MIGRATIONS;
use countersign_domain::ring::KeyRing;
use countersign_domain::{Countersign, Options};

use crate::config::Config;
use crate::delivery;

/// The product, opened. Closing the database flushes what it holds.
pub(crate) struct Opened {
    pub(crate) countersign: Countersign,
    pub(crate) db: Db,
    /// Migrations applied just now.
    pub(crate) applied: Vec<&'static str>,
    /// Migrations that a newer version has applied and this one does not know.
    pub(crate) newer: Vec<String>,
}

/// Opens and migrates the database and reads the key ring that belongs to it, or makes both at a first start.
pub(crate) async fn open(config: &Config) -> Result<Opened> {
    open_with(config, |clock| delivery::carriers(config, clock)).await
}

/// The same with other carriers than the configured ones.
pub(crate) async fn open_with(config: &Config, carriers: impl FnOnce(&Clock) -> Result<Carriers>) -> Result<Opened> {
    let clock = Clock::default();
    let carriers = carriers(&clock)?;
    let now = clock.now();
    let db = Db::open(&config.database.url, countersign_db::Options::default())
        .await
        .with_context(|| format!("cannot open the database {}", without_password(&config.database.url)))?;
    let applied = db.migrate(MIGRATIONS, now.0).await.context("cannot bring the database up to date")?;
    let newer = db.newer_migrations(MIGRATIONS).await.context("cannot read which migrations are applied")?;
    let ring = KeyRing::for_database(&db, &config.secrets.keys_file, now).await.context("cannot use the key ring")?;
    let options = Options { public_url: config.public_url()?, carriers, retention: config.retention.read()? };
    let countersign = Countersign::new(db.clone(), ring, clock, &options)?;
    Ok(Opened { countersign, db, applied, newer })
}

/// A database URL for messages: what stands between the user's name and `@`, and any `password=`, is masked. By hand,
/// because a URL with several hosts is none to the standard.
pub(crate) fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
    let address = match address.rsplit_once('@') {
        Some((user, hosts)) => match user.split_once(':') {
            Some((name, _)) => format!("{name}:***@{hosts}"),
            None => address.to_owned(),
        },
        None => address.to_owned(),
    };
    let pairs = query.split('&').map(|pair| if pair.starts_with("password=") { "password=***" } else { pair });
    let query = pairs.collect::<Vec<_>>().join("&");
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{scheme}://{address}{mark}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_form_of_url_shows_its_password() {
        let table = [
            ("postgres://ada:canary@h1:5432,h2:5432/db", "postgres://ada:***@h1:5432,h2:5432/db"),
            ("postgres://ada:can@ry@host/db?sslmode=require", "postgres://ada:***@host/db?sslmode=require"),
            ("postgres://ada@host/db?user=x&password=canary", "postgres://ada@host/db?user=x&password=***"),
            ("sqlite://data/countersign.db", "sqlite://data/countersign.db"),
            ("nonsense", "nonsense"),
        ];
        for (url, shown) in table {
            assert_eq!(without_password(url), shown);
        }
    }
}
