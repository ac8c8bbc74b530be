//! `/.well-known/…` from the settings of the tenant that answers on the request's host (decisions §5, checklist 48).

use axum::routing::get;
use axum::{Json, Router};
use countersign_domain::tenant::Origin;
use serde_json::{Value, json};

use crate::Api;
use crate::extract::Site;

pub(crate) fn routes() -> Router<Api> {
    Router::new()
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
