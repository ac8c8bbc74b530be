//! Errors as Hasura words them: status 200, `errors` with a message, a code and a path into the query (docs/reference/graphql.md §5).

use std::fmt;

use axum::Json;
use axum::response::{IntoResponse, Response};
use countersign_domain::Error;
use serde_json::{Value, json};

/// Why a query is not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    code: &'static str,
    message: String,
    path: String,
}

impl Refusal {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), path: "$".to_owned() }
    }

    /// Something the query says that the role's schema does not have, or not so.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new("validation-failed", message)
    }

    /// Not there, or not for this role: which of the two is not told.
    pub(super) fn no_field(field: &str, of: &str, path: &str) -> Self {
        let message = format!("field '{field}' not found in type: '{of}'");
        Self { path: path.to_owned(), ..Self::invalid(message) }
    }

    pub(super) fn at(self, path: impl Into<String>) -> Self {
        Self { path: path.into(), ..self }
    }

    fn json(&self) -> Value {
        json!({ "message": self.message, "extensions": { "path": self.path, "code": self.code } })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        Json(json!({ "errors": [self.json()] })).into_response()
    }
}

/// A command's refusal as a query's. `Err` where nothing is wrong with the query: the edge answers that, with its status.
pub(super) fn of_command(error: Error) -> Result<Refusal, Error> {
    let text = error.to_string();
    Ok(match error {
        Error::InvalidRequest(_) => Refusal::invalid(text),
        Error::InsufficientScope(_) => Refusal::new("access-denied", text),
        Error::LastFactor => Refusal::new("permission-error", text),
        Error::NotFound(_) => Refusal::new("not-found", text),
        other => return Err(other),
    })
}
