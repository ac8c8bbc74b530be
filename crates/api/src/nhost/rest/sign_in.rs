//! Signing in (docs/reference/nhost.md §2).

use axum::Json;
use axum::extract::State;
use countersign_domain::account::{Address, AssertionSent};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::stranger::Stranger;
use super::wire::{SessionPayload, request};
use crate::Api;
use crate::extract::{CeremonyBody, From, JsonBody};
use crate::openapi::AuthProblems;
use crate::problem::Problem;

/// Who wants to sign in; nobody is named where the key names its user.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(super) struct SignIn {
    email: Option<String>,
}

/// Options for signing in. An address without an account gets some too (checklist 42).
#[utoipa::path(post, path = "/signin/webauthn", operation_id = "signInWebauthn", tag = "Authentication",
    request_body = Option<SignIn>, responses((status = 200, body = Object, description = "Request options."), AuthProblems))]
pub(super) async fn options(
    State(api): State<Api>,
    Stranger(tenant): Stranger,
    JsonBody(body): JsonBody<SignIn>,
) -> Result<Json<Value>, Problem> {
    let address = body.email.as_deref().filter(|text| !text.is_empty()).map(Address::parse).transpose()?;
    request(&api.countersign.sign_in_options(&tenant, address.as_ref()).await?).map(Json)
}

/// The end of a sign-in. Who it is the key and the challenge say; an `email` beside them is ignored.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct VerifySignIn {
    /// `AuthenticationResponseJSON` of WebAuthn Level 3.
    #[schema(value_type = Object)]
    credential: Value,
}

/// Checks the assertion and opens a session.
#[utoipa::path(post, path = "/signin/webauthn/verify", operation_id = "verifySignInWebauthn", tag = "Authentication",
    request_body = VerifySignIn, responses((status = 200, body = SessionPayload), AuthProblems))]
pub(super) async fn verify(
    State(api): State<Api>,
    Stranger(tenant): Stranger,
    From(caller): From,
    CeremonyBody(body): CeremonyBody<VerifySignIn>,
) -> Result<Json<SessionPayload>, Problem> {
    let said = AssertionSent::parse(body.credential)?;
    Ok(Json(api.countersign.sign_in(&tenant, said, &caller).await?.into()))
}
