//! A page to try queries on, in development alone.

use axum::response::{Html, IntoResponse, Response};
use http::{HeaderValue, header};

/// It loads nothing; its own style and script are in it.
const CSP: &str = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// `GET` of the door.
pub(super) async fn show() -> Response {
    let mut response = Html(include_str!("page.html")).into_response();
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CSP));
    response
}
