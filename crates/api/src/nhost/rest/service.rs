//! What the door says of itself.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use super::tokens::OK;

/// Which version answers.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Version {
    version: &'static str,
}

/// The version of the server.
#[utoipa::path(get, path = "/version", operation_id = "getVersion", tag = "Service", responses((status = 200, body = Version)))]
pub(super) async fn version() -> Json<Version> {
    Json(Version { version: env!("CARGO_PKG_VERSION") })
}

/// Whether the door answers.
#[utoipa::path(get, path = "/healthz", operation_id = "healthCheck", tag = "Service",
    responses((status = 200, body = String, description = "`\"OK\"`")))]
pub(super) async fn healthz() -> Json<&'static str> {
    OK
}
