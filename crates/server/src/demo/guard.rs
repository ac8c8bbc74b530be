//! Requests that change something must come from the shop's own page.

use axum::Json;
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;

use super::refusal::Refusal;
use super::shop::Shop;

/// Refuses anything but reads unless it is JSON with the shop's own `Origin`.
///
/// A form on another site can send neither; a script on another site cannot send the media type without a preflight,
/// which the shop never answers. Browsers send `Origin` with every POST.
pub(super) async fn same_origin_json(State(shop): State<Shop>, request: Request, next: Next) -> Response {
    if request.method() == Method::GET {
        return next.run(request).await;
    }
    match check(request.headers(), &shop) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

fn check(headers: &HeaderMap, shop: &Shop) -> Result<(), Refusal> {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if header(header::ORIGIN) != Some(shop.origin()) {
        return Err(Refusal::foreign_origin(shop.origin()));
    }
    let media_type = header(header::CONTENT_TYPE).and_then(|value| value.split(';').next()).map(str::trim);
    if media_type.is_some_and(|media_type| media_type.eq_ignore_ascii_case("application/json")) {
        return Ok(());
    }
    Err(Refusal::not_json())
}

/// A request's body. What does not fit is answered like every other refusal.
pub(super) struct Given<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Shop> for Given<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, shop: &Shop) -> Result<Self, Refusal> {
        let body = Json::from_request(request, shop).await;
        body.map(|Json(body)| Self(body)).map_err(|rejection| Refusal::invalid(rejection.body_text()))
    }
}
