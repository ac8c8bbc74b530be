//! TLS (`server.tls`): rustls on aws-lc-rs, TLS 1.2 and 1.3. The certificate is read again when its files change.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert, ServerConfig};
use rustls::sign::CertifiedKey;
use tokio::signal::unix::{SignalKind, signal};
use tokio_rustls::TlsAcceptor;
use tracing::{error, info};

use crate::config::Tls as Files;

/// How often the files are looked at. ACME clients replace them weeks before the old certificate ends.
const LOOK: Duration = Duration::from_secs(5);

/// The certificate that is in use, and where it came from.
#[derive(Debug)]
pub(crate) struct Tls {
    cert_file: PathBuf,
    key_file: PathBuf,
    provider: Arc<CryptoProvider>,
    current: RwLock<Arc<CertifiedKey>>,
}

impl Tls {
    /// Reads certificate and key; `None` without `server.tls`.
    ///
    /// # Errors
    ///
    /// Names the key of the configuration or the file: only one of the two is given, a file is missing or holds no PEM,
    /// the key is not the certificate's.
    pub(crate) fn open(files: &Files) -> Result<Option<Arc<Self>>> {
        let (cert_file, key_file) = match (&files.cert_file, &files.key_file) {
            (None, None) => return Ok(None),
            (Some(cert), Some(key)) => (cert.clone(), key.clone()),
            (Some(_), None) => bail!("server.tls.cert_file is set and server.tls.key_file is not: TLS needs both"),
            (None, Some(_)) => bail!("server.tls.key_file is set and server.tls.cert_file is not: TLS needs both"),
        };
        let provider = Arc::new(aws_lc_rs::default_provider());
        let current = RwLock::new(read(&cert_file, &key_file, &provider)?);
        Ok(Some(Arc::new(Self { cert_file, key_file, provider, current })))
    }

    /// What makes TLS out of a connection.
    pub(super) fn acceptor(self: &Arc<Self>) -> Result<TlsAcceptor> {
        let versions = ServerConfig::builder_with_provider(self.provider.clone()).with_safe_default_protocol_versions();
        let mut config = versions?.with_no_client_auth().with_cert_resolver(self.clone());
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    /// Reads the files again when they change and on SIGHUP, for ever. What cannot be used is told, and the certificate
    /// stays as it was.
    pub(crate) async fn follow(self: Arc<Self>) {
        let Ok(mut hangup) = signal(SignalKind::hangup()) else { return };
        let mut seen = self.stamps();
        loop {
            let asked = tokio::select! {
                _ = hangup.recv() => true,
                () = tokio::time::sleep(LOOK) => false,
            };
            let stamps = self.stamps();
            if !asked && stamps == seen {
                continue;
            }
            seen = stamps;
            match read(&self.cert_file, &self.key_file, &self.provider) {
                Ok(key) => {
                    *self.current.write().unwrap_or_else(PoisonError::into_inner) = key;
                    info!("Read the certificate again from {}", self.cert_file.display());
                }
                Err(error) => error!("The new certificate is not used, the old one stays: {error:#}"),
            }
        }
    }

    fn stamps(&self) -> [Option<Stamp>; 2] {
        [&self.cert_file, &self.key_file].map(|path| Stamp::of(path))
    }
}

impl ResolvesServerCert for Tls {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

/// What changes when a file is written or replaced.
#[derive(PartialEq, Eq)]
struct Stamp {
    modified: Option<std::time::SystemTime>,
    length: u64,
    inode: u64,
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;
        let metadata = fs::metadata(path).ok()?;
        Some(Self { modified: metadata.modified().ok(), length: metadata.len(), inode: metadata.ino() })
    }
}

fn read(cert_file: &Path, key_file: &Path, provider: &CryptoProvider) -> Result<Arc<CertifiedKey>> {
    let file = |key: &str, path: &Path| {
        fs::read(path).with_context(|| format!("cannot read {} (server.tls.{key})", path.display()))
    };
    let (cert_pem, key_pem) = (file("cert_file", cert_file)?, file("key_file", key_file)?);
    let chain = CertificateDer::pem_slice_iter(&cert_pem).collect::<Result<Vec<_>, _>>();
    let chain = chain.with_context(|| format!("{} (server.tls.cert_file) is not PEM", cert_file.display()))?;
    if chain.is_empty() {
        bail!("{} (server.tls.cert_file) holds no certificate in PEM form", cert_file.display());
    }
    // The key's own text is in no message.
    let Ok(key) = PrivateKeyDer::from_pem_slice(&key_pem) else {
        bail!("{} (server.tls.key_file) holds no private key in PEM form", key_file.display());
    };
    let pair = CertifiedKey::from_der(chain, key, provider).with_context(|| {
        let (cert, key) = (cert_file.display(), key_file.display());
        format!("certificate {cert} and key {key} (server.tls) do not go together or cannot be used")
    })?;
    Ok(Arc::new(pair))
}
