//! What this process sends with, and how much at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast};

use super::carrier::Carriers;
use super::message::Channel;
use super::report::{Ending, Report};

/// Attempts at once by one channel, so that a provider that hangs holds up no other and no memory.
const AT_ONCE: u32 = 16;
/// Reports that wait for whoever writes them down; older ones are lost to the log, never to the audit trail.
const REPORTS: usize = 256;

/// Carriers with their bounds.
pub(crate) struct Sender {
    pub(super) carriers: Carriers,
    places: [Arc<Semaphore>; Channel::ALL.len()],
    reports: broadcast::Sender<Report>,
    counts: [[AtomicU64; ENDINGS.len()]; Channel::ALL.len()],
}

impl Sender {
    pub(crate) fn new(carriers: Carriers) -> Self {
        let place = || Arc::new(Semaphore::new(AT_ONCE as usize));
        let (reports, _) = broadcast::channel(REPORTS);
        Self { carriers, places: [place(), place(), place()], reports, counts: Default::default() }
    }

    /// A place to send from; `None` when all are taken.
    pub(super) fn place(&self, channel: Channel) -> Option<OwnedSemaphorePermit> {
        self.places[channel as usize].clone().try_acquire_owned().ok()
    }

    pub(super) fn free_places(&self, channel: Channel) -> usize {
        self.places[channel as usize].available_permits()
    }

    /// Ready when nothing is being sent.
    pub(super) async fn idle(&self) {
        for places in &self.places {
            // Closed is never: an error would mean so.
            let _all = places.acquire_many(AT_ONCE).await;
        }
    }

    pub(super) fn report(&self, report: Report) {
        self.counts[report.channel as usize][ending_index(&report.ending)].fetch_add(1, Relaxed);
        // Nobody has to listen.
        let _heard = self.reports.send(report);
    }

    pub(super) fn listen(&self) -> broadcast::Receiver<Report> {
        self.reports.subscribe()
    }

    pub(super) fn counts(&self) -> impl Iterator<Item = (Channel, &'static str, u64)> {
        Channel::ALL.into_iter().flat_map(move |channel| {
            let row = &self.counts[channel as usize];
            ENDINGS.iter().zip(row).map(move |(name, count)| (channel, *name, count.load(Relaxed)))
        })
    }
}

const ENDINGS: [&str; 5] = ["sent", "deferred", "failed", "abandoned", "unsettled"];

const fn ending_index(ending: &Ending) -> usize {
    match ending {
        Ending::Sent => 0,
        Ending::Deferred(..) => 1,
        Ending::Failed(_) => 2,
        Ending::Abandoned => 3,
        Ending::Unsettled(_) => 4,
    }
}
