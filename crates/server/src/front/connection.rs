//! What is known of one connection: shared by the task that serves it and by those who look for one that can give way.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// How long a connection may wait.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// For the header of a request, from its first byte; for the first request, from the connection's beginning.
    pub(super) header: Duration,
    /// Between two requests.
    pub(super) idle: Duration,
}

/// One connection. Times are milliseconds since it was opened; 0 means never.
pub(super) struct Connection {
    /// The address it is counted for; none for a trusted proxy.
    pub(super) counted_for: Option<IpAddr>,
    /// Where it stands among all connections.
    pub(super) position: AtomicUsize,
    /// Its place is wanted by another.
    pub(super) give_way: Notify,
    opened: Instant,
    /// Requests that are worked on or arriving.
    busy: AtomicU32,
    /// Those of them whose body has not arrived.
    arriving: AtomicU32,
    served: AtomicU32,
    is_http2: AtomicBool,
    /// When the last answer, or a part of it, went out.
    wrote: AtomicU64,
    /// When the first byte of a header came whose request has not begun.
    reading: AtomicU64,
}

impl Connection {
    pub(super) fn new(counted_for: Option<IpAddr>) -> Self {
        Self {
            counted_for,
            position: AtomicUsize::new(usize::MAX),
            give_way: Notify::new(),
            opened: Instant::now(),
            busy: AtomicU32::new(0),
            arriving: AtomicU32::new(0),
            served: AtomicU32::new(0),
            is_http2: AtomicBool::new(false),
            wrote: AtomicU64::new(0),
            reading: AtomicU64::new(0),
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX).max(1)
    }

    /// Bytes came.
    pub(super) fn read(&self) {
        if self.busy.load(Relaxed) == 0 && self.reading.load(Relaxed) == 0 {
            self.reading.store(self.now(), Relaxed);
        }
    }

    /// Bytes went.
    pub(super) fn wrote(&self) {
        self.wrote.store(self.now(), Relaxed);
    }

    /// A request has begun: its header is complete.
    pub(super) fn begin(&self, is_http2: bool) {
        self.busy.fetch_add(1, Relaxed);
        self.served.fetch_add(1, Relaxed);
        self.is_http2.store(is_http2, Relaxed);
        self.reading.store(0, Relaxed);
    }

    /// Its answer is there, or it was given up.
    pub(super) fn end(&self) {
        self.wrote();
        self.busy.fetch_sub(1, Relaxed);
    }

    /// A request's body is on its way.
    pub(super) fn arriving(&self) {
        self.arriving.fetch_add(1, Relaxed);
    }

    /// It is all there, or nobody wants it any more.
    pub(super) fn arrived(&self) {
        self.arriving.fetch_sub(1, Relaxed);
    }

    pub(super) fn is_http2(&self) -> bool {
        self.is_http2.load(Relaxed)
    }

    /// Since when nothing has been asked of the server: `None` while a request is worked on.
    fn waiting_since(&self) -> Option<u64> {
        match self.busy.load(Relaxed) {
            0 => Some(self.wrote.load(Relaxed)),
            _ => None,
        }
    }

    /// How readily it gives way to another; `None` while a request is worked on. One that never asked for anything goes
    /// eight times as early as one that may ask again.
    pub(super) fn dispensable(&self) -> Option<u64> {
        if self.busy.load(Relaxed) > self.arriving.load(Relaxed) {
            return None;
        }
        let waited = self.now().saturating_sub(self.wrote.load(Relaxed));
        let silent = self.served.load(Relaxed) == 0;
        Some(if silent { waited.saturating_mul(8) } else { waited })
    }

    /// How long it may still wait: zero when its time is over. While a request is worked on that request has limits of its
    /// own.
    pub(super) fn left(&self, patience: Patience) -> Duration {
        let Some(wrote) = self.waiting_since() else { return patience.header };
        // HTTP/2 sends frames that belong to no request.
        let reading = if self.is_http2() { 0 } else { self.reading.load(Relaxed) };
        let end = match (self.served.load(Relaxed), reading) {
            (0, _) => patience.header,
            (_, 0) => Duration::from_millis(wrote) + patience.idle,
            (_, reading) => Duration::from_millis(reading) + patience.header,
        };
        end.saturating_sub(self.opened.elapsed())
    }

    /// How much is missing until it has been quiet for `time` since `from`; `None` while it is not.
    pub(super) fn quiet_in(&self, time: Duration, from: Instant) -> Option<Duration> {
        let wrote = self.waiting_since().filter(|_| self.reading.load(Relaxed) == 0)?;
        let since = from.max(self.opened + Duration::from_millis(wrote));
        Some(time.saturating_sub(since.elapsed()))
    }
}
