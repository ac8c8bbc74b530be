//! The tenant of a path on the Nhost door: the one that it names, as in `/t/{tenant}/auth/v1/…`, else the default tenant.

use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams};
use countersign_domain::Error;
use countersign_domain::id::TenantId;
use countersign_domain::tenant::Tenant;
use http::header;
use http::request::Parts;

use super::client::check_origin;
use crate::Api;
use crate::edge::ClientAddress;
use crate::problem::Problem;

/// The tenant whose door is called, by a page of one of its origins or by no page at all (decisions §5).
pub(crate) struct Door(pub(crate) Arc<Tenant>);

/// The same for what any page may read.
pub(crate) struct OpenDoor(pub(crate) Arc<Tenant>);

impl FromRequestParts<Api> for Door {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        if !parts.headers.contains_key(header::AUTHORIZATION) {
            let address = parts.extensions.get::<ClientAddress>().and_then(|client| client.0);
            api.limiter.charge(address)?;
        }
        let OpenDoor(tenant) = OpenDoor::from_request_parts(parts, api).await?;
        check_origin(&tenant, &parts.headers)?;
        Ok(Self(tenant))
    }
}

impl FromRequestParts<Api> for OpenDoor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let missing = || Problem::from(Error::NotFound("tenant"));
        let Some(id) = named(parts, api).await else {
            return api.countersign.default_tenant().await?.map(Self).ok_or_else(missing);
        };
        let id = TenantId::parse(&id).ok_or_else(missing)?;
        match api.countersign.tenant(&id).await {
            Err(Error::Unauthorized) => Err(missing()),
            found => Ok(Self(found?)),
        }
    }
}

/// What the path says where the route has a part `{tenant}`.
async fn named(parts: &mut Parts, api: &Api) -> Option<String> {
    let params = RawPathParams::from_request_parts(parts, api).await.ok()?;
    params.iter().find(|(name, _)| *name == "tenant").map(|(_, value)| value.to_owned())
}
