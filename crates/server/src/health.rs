//! `/healthz`: the process answers. `/readyz`: it can reach its database and is not about to stop.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use countersign_api::Problem;
use countersign_domain::Countersign;
use serde_json::{Value, json};
use tokio::sync::{Mutex, watch};
use tracing::warn;

use crate::front::Phase;

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long an answer of the database holds: a flood of probes asks it once.
const FRESH: Duration = Duration::from_millis(500);

/// What `/readyz` looks at.
#[derive(Clone)]
struct Readiness {
    countersign: Countersign,
    phase: watch::Receiver<Phase>,
    /// Whether the database answered, and when it was asked.
    database: Arc<Mutex<Option<(Instant, bool)>>>,
}

pub(crate) fn routes(countersign: Countersign, phase: watch::Receiver<Phase>) -> Router {
    let readiness = Readiness { countersign, phase, database: Arc::default() };
    Router::new().route("/healthz", get(healthy)).route("/readyz", get(ready)).with_state(readiness)
}

async fn healthy() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

async fn ready(State(readiness): State<Readiness>) -> Result<Json<Value>, Problem> {
    if *readiness.phase.borrow() != Phase::Serving {
        return Err(Problem::not_ready("The server is stopping. Send requests to another one."));
    }
    if !readiness.database_answers().await {
        return Err(Problem::not_ready("The database does not answer. The log says more."));
    }
    Ok(Json(json!({ "status": "ready" })))
}

impl Readiness {
    /// Who asks meanwhile waits for the same answer.
    async fn database_answers(&self) -> bool {
        let mut last = self.database.lock().await;
        if let Some((asked, answered)) = *last
            && asked.elapsed() < FRESH
        {
            return answered;
        }
        let answered = match tokio::time::timeout(PATIENCE, self.countersign.default_tenant()).await {
            Ok(Ok(_)) => true,
            Ok(Err(error)) => {
                warn!("Not ready: {error}");
                false
            }
            Err(_) => {
                warn!("Not ready: the database did not answer within {} seconds", PATIENCE.as_secs());
                false
            }
        };
        *last = Some((Instant::now(), answered));
        answered
    }
}
