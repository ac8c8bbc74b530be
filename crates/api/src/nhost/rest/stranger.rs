//! Who calls without a session.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use countersign_domain::tenant::Tenant;
use http::header;
use http::request::Parts;

use crate::Api;
use crate::edge::ClientAddress;
use crate::extract::Door;
use crate::problem::Problem;

/// The tenant that somebody calls who shows nothing; what they show all the same opens nothing here, and is charged too.
pub(super) struct Stranger(pub(super) Arc<Tenant>);

impl FromRequestParts<Api> for Stranger {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        if parts.headers.contains_key(header::AUTHORIZATION) {
            let address = parts.extensions.get::<ClientAddress>().and_then(|client| client.0);
            api.limiter.charge(address)?;
        }
        let Door(tenant) = Door::from_request_parts(parts, api).await?;
        Ok(Self(tenant))
    }
}
