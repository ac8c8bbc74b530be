//! What the front counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::http::Ended;
use super::places::Places;
use crate::metrics::Sample;

/// Connections since the start.
pub(crate) struct Tally {
    places: Arc<Places>,
    accepted: AtomicU64,
    refused: AtomicU64,
    ended: [AtomicU64; Ended::ALL.len()],
}

impl Tally {
    pub(super) fn new(places: Arc<Places>) -> Self {
        Self { places, accepted: AtomicU64::new(0), refused: AtomicU64::new(0), ended: Default::default() }
    }

    pub(super) fn accepted(&self) {
        self.accepted.fetch_add(1, Relaxed);
    }

    /// The address had its share.
    pub(super) fn refused(&self) {
        self.refused.fetch_add(1, Relaxed);
    }

    pub(super) fn ended(&self, why: Ended) {
        self.ended[why as usize].fetch_add(1, Relaxed);
    }

    /// The counts as metrics.
    pub(crate) fn samples(&self) -> Vec<Sample> {
        let count = |why: Ended| self.ended[why as usize].load(Relaxed);
        let ended = Ended::ALL.into_iter().map(|why| (vec![("reason", why.as_str().to_owned())], count(why)));
        vec![
            Sample::gauge("connections_open", "Open connections", self.places.open()),
            Sample::gauge("connections_max", "Connections that may be open", self.places.capacity()),
            Sample::counter("connections_accepted", "Connections that got a place", self.accepted.load(Relaxed)),
            Sample::counter(
                "connections_refused",
                "Connections refused because their address had its share",
                self.refused.load(Relaxed),
            ),
            Sample::counters("connections_closed", "Connections that ended, and why", ended.collect()),
            Sample::counter("tls_handshake_failures", "Handshakes that did not come about", count(Ended::NoTls)),
        ]
    }
}
