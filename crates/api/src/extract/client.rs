//! Callers of the Client API: the holder of a client token, or a page that shows a tenant id. A page of a browser has to be
//! of an origin that the tenant lists (decisions §5).

use std::sync::Arc;

use axum::extract::FromRequestParts;
use countersign_domain::Error;
use countersign_domain::action::Bearer;
use countersign_domain::id::TenantId;
use countersign_domain::methods::Who;
use countersign_domain::tenant::Tenant;
use http::request::Parts;
use http::{HeaderMap, header};

use super::credentials::{self, Credentials};
use crate::Api;
use crate::edge::ClientAddress;
use crate::problem::Problem;

/// The holder of a client token.
pub(crate) struct ClientToken(pub(crate) Bearer);

/// A page that shows a tenant id.
pub(crate) struct TenantOnly(pub(crate) Arc<Tenant>);

/// Either of the two.
pub(crate) struct ClientTokenOrTenant(pub(crate) Who);

impl FromRequestParts<Api> for ClientToken {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        match credentials::of(&parts.headers) {
            Credentials::Bearer(token) => bearer(api, parts, &token).await.map(Self),
            Credentials::Basic(_) | Credentials::None => Err(Error::InvalidToken.into()),
        }
    }
}

impl FromRequestParts<Api> for TenantOnly {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        match credentials::of(&parts.headers) {
            Credentials::Basic(id) => tenant(api, parts, &id).await.map(Self),
            Credentials::Bearer(_) | Credentials::None => Err(Error::Unauthorized.into()),
        }
    }
}

impl FromRequestParts<Api> for ClientTokenOrTenant {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let who = match credentials::of(&parts.headers) {
            Credentials::Bearer(token) => Who::Bearer(Box::new(bearer(api, parts, &token).await?)),
            Credentials::Basic(id) => Who::Anonymous(tenant(api, parts, &id).await?),
            Credentials::None => return Err(Error::Unauthorized.into()),
        };
        Ok(Self(who))
    }
}

async fn bearer(api: &Api, parts: &Parts, token: &str) -> Result<Bearer, Problem> {
    let bearer = api.countersign.authenticate_bearer(token).await?;
    check_origin(&bearer.tenant, &parts.headers)?;
    Ok(bearer)
}

async fn tenant(api: &Api, parts: &Parts, id: &str) -> Result<Arc<Tenant>, Problem> {
    let address = parts.extensions.get::<ClientAddress>().and_then(|client| client.0);
    api.limiter.charge(address)?;
    let id = TenantId::parse(id).ok_or(Error::Unauthorized)?;
    let tenant = api.countersign.tenant(&id).await?;
    check_origin(&tenant, &parts.headers)?;
    Ok(tenant)
}

/// A page of a browser has to be of one of the tenant's origins; who sends no `Origin` is no page.
pub(crate) fn check_origin(tenant: &Tenant, headers: &HeaderMap) -> Result<(), Problem> {
    let Some(origin) = headers.get(header::ORIGIN) else { return Ok(()) };
    match origin.to_str() {
        Ok(text) if tenant.allows_origin(text) => Ok(()),
        text => Err(Error::OriginNotAllowed(text.unwrap_or_default().chars().take(200).collect()).into()),
    }
}
