//! Ports of 127.0.0.1.

use std::io;
use std::net::TcpListener;

/// A port that nobody listens on now.
pub(crate) fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
