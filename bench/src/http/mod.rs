//! HTTP/1.1 as a load generator needs it: requests that are bytes already, one connection, one answer at a time.
//!
//! The generator shares two cores with the server it measures, so what it spends on a call is taken from the server.

mod answer;

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpSocket, TcpStream};

pub(crate) use answer::Answer;

/// What a browser's page sends with every call, the same to every server under test.
const BROWSER: &str = "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36\r\n\
    Accept: application/json\r\nAccept-Language: en-GB,en;q=0.9\r\nSec-Fetch-Site: same-site\r\nSec-Fetch-Mode: cors\r\n\
    Sec-Fetch-Dest: empty\r\n";

/// The head of a call from a page of `origin`, up to where `headers` (each with its line end) may be added.
pub(crate) fn head(method: &str, path: &str, host: &str, origin: &str, headers: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\n{BROWSER}{headers}")
}

/// Ends a head with the length of a JSON body, and appends the body.
pub(crate) fn finish(head: &str, body: &[u8], out: &mut Vec<u8>) {
    out.clear();
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(
        format!("Content-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len()).as_bytes(),
    );
    out.extend_from_slice(body);
}

/// The header that brings back the cookies of an answer.
pub(crate) fn cookies(answer: &Answer) -> String {
    let pairs: Vec<&str> = answer.headers("set-cookie").filter_map(|cookie| cookie.split(';').next()).collect();
    if pairs.is_empty() { String::new() } else { format!("Cookie: {}\r\n", pairs.join("; ")) }
}

/// A connection that is kept.
pub(crate) struct Connection {
    stream: TcpStream,
    answer: Answer,
}

impl Connection {
    /// Connects from any address of this machine.
    pub(crate) async fn open(to: SocketAddr) -> io::Result<Self> {
        Self::open_from(IpAddr::V4(Ipv4Addr::UNSPECIFIED), to).await
    }

    /// Connects from one address: the whole of 127.0.0.0/8 is this machine's.
    pub(crate) async fn open_from(from: IpAddr, to: SocketAddr) -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        if !from.is_unspecified() {
            socket.bind(SocketAddr::new(from, 0))?;
        }
        let stream = socket.connect(to).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, answer: Answer::default() })
    }

    /// Sends a request and reads its answer.
    pub(crate) async fn call(&mut self, request: &[u8]) -> io::Result<&Answer> {
        self.stream.write_all(request).await?;
        self.answer.read(&mut self.stream).await?;
        Ok(&self.answer)
    }

    /// Whether the last answer said that the server closes.
    pub(crate) fn is_closing(&self) -> bool {
        self.answer.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"))
    }
}
