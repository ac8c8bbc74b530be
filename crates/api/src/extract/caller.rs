//! Where a request comes from.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use countersign_domain::Caller;
use http::request::Parts;

/// The caller as the edge saw it.
pub(crate) struct From(pub(crate) Caller);

impl<S: Sync> FromRequestParts<S> for From {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(parts.extensions.get::<Caller>().cloned().unwrap_or_default()))
    }
}
