//! `POST /challenge`: how a sign-in begins that asks no name.

use axum::Json;
use axum::extract::State;
use countersign_domain::action::{ActionCode, IdempotencyKey};
use countersign_domain::challenge::AnonymousChallenge;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Api;
use crate::extract::{JsonBody, TenantOnly};
use crate::openapi::Problems;
use crate::problem::Problem;

/// What the caller wants to do.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Begin {
    /// Code of the action that a success completes; `signIn` when absent.
    #[schema(pattern = "^[a-zA-Z0-9_-]{1,64}$")]
    action: Option<String>,
    /// Which instance of the action; made at success when absent.
    idempotency_key: Option<String>,
}

/// The challenge to name in the calls that follow.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Begun {
    challenge_id: String,
}

/// Begin a challenge without a user.
#[utoipa::path(post, path = "/challenge", operation_id = "createChallenge", tag = "Challenges",
    request_body = Begin, responses((status = 200, body = Begun), Problems), security(("tenantBasic" = [])))]
pub(super) async fn begin(
    State(api): State<Api>,
    TenantOnly(tenant): TenantOnly,
    JsonBody(body): JsonBody<Begin>,
) -> Result<Json<Begun>, Problem> {
    let mut wanted = AnonymousChallenge::default();
    if let Some(action) = body.action {
        wanted.action = ActionCode::parse(&action).map_err(|error| Problem::invalid(error.to_string()))?;
    }
    if let Some(key) = body.idempotency_key {
        wanted.idempotency_key =
            Some(IdempotencyKey::parse(&key).map_err(|error| Problem::invalid(error.to_string()))?);
    }
    let id = api.countersign.begin_anonymous(&tenant, &wanted).await?;
    Ok(Json(Begun { challenge_id: id.to_string() }))
}
