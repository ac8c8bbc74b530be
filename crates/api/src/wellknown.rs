//! `/.well-known/…` from the settings of the tenant that answers on the request's host (decisions §5, checklist 48).

use std::sync::Arc;

use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use countersign_domain::tenant::{Origin, Tenant};
use http::header;
use serde_json::{Value, json};

use crate::Api;
use crate::extract::{OpenDoor, Site};
use crate::problem::Problem;

pub(crate) fn routes() -> Router<Api> {
    Router::new()
        .route("/.well-known/jwks.json", get(keys_of_site))
        .route("/auth/v1/.well-known/jwks.json", get(keys_of_door))
        .route("/t/{tenant}/auth/v1/.well-known/jwks.json", get(keys_of_door))
        .route("/.well-known/webauthn", get(related_origins))
        .route("/.well-known/passkey-endpoints", get(passkey_endpoints))
        .route("/.well-known/assetlinks.json", get(asset_links))
        .route("/.well-known/apple-app-site-association", get(apple_app_site_association))
}

/// WebAuthn Level 3 §5.11: the origins that may use the RP ID although they are not under it.
async fn related_origins(Site(tenant): Site) -> Json<Value> {
    let settings = &tenant.settings;
    let all = settings.origins.iter().chain(&settings.related_origins).chain([&tenant.ui_origin]);
    let foreign = all.filter(|origin| origin.host().is_some_and(|host| !tenant.rp_id.covers(host)));
    let mut origins: Vec<&str> = foreign.map(Origin::as_str).collect();
    origins.dedup();
    Json(json!({ "origins": origins }))
}

/// Where a passkey is made and managed (W3C *passkey endpoints*).
async fn passkey_endpoints(Site(tenant): Site) -> Json<Value> {
    Json(match &tenant.settings.client_url {
        Some(url) => json!({ "enroll": url, "manage": url }),
        None => json!({}),
    })
}

/// Digital Asset Links: Android apps that share the site's credentials.
async fn asset_links(Site(tenant): Site) -> Json<Value> {
    let app = |app: &countersign_domain::tenant::AndroidApp| {
        json!({
            "relation": ["delegate_permission/common.handle_all_urls", "delegate_permission/common.get_login_creds"],
            "target": {
                "namespace": "android_app",
                "package_name": app.package,
                "sha256_cert_fingerprints": app.sha256_fingerprints,
            },
        })
    };
    Json(tenant.settings.android_apps.iter().map(app).collect())
}

/// Apple associated domains: apps that share the site's credentials.
async fn apple_app_site_association(Site(tenant): Site) -> Json<Value> {
    Json(json!({ "webcredentials": { "apps": tenant.settings.apple_apps } }))
}

/// The keys that verify the access tokens of the tenant of this host (RFC 7517 §5).
async fn keys_of_site(State(api): State<Api>, Site(tenant): Site) -> Result<impl IntoResponse, Problem> {
    keys(&api, &tenant).await
}

/// The same by the tenant that the path names, for pages of any origin.
async fn keys_of_door(State(api): State<Api>, OpenDoor(tenant): OpenDoor) -> Result<impl IntoResponse, Problem> {
    keys(&api, &tenant).await
}

/// A new key signs at once, so a copy is to be a minute old at most. Who meets a key that the copy lacks reads the file again.
async fn keys(api: &Api, tenant: &Arc<Tenant>) -> Result<impl IntoResponse + use<>, Problem> {
    let keys = api.countersign.jwks(tenant).await?;
    Ok(([(header::CACHE_CONTROL, "public, max-age=60"), (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")], Json(keys)))
}
