//! The name that a request has in its answer, in the log and in the audit trail.

use axum::extract::Request;
use countersign_domain::secret;
use http::HeaderName;

pub(super) static HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// What a trusted proxy calls the request, if that is harmless: letters, digits, `-`, `_`, `.`, eight to 64 of them. Else 16
/// random characters of our own. A stranger's choice is never taken: it would let him make two requests look like one.
pub(super) fn of(request: &Request, is_by_proxy: bool) -> String {
    let given = request.headers().get(&HEADER).filter(|_| is_by_proxy).and_then(|value| value.to_str().ok());
    given.filter(|text| is_harmless(text)).map_or_else(|| secret::base64url(&secret::random::<12>()), str::to_owned)
}

fn is_harmless(text: &str) -> bool {
    let is_good = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (8..=64).contains(&text.len()) && text.bytes().all(is_good)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    #[test]
    fn a_proxys_harmless_id_is_kept_and_nobody_elses() {
        let named = |id: &str, is_by_proxy| {
            let request = Request::builder().header(&HEADER, id).body(Body::empty()).unwrap();
            of(&request, is_by_proxy) == id
        };
        for id in ["8f1c2a9e-0d4b-4c59-9f10-3f2f8f6f3a11", "a.b_c-12", &"x".repeat(64)] {
            assert!(named(id, true) && !named(id, false), "{id}");
        }
        for id in ["", "short", "has space", "{\"json\":1}", "new\tline", "caf\u{e9}-cafe", &"x".repeat(65)] {
            assert!(!named(id, true), "{id}");
        }
    }
}
