//! The server behind a `postgres://` URL and the settings of every connection to it.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::tls::{self, Trust};
use crate::db::Options;
use crate::error::{Error, Result};

/// How long one address is given to accept a connection.
const CONNECT: Duration = Duration::from_secs(5);

/// The server breaks off a statement that runs for longer, except in migrations.
const STATEMENT: Duration = Duration::from_secs(10);

/// The server ends a session that does nothing for so long in a transaction: its process has stopped or is gone.
const IDLE: Duration = Duration::from_secs(30);

/// A server that acknowledges nothing for so long is gone.
const UNACKNOWLEDGED: Duration = Duration::from_secs(15);

/// Where the database is and how to connect.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) config: Config,
    pub(super) tls: MakeRustlsConnect,
}

impl Server {
    pub(super) fn parse(url: &str, options: &Options) -> Result<Self> {
        let Url { url, root, tls_said } = Url::split(url)?;
        // The driver's message names the parameter, never its value.
        let mut config: Config = url.parse().map_err(|error: tokio_postgres::Error| {
            let cause = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
            unsupported(&format!("the database URL cannot be read: {cause}"))
        })?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(unsupported("a PostgreSQL URL names a host: postgres://user:password@host:5432/database"));
        }
        if !tls_said && is_here(&config) {
            config.ssl_mode(SslMode::Disable);
        }
        let trust = match (&root, config.get_ssl_mode()) {
            (_, SslMode::Disable) => Trust::Nobody,
            (Some(path), _) => Trust::File(path),
            (None, _) => Trust::System,
        };
        let tls = tls::connector(&trust)?;
        settle(&mut config, options)?;
        Ok(Self { config, tls })
    }
}

/// Fills in what the URL leaves open.
fn settle(config: &mut Config, options: &Options) -> Result<()> {
    match config.get_target_session_attrs() {
        TargetSessionAttrs::ReadOnly => return Err(unsupported("a server that only reads cannot be used")),
        TargetSessionAttrs::Any if config.get_hosts().len().max(config.get_hostaddrs().len()) > 1 => {
            config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
        _ => {}
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(UNACKNOWLEDGED);
    }
    if config.get_application_name().is_none() {
        config.application_name("countersign");
    }
    // Asked for with the connection and not by SET: a pooler in between may hand each transaction to another session.
    // The last of two wins, so the URL's own come after.
    let limits = [
        ("statement_timeout", STATEMENT),
        ("lock_timeout", options.busy_timeout),
        ("idle_in_transaction_session_timeout", IDLE),
    ];
    let mut asked: Vec<String> =
        limits.iter().map(|(name, limit)| format!("-c {name}={}", limit.as_millis().max(1))).collect();
    asked.extend(config.get_options().map(str::to_owned));
    config.options(asked.join(" "));
    Ok(())
}

/// Whether every host is this machine.
fn is_here(config: &Config) -> bool {
    let hosts = config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback()),
        #[cfg(unix)]
        Host::Unix(_) => true,
    });
    hosts && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

/// A URL without the parameter that the driver does not know.
struct Url {
    url: String,
    /// `sslrootcert`.
    root: Option<PathBuf>,
    /// Whether the URL says anything about TLS.
    tls_said: bool,
}

impl Url {
    fn split(text: &str) -> Result<Self> {
        let mut parsed = Self { url: text.to_owned(), root: None, tls_said: false };
        let Some((base, query)) = text.split_once('?') else { return Ok(parsed) };
        let mut kept = Vec::new();
        for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
            match parameter.split_once('=') {
                Some(("sslrootcert", path)) => {
                    let path = percent_decode_str(path).decode_utf8();
                    let path = path.map_err(|_| unsupported("sslrootcert is the path of a file in UTF-8"))?;
                    parsed.root = Some(PathBuf::from(path.as_ref()));
                    parsed.tls_said = true;
                }
                Some(("sslmode", mode)) => {
                    parsed.tls_said = true;
                    // To require TLS is to verify it, here.
                    let verified = matches!(mode, "verify-ca" | "verify-full");
                    kept.push(if verified { "sslmode=require" } else { parameter });
                }
                _ => kept.push(parameter),
            }
        }
        parsed.url = if kept.is_empty() { base.to_owned() } else { format!("{base}?{}", kept.join("&")) };
        Ok(parsed)
    }
}

fn unsupported(why: &str) -> Error {
    Error::Unsupported(why.to_owned())
}

#[cfg(test)]
mod tests;
