//! What a request may be at most before anything is done with it (checklist 83).

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use bytes::Bytes;
use http_body::Body as _;
use http_body_util::BodyExt as _;

use super::bodies::{Bodies, Held};
use crate::problem::Problem;

/// Most bytes of a request's target. Browsers and proxies agree on 8 KiB; lists of credential ids ask for more.
const TARGET: usize = 16 * 1024;
/// Most bytes of all header names and values.
const HEADERS: usize = 32 * 1024;
/// Most headers.
const HEADER_COUNT: usize = 100;
/// Most bytes of any body: one that holds a credential (decisions §4). Ordinary ones are held to less where they are read.
pub(crate) const BODY: usize = 256 * 1024;
/// How long a body may take to arrive. A client that promises more bytes than it sends would wait for ever
/// (docs/reference/authsignal.md §1.6).
const ARRIVAL: Duration = Duration::from_secs(10);

/// Refuses what is too long, and zero bytes.
pub(super) fn check(request: &Request) -> Result<(), Problem> {
    let target = request.uri().path_and_query().map_or("", |target| target.as_str());
    if target.len() > TARGET {
        return Err(Problem::target_too_long(TARGET));
    }
    let headers = request.headers();
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if headers.len() > HEADER_COUNT || bytes > HEADERS {
        return Err(Problem::headers_too_large(HEADER_COUNT, HEADERS));
    }
    // PostgreSQL keeps no text with a zero byte, so no id has one: refused here, once for all paths and queries.
    if target.contains("%00") {
        return Err(Problem::invalid("The address holds a zero byte (%00)."));
    }
    Ok(())
}

/// The request with its whole body in memory, so that nobody waits for a slow client while holding a place among the
/// requests that are worked on; and the room it takes.
pub(super) async fn arrive(request: Request, bodies: &Bodies) -> Result<(Request, Held), Problem> {
    let mut held = bodies.hold();
    if request.body().is_end_stream() {
        return Ok((request, held));
    }
    if request.body().size_hint().lower() > BODY as u64 {
        return Err(Problem::too_large(BODY));
    }
    let (parts, body) = request.into_parts();
    match tokio::time::timeout(ARRIVAL, whole(body, &mut held)).await {
        Err(_) => Err(Problem::too_slow(ARRIVAL)),
        Ok(bytes) => Ok((Request::from_parts(parts, Body::from(bytes?)), held)),
    }
}

/// Its pieces are copied together: as they come, each keeps the whole buffer that it was read into.
async fn whole(mut body: Body, held: &mut Held) -> Result<Bytes, Problem> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return Err(Problem::invalid("The body could not be read.")) };
        let Ok(piece) = frame.into_data() else { continue };
        if bytes.len() + piece.len() > BODY {
            return Err(Problem::too_large(BODY));
        }
        if !held.grow(piece.len()) {
            return Err(Problem::not_ready("The server is busy with large requests. Try again in a second."));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes.into())
}
