//! The listener.

use std::io;
use std::net::SocketAddr;

use anyhow::{Context as _, Result};
use socket2::{SockFilter, SockRef};
use tokio::net::{TcpListener, TcpSocket};

/// Connections that the system keeps until they are accepted; it may keep fewer (`net.core.somaxconn`).
const BACKLOG: u32 = 1024;

/// Listens on `address`, which is configured as `key`. With `reuse_port` a second process may listen there too.
///
/// # Errors
/// Names the configuration key.
pub(crate) fn listen(key: &str, address: SocketAddr, reuse_port: bool) -> Result<TcpListener> {
    bind(address, reuse_port).with_context(|| format!("cannot listen on {address} ({key})"))
}

fn bind(address: SocketAddr, reuse_port: bool) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A restart does not wait for the old process' connections to be forgotten.
    socket.set_reuseaddr(true)?;
    socket.set_reuseport(reuse_port)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// From now on the system answers no newcomer, while who has begun to connect goes on to be accepted. Closing the listener
/// at once would reset those; a newcomer asks again after a second and is refused then, or finds the next process.
pub(super) fn turn_newcomers_away(listener: &TcpListener) -> io::Result<()> {
    // A classic BPF program over the TCP header: of byte 13 the bits ACK and SYN; a packet with SYN alone is dropped.
    SockRef::from(listener).attach_filter(&[
        SockFilter::new(0x30, 0, 0, 13),
        SockFilter::new(0x54, 0, 0, 0x12),
        SockFilter::new(0x15, 0, 1, 0x02),
        SockFilter::new(0x06, 0, 0, 0),
        SockFilter::new(0x06, 0, 0, u32::MAX),
    ])
}
