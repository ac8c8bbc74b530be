//! The ring and the database belong together: the database remembers a fingerprint of each key (decisions §7).

use std::path::Path;

use countersign_db::{Db, statements};

use super::{KeyRing, RingFileError};
use crate::clock::Millis;
use crate::error::{Error, Result};

statements! {
    LIST = "SELECT key_id, fingerprint FROM ring_keys ORDER BY key_id";
    INSERT = "INSERT INTO ring_keys (key_id, fingerprint, created_at) VALUES ($1, $2, $3) ON CONFLICT (key_id) DO NOTHING";
}

/// What an operator does whose ring and database do not belong together.
const COPY: &str = "Copy the key file of the server that made it (secrets.keys_file) to this place; no other opens it.";

impl KeyRing {
    /// The ring for a database: the file's, which has to hold every key the database remembers. A database that
    /// remembers none takes the file's ring, or a new one written to `path`.
    pub async fn for_database(db: &Db, path: &Path, now: Millis) -> Result<Self> {
        let remembered: Vec<(String, String)> =
            db.all(&LIST, &[]).await?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<_>>()?;
        let ring = match Self::load(path) {
            Err(RingFileError::Missing(_)) if remembered.is_empty() => {
                let ring = Self::generate();
                ring.create(path).map_err(config)?;
                ring
            }
            Err(missing @ RingFileError::Missing(_)) => {
                return Err(Error::InvalidConfiguration(format!(
                    "{missing}, and this database was made with one. {COPY}"
                )));
            }
            loaded => loaded.map_err(config)?,
        };
        let held = ring.fingerprints();
        for (id, fingerprint) in &remembered {
            if !held.iter().any(|(held_id, held_print)| held_id == id && held_print == fingerprint) {
                return Err(Error::InvalidConfiguration(format!(
                    "the key file {} does not hold the key {id} that this database was made with. {COPY}",
                    path.display()
                )));
            }
        }
        if remembered.is_empty() {
            let prints: Vec<(String, String)> = held.into_iter().map(|(id, print)| (id.to_owned(), print)).collect();
            db.write(async move |tx| -> Result<()> {
                for (id, print) in &prints {
                    tx.run(&INSERT, &[id, print, &now]).await?;
                }
                Ok(())
            })
            .await?;
        }
        Ok(ring)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "shaped for map_err")]
fn config(error: RingFileError) -> Error {
    Error::InvalidConfiguration(error.to_string())
}
