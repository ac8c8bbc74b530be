//! The ring's file (`secrets.keys_file`): JSON, mode 0600, the current key first.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{KeyRing, RingKey};
use crate::secret;

/// Why a ring could not be read or written; each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum RingFileError {
    /// No file there.
    #[error("there is no key file at {0}")]
    Missing(PathBuf),
    /// Others may read the file.
    #[error("the key file {0} is readable by others: run `chmod 600 {0}`")]
    Permissions(PathBuf),
    /// Not a ring.
    #[error("the key file {0} is not a key ring: {1}")]
    Malformed(PathBuf, String),
    /// The system refused.
    #[error("the key file {0} cannot be used: {1}")]
    Io(PathBuf, std::io::Error),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RingFile {
    keys: Vec<RingFileKey>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RingFileKey {
    id: String,
    secret: Zeroizing<String>,
}

impl KeyRing {
    /// Reads the ring. Refuses a file that others may read.
    pub fn load(path: &Path) -> Result<Self, RingFileError> {
        let at = || path.to_owned();
        let metadata = fs::metadata(path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => RingFileError::Missing(at()),
            _ => RingFileError::Io(at(), error),
        })?;
        if metadata.permissions().mode() & 0o077 != 0 {
            return Err(RingFileError::Permissions(at()));
        }
        let text = Zeroizing::new(fs::read_to_string(path).map_err(|error| RingFileError::Io(at(), error))?);
        let malformed = |what: &str| RingFileError::Malformed(at(), what.to_owned());
        let file: RingFile = serde_json::from_str(&text).map_err(|error| malformed(&error.to_string()))?;
        let keys = file.keys.into_iter().map(RingKey::try_from).collect::<Result<Vec<_>, _>>().map_err(malformed)?;
        if keys.is_empty() {
            return Err(malformed("it holds no key"));
        }
        Ok(Self { keys })
    }

    /// Writes the ring to a new file with mode 0600; an existing file is never replaced, and nobody sees half a file.
    pub fn create(&self, path: &Path) -> Result<(), RingFileError> {
        let keys = self.keys.iter().map(RingFileKey::from).collect();
        let text = serde_json::to_string_pretty(&RingFile { keys })
            .map(Zeroizing::new)
            .map_err(|error| RingFileError::Malformed(path.to_owned(), error.to_string()))?;
        place(path, text.as_bytes()).map_err(|error| RingFileError::Io(path.to_owned(), error))
    }
}

/// Written beside, then linked to its name: a link fails where the name is taken, and of several processes one wins.
fn place(path: &Path, text: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let draft = folder.join(format!(".keys-{}", secret::base64url(&secret::random::<9>())));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    let written = file.write_all(text).and_then(|()| file.write_all(b"\n")).and_then(|()| file.sync_all());
    let linked = written.and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft)?;
    linked?;
    // The name has to outlast a power cut as surely as what the database will remember of it.
    File::open(folder)?.sync_all()
}

impl TryFrom<RingFileKey> for RingKey {
    type Error = &'static str;

    fn try_from(key: RingFileKey) -> Result<Self, Self::Error> {
        let bytes = secret::from_base64url(&key.secret).map(Zeroizing::new).ok_or("a secret is not base64url")?;
        let secret = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| "a secret is not 32 bytes long")?;
        if key.id.is_empty() || key.id.len() > 64 {
            return Err("a key id must have 1 to 64 characters");
        }
        Ok(Self { id: key.id, secret: Zeroizing::new(secret) })
    }
}

impl From<&RingKey> for RingFileKey {
    fn from(key: &RingKey) -> Self {
        Self { id: key.id.clone(), secret: Zeroizing::new(secret::base64url(&*key.secret)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> PathBuf {
        std::env::temp_dir().join(format!("countersign-ring-{}", secret::base64url(&secret::random::<9>())))
    }

    #[test]
    fn a_written_ring_reads_back_and_is_private() {
        let path = folder().join("keys.json");
        let ring = KeyRing::generate();
        ring.create(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(KeyRing::load(&path).unwrap().fingerprints(), ring.fingerprints());
        let again = KeyRing::generate().create(&path).expect_err("never replaced");
        assert!(matches!(again, RingFileError::Io(_, error) if error.kind() == ErrorKind::AlreadyExists));
        assert_eq!(KeyRing::load(&path).unwrap().fingerprints(), ring.fingerprints());
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "no draft is left");
    }

    #[test]
    fn refuses_files_that_are_missing_open_or_not_a_ring() {
        let path = folder();
        assert!(matches!(KeyRing::load(&path), Err(RingFileError::Missing(_))));
        for text in ["", "{}", r#"{"keys":[]}"#, r#"{"keys":[{"id":"a","secret":"c2hvcnQ"}]}"#] {
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            assert!(matches!(KeyRing::load(&path), Err(RingFileError::Malformed(..))), "{text}");
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(KeyRing::load(&path), Err(RingFileError::Permissions(_))));
    }
}
