//! The doors: thin dialects over the domain. A handler finds out who is calling, calls one command and maps the answer;
//! it decides nothing.

mod aliases;
mod channel;
mod client;
mod credential;
mod edge;
mod extract;
mod management;
mod nhost;
pub mod openapi;
mod problem;
mod removal;
mod server;
mod ui;
mod wellknown;

use std::num::NonZeroUsize;

use axum::Router;
use axum::extract::Request;
use axum::middleware;
use axum::response::Response;
use countersign_domain::Countersign;
use prometheus_client::registry::Registry;
use tower::ServiceExt as _;
use utoipa_axum::router::OpenApiRouter;

pub use edge::{AddressLimits, Load, PeerAddress, TrustedProxies};
pub use nhost::graphql::sdl as graphql_sdl;
pub use problem::Problem;

/// What every handler holds.
#[derive(Clone)]
pub struct Api {
    pub(crate) countersign: Countersign,
    pub(crate) limiter: edge::Limiter,
    pub(crate) trusted: TrustedProxies,
    pub(crate) admission: edge::Admission,
    pub(crate) bodies: edge::Bodies,
    pub(crate) meter: edge::Meter,
    pub(crate) schemas: nhost::graphql::Schemas,
    pub(crate) is_development: bool,
}

impl Api {
    /// The doors of `countersign`. No proxy is trusted, [`Self::IN_FLIGHT`] requests are worked on at once.
    pub fn new(countersign: Countersign, limits: AddressLimits) -> Self {
        let admission = edge::Admission::new(Self::IN_FLIGHT);
        let (limiter, meter) = (edge::Limiter::new(limits), edge::Meter::new());
        Self {
            countersign,
            limiter,
            trusted: TrustedProxies::default(),
            admission,
            bodies: edge::Bodies::default(),
            meter,
            schemas: nhost::graphql::Schemas::default(),
            is_development: false,
        }
    }

    /// How many requests are worked on at once, unless told otherwise: four times what a group commit takes, and few
    /// enough that each is answered in a fraction of a second.
    pub const IN_FLIGHT: NonZeroUsize = NonZeroUsize::new(256).unwrap();

    /// Works on this many requests at once; others wait up to two seconds and are then refused with 503.
    #[must_use]
    pub fn admitting(self, in_flight: NonZeroUsize) -> Self {
        Self { admission: edge::Admission::new(in_flight), ..self }
    }

    /// Registers what the doors count: requests, their time, refusals.
    pub fn register(&self, registry: &mut Registry) {
        self.meter.register(registry);
    }

    /// How busy the doors are.
    pub fn load(&self) -> Load {
        self.admission.load()
    }

    /// Believes these proxies about where a request comes from.
    #[must_use]
    pub fn trusting(self, trusted: TrustedProxies) -> Self {
        Self { trusted, ..self }
    }

    /// With what `--dev` adds at these doors: a page to try GraphQL on, and its schema shown to whoever has a role.
    #[must_use]
    pub fn in_development(self) -> Self {
        Self { is_development: true, ..self }
    }

    /// All doors and `extra` pages behind one edge: request ids, limits, CORS, headers, errors.
    pub fn router(self, extra: Router) -> Router {
        let routes =
            OpenApiRouter::new().nest("/v1/client", client::routes()).nest("/v1/management", management::routes());
        let routes: Router<Self> = routes.nest("/v1", server::routes()).split_for_parts().0;
        let routes = routes
            .merge(aliases::php::routes())
            .merge(aliases::go::routes())
            .merge(wellknown::routes())
            .merge(ui::routes())
            .merge(nhost::graphql::routes(self.is_development))
            .merge(nhost::rest::doors())
            .with_state(self.clone())
            .merge(extra)
            .fallback(problem::no_such_path)
            .method_not_allowed_fallback(problem::no_such_method)
            .layer(middleware::from_fn_with_state(self, edge::pass));
        // Before routing, hence around the router.
        Router::new().fallback(move |request: Request| answer(routes.clone(), request))
    }
}

async fn answer(routes: Router, request: Request) -> Response {
    let request = aliases::java::questioned(aliases::double_slash::single(request));
    match routes.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}
