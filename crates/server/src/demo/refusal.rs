//! Why the shop said no, in words that tell what to do.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::calls::Body;

/// An answer other than success.
pub(super) struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl Refusal {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    /// The request itself is wrong: 400.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", message)
    }

    /// Nobody is signed in: 401.
    pub(super) fn signed_out() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "signed_out", "Sign in first.")
    }

    /// The challenge was not completed, or for something else: 403.
    pub(super) fn not_verified(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "not_verified", message)
    }

    /// A request that did not come from the shop's own page: 403.
    pub(super) fn foreign_origin(expected: &str) -> Self {
        let message = format!("The shop answers only its own page. Open it at {expected}/demo/.");
        Self::new(StatusCode::FORBIDDEN, "foreign_origin", message)
    }

    /// A body that is not JSON: 415.
    pub(super) fn not_json() -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json", "Send the body as application/json.")
    }

    /// No such account, product or factor: 404.
    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", message)
    }

    /// What is asked for cannot be as things stand: 409.
    pub(super) fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, message)
    }

    /// The Server API could not be reached, or said something unexpected: 502.
    pub(super) fn server(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_GATEWAY, "server_unavailable", message)
    }

    /// The machine gave no random bytes: 500.
    pub(super) fn no_randomness() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", "The shop could not make an id. Try again.")
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = Body::refusal(self.code, &self.message).into_response();
        *response.status_mut() = self.status;
        response
    }
}
