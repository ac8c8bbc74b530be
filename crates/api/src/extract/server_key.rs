//! The holder of a server secret: the app's backend.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use countersign_domain::Error;
use countersign_domain::tenant::Tenant;
use countersign_domain::tenant::api_key::KeyKind;
use http::request::Parts;

use super::credentials::{self, Credentials};
use crate::Api;
use crate::problem::Problem;

/// The tenant whose server secret was shown.
pub(crate) struct ServerKey(pub(crate) Arc<Tenant>);

impl FromRequestParts<Api> for ServerKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let Credentials::Basic(key) = credentials::of(&parts.headers) else { return Err(Error::Unauthorized.into()) };
        let (tenant, _) = api.countersign.authenticate_key(KeyKind::Server, &key).await?;
        Ok(Self(tenant))
    }
}
