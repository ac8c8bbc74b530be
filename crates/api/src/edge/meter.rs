//! What the edge counts (docs/guides/running.md). Labels are few and known beforehand: a route is the template of the
//! router, never a path that somebody sent.

use std::fmt::{Error, Write as _};
use std::hash::{Hash, Hasher};
use std::time::Duration;

use axum::extract::MatchedPath;
use http::{Method, StatusCode};
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// Bounds in seconds: a sign-in takes a millisecond, a person's patience seconds.
const BOUNDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// The counts of the edge. Clones share them.
#[derive(Clone)]
pub(crate) struct Meter {
    requests: Family<Request, Counter>,
    seconds: Family<Call, Histogram>,
    refused: Family<Refusal, Counter>,
}

/// What was called.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Call {
    method: &'static str,
    route: Route,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    method: &'static str,
    route: Route,
    status: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Refusal {
    reason: &'static str,
}

/// The template of a route; none for what no route serves.
#[derive(Debug, Clone)]
struct Route(Option<MatchedPath>);

impl Route {
    fn as_str(&self) -> &str {
        self.0.as_ref().map_or("none", MatchedPath::as_str)
    }
}

impl PartialEq for Route {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Route {}

impl Hash for Route {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl EncodeLabelValue for Route {
    fn encode(&self, encoder: &mut LabelValueEncoder) -> Result<(), Error> {
        encoder.write_str(self.as_str())
    }
}

impl Meter {
    pub(crate) fn new() -> Self {
        let requests = Family::default();
        let seconds = Family::new_with_constructor((|| Histogram::new(BOUNDS)) as fn() -> Histogram);
        let refused = Family::default();
        for reason in ["address", "overload", "unavailable"] {
            drop(Family::<Refusal, Counter>::get_or_create(&refused, &Refusal { reason }));
        }
        Self { requests, seconds, refused }
    }

    pub(crate) fn register(&self, registry: &mut Registry) {
        let help = "Requests answered, by the route's template and the class of the status";
        registry.register("http_requests", help, self.requests.clone());
        let help = "Time from the header to the answer";
        registry.register_with_unit("http_request_duration", help, Unit::Seconds, self.seconds.clone());
        let help = "Requests refused because of a limit per address, overload, or a database that is away";
        registry.register("http_requests_refused", help, self.refused.clone());
    }

    /// A request was answered.
    pub(super) fn answered(&self, method: &Method, route: Option<MatchedPath>, status: StatusCode, time: Duration) {
        let call = Call { method: known(method), route: Route(route) };
        self.seconds.get_or_create(&call).observe(time.as_secs_f64());
        let Call { method, route } = call;
        self.requests.get_or_create(&Request { method, route, status: class(status) }).inc();
    }

    /// It was refused, and why.
    pub(super) fn refused(&self, reason: &'static str) {
        self.refused.get_or_create(&Refusal { reason }).inc();
    }
}

/// A client may make methods up.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PATCH => "PATCH",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::HEAD => "HEAD",
        _ => "other",
    }
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}
