//! `GET /user-authenticators`: what the token's holder has enrolled.

use axum::Json;
use axum::extract::State;

use super::authenticator::UserAuthenticator;
use crate::Api;
use crate::extract::ClientToken;
use crate::openapi::Problems;
use crate::problem::Problem;

/// The user's authenticators, oldest first.
#[utoipa::path(get, path = "/user-authenticators", operation_id = "getUserAuthenticators", tag = "User authenticators",
    responses((status = 200, body = Vec<UserAuthenticator>), Problems), security(("bearerAuth" = [])))]
pub(super) async fn list(
    State(api): State<Api>,
    ClientToken(who): ClientToken,
) -> Result<Json<Vec<UserAuthenticator>>, Problem> {
    let factors = api.countersign.factors_of_bearer(&who).await?;
    Ok(Json(factors.iter().map(UserAuthenticator::from).collect()))
}
