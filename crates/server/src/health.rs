//! `/healthz`: the process answers. `/readyz`: it can reach its database.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use countersign_api::Problem;
use countersign_domain::Countersign;
use serde_json::{Value, json};

pub(crate) fn routes(countersign: Countersign) -> Router {
    Router::new().route("/healthz", get(healthy)).route("/readyz", get(ready)).with_state(countersign)
}

async fn healthy() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

async fn ready(State(countersign): State<Countersign>) -> Result<Json<Value>, Problem> {
    countersign.default_tenant().await?;
    Ok(Json(json!({ "status": "ready" })))
}
