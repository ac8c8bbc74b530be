//! The holder of a management key: who runs a tenant.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use countersign_domain::Error;
use countersign_domain::id::KeyId;
use countersign_domain::tenant::Tenant;
use countersign_domain::tenant::api_key::KeyKind;
use http::request::Parts;

use super::credentials::{self, Credentials};
use crate::Api;
use crate::problem::Problem;

/// The tenant whose management key was shown, and which of its keys that is. No other credential opens the door: a server secret is
/// in every backend.
pub(crate) struct ManagementKey(pub(crate) Arc<Tenant>, pub(crate) KeyId);

impl FromRequestParts<Api> for ManagementKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let Credentials::Basic(key) = credentials::of(&parts.headers) else { return Err(Error::Unauthorized.into()) };
        let (tenant, id) = api.countersign.authenticate_key(KeyKind::Management, &key).await?;
        Ok(Self(tenant, id))
    }
}
