//! A mail server for tests: the protocol by the crate `mailin`, TLS by rustls, and every way to be a bad one.

#![expect(clippy::expect_used, reason = "what a test stands on either holds or fails the test")]

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mailin::{Action, AuthMechanism, Handler, Response, SessionBuilder, response};
use rustls::ServerConfig;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

/// How the server treats the next messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Manner {
    /// Takes them.
    #[default]
    Takes,
    /// Refuses the receiver with this status, such as 550, and with words that name the receiver.
    Refuses(u16),
    /// Takes the message in, and does not answer for as long as the connection lasts.
    Hangs,
    /// Takes the message in and closes the connection without a word.
    TakesAndCloses,
    /// Closes the connection when it is greeted.
    Closes,
}

/// What a mail server offers and demands.
#[derive(Clone, Default)]
pub struct MailServerOptions {
    /// Certificate and key for STARTTLS.
    pub tls: Option<Arc<ServerConfig>>,
    /// TLS from the first byte.
    pub tls_at_once: bool,
    /// Name and password that have to be shown.
    pub credentials: Option<(String, String)>,
}

/// A message as it came.
#[derive(Debug, Clone)]
pub struct Received {
    /// The envelope's sender.
    pub from: String,
    /// The envelope's receivers.
    pub to: Vec<String>,
    /// Whether it came through TLS.
    pub through_tls: bool,
    /// The message.
    pub raw: Vec<u8>,
}

/// A mail server on a free port, gone with it.
pub struct MailServer {
    /// Where it listens.
    pub address: SocketAddr,
    shared: Arc<Shared>,
    serving: JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    manner: Mutex<Manner>,
    received: Mutex<Vec<Received>>,
    arrived: Notify,
}

impl MailServer {
    /// One that takes everything from everybody, without TLS.
    pub async fn new() -> Self {
        Self::with(MailServerOptions::default()).await
    }

    /// One that offers and demands what is asked for.
    pub async fn with(options: MailServerOptions) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port is free");
        let address = listener.local_addr().expect("a listener has an address");
        let shared = Arc::new(Shared::default());
        let theirs = shared.clone();
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (shared, options) = (theirs.clone(), options.clone());
                // A conversation that breaks off is what some tests are about.
                tokio::spawn(async move { talk(stream, &shared, &options).await });
            }
        });
        Self { address, shared, serving }
    }

    /// What it does from now on.
    pub fn behave(&self, manner: Manner) {
        *lock(&self.shared.manner) = manner;
    }

    /// All that came, the oldest first.
    pub fn received(&self) -> Vec<Received> {
        lock(&self.shared.received).clone()
    }

    /// Waits until `count` messages have come, thirty seconds at most, and gives all.
    pub async fn wait_for(&self, count: usize) -> Vec<Received> {
        let come = async {
            loop {
                let arrived = self.shared.arrived.notified();
                if lock(&self.shared.received).len() >= count {
                    return;
                }
                arrived.await;
            }
        };
        let in_time = timeout(Duration::from_secs(30), come).await.is_ok();
        let received = self.received();
        assert!(in_time, "{} of {count} messages came", received.len());
        received
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// What is decided about a conversation.
struct Talk {
    shared: Arc<Shared>,
    credentials: Option<(String, String)>,
    has_shown: bool,
    through_tls: bool,
    message: Received,
}

impl Handler for Talk {
    fn mail(&mut self, _ip: IpAddr, _domain: &str, _from: &str) -> Response {
        if self.credentials.is_some() && !self.has_shown { response::AUTHENTICATION_REQUIRED } else { response::OK }
    }

    fn rcpt(&mut self, to: &str) -> Response {
        match *lock(&self.shared.manner) {
            Manner::Refuses(status) => Response::custom(status, format!("<{to}> is not wanted here")),
            _ => response::OK,
        }
    }

    fn data_start(&mut self, _domain: &str, from: &str, _is8bit: bool, to: &[String]) -> Response {
        let through_tls = self.through_tls;
        self.message = Received { from: from.to_owned(), to: to.to_vec(), through_tls, raw: Vec::new() };
        response::OK
    }

    fn data(&mut self, line: &[u8]) -> io::Result<()> {
        self.message.raw.extend_from_slice(line);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        lock(&self.shared.received).push(self.message.clone());
        self.shared.arrived.notify_waiters();
        response::OK
    }

    fn auth_plain(&mut self, _as: &str, name: &str, password: &str) -> Response {
        self.auth_login(name, password)
    }

    fn auth_login(&mut self, name: &str, password: &str) -> Response {
        self.has_shown = self.credentials.as_ref().is_none_or(|(own, secret)| own == name && secret == password);
        if self.has_shown { response::AUTH_OK } else { response::INVALID_CREDENTIALS }
    }
}

async fn talk(stream: TcpStream, shared: &Arc<Shared>, options: &MailServerOptions) -> io::Result<()> {
    let acceptor = options.tls.clone().map(TlsAcceptor::from);
    let mut session = SessionBuilder::new("mail.test");
    if options.tls.is_some() && !options.tls_at_once {
        session.enable_start_tls();
    }
    if options.credentials.is_some() {
        session.enable_auth(AuthMechanism::Plain);
    }
    let talk = |through_tls| Talk {
        shared: shared.clone(),
        credentials: options.credentials.clone(),
        has_shown: false,
        through_tls,
        message: Received { from: String::new(), to: Vec::new(), through_tls, raw: Vec::new() },
    };
    let ip = IpAddr::V4(Ipv4Addr::LOCALHOST);
    if options.tls_at_once {
        let acceptor = acceptor.expect("TLS at once needs a certificate");
        let mut session = session.build(ip, talk(true));
        session.tls_active();
        let mut stream = BufReader::new(acceptor.accept(stream).await?);
        greet(&mut stream, &session.greeting()).await?;
        return converse(&mut stream, &mut session, shared).await.map(drop);
    }
    let mut plain = BufReader::new(stream);
    let mut first = session.build(ip, talk(false));
    greet(&mut plain, &first.greeting()).await?;
    if !converse(&mut plain, &mut first, shared).await? {
        return Ok(());
    }
    let acceptor = acceptor.expect("STARTTLS was offered with a certificate");
    let mut second = session.build(ip, talk(true));
    second.tls_active();
    let mut secret = BufReader::new(acceptor.accept(plain.into_inner()).await?);
    converse(&mut secret, &mut second, shared).await.map(drop)
}

/// Answers line by line; `true` when the other side wants TLS.
async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut BufReader<S>,
    session: &mut mailin::Session<Talk>,
    shared: &Shared,
) -> io::Result<bool> {
    let mut line = Vec::new();
    loop {
        line.clear();
        if stream.read_until(b'\n', &mut line).await? == 0 {
            return Ok(false);
        }
        let manner = *lock(&shared.manner);
        if manner == Manner::Closes {
            return Ok(false);
        }
        let taken = lock(&shared.received).len();
        let answer = session.process(&line);
        let took_it_in = lock(&shared.received).len() > taken && line == b".\r\n";
        match (manner, took_it_in) {
            (Manner::Hangs, true) => std::future::pending().await,
            (Manner::TakesAndCloses, true) => return Ok(false),
            _ => {}
        }
        greet(stream, &answer).await?;
        match answer.action {
            Action::Close => return Ok(false),
            Action::UpgradeTls => return Ok(true),
            Action::Reply | Action::NoReply => {}
        }
    }
}

async fn greet<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufReader<S>, answer: &Response) -> io::Result<()> {
    stream.get_mut().write_all(&answer.buffer()?).await?;
    stream.get_mut().flush().await
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
