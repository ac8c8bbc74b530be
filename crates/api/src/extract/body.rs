//! JSON bodies: bounded in size, an empty one read as `{}` (docs/reference/authsignal.md §1.4). The edge has waited for them
//! to arrive.

use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use crate::edge::BODY;
use crate::problem::Problem;

/// Most bytes of an ordinary body (decisions §4).
const ORDINARY: usize = 64 * 1024;
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
        read(request, BODY).await.map(Self)
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
    match Limited::new(request.into_body(), limit).collect().await {
        Err(error) if error.is::<LengthLimitError>() => Err(Problem::too_large(limit)),
        Err(_) => Err(Problem::invalid("The body could not be read.")),
        Ok(collected) => Ok(collected.to_bytes()),
    }
}
