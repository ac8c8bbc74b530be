//! Proving anew in a session (docs/reference/nhost.md §4).

use axum::Json;
use axum::extract::State;
use countersign_domain::account::AssertionSent;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::wire::{SessionPayload, request};
use crate::Api;
use crate::extract::{CeremonyBody, From, Session};
use crate::openapi::AuthProblems;
use crate::problem::Problem;

/// By what a session can be elevated.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Methods {
    /// `webauthn`, where the user has a key.
    methods: Vec<&'static str>,
}

/// By what this session can be elevated.
#[utoipa::path(get, path = "/elevate", operation_id = "elevateMethods", tag = "Elevation",
    responses((status = 200, body = Methods), AuthProblems), security(("bearerAuth" = [])))]
pub(super) async fn methods(State(api): State<Api>, Session(who): Session) -> Result<Json<Methods>, Problem> {
    let has_key = api.countersign.can_elevate(&who).await?;
    Ok(Json(Methods { methods: if has_key { vec!["webauthn"] } else { Vec::new() } }))
}

/// Options for elevating the session, by the keys of its user. A body is ignored.
#[utoipa::path(post, path = "/elevate/webauthn", operation_id = "elevateWebauthn", tag = "Elevation",
    responses((status = 200, body = Object, description = "Request options."), AuthProblems), security(("bearerAuth" = [])))]
pub(super) async fn options(State(api): State<Api>, Session(who): Session) -> Result<Json<Value>, Problem> {
    request(&api.countersign.elevation_options(&who).await?).map(Json)
}

/// The assertion.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct VerifyElevation {
    /// `AuthenticationResponseJSON` of WebAuthn Level 3.
    #[schema(value_type = Object)]
    credential: Value,
}

/// Elevates the session: it goes on under a new refresh token, and this access token alone says that it is elevated.
#[utoipa::path(post, path = "/elevate/webauthn/verify", operation_id = "verifyElevateWebauthn", tag = "Elevation",
    request_body = VerifyElevation, responses((status = 200, body = SessionPayload), AuthProblems),
    security(("bearerAuth" = [])))]
pub(super) async fn verify(
    State(api): State<Api>,
    Session(who): Session,
    From(caller): From,
    CeremonyBody(body): CeremonyBody<VerifyElevation>,
) -> Result<Json<SessionPayload>, Problem> {
    let said = AssertionSent::parse(body.credential)?;
    Ok(Json(api.countersign.elevate(&who, said, &caller).await?.into()))
}
