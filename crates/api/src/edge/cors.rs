//! CORS for the Client API and the Nhost door (decisions §5). A preflight of the Client API names no tenant, so it is answered for an
//! origin that any tenant lists; the real call is refused unless its own tenant lists it (`extract::client`). Never `*`, never
//! credentials. On the Nhost door the path names the tenant, whose origins alone are answered, and with credentials: clients of the
//! original ask for them, and this door reads none.

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use countersign_domain::Error;
use countersign_domain::id::TenantId;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use super::Seen;
use crate::Api;
use crate::nhost::rest::{self, Whose};
use crate::problem::Problem;

/// What is allowed of one request.
pub(super) enum Cors {
    /// No such door, or not from a browser's page: nothing to say.
    None,
    /// From a page of this origin.
    Allowed(HeaderValue),
    /// From a page of one of the tenant's origins, on the Nhost door, which wants to send these headers.
    Welcome(HeaderValue, Option<HeaderValue>),
    /// From a page of an origin that no tenant lists.
    Refused(String),
    /// From a page whose origin could not be looked up.
    Unknown(Problem),
    /// From a page whose origin was not looked up.
    Unasked(String),
}

impl Cors {
    pub(super) async fn of(api: &Api, seen: &Seen) -> Self {
        if let (Some(whose), Some(origin)) = (rest::door_of(&seen.path), &seen.origin) {
            return Self::at_door(api, seen, whose, origin).await;
        }
        let known = Self::known(api, seen);
        let Self::Unasked(text) = known else { return known };
        match api.countersign.any_tenant_lists(&text).await {
            Ok(is_listed) => Self::listed(seen, &text, is_listed),
            Err(error) => Self::Unknown(error.into()),
        }
    }

    /// By the tenant that the path names. One that is not there lists nothing.
    async fn at_door(api: &Api, seen: &Seen, whose: Whose<'_>, origin: &HeaderValue) -> Self {
        let tenant = match whose {
            Whose::Default => api.countersign.default_tenant().await,
            Whose::Named(id) => match TenantId::parse(id) {
                Some(id) => match api.countersign.tenant(&id).await {
                    Err(Error::Unauthorized) => Ok(None),
                    found => found.map(Some),
                },
                None => Ok(None),
            },
        };
        let text = origin.to_str().unwrap_or_default();
        match tenant {
            Ok(Some(tenant)) if tenant.allows_origin(text) => Self::Welcome(origin.clone(), seen.asked_headers.clone()),
            Ok(_) => Self::Refused(text.chars().take(200).collect()),
            Err(error) => Self::Unknown(error.into()),
        }
    }

    /// As far as memory says: for a request that is refused before the database is asked.
    pub(super) fn known(api: &Api, seen: &Seen) -> Self {
        let Some(origin) = seen.origin.as_ref().filter(|_| seen.path.starts_with("/v1/client/")) else {
            return Self::None;
        };
        let text = origin.to_str().unwrap_or_default();
        if api.countersign.public_origin().as_str() == text {
            return Self::Allowed(origin.clone());
        }
        match api.countersign.is_known_to_be_listed(text) {
            Some(is_listed) => Self::listed(seen, text, is_listed),
            None => Self::Unasked(text.to_owned()),
        }
    }

    fn listed(seen: &Seen, text: &str, is_listed: bool) -> Self {
        match &seen.origin {
            Some(origin) if is_listed => Self::Allowed(origin.clone()),
            _ => Self::Refused(text.chars().take(200).collect()),
        }
    }

    pub(super) fn applies(&self) -> bool {
        !matches!(self, Self::None)
    }

    pub(super) fn preflight(&self) -> Response {
        match self {
            Self::Refused(origin) => Problem::from(Error::OriginNotAllowed(origin.clone())).into_response(),
            Self::Unknown(problem) => problem.clone().into_response(),
            Self::None | Self::Allowed(_) | Self::Welcome(..) | Self::Unasked(_) => {
                StatusCode::NO_CONTENT.into_response()
            }
        }
    }

    pub(super) fn apply(&self, headers: &mut HeaderMap) {
        if self.applies() {
            headers.append(header::VARY, HeaderValue::from_static("Origin"));
        }
        if let Self::Welcome(origin, asked) = self {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            if let Some(asked) = asked {
                headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
            }
            let fixed = [
                (header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true"),
                (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, DELETE"),
                (header::ACCESS_CONTROL_EXPOSE_HEADERS, "retry-after, x-request-id"),
                (header::ACCESS_CONTROL_MAX_AGE, "86400"),
            ];
            for (name, value) in fixed {
                headers.insert(name, HeaderValue::from_static(value));
            }
        }
        if let Self::Allowed(origin) = self {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            let fixed = [
                (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PATCH, DELETE"),
                (header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type"),
                (header::ACCESS_CONTROL_EXPOSE_HEADERS, "retry-after, x-request-id"),
                (header::ACCESS_CONTROL_MAX_AGE, "600"),
            ];
            for (name, value) in fixed {
                headers.insert(name, HeaderValue::from_static(value));
            }
        }
    }
}

pub(super) fn is_preflight(request: &Request) -> bool {
    request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}
