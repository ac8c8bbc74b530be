//! `/docs/`: the API reference, rendered from the specifications.

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect};
use axum::routing::get;
use countersign_api::openapi;
use http::{HeaderMap, header};

use crate::assets;

pub(crate) fn routes() -> Router {
    Router::new()
        .route("/docs", get(async || Redirect::permanent("/docs/")))
        .route("/docs/", get(async |asked: HeaderMap| assets::docs("", &asked)))
        .route("/docs/schema/client.json", get(async || specification(&openapi::client_api())))
        .route("/docs/schema/server.json", get(async || specification(&openapi::server_api())))
        .route("/docs/schema/management.json", get(async || specification(&openapi::management_api())))
        .route("/docs/schema/nhost.json", get(async || specification(&openapi::nhost_api())))
        .route("/docs/{*path}", get(async |Path(path): Path<String>, asked: HeaderMap| assets::docs(&path, &asked)))
}

fn specification(document: &utoipa::openapi::OpenApi) -> impl IntoResponse + use<> {
    let text = document.to_json().unwrap_or_default();
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-cache")], text)
}
