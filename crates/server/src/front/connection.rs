//! What is known of one connection: shared by the task that serves it and by those who look for one that can give way.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// Most bytes that a client may send while it asks for nothing: a header, the rest of bodies that were refused meanwhile
/// (a connection's window of HTTP/2 holds 1 MiB), and frames such as pings.
const UNASKED: usize = 2 * 1024 * 1024;

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
    /// Long answers on their way.
    leaving: AtomicU32,
    served: AtomicU32,
    /// Bytes read since the last request began, while none is worked on.
    unasked: AtomicUsize,
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
            leaving: AtomicU32::new(0),
            served: AtomicU32::new(0),
            unasked: AtomicUsize::new(0),
            is_http2: AtomicBool::new(false),
            wrote: AtomicU64::new(0),
            reading: AtomicU64::new(0),
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX).max(1)
    }

    /// So many bytes came. False when they are more than any request begins with: a flood of frames that ask for nothing.
    pub(super) fn read(&self, bytes: usize) -> bool {
        if self.busy.load(Relaxed) > 0 {
            return true;
        }
        if self.reading.load(Relaxed) == 0 {
            self.reading.store(self.now(), Relaxed);
        }
        self.unasked.fetch_add(bytes, Relaxed) + bytes <= UNASKED
    }

    /// Bytes went. HTTP/2 writes frames of no answer too, our own pings among them: there only those of a long answer count.
    pub(super) fn wrote(&self) {
        if !self.is_http2() || self.leaving.load(Relaxed) > 0 {
            self.answered();
        }
    }

    fn answered(&self) {
        self.wrote.store(self.now(), Relaxed);
    }

    /// A request has begun: its header is complete.
    pub(super) fn begin(&self, is_http2: bool) {
        self.busy.fetch_add(1, Relaxed);
        self.served.fetch_add(1, Relaxed);
        self.is_http2.store(is_http2, Relaxed);
        self.reading.store(0, Relaxed);
        self.unasked.store(0, Relaxed);
    }

    /// Its answer is there, or it was given up.
    pub(super) fn end(&self) {
        self.answered();
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

    /// A long answer begins to go out.
    pub(super) fn leaving(&self) {
        self.leaving.fetch_add(1, Relaxed);
    }

    /// All of it was taken, or nobody wants it any more.
    pub(super) fn left_for_good(&self) {
        self.answered();
        self.leaving.fetch_sub(1, Relaxed);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(is_http2: bool) -> Connection {
        let connection = Connection::new(None);
        connection.begin(is_http2);
        connection.end();
        connection
    }

    /// Whether it waits since another moment after bytes went.
    fn waits_anew(connection: &Connection) -> bool {
        let before = connection.waiting_since();
        std::thread::sleep(Duration::from_millis(5));
        connection.wrote();
        connection.waiting_since() != before
    }

    /// Pings go every 20 seconds: counted, they would keep any client for ever.
    #[test]
    fn what_http_2_writes_by_itself_does_not_make_the_idle_time_longer() {
        assert!(!waits_anew(&answered(true)));
        assert!(waits_anew(&answered(false)), "HTTP/1 writes nothing but answers");
    }

    #[test]
    fn a_long_answer_that_goes_on_does() {
        let connection = answered(true);
        connection.leaving();
        assert!(waits_anew(&connection));
        connection.left_for_good();
        assert!(!waits_anew(&connection));
    }

    #[test]
    fn what_asks_for_nothing_has_a_bound_that_a_request_renews() {
        let connection = answered(true);
        assert!(connection.read(UNASKED) && !connection.read(1));
        connection.begin(true);
        assert!(connection.read(UNASKED * 2), "a body");
        connection.end();
        assert!(connection.read(UNASKED) && !connection.read(1));
    }
}
