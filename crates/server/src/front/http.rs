//! One connection's conversation: HTTP/1 or HTTP/2, until it ends, waits too long, gives way or is stopped.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::ConnectInfo;
use axum::response::Response;
use http::{HeaderValue, Request, Version, header};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;
use tracing::debug;

use super::bodies::{Arriving, Leaving};
use super::connection::{Connection, Patience};
use super::stop::Phase;
use super::watched::Watched;

/// Most bytes of a request's first line and headers. The doors refuse less, with a reason (`crates/api/src/edge/bounds.rs`);
/// beyond this HTTP itself answers 431 and the connection ends.
const HEAD: usize = 128 * 1024;
/// Most headers, likewise.
const HEADERS: usize = 200;
/// Requests at once on one HTTP/2 connection.
const STREAMS: u32 = 100;
/// What a client may send ahead on one stream, and on all of a connection: a body, and a few.
const STREAM_WINDOW: u32 = 256 * 1024;
const CONNECTION_WINDOW: u32 = 1024 * 1024;
/// Answers waiting to be sent on one stream.
const SEND_BUFFER: usize = 64 * 1024;
/// Streams that a client reset before we began with them, before the connection ends (CVE-2023-44487).
const RESET_STREAMS: usize = 20;
/// Streams that we reset because of a client's mistakes, likewise.
const MISTAKES: usize = 100;
/// An HTTP/2 client is asked whether it is still there, and has the same time to answer.
const PING: Duration = Duration::from_secs(20);
/// When stopping: a connection that was quiet this long is closed. Until then its client may send a request, which is
/// answered with `connection: close`.
const LINGER: Duration = Duration::from_secs(1);
/// When stopping: how often a busy connection is looked at again.
const SOON: Duration = Duration::from_millis(100);

/// Serves connections.
pub(super) struct Http {
    router: Router,
    builder: Builder<TokioExecutor>,
    patience: Patience,
    tls: Option<TlsAcceptor>,
}

/// Why a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// The client left, or both were done.
    Done,
    /// No TLS came about.
    NoTls,
    /// Not HTTP, or beyond its limits, or the client left in the middle.
    Broken,
    /// It waited too long.
    Overdue,
    /// Its place was wanted.
    GaveWay,
    /// The server stops.
    Stopped,
}

impl Ended {
    pub(super) const ALL: [Self; 6] =
        [Self::Done, Self::NoTls, Self::Broken, Self::Overdue, Self::GaveWay, Self::Stopped];

    /// The name in metrics.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::NoTls => "no_tls",
            Self::Broken => "broken",
            Self::Overdue => "overdue",
            Self::GaveWay => "gave_way",
            Self::Stopped => "stopped",
        }
    }
}

impl Http {
    pub(super) fn new(router: Router, patience: Patience, tls: Option<TlsAcceptor>) -> Self {
        let mut builder = Builder::new(TokioExecutor::new());
        // Time limits are kept below: hyper's own counts idle connections as slow headers.
        builder.http1().timer(TokioTimer::new()).header_read_timeout(None).max_buf_size(HEAD).max_headers(HEADERS);
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(STREAMS)
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .max_send_buf_size(SEND_BUFFER)
            .max_header_list_size(u32::try_from(HEAD).unwrap_or(u32::MAX))
            .max_pending_accept_reset_streams(RESET_STREAMS)
            .max_local_error_reset_streams(MISTAKES)
            .keep_alive_interval(PING)
            .keep_alive_timeout(PING);
        Self { router, builder, patience, tls }
    }

    /// Talks with `peer` until the connection ends, in TLS where that is set.
    pub(super) async fn serve(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        connection: &Arc<Connection>,
        mut phase: watch::Receiver<Phase>,
    ) -> Ended {
        let Some(tls) = &self.tls else { return self.converse(stream, peer, connection, phase).await };
        let secured = tokio::select! {
            secured = tls.accept(stream) => secured,
            () = sleep(connection.left(self.patience)) => return Ended::Overdue,
            () = connection.give_way.notified() => return Ended::GaveWay,
            _ = phase.wait_for(|phase| *phase == Phase::Over) => return Ended::Stopped,
        };
        match secured {
            Ok(stream) => self.converse(stream, peer, connection, phase).await,
            Err(error) => {
                debug!(client.address = %peer.ip(), "No TLS: {error}");
                Ended::NoTls
            }
        }
    }

    async fn converse<S>(
        &self,
        stream: S,
        peer: SocketAddr,
        connection: &Arc<Connection>,
        mut phase: watch::Receiver<Phase>,
    ) -> Ended
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let stream = TokioIo::new(Watched::new(stream, connection.clone()));
        let service = service_fn({
            let (router, connection, phase) = (self.router.clone(), connection.clone(), phase.clone());
            move |request| answer(router.clone(), request, peer, connection.clone(), phase.clone())
        });
        let mut conversation = pin!(self.builder.serve_connection(stream, service));
        let mut alarm = pin!(sleep(connection.left(self.patience)));
        let mut stopping = None;
        loop {
            tokio::select! {
                ended = &mut conversation => return match ended {
                    Ok(()) => Ended::Done,
                    Err(error) => {
                        debug!(client.address = %peer.ip(), "Connection ended: {error}");
                        Ended::Broken
                    }
                },
                () = connection.give_way.notified() => return Ended::GaveWay,
                changed = phase.changed() => match *phase.borrow_and_update() {
                    _ if changed.is_err() => return Ended::Stopped,
                    Phase::Serving | Phase::Draining => {}
                    Phase::Over => return Ended::Stopped,
                    Phase::Stopping => {
                        stopping = Some(Instant::now());
                        // GOAWAY: what has begun ends, and the client sends the next request elsewhere.
                        if connection.is_http2() {
                            conversation.as_mut().graceful_shutdown();
                        }
                        alarm.set(sleep(SOON));
                    }
                },
                () = &mut alarm => {
                    let left = match stopping {
                        None => connection.left(self.patience),
                        Some(since) => connection.quiet_in(LINGER, since).unwrap_or(SOON),
                    };
                    match (left.is_zero(), stopping) {
                        (false, _) => alarm.set(sleep(left)),
                        (true, None) => return Ended::Overdue,
                        (true, Some(_)) => {
                            conversation.as_mut().graceful_shutdown();
                            alarm.set(sleep(LINGER));
                        }
                    }
                }
            }
        }
    }
}

/// Hands a request to the doors.
async fn answer(
    router: Router,
    request: Request<Incoming>,
    peer: SocketAddr,
    connection: Arc<Connection>,
    phase: watch::Receiver<Phase>,
) -> Result<Response, Infallible> {
    let version = request.version();
    let working = Working::begin(connection.clone(), version == Version::HTTP_2);
    let mut request = request.map(|body| Arriving::new(body, &working.0).into_body());
    request.extensions_mut().insert(ConnectInfo(peer));
    let mut response = router.oneshot(request).await?;
    // HTTP/1 has no other way to say that the next request goes elsewhere; hyper closes behind it.
    if version <= Version::HTTP_11 && *phase.borrow() != Phase::Serving {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    if Leaving::takes_long(response.body()) {
        response = response.map(|body| Leaving::new(body, connection).into_body());
    }
    Ok(response)
}

/// A request that is worked on, until its answer is there or nobody waits for it.
struct Working(Arc<Connection>);

impl Working {
    fn begin(connection: Arc<Connection>, is_http2: bool) -> Self {
        connection.begin(is_http2);
        Self(connection)
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.0.end();
    }
}
