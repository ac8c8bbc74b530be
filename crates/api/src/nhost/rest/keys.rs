//! Further keys (docs/reference/nhost.md §4).

use axum::Json;
use axum::extract::State;
use countersign_domain::account::CredentialSent;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::wire::creation;
use crate::Api;
use crate::extract::{CeremonyBody, From, Session};
use crate::openapi::AuthProblems;
use crate::problem::Problem;

/// Options for a further key. The session's proof has to be fresh (checklist 70).
#[utoipa::path(post, path = "/user/webauthn/add", operation_id = "addSecurityKey", tag = "User",
    responses((status = 200, body = Object, description = "Creation options."), AuthProblems), security(("bearerAuth" = [])))]
pub(super) async fn options(State(api): State<Api>, Session(who): Session) -> Result<Json<Value>, Problem> {
    creation(&api.countersign.key_options(&who).await?).map(Json)
}

/// A further key.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NewKey {
    /// `RegistrationResponseJSON` of WebAuthn Level 3.
    #[schema(value_type = Object)]
    credential: Value,
    /// What its owner calls it, 1 to 64 characters.
    nickname: Option<String>,
}

/// A key that was added.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AddedKey {
    /// UUID.
    id: String,
    /// As it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    nickname: Option<String>,
}

/// Takes a further key in.
#[utoipa::path(post, path = "/user/webauthn/verify", operation_id = "verifyAddSecurityKey", tag = "User", request_body = NewKey,
    responses((status = 200, body = AddedKey), AuthProblems), security(("bearerAuth" = [])))]
pub(super) async fn add(
    State(api): State<Api>,
    Session(who): Session,
    From(caller): From,
    CeremonyBody(body): CeremonyBody<NewKey>,
) -> Result<Json<AddedKey>, Problem> {
    let credential = CredentialSent::parse(body.credential)?;
    let added = api.countersign.add_key(&who, credential, body.nickname.as_deref(), &caller).await?;
    Ok(Json(AddedKey { id: added.id.to_string(), nickname: added.nickname }))
}
