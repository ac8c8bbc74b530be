//! What every request passes on its way in and out: an id, its client's address, limits, CORS, headers, one shape of error,
//! one line of log. What costs nothing comes first; the database is asked only for a request that was let in.

mod address;
mod admission;
mod bodies;
mod bounds;
mod cors;
mod even;
mod headers;
mod limit;
mod meter;
mod request_id;

use std::net::IpAddr;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use countersign_domain::Caller;
use http::{HeaderValue, Method, StatusCode, header};
use tracing::{debug, error, info};

use crate::Api;
use crate::nhost::rest;
use crate::problem::Problem;
use crate::ui;
use admission::Rank;
use cors::Cors;

pub(crate) use address::ClientAddress;
pub use address::{PeerAddress, TrustedProxies};
pub(crate) use admission::Admission;
pub use admission::Load;
pub(crate) use bodies::Bodies;
pub(crate) use bounds::BODY;
pub(crate) use even::mark as evenly;
pub use limit::AddressLimits;
pub(crate) use limit::Limiter;
pub(crate) use meter::Meter;

/// How long a handler may work. The database's own limits end before; this one is for what nobody thought of.
const WORK: Duration = Duration::from_secs(30);

/// A request as the edge sees it.
struct Seen {
    at: Instant,
    id: String,
    address: Option<IpAddr>,
    method: Method,
    path: String,
    origin: Option<HeaderValue>,
    /// What a preflight asks to send.
    asked_headers: Option<HeaderValue>,
    /// What a page would be written in.
    languages: Vec<String>,
}

impl Seen {
    fn of(api: &Api, request: &Request) -> Self {
        Self {
            at: Instant::now(),
            id: request_id::of(request, address::by_proxy(request, &api.trusted)),
            address: address::of(request, &api.trusted),
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            origin: request.headers().get(header::ORIGIN).cloned(),
            asked_headers: request.headers().get(header::ACCESS_CONTROL_REQUEST_HEADERS).cloned(),
            languages: if ui::is_page(request.uri().path()) { ui::accepted(request.headers()) } else { Vec::new() },
        }
    }
}

/// The one middleware.
pub(crate) async fn pass(State(api): State<Api>, mut request: Request, next: Next) -> Response {
    let seen = Seen::of(&api, &request);
    let route = request.extensions().get::<MatchedPath>().cloned();
    let caller = Caller {
        ip_address: seen.address.map(|address| address.to_string()),
        user_agent: request.headers().get(header::USER_AGENT).map(headers::readable),
        request_id: Some(seen.id.clone()),
    };
    request.extensions_mut().insert(caller);
    request.extensions_mut().insert(ClientAddress(seen.address));
    let (cors, mut response) = match api.limiter.admit(seen.address) {
        // Who sends too much is told so without looking anything up.
        Err(problem) => {
            api.meter.refused("address");
            (Cors::known(&api, &seen), problem.into_response())
        }
        Ok(()) => answer(&api, &seen, request, next).await,
    };
    let is_even = even::is_marked(&response);
    let is_known = response.extensions().get::<Problem>().is_some_and(|problem| problem.is_of_known_caller);
    if response.status() == StatusCode::UNAUTHORIZED
        && !is_known
        && let Err(problem) = api.limiter.charge(seen.address)
    {
        api.meter.refused("address");
        response = problem.into_response();
    }
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        if problem.internal.is_some() && problem.code() == "unavailable" {
            api.meter.refused("unavailable");
        }
        tell(&seen, &problem);
        response = if ui::is_page(&seen.path) {
            ui::problem(&problem, &seen.id, &seen.languages)
        } else if rest::is_rest(&seen.path) {
            rest::problem(&problem)
        } else {
            problem.render(&seen.id)
        };
    }
    finish(&api, &seen, &cors, &mut response);
    api.meter.answered(&seen.method, route, response.status(), seen.at.elapsed());
    if is_even {
        even::wait(seen.at).await;
    }
    response
}

async fn answer(api: &Api, seen: &Seen, request: Request, next: Next) -> (Cors, Response) {
    let arrived = match bounds::check(&request) {
        Ok(()) => bounds::arrive(request, &api.bodies).await,
        Err(problem) => Err(problem),
    };
    let (request, _held) = match arrived {
        Ok(arrived) => arrived,
        Err(problem) if problem.code() == "unavailable" => {
            api.meter.refused("overload");
            return (Cors::known(api, seen), problem.into_response());
        }
        Err(problem) => return (Cors::of(api, seen).await, problem.into_response()),
    };
    // Whoever asks how we are is told at once, also when we are busy.
    let is_probe = matches!(&*seen.path, "/healthz" | "/readyz");
    let _place = if is_probe {
        None
    } else {
        match api.admission.enter(Rank::of(&seen.method, &seen.path)).await {
            Ok(place) => Some(place),
            Err(problem) => {
                api.meter.refused("overload");
                return (Cors::known(api, seen), problem.into_response());
            }
        }
    };
    let cors = Cors::of(api, seen).await;
    if cors::is_preflight(&request) && cors.applies() {
        let response = cors.preflight();
        return (cors, response);
    }
    let response = match tokio::time::timeout(WORK, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::unavailable(format!("no answer within {} seconds", WORK.as_secs())).into_response(),
    };
    (cors, response)
}

fn tell(seen: &Seen, problem: &Problem) {
    let id = &seen.id;
    if let Some(internal) = &problem.internal {
        let path = headers::loggable(&seen.path);
        error!(request.id = %id, http.method = %seen.method, http.path = %path, "Request failed: {internal}");
    } else {
        debug!(request.id = %id, "Refused with {}: {}", problem.code(), problem.description());
    }
}

/// Headers, and the line of log.
fn finish(api: &Api, seen: &Seen, cors: &Cors, response: &mut Response) {
    cors.apply(response.headers_mut());
    let is_https = api.countersign.public_url().starts_with("https://");
    headers::apply(response.headers_mut(), &seen.path, is_https);
    if let Ok(id) = HeaderValue::from_str(&seen.id) {
        response.headers_mut().insert(&request_id::HEADER, id);
    }
    let (method, status) = (&seen.method, response.status().as_u16());
    // Arguments are worked out only where the level is on.
    info!(
        request.id = %seen.id,
        http.method = %method,
        http.path = %headers::loggable(&seen.path),
        http.status = status,
        client.address = seen.address.map(tracing::field::display),
        duration_us = u64::try_from(seen.at.elapsed().as_micros()).unwrap_or(u64::MAX),
        "{method} {} {status}",
        headers::loggable(&seen.path),
    );
}
