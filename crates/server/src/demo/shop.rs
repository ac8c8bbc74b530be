//! The shop: its settings, its connection to the server, what it remembers.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context;
use reqwest::Url;

use super::DemoConfig;
use super::calls::Calls;
use super::refusal::Refusal;
use super::server_api::ServerApi;
use super::store::Store;

/// Longest time a Server API call may take.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// Shared by all requests; a clone is a handle.
#[derive(Clone)]
pub(super) struct Shop(Arc<Inner>);

struct Inner {
    config: DemoConfig,
    origin: String,
    api_url: Url,
    http: reqwest::Client,
    store: Mutex<Store>,
}

impl Shop {
    pub(super) fn new(config: DemoConfig) -> anyhow::Result<Self> {
        let public_url = Url::parse(&config.public_url).context("public_url is not a URL")?;
        let origin = public_url.origin().ascii_serialization();
        let api_url = Url::parse(&config.api_url).context("api_url is not a URL")?;
        // The API is this very process: a proxy from the environment would only be in the way.
        let http = reqwest::Client::builder().no_proxy().timeout(CALL_TIMEOUT).build()?;
        Ok(Self(Arc::new(Inner { config, origin, api_url, http, store: Mutex::default() })))
    }

    /// The Server API, noting what is called.
    pub(super) fn server<'a>(&'a self, calls: &'a Calls) -> ServerApi<'a> {
        ServerApi { http: &self.0.http, base: &self.0.api_url, secret: &self.0.config.api_secret, calls }
    }

    pub(super) fn store(&self) -> MutexGuard<'_, Store> {
        self.0.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn tenant_id(&self) -> &str {
        &self.0.config.tenant_id
    }

    /// Scheme, host and port of the page: the one `Origin` the shop accepts.
    pub(super) fn origin(&self) -> &str {
        &self.0.origin
    }

    /// Whether cookies may travel over TLS only.
    pub(super) fn is_secure(&self) -> bool {
        self.0.origin.starts_with("https:")
    }
}

/// `bytes` random bytes as lower-case hexadecimal digits.
pub(super) fn random_id(bytes: usize) -> Result<String, Refusal> {
    let mut buffer = vec![0; bytes];
    aws_lc_rs::rand::fill(&mut buffer).map_err(|_| Refusal::no_randomness())?;
    Ok(buffer.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(|n| char::from_digit(n.into(), 16)).collect())
}
