//! `/metrics` on a listener of its own (`server.metrics_listen`), in the `OpenMetrics` text format that Prometheus reads
//! ([ADR 11](docs/adr/0011-metrics.md)). What is counted and what to watch: docs/guides/running.md.

mod process;
mod sample;

use std::sync::Arc;

use anyhow::Result;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use countersign_api::Api;
use countersign_db::{Activity, Db};
use countersign_domain::Countersign;
use http::{StatusCode, header};
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;
use tokio::net::TcpListener;

use crate::config::Server;
use crate::front::{self, Tally};
use crate::log::Queue;
pub(crate) use sample::Sample;
use sample::Samples;

/// Everything that is watched.
pub(crate) struct Watched<'a> {
    pub(crate) api: &'a Api,
    pub(crate) countersign: &'a Countersign,
    pub(crate) db: &'a Db,
    pub(crate) front: Arc<Tally>,
    pub(crate) log: Arc<Queue>,
}

/// The listener, where there is to be one.
///
/// # Errors
/// Names the configuration key.
pub(crate) fn listen(config: &Server) -> Result<Option<TcpListener>> {
    let Some(address) = config.metrics_listen else { return Ok(None) };
    front::listen("server.metrics_listen", address, config.reuse_port).map(Some)
}

/// The page. Its registry is made once; what is only a number elsewhere is read when somebody asks.
pub(crate) fn routes(watched: &Watched<'_>) -> Router {
    let mut registry = Registry::with_prefix("countersign");
    watched.api.register(&mut registry);
    let (api, countersign, db) = (watched.api.clone(), watched.countersign.clone(), watched.db.clone());
    let (front, log) = (watched.front.clone(), watched.log.clone());
    registry.register_collector(Box::new(Samples::new(move || {
        let mut samples = doors(&api);
        samples.extend(front.samples());
        samples.extend(ceremonies(&countersign));
        samples.extend(database(&db));
        samples.push(Sample::counter("log_lines_lost", "Lines of the log that could not be written", log.lost()));
        samples
    })));
    // These names are the convention of all Prometheus clients: without our prefix.
    let mut plain = Registry::default();
    plain.register_collector(Box::new(Samples::new(process::samples)));
    Router::new().route("/metrics", get(page)).with_state(Arc::new((plain, registry)))
}

async fn page(State(registries): State<Arc<(Registry, Registry)>>) -> Response {
    let (plain, ours) = &*registries;
    let mut text = String::new();
    let encoded =
        prometheus_client::encoding::text::encode_registry(&mut text, plain).and_then(|()| encode(&mut text, ours));
    match encoded {
        Ok(()) => ([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text)
            .into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn doors(api: &Api) -> Vec<Sample> {
    let load = api.load();
    vec![
        Sample::gauge("http_requests_in_flight", "Requests that are worked on", load.in_flight),
        Sample::gauge("http_requests_waiting", "Requests that wait to be worked on", load.waiting),
    ]
}

fn ceremonies(countersign: &Countersign) -> Vec<Sample> {
    let tally = countersign.tally();
    let help = "Ceremonies by method, kind and how far they came: opened, verified, refused, or failed by our fault";
    let ceremonies = tally.ceremonies().map(|row| {
        let labels = vec![
            ("method", row.method.as_str().to_lowercase()),
            ("kind", row.ceremony.as_str().to_owned()),
            ("stage", row.stage.as_str().to_owned()),
        ];
        (labels, row.count)
    });
    let attempts = countersign.delivery_counts().map(|(channel, ending, count)| {
        (vec![("channel", channel.as_str().to_owned()), ("ending", ending.to_owned())], count)
    });
    vec![
        Sample::counters("ceremonies", help, ceremonies.collect()),
        Sample::counters(
            "message_attempts",
            "Attempts to send a message, by channel and how they ended",
            attempts.collect(),
        ),
        Sample::counter("expired_rows_removed", "Expired rows removed from the database", tally.swept_rows()),
    ]
}

fn database(db: &Db) -> Vec<Sample> {
    match db.activity() {
        Activity::Sqlite { commits, transactions } => vec![
            Sample::counter("database_commits", "Commits, each of which waits for the disk once", commits),
            Sample::counter("database_transactions", "Transactions in these commits", transactions),
        ],
        Activity::Postgres { connections, idle, waiting } => vec![
            Sample::gauge("database_connections", "Connections to the database server", connections),
            Sample::gauge("database_connections_idle", "Those of them that nobody uses", idle),
            Sample::gauge("database_waiting", "Calls that wait for a connection", waiting),
        ],
    }
}
