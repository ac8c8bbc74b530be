//! Pages inside the binary: built by `make web`, embedded in release builds, read from disk in debug builds.

mod encoding;

use std::borrow::Cow;

use axum::response::{Html, IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../apps/demo/dist"]
#[allow_missing = true]
struct Demo;

#[derive(RustEmbed)]
#[folder = "../../apps/docs/dist"]
#[allow_missing = true]
struct Docs;

#[derive(RustEmbed)]
#[folder = "../../apps/ui/dist"]
#[allow_missing = true]
struct Ui;

/// What scripts and styles a page may load: its own, and nothing from elsewhere (checklist 74).
const PAGE_CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'";

/// What the shop may load: as other pages, and the pre-built UI in a frame. The hash is that of the style element in which
/// `@authsignal/browser` 1.16.0 brings the looks of its popup.
const DEMO_CSP: &str = "default-src 'none'; script-src 'self'; \
     style-src 'self' 'sha256-5Az4NQb6dubGZHm0w3ZAqADXELlINI1b9WNySRWe9W4='; img-src 'self' data:; \
     connect-src 'self'; frame-src 'self'; form-action 'none'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'";

/// A file of the demonstration shop; `path` without a leading slash.
fn demo(path: &str, asked: &HeaderMap) -> Response {
    // The shop's pages are one document: a path without a file ending is a page.
    let path = if path.contains('.') { path } else { "index.html" };
    let mut response = page::<Demo>(path, asked);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(DEMO_CSP));
    // A window that the shop opens with the pre-built UI tells it how it went: under `same-origin` the two would be parted.
    let own = HeaderValue::from_static("same-origin-allow-popups");
    headers.insert(HeaderName::from_static("cross-origin-opener-policy"), own);
    response
}

/// A file of the API reference.
pub(crate) fn docs(path: &str, asked: &HeaderMap) -> Response {
    let path = if path.is_empty() { "index.html" } else { path };
    page::<Docs>(path, asked)
}

/// A file of the pre-built UI.
pub(crate) fn ui(path: &str, asked: &HeaderMap) -> Response {
    page::<Ui>(path, asked)
}

/// Which of the embedded applications are missing from this binary.
pub(crate) fn missing() -> Vec<&'static str> {
    let built = [
        ("demo", Demo::get("index.html").is_some()),
        ("docs", Docs::get("index.html").is_some()),
        ("ui", Ui::get("index.html").is_some()),
    ];
    built.into_iter().filter_map(|(name, is_there)| (!is_there).then_some(name)).collect()
}

/// A file in the smallest form that the request's headers allow.
fn page<T: RustEmbed>(path: &str, asked: &HeaderMap) -> Response {
    // In debug builds the path is one of the disk: no detour leads to a file by another name.
    let is_plain = path.split(['/', '\\']).all(|part| !matches!(part, "" | "." | ".."));
    let Some(file) = T::get(path).filter(|_| is_plain) else {
        return match T::get("index.html") {
            Some(_) => StatusCode::NOT_FOUND.into_response(),
            None => not_built(),
        };
    };
    // Files under assets/ carry their content's hash in their name.
    let is_asset = path.starts_with("assets/");
    let lasts = if is_asset { "public, max-age=31536000, immutable" } else { "no-cache" };
    let small = is_asset.then(|| small::<T>(path, asked)).flatten();
    let (data, encoding) = small.map_or((file.data, None), |(data, name)| (data, Some(name)));
    let mut response = data.into_owned().into_response();
    let headers = response.headers_mut();
    if let Some(name) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
    }
    if is_asset {
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    if let Ok(kind) = HeaderValue::from_str(file.metadata.mimetype()) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(lasts));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_CSP));
    headers.insert(
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("publickey-credentials-create=(self), publickey-credentials-get=(self)"),
    );
    response
}

/// What the build laid beside a file, in the smallest encoding that is accepted, and its name.
fn small<T: RustEmbed>(path: &str, asked: &HeaderMap) -> Option<(Cow<'static, [u8]>, &'static str)> {
    encoding::accepted(asked).find_map(|encoding| {
        let file = T::get(&format!("{path}{}", encoding.ending))?;
        Some((file.data, encoding.name))
    })
}

fn not_built() -> Response {
    let text = "<!doctype html><title>Not built</title><p>This page is not built yet: run <code>make web</code>.";
    (StatusCode::SERVICE_UNAVAILABLE, Html(text)).into_response()
}

/// The shop's pages.
pub(crate) fn demo_routes() -> axum::Router {
    use axum::extract::Path;
    use axum::response::Redirect;
    use axum::routing::get;

    axum::Router::new()
        .route("/demo", get(async || Redirect::permanent("/demo/")))
        .route("/demo/", get(async |asked: HeaderMap| demo("", &asked)))
        .route("/demo/{*path}", get(async |Path(path): Path<String>, asked: HeaderMap| demo(&path, &asked)))
}
