//! The client's address.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Request};

/// The address of the peer, as the listener saw it; put into each request by the server.
pub type PeerAddress = ConnectInfo<SocketAddr>;

/// The address that limits and the audit trail go by. No forwarding header is believed: none can be until the operator
/// says which proxies to trust.
pub(super) fn of(request: &Request) -> Option<IpAddr> {
    request.extensions().get::<PeerAddress>().map(|ConnectInfo(peer)| peer.ip().to_canonical())
}
