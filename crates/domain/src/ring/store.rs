//! The ring and the database belong together: the database remembers a fingerprint of each key (decisions §7).

use std::io::ErrorKind;
use std::path::Path;

use countersign_db::{Db, Row, statements};

use super::{KeyRing, RingFileError};
use crate::clock::Millis;
use crate::error::{Error, Result};

statements! {
    LIST = "SELECT key_id, fingerprint FROM ring_keys ORDER BY key_id";
    CLAIM = "INSERT INTO introductions (name, introduced_at) VALUES ('ring', $1) ON CONFLICT (name) DO NOTHING";
    INSERT = "INSERT INTO ring_keys (key_id, fingerprint, created_at) VALUES ($1, $2, $3) ON CONFLICT (key_id) DO NOTHING";
}

/// What an operator does whose ring and database do not belong together.
const COPY: &str = "Copy the key file of the server that made it (secrets.keys_file) to this place; no other opens it.";

/// Id and fingerprint of each key that the database remembers.
type Remembered = Vec<(String, String)>;

impl KeyRing {
    /// The ring for a database: the file's, which has to hold every key the database remembers. A database that
    /// remembers none takes the file's ring, or a new one written to `path`. Several processes may do so at once: where
    /// they share the file one ring is made and all have it; of several files one is taken, and the others refuse.
    ///
    /// The file comes before the row. A process that dies in between leaves a ring that nothing was sealed with, which the
    /// next start takes up; the other way round the database would remember a ring that nobody has.
    pub async fn for_database(db: &Db, path: &Path, now: Millis) -> Result<Self> {
        let remembered = read(&db.all(&LIST, &[]).await?)?;
        let (ring, made) = match Self::load(path) {
            Err(RingFileError::Missing(_)) if remembered.is_empty() => Self::make(path).map_err(config)?,
            Err(missing @ RingFileError::Missing(_)) => {
                return Err(Error::InvalidConfiguration(format!(
                    "{missing}, and this database was made with one. {COPY}"
                )));
            }
            loaded => (loaded.map_err(config)?, false),
        };
        let remembered = if remembered.is_empty() { ring.introduce(db, now).await? } else { remembered };
        let held = ring.fingerprints();
        for (id, fingerprint) in &remembered {
            if !held.iter().any(|(held_id, held_print)| held_id == id && held_print == fingerprint) {
                if made {
                    // Another's ring came first. This one sealed nothing, and would be taken for the right one.
                    let _ = std::fs::remove_file(path);
                }
                return Err(Error::InvalidConfiguration(format!(
                    "the key file {} does not hold the key {id} that this database was made with. {COPY}",
                    path.display()
                )));
            }
        }
        Ok(ring)
    }

    /// A new ring at `path`, or the one that another process has put there meanwhile; and whether it is the new one.
    fn make(path: &Path) -> std::result::Result<(Self, bool), RingFileError> {
        let ring = Self::generate();
        match ring.create(path) {
            Ok(()) => Ok((ring, true)),
            Err(RingFileError::Io(_, error)) if error.kind() == ErrorKind::AlreadyExists => {
                Self::load(path).map(|ring| (ring, false))
            }
            Err(error) => Err(error),
        }
    }

    /// Lets a database that remembers no key remember these. Of several that come at once one makes the row of the
    /// introduction; the others wait for its transaction and learn what it wrote.
    async fn introduce(&self, db: &Db, now: Millis) -> Result<Remembered> {
        let prints: Remembered = self.fingerprints().into_iter().map(|(id, print)| (id.to_owned(), print)).collect();
        db.write(async move |tx| {
            // A rival waits here for the end of the first one's transaction.
            tx.run(&CLAIM, &[&now]).await?;
            let remembered = read(&tx.all(&LIST, &[]).await?)?;
            if !remembered.is_empty() {
                return Ok(remembered);
            }
            for (id, print) in &prints {
                tx.run(&INSERT, &[id, print, &now]).await?;
            }
            Ok(prints.clone())
        })
        .await
    }
}

fn read(rows: &[Row]) -> Result<Remembered> {
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

#[expect(clippy::needless_pass_by_value, reason = "shaped for map_err")]
fn config(error: RingFileError) -> Error {
    Error::InvalidConfiguration(error.to_string())
}
