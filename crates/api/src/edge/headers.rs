//! Headers of every answer, and texts made safe for logs.

use http::{HeaderMap, HeaderName, HeaderValue, header};

const CORP: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// What every answer says (checklist 74). What does not say how long it may be kept is not kept: an address may hold a token. A page that needs more says it itself, and is not overruled.
pub(super) fn apply(headers: &mut HeaderMap, path: &str, is_https: bool) {
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
    ];
    for (name, value) in fixed {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if is_https {
        let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.entry(header::STRICT_TRANSPORT_SECURITY).or_insert(year);
    }
    // For programs of other sites: operating systems and browsers read and keep these.
    if path.starts_with("/.well-known/") {
        return;
    }
    // A page of another site that asks without CORS gets nothing into its process.
    headers.entry(CORP).or_insert(HeaderValue::from_static("same-origin"));
    let no_store = HeaderValue::from_static("no-store");
    if path.starts_with("/v1/") {
        headers.insert(header::CACHE_CONTROL, no_store);
    } else {
        headers.entry(header::CACHE_CONTROL).or_insert(no_store);
    }
}

/// A header as text of at most 512 characters without control characters (checklist 91).
pub(super) fn readable(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).chars().filter(|c| !c.is_control()).take(512).collect()
}

/// A path for the log: it may hold ids, which are cut to a length, and no control characters.
pub(super) fn loggable(path: &str) -> String {
    path.chars().filter(|c| !c.is_control()).take(200).collect()
}
