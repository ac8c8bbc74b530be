//! TLS to the server, by rustls; certificates are always verified.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::{Error, Result};

/// Which certificates vouch for a server.
pub(super) enum Trust<'a> {
    /// None: TLS is not used.
    Nobody,
    /// Those in a file in PEM format.
    File(&'a Path),
    /// The system's.
    System,
}

/// Makes what the driver calls when the server offers TLS.
pub(super) fn connector(trust: &Trust<'_>) -> Result<MakeRustlsConnect> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::Internal(format!("TLS cannot be set up: {error}")))?
        .with_root_certificates(roots(trust)?)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

fn roots(trust: &Trust<'_>) -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    match trust {
        Trust::Nobody => {}
        Trust::System => {
            // What cannot be read or parsed vouches for nobody: the handshake then says so.
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
        Trust::File(path) => {
            let unread = |why: String| Error::Unsupported(format!("sslrootcert {}: {why}", path.display()));
            let certificates = CertificateDer::pem_file_iter(path).map_err(|error| unread(error.to_string()))?;
            for certificate in certificates {
                let certificate = certificate.map_err(|error| unread(error.to_string()))?;
                roots.add(certificate).map_err(|error| unread(error.to_string()))?;
            }
            if roots.is_empty() {
                return Err(unread("no certificate in PEM format in it".to_owned()));
            }
        }
    }
    Ok(roots)
}
