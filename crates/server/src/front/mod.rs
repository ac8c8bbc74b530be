//! The front: accepts connections, bounds what they take, and lets them end
//! (docs/adr/0010-own-accept-loop.md).
//!
//! ```text
//! accept → a place among the connections → TLS → HTTP/1 or HTTP/2 → the doors
//! ```

mod accept;
mod bodies;
mod connection;
mod files;
mod http;
mod listen;
mod places;
mod stop;
mod tally;
mod tls;
mod watched;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use axum::Router;
use countersign_api::TrustedProxies;
use tokio::net::TcpListener;
use tokio::time::timeout;
use tracing::{info, warn};

use crate::config::Server;
use http::Http;
use places::Places;

pub(crate) use listen::listen;
pub(crate) use stop::{Phase, Stop};
pub(crate) use tally::Tally;
pub(crate) use tls::Tls;

/// How long running requests have to end. A client that never finishes its request must not keep the server from stopping.
const GRACE: Duration = Duration::from_secs(5);
/// Connections to a private listener.
const PRIVATE: usize = 16;
/// How long a closed connection's task may take to notice.
const NOTICE: Duration = Duration::from_secs(1);

/// Everything between the listener and the doors.
pub(crate) struct Front {
    listener: TcpListener,
    http: Arc<Http>,
    places: Arc<Places>,
    tally: Arc<Tally>,
    drain: Duration,
}

/// Serves `router` to few at a time, until the task is dropped: for a listener that is not the public's.
pub(crate) async fn serve_privately(listener: TcpListener, router: Router) {
    let patience = connection::Patience { header: Duration::from_secs(10), idle: Duration::from_mins(2) };
    let places = Arc::new(Places::new(PRIVATE, PRIVATE, TrustedProxies::default()));
    let (http, tally) = (Arc::new(Http::new(router, patience, None)), Arc::new(Tally::new(places.clone())));
    let (_serving, phase) = tokio::sync::watch::channel(Phase::Serving);
    accept::Accepting { http, places, tally, phase }.until(listener, std::future::pending()).await;
}

impl Front {
    /// A front for `router`, with the limits of the configuration.
    pub(crate) fn new(
        listener: TcpListener,
        tls: Option<&Arc<Tls>>,
        router: Router,
        config: &Server,
        trusted: TrustedProxies,
    ) -> Result<Self> {
        let capacity = files::capacity(config.max_connections.get());
        let places = Places::new(capacity, config.max_connections_per_address.get(), trusted);
        let seconds = |number: u32| Duration::from_secs(u64::from(number));
        let patience = connection::Patience {
            header: seconds(config.header_seconds.get()),
            idle: seconds(config.idle_seconds.get()),
        };
        let http = Http::new(router, patience, tls.map(Tls::acceptor).transpose()?);
        let drain = seconds(config.drain_seconds);
        let places = Arc::new(places);
        let tally = Arc::new(Tally::new(places.clone()));
        Ok(Self { listener, http: Arc::new(http), places, tally, drain })
    }

    /// What it counts.
    pub(crate) fn tally(&self) -> Arc<Tally> {
        self.tally.clone()
    }

    /// Serves until asked to stop, then lets what runs end: at most the drain, [`GRACE`] and a moment.
    pub(crate) async fn serve(self, mut stop: Stop) {
        let (http, tally, places) = (self.http, self.tally, self.places.clone());
        let accepting = accept::Accepting { http, places, tally, phase: stop.watch() };
        let until_closed = async {
            stop.asked().await;
            if !self.drain.is_zero() {
                info!("Stopping in {} seconds: /readyz says so already", self.drain.as_secs());
                stop.drain(self.drain).await;
            }
        };
        accepting.until(self.listener, until_closed).await;
        info!("Stopping: no new connections, running requests end");
        stop.enter(Phase::Stopping);
        if timeout(GRACE, self.places.empty()).await.is_err() {
            let (busy, seconds) = (self.places.open(), GRACE.as_secs());
            warn!("Closing {busy} connections that are still busy after {seconds} seconds");
        }
        stop.enter(Phase::Over);
        let _ = timeout(NOTICE, self.places.empty()).await;
    }
}
