//! Being asked to stop, and how far that has come.

use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// How far stopping has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// Not asked to stop.
    Serving,
    /// Still accepting connections; whoever asks whether it is ready is told no.
    Draining,
    /// The listener is closed. Requests end, connections too.
    Stopping,
    /// Time is up: connections are cut.
    Over,
}

/// Waits for SIGTERM or SIGINT. Made before the server says that it serves: from then on it can be asked to stop.
pub(crate) struct Stop {
    terminate: Signal,
    interrupt: Signal,
    phase: watch::Sender<Phase>,
}

impl Stop {
    /// Listens for signals.
    pub(crate) fn listen() -> Result<Self> {
        let listen = |kind| signal(kind).context("cannot wait for signals");
        let (terminate, interrupt) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
        Ok(Self { terminate, interrupt, phase: watch::Sender::new(Phase::Serving) })
    }

    /// Tells the phase from now on.
    pub(crate) fn watch(&self) -> watch::Receiver<Phase> {
        self.phase.subscribe()
    }

    /// Returns when it was asked to stop; from then on `/readyz` says no.
    pub(super) async fn asked(&mut self) {
        self.signalled().await;
        self.enter(Phase::Draining);
    }

    /// Lets `time` pass, or less where somebody asks once more.
    pub(super) async fn drain(&mut self, time: Duration) {
        let _ = tokio::time::timeout(time, self.signalled()).await;
    }

    pub(super) fn enter(&self, phase: Phase) {
        self.phase.send_replace(phase);
    }

    async fn signalled(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
