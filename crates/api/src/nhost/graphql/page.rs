//! A page to try queries on, in development alone.

use std::sync::LazyLock;

use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use countersign_domain::secret;
use http::{HeaderValue, header};

const PAGE: &str = include_str!("page.html");

/// It loads nothing: its own style and its own script are in it, and run by their hashes (checklist 74).
static CSP: LazyLock<Option<HeaderValue>> = LazyLock::new(|| {
    let hash = |tag: &str| {
        let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
        let inside =
            PAGE.split_once(&open).and_then(|(_, rest)| rest.split_once(&close)).map_or("", |(inside, _)| inside);
        BASE64_STANDARD.encode(secret::sha256(inside.as_bytes()))
    };
    let policy = format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; connect-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'",
        hash("script"),
        hash("style"),
    );
    HeaderValue::from_str(&policy).ok()
});

/// `GET` of the door.
pub(super) async fn show() -> Response {
    let mut response = Html(PAGE).into_response();
    if let Some(policy) = CSP.clone() {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}
