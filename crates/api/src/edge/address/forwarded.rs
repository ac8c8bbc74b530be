//! What proxies say of those they speak for: `X-Forwarded-For`, and `Forwarded` (RFC 7239). Only read when the peer is
//! trusted; each hop is one entry, the newest last.

use std::net::{IpAddr, Ipv6Addr};

use http::{HeaderMap, HeaderName, header};

static X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// One entry of such a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hop {
    /// An address; its port is dropped.
    Address(IpAddr),
    /// `unknown`, a name of the proxy's own (RFC 7239 §6.3), or malformed.
    Unreadable,
}

/// The hops of all `X-Forwarded-For` lines, or `None` without such a header. Entries are addresses with or without a port;
/// IPv6 may stand in brackets.
pub(super) fn x_forwarded_for(headers: &HeaderMap) -> Option<Vec<Hop>> {
    lines(headers, &X_FORWARDED_FOR, |line| entries(line, ',').map(|entry| hop(address(entry))).collect())
}

/// The hops of all `Forwarded` lines, or `None` without such a header.
pub(super) fn forwarded(headers: &HeaderMap) -> Option<Vec<Hop>> {
    lines(headers, &header::FORWARDED, |line| match split(line, ',') {
        Some(elements) => elements.iter().map(|element| hop(node(element))).collect(),
        None => vec![Hop::Unreadable],
    })
}

/// Several lines are one list (RFC 9110 §5.3).
fn lines(headers: &HeaderMap, name: &HeaderName, read: impl Fn(&str) -> Vec<Hop>) -> Option<Vec<Hop>> {
    headers.contains_key(name).then(|| {
        let lines = headers.get_all(name).iter();
        lines.flat_map(|line| line.to_str().map_or_else(|_| vec![Hop::Unreadable], &read)).collect()
    })
}

fn hop(address: Option<IpAddr>) -> Hop {
    address.map_or(Hop::Unreadable, |address| Hop::Address(address.to_canonical()))
}

/// The parts of a list; empty ones do not count (RFC 9110 §5.6.1).
fn entries(text: &str, mark: char) -> impl Iterator<Item = &str> {
    text.split(mark).map(|part| part.trim_matches([' ', '\t'])).filter(|part| !part.is_empty())
}

/// `192.0.2.1`, `192.0.2.1:443`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:443`.
fn address(text: &str) -> Option<IpAddr> {
    text.parse().ok().or_else(|| with_port(text, is_port))
}

fn with_port(text: &str, is_port: impl Fn(&str) -> bool) -> Option<IpAddr> {
    if let Some(rest) = text.strip_prefix('[') {
        let (inside, rest) = rest.split_once(']')?;
        let is_good = rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port);
        return inside.parse::<Ipv6Addr>().ok().filter(|_| is_good).map(IpAddr::V6);
    }
    let (host, port) = text.split_once(':')?;
    host.parse().ok().filter(|_| is_port(port)).map(IpAddr::V4)
}

fn is_port(text: &str) -> bool {
    (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The `for` of one element of `Forwarded` (RFC 7239 §4 and §6).
fn node(element: &str) -> Option<IpAddr> {
    let mut found = None;
    for pair in split(element, ';')? {
        let (name, value) = pair.split_once('=')?;
        if name.eq_ignore_ascii_case("for") && found.replace(value).is_some() {
            return None;
        }
    }
    let value = found?;
    let Some(quoted) = value.strip_prefix('"') else {
        // A bare value is a token (RFC 9110 §5.6.2): it has neither colon nor brackets.
        return value.parse().ok().filter(IpAddr::is_ipv4);
    };
    let text = quoted.strip_suffix('"')?;
    let is_hidden = |port: &str| port.strip_prefix('_').is_some_and(|name| !name.is_empty());
    let address = text.parse().ok().filter(IpAddr::is_ipv4);
    address.or_else(|| with_port(text, |port| is_port(port) || is_hidden(port)))
}

/// The parts between marks that stand outside quotes, without empty ones; `None` when a quote is left open.
fn split(text: &str, mark: char) -> Option<Vec<&str>> {
    let (mut parts, mut from) = (Vec::new(), 0);
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            _ if character == mark && !is_quoted => {
                parts.push(&text[from..at]);
                from = at + mark.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    let parts = parts.into_iter().map(|part| part.trim_matches([' ', '\t'])).filter(|part| !part.is_empty());
    (!is_quoted).then(|| parts.collect())
}
