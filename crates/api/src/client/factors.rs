//! What the token's holder has enrolled, and what they do with it (docs/reference/authsignal.md §3.8, §3.10).

use axum::Json;
use axum::extract::State;
use countersign_domain::authenticator::{FactorChange, FactorName};
use serde::Deserialize;
use utoipa::ToSchema;

use super::authenticator::UserAuthenticator;
use crate::Api;
use crate::extract::{ClientToken, From, JsonBody, Path};
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::removal::Deleted;

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

/// What to change. One of the two at least.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ChangeBody {
    /// What to call it: 1 to 64 characters.
    name: Option<String>,
    /// `true`: ask for it first. Another one is no default any more.
    is_default: Option<bool>,
}

impl ChangeBody {
    fn parse(self) -> Result<FactorChange, Problem> {
        let name = self.name.as_deref().map(FactorName::parse).transpose()?;
        match (name, self.is_default) {
            (_, Some(false)) => {
                Err(Problem::invalid("isDefault can only be true. Make another authenticator the default instead."))
            }
            (None, None) => Err(Problem::invalid("Nothing is to be changed: send name or isDefault.")),
            (name, is_default) => Ok(FactorChange { name, make_default: is_default == Some(true) }),
        }
    }
}

/// Rename an authenticator of one's own, or make it the default. Within ten minutes of a proof, or with scope
/// `update:authenticators`.
#[utoipa::path(patch, path = "/user-authenticators/{userAuthenticatorId}", operation_id = "updateUserAuthenticator",
    tag = "User authenticators", params(("userAuthenticatorId" = String, Path)), request_body = ChangeBody,
    responses((status = 200, body = UserAuthenticator), Problems), security(("bearerAuth" = [])))]
pub(super) async fn update(
    State(api): State<Api>,
    ClientToken(who): ClientToken,
    From(caller): From,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<ChangeBody>,
) -> Result<Json<UserAuthenticator>, Problem> {
    let factor = api.countersign.change_own_factor(&who, &id, body.parse()?, &caller).await?;
    Ok(Json(UserAuthenticator::from(&factor)))
}

/// Remove an authenticator of one's own. Its use ends at once. Within ten minutes of a proof, or with scope
/// `remove:authenticators`; the last one stays unless the tenant lets it go.
#[utoipa::path(delete, path = "/user-authenticators/{userAuthenticatorId}", operation_id = "deleteUserAuthenticator",
    tag = "User authenticators", params(("userAuthenticatorId" = String, Path)),
    responses((status = 200, body = Deleted), Problems), security(("bearerAuth" = [])))]
pub(super) async fn remove(
    State(api): State<Api>,
    ClientToken(who): ClientToken,
    From(caller): From,
    Path(id): Path<String>,
) -> Result<Json<Deleted>, Problem> {
    let removed = api.countersign.remove_own_factor(&who, &id, &caller).await?;
    Ok(Json(Deleted::new(&who.tenant, &removed)))
}
