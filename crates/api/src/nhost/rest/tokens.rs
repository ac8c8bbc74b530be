//! Tokens of sessions (docs/reference/nhost.md §5).

use axum::Json;
use axum::extract::{FromRequestParts as _, Request, State};
use countersign_domain::Error;
use countersign_domain::account::Refused;
use serde::Deserialize;
use utoipa::ToSchema;

use super::stranger::Stranger;
use super::wire::Session as SessionBody;
use crate::Api;
use crate::extract::{Door, From, JsonBody, Session};
use crate::openapi::AuthProblems;
use crate::problem::Problem;

/// What most calls answer that have nothing to say.
pub(super) const OK: Json<&str> = Json("OK");

/// A refresh token.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Refresh {
    /// UUID.
    refresh_token: String,
}

/// The next pair of tokens. The session itself is the answer, without a wrapper.
#[utoipa::path(post, path = "/token", operation_id = "refreshToken", tag = "Session", request_body = Refresh,
    responses((status = 200, body = SessionBody), AuthProblems))]
pub(super) async fn refresh(
    State(api): State<Api>,
    Door(tenant): Door,
    From(caller): From,
    JsonBody(body): JsonBody<Refresh>,
) -> Result<Json<SessionBody>, Problem> {
    match api.countersign.refresh_session(&tenant, &body.refresh_token, &caller).await {
        Err(Error::InvalidToken | Error::ExpiredToken) => Err(Error::from(Refused::RefreshToken).into()),
        granted => Ok(Json(granted?.into())),
    }
}

/// A token to be looked at, where it is not that of `Authorization`.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(super) struct Shown {
    token: Option<String>,
}

/// Whether an access token is valid and its session open.
#[utoipa::path(post, path = "/token/verify", operation_id = "verifyToken", tag = "Session", request_body = Option<Shown>,
    responses((status = 200, body = String, description = "`\"OK\"`"), AuthProblems))]
pub(super) async fn verify(
    State(api): State<Api>,
    Door(tenant): Door,
    request: Request,
) -> Result<Json<&'static str>, Problem> {
    let (mut parts, body) = request.into_parts();
    let JsonBody(shown) = read::<Shown>(body, &api).await?;
    match shown.token {
        Some(token) => drop(api.countersign.authenticate_session(&tenant, &token).await?),
        None => drop(Session::from_request_parts(&mut parts, &api).await?),
    }
    Ok(OK)
}

async fn read<T: serde::de::DeserializeOwned>(body: axum::body::Body, api: &Api) -> Result<JsonBody<T>, Problem> {
    use axum::extract::FromRequest as _;
    JsonBody::from_request(Request::new(body), api).await
}

/// What to sign out of.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct SignOut {
    /// The session of this token.
    refresh_token: Option<String>,
    /// All sessions of the holder of the access token.
    all: Option<bool>,
}

/// Ends a session, or all of them. So does who is signed out already.
#[utoipa::path(post, path = "/signout", operation_id = "signOut", tag = "Session", request_body = Option<SignOut>,
    responses((status = 200, body = String, description = "`\"OK\"`"), AuthProblems))]
pub(super) async fn sign_out(
    State(api): State<Api>,
    Door(tenant): Door,
    From(caller): From,
    request: Request,
) -> Result<Json<&'static str>, Problem> {
    let (mut parts, body) = request.into_parts();
    let JsonBody(what) = read::<SignOut>(body, &api).await?;
    if what.all.unwrap_or_default() {
        let Session(who) = Session::from_request_parts(&mut parts, &api).await?;
        api.countersign.sign_out_everywhere(&who, false, &caller).await?;
    } else if let Some(token) = what.refresh_token {
        api.countersign.sign_out(&tenant, &token, &caller).await?;
    }
    Ok(OK)
}

/// A code of a followed link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Exchange {
    code: String,
    /// The text whose S256 was given when the mail was asked for.
    code_verifier: String,
}

/// Exchanges a code for its session, once (RFC 7636).
#[utoipa::path(post, path = "/token/exchange", operation_id = "exchangeToken", tag = "Session", request_body = Exchange,
    responses((status = 200, body = SessionBody), AuthProblems))]
pub(super) async fn exchange(
    State(api): State<Api>,
    Stranger(tenant): Stranger,
    From(caller): From,
    JsonBody(body): JsonBody<Exchange>,
) -> Result<Json<SessionBody>, Problem> {
    let granted = api.countersign.exchange_code(&tenant, &body.code, &body.code_verifier, &caller).await?;
    Ok(Json(granted.into()))
}
