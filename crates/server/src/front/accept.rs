//! Accepting connections, whatever happens.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tracing::{debug, warn};

use super::http::{Ended, Http};
use super::listen::turn_newcomers_away;
use super::places::{Full, Place, Places};
use super::stop::Phase;
use super::tally::Tally;

/// The first pause after the system refused a connection, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(5), Duration::from_secs(1));
/// An error that goes on is said this often.
const AGAIN: Duration = Duration::from_secs(10);

/// How long clients that have begun to connect may take to be there: a round trip.
const HANDSHAKES: Duration = Duration::from_millis(100);
/// While all connections are busy, how often they are looked at again.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// What an accepted connection is handed to.
pub(super) struct Accepting {
    pub(super) http: Arc<Http>,
    pub(super) places: Arc<Places>,
    pub(super) tally: Arc<Tally>,
    pub(super) phase: watch::Receiver<Phase>,
}

impl Accepting {
    /// Accepts until `stop` returns, takes everybody who is connected already, and closes the listener.
    pub(super) async fn until(self, listener: TcpListener, stop: impl Future<Output = ()>) {
        let mut waiting = None;
        tokio::select! {
            () = self.forever(&listener, &mut waiting) => {}
            () = stop => {}
        }
        match turn_newcomers_away(&listener) {
            Ok(()) => _ = timeout(HANDSHAKES, self.forever(&listener, &mut waiting)).await,
            Err(error) => debug!("Newcomers cannot be turned away before the listener is closed: {error}"),
        }
        if let Some((stream, peer)) = waiting {
            self.spawn(stream, self.places.take_anyway(peer.ip()), peer);
        }
        if let Err(error) = self.rest(listener) {
            warn!("Some connections may have been refused while stopping: {error}");
        }
    }

    async fn forever(&self, listener: &TcpListener, waiting: &mut Option<(TcpStream, SocketAddr)>) {
        let mut trouble = Trouble::default();
        loop {
            match listener.accept().await {
                Ok(accepted) => {
                    trouble.is_over();
                    *waiting = Some(accepted);
                    self.hand_over(waiting).await;
                }
                // The client had left already.
                Err(error) if is_the_clients(&error) => {}
                Err(error) => {
                    let spared = self.places.spare_one();
                    trouble.say(&error, spared);
                    sleep(trouble.pause()).await;
                }
            }
        }
    }

    /// For the system, these clients are connected: closing the listener would reset them.
    fn rest(&self, listener: TcpListener) -> io::Result<()> {
        let listener = listener.into_std()?;
        loop {
            match listener.accept() {
                Ok((stream, peer)) => {
                    stream.set_nonblocking(true)?;
                    self.spawn(TcpStream::from_std(stream)?, self.places.take_anyway(peer.ip()), peer);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if is_the_clients(&error) => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Where all connections are busy the accepted one waits, and who comes later waits with the system.
    async fn hand_over(&self, waiting: &mut Option<(TcpStream, SocketAddr)>) {
        while let Some((_, peer)) = waiting {
            let taken = self.places.take(peer.ip());
            if matches!(taken, Err(Full::Everywhere)) {
                // One that has become idle can be spared, and tells nobody.
                let _ = timeout(LOOK_AGAIN, self.places.freed()).await;
                continue;
            }
            if let Some((stream, peer)) = waiting.take() {
                if let Ok(place) = taken {
                    self.spawn(stream, place, peer);
                } else {
                    self.tally.refused();
                    debug!(client.address = %peer.ip(), "Refused a connection: the address has its share");
                }
            }
        }
    }

    fn spawn(&self, stream: TcpStream, place: Place, peer: SocketAddr) {
        // Answers are written whole: waiting for more to send with them only delays them.
        let _ = stream.set_nodelay(true);
        let (http, tally, phase) = (self.http.clone(), self.tally.clone(), self.phase.clone());
        tally.accepted();
        tokio::spawn(async move {
            let ended = http.serve(stream, peer, &place.connection, phase).await;
            tally.ended(ended);
            if ended != Ended::Done {
                debug!(client.address = %peer.ip(), "Closed a connection: {ended:?}");
            }
        });
    }
}

fn is_the_clients(error: &io::Error) -> bool {
    use ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

/// The system cannot give us connections, such as when no more files may be open (EMFILE).
#[derive(Default)]
struct Trouble {
    pause: Option<Duration>,
    said: Option<Instant>,
}

impl Trouble {
    fn is_over(&mut self) {
        self.pause = None;
    }

    fn say(&mut self, error: &io::Error, spared: bool) {
        if self.said.is_some_and(|said| said.elapsed() < AGAIN) {
            return;
        }
        self.said = Some(Instant::now());
        let done = if spared { "An idle one was closed" } else { "All are busy" };
        warn!("Cannot accept connections: {error}. {done}; trying again");
    }

    /// Twice the last one.
    fn pause(&mut self) -> Duration {
        let pause = self.pause.map_or(PAUSES.0, |pause| (pause * 2).min(PAUSES.1));
        self.pause = Some(pause);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_second_and_begin_anew() {
        let mut trouble = Trouble::default();
        let pauses: Vec<_> = (0..12).map(|_| trouble.pause().as_millis()).collect();
        assert_eq!((pauses[0], pauses[1], pauses[11]), (5, 10, 1000));
        trouble.is_over();
        assert_eq!(trouble.pause().as_millis(), 5);
    }
}
