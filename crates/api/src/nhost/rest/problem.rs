//! Refusals in the words of the original: `{error, message, status}` (docs/reference/nhost.md §6).

use axum::Json;
use axum::response::{IntoResponse, Response};
use countersign_domain::account::Refused;
use http::{HeaderValue, StatusCode, header};

use super::wire::ErrorBody;
use crate::problem::Problem;

/// The answer to a refused request of this door.
pub(crate) fn problem(problem: &Problem) -> Response {
    let (status, error, message) = if let Some(refused) = problem.refused() {
        said(refused)
    } else {
        let (error, message) = named(problem);
        (status(problem), error, message)
    };
    let reason = (status == StatusCode::BAD_REQUEST && error == "invalid-request").then(|| problem.description());
    let body = ErrorBody { error, message, status: status.as_u16(), reason };
    let mut response = (status, Json(body)).into_response();
    if let Some(seconds) = problem.retry_after_seconds() {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if status == StatusCode::UNAUTHORIZED && problem.refused().is_none() {
        let challenge = HeaderValue::from_static("Bearer realm=\"Countersign\", error=\"invalid_token\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

/// Names and sentences that clients match.
const fn said(refused: Refused) -> (StatusCode, &'static str, &'static str) {
    const BAD: StatusCode = StatusCode::BAD_REQUEST;
    const NO: StatusCode = StatusCode::UNAUTHORIZED;
    match refused {
        Refused::SignUpOff => (StatusCode::FORBIDDEN, "signup-disabled", "Sign up is disabled"),
        Refused::UnknownAddress => (NO, "invalid-email-password", "Incorrect email or password"),
        Refused::Unverified => (NO, "unverified-user", "User is not verified."),
        Refused::Disabled => (NO, "disabled-user", "User is disabled"),
        Refused::RefreshToken => (NO, "invalid-refresh-token", "Invalid or expired refresh token"),
        Refused::Code => (NO, "invalid-ticket", "Invalid or expired code"),
        Refused::AddressTaken => (StatusCode::CONFLICT, "email-already-in-use", "Email already in use"),
        Refused::AlreadyVerified => (BAD, "email-already-verified", "User's email is already verified"),
        Refused::Redirect => (BAD, "redirectTo-not-allowed", "The value of \"options.redirectTo\" is not allowed."),
        Refused::Role => (BAD, "role-not-allowed", "Role not allowed"),
        Refused::DefaultRole => (BAD, "default-role-must-be-in-allowed-roles", "Default role must be in allowed roles"),
        Refused::ProofWanted => (
            StatusCode::FORBIDDEN,
            "elevated-claim-required",
            "Elevated claim required. Prove yourself anew with POST /elevate/webauthn, then try again.",
        ),
    }
}

/// What the original answers 409 for is what is not switched on here.
fn status(problem: &Problem) -> StatusCode {
    match problem.code() {
        "invalid_configuration" => StatusCode::CONFLICT,
        _ => problem.status(),
    }
}

fn named(problem: &Problem) -> (&'static str, &str) {
    let own = problem.description();
    match (problem.code(), problem.status()) {
        (_, StatusCode::METHOD_NOT_ALLOWED) => ("method-not-allowed", own),
        ("invalid_configuration", _) => ("disabled-endpoint", "This endpoint is disabled"),
        ("unauthorized" | "invalid_token" | "expired_token", _) => {
            ("unauthorized", "The access token is missing, malformed, expired, or its session has ended.")
        }
        ("insufficient_scope", _) => ("forbidden", own),
        ("origin_not_allowed", _) => ("origin-not-allowed", own),
        ("not_found", _) => ("not-found", own),
        ("last_factor", _) => ("last-factor", own),
        ("payload_too_large", _) => ("payload-too-large", own),
        ("too_many_requests", _) => ("too-many-requests", own),
        ("delivery_failed", _) => ("cannot-send-email", own),
        ("unavailable", _) => ("service-unavailable", own),
        ("internal_error", _) => ("internal-server-error", "Internal server error"),
        (_, StatusCode::BAD_REQUEST) => ("invalid-request", "The request payload is incorrect"),
        _ => ("invalid-request", own),
    }
}
