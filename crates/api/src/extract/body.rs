//! JSON bodies: bounded in size and time, an empty one read as `{}` (docs/reference/authsignal.md §1.4).

use std::time::Duration;

use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// Most bytes of an ordinary body (decisions §4).
const ORDINARY: usize = 64 * 1024;
/// Most bytes of a body that holds a credential.
const CEREMONY: usize = 256 * 1024;
/// How long a body may take to arrive. A client that promises more bytes than it sends would wait for ever
/// (docs/reference/authsignal.md §1.6).
const ARRIVAL: Duration = Duration::from_secs(10);

/// A body of at most 64 KiB.
pub(crate) struct JsonBody<T>(pub(crate) T);

/// A body of at most 256 KiB: it holds a credential.
pub(crate) struct CeremonyBody<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        read(request, ORDINARY).await.map(Self)
    }
}

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for CeremonyBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        read(request, CEREMONY).await.map(Self)
    }
}

async fn read<T: DeserializeOwned>(request: Request, limit: usize) -> Result<T, Problem> {
    let bytes = collect(request, limit).await?;
    let blank = bytes.iter().all(u8::is_ascii_whitespace);
    let text: &[u8] = if blank { b"{}" } else { &bytes };
    serde_json::from_slice(text).map_err(|error| {
        let what = error.to_string().chars().filter(|c| !c.is_control()).take(300).collect::<String>();
        Problem::invalid(format!("The body is not the JSON this call takes: {what}."))
    })
}

async fn collect(request: Request, limit: usize) -> Result<Bytes, Problem> {
    let body = Limited::new(request.into_body(), limit);
    match tokio::time::timeout(ARRIVAL, body.collect()).await {
        Err(_) => {
            Err(Problem::invalid("The body did not arrive within ten seconds. Is Content-Length larger than the body?"))
        }
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Problem::too_large(limit)),
        Ok(Err(_)) => Err(Problem::invalid("The body could not be read.")),
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
    }
}
