//! The client's address: the one place that says it (decisions §5, *Client address*).

mod forwarded;
#[cfg(test)]
mod tests;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request};
use forwarded::Hop;
use http::HeaderMap;
use ipnet::IpNet;

/// The address of the peer, as the listener saw it; put into each request by the server.
pub type PeerAddress = ConnectInfo<SocketAddr>;

/// The address that limits, log and audit trail go by; the edge puts it into each request. `None` where a test calls the
/// router without a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClientAddress(pub(crate) Option<IpAddr>);

/// The networks whose word about where a request came from is believed (`server.trusted_proxies`). None by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Arc<[IpNet]>);

impl TrustedProxies {
    /// Reads addresses (`10.0.0.7`, `2001:db8::7`) and networks in CIDR form (`10.0.0.0/8`).
    ///
    /// # Errors
    ///
    /// A sentence about the first entry that is neither, or that is everybody.
    pub fn parse<'a>(entries: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let networks = entries.into_iter().map(network).collect::<Result<Vec<_>, _>>()?;
        Ok(Self(networks.into()))
    }

    /// Whether `address` is one of them.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

fn network(text: &str) -> Result<IpNet, String> {
    let address = text.parse::<IpAddr>().map(|address| IpNet::from(address.to_canonical()));
    let network = address.or_else(|_| text.parse::<IpNet>()).map_err(|_| {
        format!("{text} is neither an address nor a network: write 10.0.0.7, 10.0.0.0/8 or 2001:db8::/32")
    })?;
    if network.prefix_len() == 0 {
        return Err(format!("{text} is everybody: then any client could claim any address. Name your proxies"));
    }
    Ok(network.trunc())
}

/// The address of the peer, or the one that trusted proxies say stands behind them.
pub(super) fn of(request: &Request, trusted: &TrustedProxies) -> Option<IpAddr> {
    let peer = peer(request)?;
    Some(if trusted.contains(peer) { behind(peer, request.headers(), trusted) } else { peer })
}

/// Whether the request was handed over by a trusted proxy.
pub(super) fn by_proxy(request: &Request, trusted: &TrustedProxies) -> bool {
    peer(request).is_some_and(|peer| trusted.contains(peer))
}

fn peer(request: &Request) -> Option<IpAddr> {
    request.extensions().get::<PeerAddress>().map(|ConnectInfo(peer)| peer.ip().to_canonical())
}

/// The rightmost address that is no trusted proxy. A proxy writes one of the two headers and may pass on the other as a
/// client sent it, so two headers that disagree prove nothing: then it is the proxy's own address.
fn behind(peer: IpAddr, headers: &HeaderMap, trusted: &TrustedProxies) -> IpAddr {
    let found = [forwarded::x_forwarded_for(headers), forwarded::forwarded(headers)]
        .map(|hops| hops.map(|hops| walk(peer, &hops, trusted)));
    match found {
        [Some(one), Some(other)] if one != other => peer,
        [Some(address), _] | [None, Some(address)] => address,
        [None, None] => peer,
    }
}

/// From the peer leftwards as long as who speaks is trusted. What cannot be read ends the walk at the last trusted one.
fn walk(peer: IpAddr, hops: &[Hop], trusted: &TrustedProxies) -> IpAddr {
    let mut at = peer;
    for hop in hops.iter().rev() {
        match hop {
            Hop::Address(address) if trusted.contains(at) => at = *address,
            _ => break,
        }
    }
    at
}
