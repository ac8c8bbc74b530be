//! What every request passes on its way in and out: an id, limits, CORS, headers, one shape of error, one line of log.

mod address;
mod cors;
mod headers;
mod limit;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use countersign_domain::Caller;
use http::{HeaderName, HeaderValue, StatusCode, header};
use tracing::{debug, error, info};

use crate::Api;
use crate::problem::Problem;

pub use address::PeerAddress;
pub use limit::AddressLimits;
pub(crate) use limit::Limiter;

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The one middleware.
pub(crate) async fn pass(State(api): State<Api>, mut request: Request, next: Next) -> Response {
    let started = std::time::Instant::now();
    let request_id = countersign_domain::secret::base64url(&countersign_domain::secret::random::<12>());
    let address = address::of(&request);
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let origin = request.headers().get(header::ORIGIN).cloned();
    let caller = Caller {
        ip_address: address.map(|address| address.to_string()),
        user_agent: request.headers().get(header::USER_AGENT).map(headers::readable),
        request_id: Some(request_id.clone()),
    };
    request.extensions_mut().insert(caller);
    let cors = cors::Cors::of(&api, &path, origin.as_ref()).await;
    let mut response = match api.limiter.admit(address) {
        Err(problem) => problem.into_response(),
        Ok(()) if cors::is_preflight(&request) && cors.applies() => cors.preflight(),
        // PostgreSQL keeps no text with a zero byte, so no id has one: refused here, once for all paths and queries.
        Ok(()) if has_zero_byte(&request) => Problem::invalid("The address holds a zero byte (%00).").into_response(),
        Ok(()) => next.run(request).await,
    };
    if response.status() == StatusCode::UNAUTHORIZED
        && let Err(problem) = api.limiter.charge(address)
    {
        response = problem.into_response();
    }
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        if let Some(internal) = &problem.internal {
            let path = headers::loggable(&path);
            error!(request.id = %request_id, http.method = %method, http.path = %path, "Request failed: {internal}");
        } else {
            debug!(request.id = %request_id, "Refused with {}: {}", problem.code(), problem.description());
        }
        response = problem.render(&request_id);
    }
    cors.apply(response.headers_mut());
    let is_https = api.countersign.public_url().starts_with("https://");
    headers::apply(response.headers_mut(), &path, is_https);
    if let Ok(id) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert(&REQUEST_ID, id);
    }
    info!(
        request.id = %request_id,
        http.method = %method,
        http.path = %headers::loggable(&path),
        http.status = response.status().as_u16(),
        client.address = address.map(tracing::field::display),
        duration_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
        "{method} {} {}",
        headers::loggable(&path),
        response.status().as_u16(),
    );
    response
}

fn has_zero_byte(request: &Request) -> bool {
    request.uri().path_and_query().is_some_and(|target| target.as_str().contains("%00"))
}
