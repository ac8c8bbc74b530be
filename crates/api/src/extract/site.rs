//! The host that a request names, and the tenant that answers there.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use countersign_domain::Error;
use countersign_domain::tenant::Tenant;
use http::header;
use http::request::Parts;
use http::uri::Authority;

use crate::Api;
use crate::problem::Problem;

/// The request's host: HTTP/1 names it in `Host`, HTTP/2 in its target. Small letters, no port.
pub(crate) struct HostName(pub(crate) String);

impl<S: Sync> FromRequestParts<S> for HostName {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(host_of(parts)))
    }
}

/// The tenant of the request's host. Any other host is none of ours: 404.
pub(crate) struct Site(pub(crate) Arc<Tenant>);

impl FromRequestParts<Api> for Site {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let tenant = api.countersign.tenant_of_host(&host_of(parts)).await?;
        tenant.map(Self).ok_or_else(|| Error::NotFound("file for this host").into())
    }
}

fn host_of(parts: &Parts) -> String {
    let header = parts.headers.get(header::HOST).and_then(|value| value.to_str().ok());
    let target = parts.uri.authority().map(Authority::as_str);
    without_port(target.or(header).unwrap_or_default()).to_ascii_lowercase()
}

fn without_port(host: &str) -> &str {
    let is_port = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    host.rsplit_once(':').filter(|(_, port)| is_port(port)).map_or(host, |(host, _)| host)
}
