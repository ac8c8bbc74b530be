//! The holder of a session: who has signed in on the Nhost door.

use axum::extract::FromRequestParts;
use countersign_domain::Error;
use countersign_domain::session::SessionBearer;
use http::request::Parts;

use super::Door;
use super::credentials::{self, Credentials};
use crate::Api;
use crate::problem::Problem;

/// The holder of an access token of the tenant that the path names. The session's row has been looked at: what has ended opens nothing.
pub(crate) struct Session(pub(crate) SessionBearer);

impl FromRequestParts<Api> for Session {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let Door(tenant) = Door::from_request_parts(parts, api).await?;
        let Credentials::Bearer(token) = credentials::of(&parts.headers) else {
            return Err(Error::InvalidToken.into());
        };
        Ok(Self(api.countersign.authenticate_session(&tenant, &token).await?))
    }
}
