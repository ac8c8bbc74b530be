//! Who asks: a user by the access token of a session, or who runs the tenant by a management key. Both show it as Hasura's clients do.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use countersign_domain::Error;
use countersign_domain::id::TenantId;
use countersign_domain::keys::{ADMIN, KeyAccess};
use countersign_domain::tenant::Tenant;
use countersign_domain::tenant::api_key::KeyKind;
use http::HeaderMap;
use http::request::Parts;
use serde::Deserialize;

use super::error::Refusal;
use crate::Api;
use crate::edge::ClientAddress;
use crate::extract::{Credentials, Path, check_origin, credentials};
use crate::problem::Problem;

/// Hasura's header for who may do everything.
const ADMIN_SECRET: &str = "x-hasura-admin-secret";
const ROLE: &str = "x-hasura-role";

/// What a request shows, not yet looked up.
pub(super) struct Asking {
    tenant: Option<TenantId>,
    credentials: Credentials,
    admin_secret: Option<String>,
    role: Option<String>,
    headers: HeaderMap,
    address: Option<IpAddr>,
}

#[derive(Deserialize)]
struct Place {
    tenant: Option<String>,
}

impl FromRequestParts<Api> for Asking {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let Path(place) = Path::<Place>::from_request_parts(parts, api).await?;
        let tenant = match place.tenant {
            Some(text) => Some(TenantId::parse(&text).ok_or(Error::NotFound("tenant"))?),
            None => None,
        };
        let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Ok(Self {
            tenant,
            credentials: credentials(&parts.headers),
            admin_secret: text(ADMIN_SECRET),
            role: text(ROLE),
            headers: parts.headers.clone(),
            address: parts.extensions.get::<ClientAddress>().and_then(|client| client.0),
        })
    }
}

impl Asking {
    /// In which role, on which tenant's keys. The outer error has a status of its own; the inner one is the query's. Who is refused
    /// has a stranger's share of the limits (a 401 at the other doors).
    pub(super) async fn access(self, api: &Api) -> Result<Result<KeyAccess, Refusal>, Problem> {
        let address = self.address;
        let access = self.look_up(api).await?;
        if access.is_err() {
            api.limiter.charge(address)?;
        }
        Ok(access)
    }

    async fn look_up(self, api: &Api) -> Result<Result<KeyAccess, Refusal>, Problem> {
        let management_key = match (&self.admin_secret, &self.credentials) {
            (Some(key), _) | (None, Credentials::Basic(key)) => Some(key.clone()),
            (None, Credentials::Bearer(_) | Credentials::None) => None,
        };
        let role = self.role.as_deref();
        if let Some(key) = management_key {
            return Ok(match self.by_management_key(api, &key).await? {
                Some(_) if role.is_some_and(|role| role != ADMIN) => {
                    Err(Refusal::new("access-denied", "the management key has the role admin and no other"))
                }
                Some(access) => Ok(access),
                None => {
                    Err(Refusal::new("access-denied", format!("invalid \"{ADMIN_SECRET}\"/\"x-hasura-access-key\"")))
                }
            });
        }
        let tenant = self.tenant(api).await?;
        let Credentials::Bearer(token) = &self.credentials else {
            let message = "Missing 'Authorization' or 'Cookie' header in JWT authentication mode";
            return Ok(Err(Refusal::new("invalid-headers", message)));
        };
        let who = match api.countersign.authenticate_session(&tenant, token).await {
            Ok(who) => who,
            Err(Error::ExpiredToken) => {
                return Ok(Err(Refusal::new("invalid-jwt", "Could not verify JWT: JWTExpired")));
            }
            Err(Error::InvalidToken) => {
                return Ok(Err(Refusal::new("invalid-jwt", "Could not verify JWT: JWSError JWSInvalidSignature")));
            }
            Err(other) => return Err(other.into()),
        };
        let denied = || Refusal::new("access-denied", "Your requested role is not in allowed roles");
        Ok(KeyAccess::of_session(who, role).ok_or_else(denied))
    }

    /// The path's tenant, else the default one; a page has to be of one of its origins.
    async fn tenant(&self, api: &Api) -> Result<Arc<Tenant>, Problem> {
        let missing = || Error::NotFound("tenant");
        let tenant = match &self.tenant {
            Some(id) => match api.countersign.tenant(id).await {
                Err(Error::Unauthorized) => return Err(missing().into()),
                found => found?,
            },
            None => api.countersign.default_tenant().await?.ok_or_else(missing)?,
        };
        check_origin(&tenant, &self.headers)?;
        Ok(tenant)
    }

    /// `None` for what is no key of this tenant: a path that names another one is refused like a wrong key (checklist 82).
    async fn by_management_key(&self, api: &Api, key: &str) -> Result<Option<KeyAccess>, Problem> {
        let (tenant, id) = match api.countersign.authenticate_key(KeyKind::Management, key).await {
            Ok(found) => found,
            Err(Error::Unauthorized) => return Ok(None),
            Err(other) => return Err(other.into()),
        };
        if self.tenant.as_ref().is_some_and(|named| *named != tenant.id) {
            return Ok(None);
        }
        check_origin(&tenant, &self.headers)?;
        Ok(Some(KeyAccess::of_management(tenant, id)))
    }
}
