//! From configuration to a [`Countersign`]: database, migrations, key ring.

use anyhow::{Context as _, Result};
use countersign_db::Db;
use countersign_domain::clock::Clock;
use countersign_domain::migrations::MIGRATIONS;
use countersign_domain::ring::KeyRing;
use countersign_domain::{Countersign, Options};

use crate::config::Config;

/// The product, opened. Closing the database flushes what it holds.
pub(crate) struct Opened {
    pub(crate) countersign: Countersign,
    pub(crate) db: Db,
    /// Migrations applied just now.
    pub(crate) applied: Vec<&'static str>,
}

/// Opens and migrates the database and reads the key ring that belongs to it, or makes both at a first start.
pub(crate) async fn open(config: &Config) -> Result<Opened> {
    let clock = Clock::default();
    let now = clock.now();
    let db = Db::open(&config.database.url, countersign_db::Options::default())
        .await
        .with_context(|| format!("cannot open the database {}", without_password(&config.database.url)))?;
    let applied = db.migrate(MIGRATIONS, now.0).await.context("cannot bring the database up to date")?;
    let ring = KeyRing::for_database(&db, &config.secrets.keys_file, now).await.context("cannot use the key ring")?;
    let options = Options { public_url: config.public_url()? };
    let countersign = Countersign::new(db.clone(), ring, clock, &options)?;
    Ok(Opened { countersign, db, applied })
}

/// A database URL for messages.
pub(crate) fn without_password(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(mut parsed) if parsed.password().is_some() => {
            let _ = parsed.set_password(Some("***"));
            parsed.to_string()
        }
        _ => url.to_owned(),
    }
}
