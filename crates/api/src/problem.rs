//! Errors on the wire (decisions §4): JSON with `error`, `errorCode` (the same code), `errorDescription`, `requestId`.
//!
//! A handler returns a [`Problem`]; the edge renders it, because only the edge knows the request's id.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use countersign_domain::Error;
use countersign_domain::account::Refused;
use countersign_domain::clock::Span;
use http::{HeaderValue, StatusCode, header};

use crate::openapi::ErrorBody;

/// An error as clients see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    description: String,
    step: Option<&'static str>,
    retry_after: Option<Span>,
    /// Whether who calls has shown who they are: what is refused is something that they brought along.
    pub(crate) is_of_known_caller: bool,
    /// Where an account was refused something: the Nhost door has names of its own for that.
    refused: Option<Refused>,
    /// For the log alone.
    pub(crate) internal: Option<String>,
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, description: impl Into<String>) -> Self {
        Self {
            status,
            code,
            description: description.into(),
            step: None,
            retry_after: None,
            is_of_known_caller: false,
            refused: None,
            internal: None,
        }
    }

    /// 400 `invalid_request`.
    pub(crate) fn invalid(description: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", description)
    }

    /// 413 `payload_too_large`.
    pub(crate) fn too_large(limit: usize) -> Self {
        let description = format!("The body is larger than {} KiB.", limit / 1024);
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large", description)
    }

    /// 408 `invalid_request`: the body did not arrive in time.
    pub(crate) fn too_slow(limit: Duration) -> Self {
        let seconds = limit.as_secs();
        let description =
            format!("The body did not arrive within {seconds} seconds. Is Content-Length larger than the body?");
        Self::new(StatusCode::REQUEST_TIMEOUT, "invalid_request", description)
    }

    /// 414 `invalid_request`.
    pub(crate) fn target_too_long(limit: usize) -> Self {
        let description = format!("The address is longer than {} KiB.", limit / 1024);
        Self::new(StatusCode::URI_TOO_LONG, "invalid_request", description)
    }

    /// 431 `invalid_request`.
    pub(crate) fn headers_too_large(count: usize, bytes: usize) -> Self {
        let description = format!("There are more than {count} headers, or more than {} KiB of them.", bytes / 1024);
        Self::new(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "invalid_request", description)
    }

    /// 401 by this code of a token that a backend was shown and asks about. The backend itself is no stranger, and pays for nobody's
    /// guessing (checklist 85).
    pub(crate) fn worthless_token(code: &'static str, description: &str) -> Self {
        Self { is_of_known_caller: true, ..Self::new(StatusCode::UNAUTHORIZED, code, description) }
    }

    /// 503 `unavailable`; `internal` is for the log alone.
    pub(crate) fn unavailable(internal: String) -> Self {
        Error::Unavailable(internal).into()
    }

    /// 503 `unavailable` that says why to who operates the server, such as a balancer's page.
    pub fn not_ready(description: &str) -> Self {
        Self {
            retry_after: Some(Span::seconds(1)),
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", description)
        }
    }

    /// The code of the closed list.
    pub(crate) fn code(&self) -> &'static str {
        self.code
    }

    /// What an account was refused for.
    pub(crate) fn refused(&self) -> Option<Refused> {
        self.refused
    }

    /// What happened and what to do.
    pub(crate) fn description(&self) -> &str {
        &self.description
    }

    /// The status.
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// When it is worth another try: whole seconds, at least one.
    pub(crate) fn retry_after_seconds(&self) -> Option<i64> {
        self.retry_after.map(|span| (span.0.max(1) + 999) / 1000)
    }

    /// The answer, with the id of its request.
    pub(crate) fn render(&self, request_id: &str) -> Response {
        let body = ErrorBody {
            error: self.code,
            error_code: self.code,
            error_description: &self.description,
            step: self.step,
            request_id,
        };
        let mut response = (self.status, axum::Json(body)).into_response();
        if let Some(seconds) = self.retry_after_seconds() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            // `Basic` makes a browser ask for a password in front of the page whose token has expired.
            let challenge = match self.code {
                "unauthorized" => "Basic realm=\"Countersign\"",
                _ => "Bearer realm=\"Countersign\", error=\"invalid_token\"",
            };
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        response
    }
}

impl IntoResponse for Problem {
    /// A bare answer that carries the problem to the edge.
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let description = error.to_string();
        let new = |status, code| Self::new(status, code, description.clone());
        match error {
            Error::Unauthorized => new(StatusCode::UNAUTHORIZED, "unauthorized"),
            Error::InvalidToken => new(StatusCode::UNAUTHORIZED, "invalid_token"),
            Error::ExpiredToken => new(StatusCode::UNAUTHORIZED, "expired_token"),
            Error::InsufficientScope(_) => new(StatusCode::FORBIDDEN, "insufficient_scope"),
            Error::OriginNotAllowed(_) => new(StatusCode::FORBIDDEN, "origin_not_allowed"),
            Error::NotFound(_) => new(StatusCode::NOT_FOUND, "not_found"),
            Error::ChangedSince => new(StatusCode::PRECONDITION_FAILED, "invalid_request"),
            Error::InvalidRequest(_) => new(StatusCode::BAD_REQUEST, "invalid_request"),
            Error::Ceremony(refusal) => {
                Self { step: Some(refusal.step.code()), ..new(StatusCode::BAD_REQUEST, "invalid_request") }
            }
            Error::InvalidCredential(_) => new(StatusCode::BAD_REQUEST, "invalid_credential"),
            Error::UnknownCredential => new(StatusCode::BAD_REQUEST, "unknown_credential"),
            Error::InvalidConfiguration(_) => new(StatusCode::BAD_REQUEST, "invalid_configuration"),
            Error::AttestationRefused(_) => new(StatusCode::BAD_REQUEST, "attestation_refused"),
            Error::LastFactor => new(StatusCode::CONFLICT, "last_factor"),
            Error::DeliveryFailed(_) => new(StatusCode::BAD_GATEWAY, "delivery_failed"),
            Error::Account(refused) => {
                Self { refused: Some(refused), ..new(StatusCode::FORBIDDEN, "insufficient_scope") }
            }
            Error::TooMany { retry_after } => {
                Self { retry_after: Some(retry_after), ..new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests") }
            }
            Error::Unavailable(_) => Self {
                retry_after: Some(Span::seconds(2)),
                internal: Some(description),
                ..Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "unavailable",
                    "The service is not available. Try again shortly.",
                )
            },
            Error::Internal(_) => Self {
                internal: Some(description),
                ..Self::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "internal_error",
                    "Something went wrong on our side. Report the requestId.",
                )
            },
        }
    }
}

/// Every path we do not serve.
pub(crate) async fn no_such_path() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "not_found", "There is no such path. See /docs/ for the API.")
}

/// Every method a path does not have.
pub(crate) async fn no_such_method() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "invalid_request",
        "This path has no such method. See /docs/ for the API.",
    )
}
