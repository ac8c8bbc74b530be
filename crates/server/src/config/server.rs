//! `[server]`: where it listens, whom it believes, and what one client may take of it.

use std::fmt;
use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;

use countersign_api::{AddressLimits, Api, TrustedProxies};
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

const CONNECTIONS: NonZeroUsize = NonZeroUsize::new(10_000).unwrap();
const CONNECTIONS_PER_ADDRESS: NonZeroUsize = NonZeroUsize::new(512).unwrap();
const HEADER: NonZeroU32 = NonZeroU32::new(10).unwrap();
const IDLE: NonZeroU32 = NonZeroU32::new(75).unwrap();

/// `[server]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Server {
    /// Address to listen on.
    pub(crate) listen: SocketAddr,
    /// Address for `/metrics`, which is nowhere else.
    pub(crate) metrics_listen: Option<SocketAddr>,
    /// Where people and apps reach the server: scheme, host, port. `http://localhost:<port>` when absent.
    pub(crate) public_url: Option<String>,
    /// Certificate and key, for TLS without a proxy.
    pub(crate) tls: Tls,
    /// Addresses and networks whose word about the client's address is believed.
    #[serde(deserialize_with = "list")]
    pub(crate) trusted_proxies: Vec<String>,
    /// Requests a second that one client address may send; twice as many at once.
    pub(crate) requests_per_second: NonZeroU32,
    /// Calls a second without token or key, or with a wrong one, that one client address may send; six times as many at once.
    pub(crate) strangers_per_second: NonZeroU32,
    /// Requests that are worked on at once; others wait a moment, then are refused with 503.
    pub(crate) max_in_flight: NonZeroUsize,
    /// Connections in all; fewer where the process may not open that many files.
    pub(crate) max_connections: NonZeroUsize,
    /// Connections of one client address; trusted proxies may have as many as there are.
    pub(crate) max_connections_per_address: NonZeroUsize,
    /// Seconds from the first byte of a request's header to its last, from a new connection to its first request.
    pub(crate) header_seconds: NonZeroU32,
    /// Seconds that a connection may wait between two requests.
    pub(crate) idle_seconds: NonZeroU32,
    /// Seconds between being asked to stop and no longer accepting connections, with `/readyz` already saying no.
    pub(crate) drain_seconds: u32,
    /// Lets a second process listen on the same address, to take over from this one.
    pub(crate) reuse_port: bool,
}

/// `[server.tls]`: both or neither.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Tls {
    /// PEM: the certificate, then those between it and a root.
    pub(crate) cert_file: Option<PathBuf>,
    /// PEM: its private key.
    pub(crate) key_file: Option<PathBuf>,
}

impl Tls {
    /// Whether the server speaks TLS itself.
    pub(crate) fn is_on(&self) -> bool {
        self.cert_file.is_some()
    }
}

impl Default for Server {
    fn default() -> Self {
        let limits = AddressLimits::default();
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            metrics_listen: None,
            public_url: None,
            tls: Tls::default(),
            trusted_proxies: Vec::new(),
            requests_per_second: limits.requests_per_second,
            strangers_per_second: limits.strangers_per_second,
            max_in_flight: Api::IN_FLIGHT,
            max_connections: CONNECTIONS,
            max_connections_per_address: CONNECTIONS_PER_ADDRESS,
            header_seconds: HEADER,
            idle_seconds: IDLE,
            drain_seconds: 0,
            reuse_port: false,
        }
    }
}

impl Server {
    /// Requests of one address.
    pub(crate) fn address_limits(&self) -> AddressLimits {
        AddressLimits { requests_per_second: self.requests_per_second, strangers_per_second: self.strangers_per_second }
    }

    /// With `reuse_port` the system would accept both listeners on one address, and give the public's requests to either.
    pub(crate) fn check_metrics(&self) -> anyhow::Result<()> {
        let Some(metrics) = self.metrics_listen.filter(|metrics| metrics.port() == self.listen.port()) else {
            return Ok(());
        };
        let overlap = [metrics, self.listen].iter().any(|address| address.ip().is_unspecified());
        if metrics.port() != 0 && (overlap || metrics.ip() == self.listen.ip()) {
            anyhow::bail!(
                "server.metrics_listen is {metrics}, where the public is served (server.listen): take another port"
            );
        }
        Ok(())
    }

    /// `server.trusted_proxies`, understood.
    pub(crate) fn trusted_proxies(&self) -> anyhow::Result<TrustedProxies> {
        let read = TrustedProxies::parse(self.trusted_proxies.iter().map(String::as_str));
        read.map_err(|error| anyhow::anyhow!("server.trusted_proxies: {error}"))
    }
}

/// A list of texts, or one text with commas between them, as an environment variable has it.
fn list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    struct List;

    impl<'de> Visitor<'de> for List {
        type Value = Vec<String>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a list of texts, or texts with commas between them")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Vec<String>, E> {
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            Ok(parts.map(str::to_owned).collect())
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Vec<String>, A::Error> {
            let mut list = Vec::new();
            while let Some(part) = parts.next_element()? {
                list.push(part);
            }
            Ok(list)
        }
    }

    deserializer.deserialize_any(List)
}
