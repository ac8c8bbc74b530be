//! Whose address a request has, as a table: trusted are 10.0.0.0/8 and `2001:db8:aaaa::/48`, the peer is a proxy.

use axum::body::Body;

use super::*;

const PROXY: &str = "10.0.0.1";

fn trusted() -> TrustedProxies {
    TrustedProxies::parse(["10.0.0.0/8", "2001:db8:aaaa::/48"]).unwrap()
}

/// The address of a request that `peer` hands over with these header lines.
fn seen(peer: &str, lines: &[(&str, &[u8])], trusted: &TrustedProxies) -> String {
    let mut request = Request::builder();
    for (name, value) in lines {
        request = request.header(*name, *value);
    }
    let mut request = request.body(Body::empty()).unwrap();
    request.extensions_mut().insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 4711)));
    of(&request, trusted).unwrap().to_string()
}

#[test]
fn x_forwarded_for_is_walked_from_the_right_to_the_first_who_is_not_trusted() {
    let table: &[(&[&str], &str)] = &[
        (&["203.0.113.9"], "203.0.113.9"),
        (&["  203.0.113.9\t"], "203.0.113.9"),
        (&["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
        (&["198.51.100.1,203.0.113.9,10.2.3.4"], "203.0.113.9"),
        (&["198.51.100.1, 203.0.113.9, 10.2.3.4, 10.0.0.9"], "203.0.113.9"),
        (&["10.9.9.9, 203.0.113.9"], "203.0.113.9"),
        (&["10.1.1.1, 10.2.2.2"], "10.1.1.1"),
        (&["198.51.100.1", "203.0.113.9"], "203.0.113.9"),
        (&["198.51.100.1, 203.0.113.9", "10.2.3.4"], "203.0.113.9"),
        (&["203.0.113.9:50123"], "203.0.113.9"),
        (&["2001:db8::9"], "2001:db8::9"),
        (&["[2001:db8::9]"], "2001:db8::9"),
        (&["[2001:db8::9]:50123"], "2001:db8::9"),
        (&["203.0.113.9, 2001:db8:aaaa::5"], "203.0.113.9"),
        (&["::ffff:203.0.113.9"], "203.0.113.9"),
        (&["203.0.113.9, ::ffff:10.4.4.4"], "203.0.113.9"),
        (&["198.51.100.1,, 203.0.113.9 ,"], "203.0.113.9"),
        // Nothing to go by, or nothing that can be read: the last who is trusted.
        (&[""], PROXY),
        (&["unknown"], PROXY),
        (&["203.0.113.9, unknown"], PROXY),
        (&["203.0.113.9, _hidden, 10.2.3.4"], "10.2.3.4"),
        (&["203.0.113.256"], PROXY),
        (&["0203.0.113.9"], PROXY),
        (&["203.0.113.9:"], PROXY),
        (&["203.0.113.9:123456"], PROXY),
        (&["[203.0.113.9]"], PROXY),
        (&["[2001:db8::9"], PROXY),
        (&["fe80::1%eth0"], PROXY),
        (&["\"203.0.113.9\""], PROXY),
        (&["203.0.113.9 198.51.100.1"], PROXY),
        (&["shop.example"], PROXY),
        (&["203.0.113.9; drop"], PROXY),
    ];
    for (lines, expected) in table {
        let lines: Vec<_> = lines.iter().map(|line| ("x-forwarded-for", line.as_bytes())).collect();
        assert_eq!(seen(PROXY, &lines, &trusted()), *expected, "{lines:?}");
    }
    assert_eq!(seen(PROXY, &[("x-forwarded-for", b"203.0.113.9, \xff")], &trusted()), PROXY);
}

#[test]
fn forwarded_is_read_as_rfc_7239_writes_it() {
    let table: &[(&[&str], &str)] = &[
        (&["for=203.0.113.9"], "203.0.113.9"),
        (&["For=203.0.113.9;proto=https;by=10.0.0.1"], "203.0.113.9"),
        (&["proto=https; for=\"203.0.113.9:4711\""], "203.0.113.9"),
        (&["for=\"[2001:db8::9]\""], "2001:db8::9"),
        (&["for=\"[2001:db8::9]:4711\""], "2001:db8::9"),
        (&["for=\"[2001:db8::9]:_port\""], "2001:db8::9"),
        (&["for=198.51.100.1, for=203.0.113.9;host=\"a,b;c\", for=10.2.3.4"], "203.0.113.9"),
        (&["for=198.51.100.1", "for=203.0.113.9"], "203.0.113.9"),
        (&["for=203.0.113.9;;,"], "203.0.113.9"),
        (&["for=203.0.113.9;host=\"\\\"\""], "203.0.113.9"),
        (&["for=unknown"], PROXY),
        (&["for=203.0.113.9, for=_secret"], PROXY),
        (&["for=203.0.113.9, proto=https"], PROXY),
        (&["for=203.0.113.9;for=198.51.100.1"], PROXY),
        (&["for=203.0.113.9, for"], PROXY),
        (&["for=[2001:db8::9]"], PROXY),
        (&["for=203.0.113.9:4711"], PROXY),
        (&["for=\"2001:db8::9\""], PROXY),
        (&["for=\"203.0.113.9"], PROXY),
        // A quote that a client leaves open swallows what the proxy appends: nothing of the line is believed.
        (&["for=\"198.51.100.1, for=203.0.113.9"], PROXY),
        (&["for=\"198.51.100.1, for=\"[2001:db8::9]\""], PROXY),
    ];
    for (lines, expected) in table {
        let lines: Vec<_> = lines.iter().map(|line| ("forwarded", line.as_bytes())).collect();
        assert_eq!(seen(PROXY, &lines, &trusted()), *expected, "{lines:?}");
    }
}

#[test]
fn two_headers_count_when_they_agree() {
    let both = |x: &[u8], rfc: &[u8]| seen(PROXY, &[("x-forwarded-for", x), ("forwarded", rfc)], &trusted());
    assert_eq!(both(b"203.0.113.9, 10.2.3.4", b"for=203.0.113.9"), "203.0.113.9");
    assert_eq!(both(b"203.0.113.9", b"for=198.51.100.1"), PROXY);
    assert_eq!(both(b"203.0.113.9", b"for=unknown"), PROXY);
}

#[test]
fn who_is_not_trusted_is_not_believed() {
    let claims: [(&str, &[u8]); 2] = [("x-forwarded-for", b"203.0.113.9"), ("forwarded", b"for=203.0.113.9")];
    for claim in claims {
        assert_eq!(seen("192.0.2.1", &[claim], &trusted()), "192.0.2.1");
        assert_eq!(seen(PROXY, &[claim], &TrustedProxies::default()), PROXY, "nobody is trusted by default");
        // A listener on `::` sees IPv4 peers as mapped addresses.
        assert_eq!(seen("::ffff:10.0.0.1", &[claim], &trusted()), "203.0.113.9");
        assert_eq!(seen("2001:db8:aaaa::1", &[claim], &trusted()), "203.0.113.9");
    }
}

#[test]
fn networks_are_read_and_everybody_is_refused() {
    let one = TrustedProxies::parse(["192.0.2.1", "2001:db8::1", "::ffff:192.0.2.9", "10.1.2.3/8"]).unwrap();
    for (address, is_trusted) in
        [("192.0.2.1", true), ("192.0.2.2", false), ("2001:db8::1", true), ("192.0.2.9", true), ("10.200.0.1", true)]
    {
        assert_eq!(one.contains(address.parse().unwrap()), is_trusted, "{address}");
    }
    for entry in ["", "proxy.example", "10.0.0.0/33", "10.0.0.0/8/8", "0.0.0.0/0", "::/0", "10.0.0.0-10.0.0.9"] {
        let error = TrustedProxies::parse(["10.0.0.0/8", entry]).unwrap_err();
        assert!(error.starts_with(entry), "{error}");
    }
}
