//! `/ui/`: the pre-built UI. One document for all tenants; who may frame it and be told how it went is said per tenant
//! (decisions §5, *Frames*, *Popup and window*).

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::{Redirect, Response};
use axum::routing::get;
use countersign_domain::Countersign;
use countersign_domain::id::TenantId;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use serde::Deserialize;

use crate::assets;

pub(crate) fn routes(countersign: Countersign) -> Router {
    Router::new()
        .route("/ui", get(with_slash))
        .route("/ui/", get(open))
        .route("/ui/preview", get(preview))
        .route("/ui/assets/{file}", get(asset))
        .with_state(countersign)
}

async fn with_slash(uri: Uri) -> Redirect {
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    Redirect::permanent(&format!("/ui/{query}"))
}

async fn asset(Path(file): Path<String>, asked: HeaderMap) -> Response {
    assets::ui(&format!("assets/{file}"), &asked)
}

/// Whose page it is. The token is in the address only until the page has read it; then the tenant's id is.
#[derive(Deserialize)]
struct Opened {
    token: Option<String>,
    tenant: Option<String>,
}

/// A query that says a thing twice is read by nobody: the page comes, and is framed nowhere.
async fn open(State(countersign): State<Countersign>, opened: Result<Query<Opened>, QueryRejection>) -> Response {
    let tenant = match opened {
        Ok(Query(Opened { token: Some(token), .. })) => countersign.tenant_named_by(&token),
        Ok(Query(Opened { token: None, tenant: Some(id) })) => TenantId::parse(&id),
        Ok(_) | Err(_) => None,
    };
    document(
        &framers(&countersign, tenant).await.unwrap_or_else(|| "'none'".to_owned()),
        "publickey-credentials-create=(self), publickey-credentials-get=(self), otp-credentials=(self), clipboard-write=(self)",
    )
}

/// The same document for looks and words that are not saved: it has no token, and the browser lets it run no ceremony. The console,
/// which is at our public origin, may frame it too.
async fn preview(State(countersign): State<Countersign>, Query(opened): Query<Opened>) -> Response {
    let tenant = opened.tenant.as_deref().and_then(TenantId::parse);
    let framed_by = match framers(&countersign, tenant).await {
        Some(origins) => format!("{} {origins}", countersign.public_origin()),
        None => "'none'".to_owned(),
    };
    document(
        &framed_by,
        "publickey-credentials-create=(), publickey-credentials-get=(), otp-credentials=(), clipboard-write=(self)",
    )
}

/// The page, which these origins may frame and which may do this much.
fn document(framed_by: &str, permissions: &'static str) -> Response {
    let mut response = assets::ui("index.html", &HeaderMap::new());
    if response.status() != StatusCode::OK {
        return response;
    }
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
         form-action 'none'; base-uri 'none'; object-src 'none'; require-trusted-types-for 'script'; \
         trusted-types 'none'; frame-ancestors {framed_by}"
    );
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    let fixed = [
        // The address holds a token, and what it shows hangs on the moment.
        (header::CACHE_CONTROL, "no-store"),
        // A page that opened this one as a window is told how it went.
        (HeaderName::from_static("cross-origin-opener-policy"), "unsafe-none"),
        (HeaderName::from_static("permissions-policy"), permissions),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The origins that may frame the tenant's prompts, as the policy lists them. A token that names a tenant proves nothing here: it
/// opens what that tenant allows anyway. `None`: nobody may.
async fn framers(countersign: &Countersign, tenant: Option<TenantId>) -> Option<String> {
    let tenant = countersign.tenant(&tenant?).await.ok()?;
    let origins: Vec<&str> = tenant.web_origins().collect();
    (!origins.is_empty()).then(|| origins.join(" "))
}
