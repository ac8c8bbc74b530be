//! The front of a running server: crowds, slow clients, proxies, stopping.

mod crowd;
mod flood;
mod frames;
mod frozen;
mod log_lines;
mod memory;
mod metrics;
mod overload;
mod patience;
mod proxies;
mod stopping;
mod tls;
mod unread_log;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::program::Server;

/// Far longer than anything takes, also on a loaded machine.
const LONG: Duration = Duration::from_secs(30);

/// A connection that says nothing yet.
fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.address()).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    stream
}

/// Sends a request on a connection that stays open.
fn send(stream: &mut TcpStream, path: &str) {
    write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
}

/// The status of the next answer, and its text.
fn answer(stream: &mut TcpStream) -> (u16, String) {
    let mut text = Vec::new();
    let mut byte = [0];
    while !text.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|length| length == 1) {
        text.push(byte[0]);
    }
    let mut text = String::from_utf8(text).unwrap();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |n| n.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    text.push_str(&String::from_utf8(body).unwrap());
    (text.get(9..12).and_then(|status| status.parse().ok()).unwrap_or_default(), text)
}

/// Whether the server has closed the connection, within [`LONG`].
fn is_closed(stream: &mut TcpStream) -> bool {
    let mut rest = [0; 1024];
    loop {
        match stream.read(&mut rest) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) => return error.kind() == std::io::ErrorKind::ConnectionReset,
        }
    }
}
