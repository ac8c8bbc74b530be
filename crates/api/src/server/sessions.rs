//! Sessions of app clients (docs/reference/authsignal.md §5.4).

use axum::Json;
use axum::extract::State;
use countersign_domain::Error;
use countersign_domain::methods::Method;
use countersign_domain::session::{Granted, NewAppSession};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::wire::{Success, UserBody};
use crate::Api;
use crate::extract::{From, JsonBody, ServerKey};
use crate::openapi::Problems;
use crate::problem::Problem;

/// What opens a session.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateBody {
    /// The app client, from `countersign tenant create`.
    client_id: String,
    /// A client token of an action that was proved within the last hour. A proof opens one session.
    token: String,
    /// The action code that is expected.
    action: Option<String>,
}

/// The tokens of a session.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Tokens {
    /// A JWT; its keys stand in the tenant's JWKS.
    access_token: String,
    /// A UUID, to be exchanged once.
    refresh_token: String,
}

/// An access token to be looked at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ValidateBody {
    access_token: String,
    /// The app clients that it may be of; any, when absent.
    client_ids: Option<Vec<String>>,
}

/// What an access token stands for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Validated {
    user: UserBody,
    /// End of the access token, in seconds since 1970.
    expires_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    verification_method: Option<&'static str>,
}

/// A refresh token to be exchanged.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RefreshBody {
    refresh_token: String,
}

/// A session to be ended.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RevokeBody {
    /// Also one whose time is over.
    access_token: String,
}

/// A user whose sessions are to be ended.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RevokeUserBody {
    user_id: String,
}

impl std::convert::From<Granted> for Tokens {
    fn from(granted: Granted) -> Self {
        Self { access_token: granted.access_token, refresh_token: granted.refresh_token.expose().to_owned() }
    }
}

/// The problem of a token that is worth nothing, with what to do about it.
fn about(what: &str, advice: &str) -> impl Fn(Error) -> Problem {
    let (invalid, expired) =
        (format!("The {what} is not valid. {advice}"), format!("The {what} has expired. {advice}"));
    move |error| match error {
        Error::InvalidToken => Problem::worthless_token("invalid_token", &invalid),
        Error::ExpiredToken => Problem::worthless_token("expired_token", &expired),
        other => other.into(),
    }
}

/// Make a session from a completed action.
#[utoipa::path(post, path = "/sessions", operation_id = "createSession", tag = "Sessions", request_body = CreateBody,
    responses((status = 200, body = Tokens), Problems), security(("secretBasic" = [])))]
pub(super) async fn create(
    State(api): State<Api>,
    ServerKey(tenant): ServerKey,
    From(caller): From,
    JsonBody(body): JsonBody<CreateBody>,
) -> Result<Json<Tokens>, Problem> {
    let new = NewAppSession { client: body.client_id, token: body.token, action: body.action };
    let granted = api.countersign.create_app_session(&tenant, new, &caller).await;
    let granted = granted.map_err(about("token", "Track the action again and challenge the user."))?;
    Ok(Json(granted.into()))
}

/// Look at an access token: whose it is, and whether its session is open.
#[utoipa::path(post, path = "/sessions/validate", operation_id = "validateSession", tag = "Sessions", request_body = ValidateBody,
    responses((status = 200, body = Validated), Problems), security(("secretBasic" = [])))]
pub(super) async fn validate(
    State(api): State<Api>,
    ServerKey(tenant): ServerKey,
    JsonBody(body): JsonBody<ValidateBody>,
) -> Result<Json<Validated>, Problem> {
    let found = api.countersign.validate_app_session(&tenant, &body.access_token, body.client_ids.as_deref()).await;
    let found = found.map_err(about("access token", "Refresh the session, or have the user sign in again."))?;
    Ok(Json(Validated {
        user: found.user.into(),
        expires_at: found.expires_at.seconds(),
        verification_method: found.method.map(Method::as_str),
    }))
}

/// Exchange a refresh token. The one shown works no more; shown again, it ends the session.
#[utoipa::path(post, path = "/sessions/refresh", operation_id = "refreshSession", tag = "Sessions", request_body = RefreshBody,
    responses((status = 200, body = Tokens), Problems), security(("secretBasic" = [])))]
pub(super) async fn refresh(
    State(api): State<Api>,
    ServerKey(tenant): ServerKey,
    From(caller): From,
    JsonBody(body): JsonBody<RefreshBody>,
) -> Result<Json<Tokens>, Problem> {
    let granted = api.countersign.refresh_app_session(&tenant, &body.refresh_token, &caller).await;
    Ok(Json(granted.map_err(about("refresh token", "Have the user sign in again."))?.into()))
}

/// End the session of an access token, also of one whose time is over.
#[utoipa::path(post, path = "/sessions/revoke", operation_id = "revokeSession", tag = "Sessions", request_body = RevokeBody,
    responses((status = 200, body = Success), Problems), security(("secretBasic" = [])))]
pub(super) async fn revoke(
    State(api): State<Api>,
    ServerKey(tenant): ServerKey,
    From(caller): From,
    JsonBody(body): JsonBody<RevokeBody>,
) -> Result<Json<Success>, Problem> {
    let ended = api.countersign.revoke_app_session(&tenant, &body.access_token, &caller).await;
    ended.map_err(about("access token", "Only one that was made here names a session."))?;
    Ok(Json(Success { success: true }))
}

/// End all sessions of a user, on every door. A user that we do not know has none.
#[utoipa::path(post, path = "/sessions/user/revoke", operation_id = "revokeUserSessions", tag = "Sessions",
    request_body = RevokeUserBody, responses((status = 200, body = Success), Problems), security(("secretBasic" = [])))]
pub(super) async fn revoke_of_user(
    State(api): State<Api>,
    ServerKey(tenant): ServerKey,
    From(caller): From,
    JsonBody(body): JsonBody<RevokeUserBody>,
) -> Result<Json<Success>, Problem> {
    api.countersign.revoke_user_sessions(&tenant, &body.user_id, &caller).await?;
    Ok(Json(Success { success: true }))
}
