//! `POST /validate`: was the action proved? (decisions §3)

use axum::Json;
use axum::extract::State;
use countersign_domain::action::{InvalidBecause, Validate, Verdict};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::wire::proof_method;
use crate::Api;
use crate::extract::{From, JsonBody, ServerKey};
use crate::openapi::Problems;
use crate::problem::Problem;

/// The question.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ValidateBody {
    /// The token of `track` or of a completed challenge.
    token: String,
    /// The user it has to be of.
    user_id: Option<String>,
    /// The action it has to be of.
    action: Option<String>,
    /// Take the result: the first true answer is the last.
    consume: Option<bool>,
}

/// The answer.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ValidatedBody {
    /// Whether the action was proved: the one member to decide by.
    is_valid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state_updated_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<String>,
    /// The same as `action`: some SDKs read one, some the other.
    #[serde(skip_serializing_if = "Option::is_none")]
    action_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    idempotency_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verification_method: Option<&'static str>,
    /// `aal1`, `aal2` or `aal3`.
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<String>,
    /// RFC 8176.
    #[serde(skip_serializing_if = "Option::is_none")]
    amr: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verified_at: Option<String>,
    /// `invalid_token`, `expired_token`, `token_mismatch` or `already_consumed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
}

/// Validate the result of an action.
#[utoipa::path(post, path = "/validate", operation_id = "validateChallenge", tag = "Actions", request_body = ValidateBody,
    responses((status = 200, body = ValidatedBody), Problems), security(("secretBasic" = [])))]
pub(super) async fn validate(
    State(api): State<Api>,
    ServerKey(tenant): ServerKey,
    From(caller): From,
    JsonBody(body): JsonBody<ValidateBody>,
) -> Result<Json<ValidatedBody>, Problem> {
    let ask = Validate {
        token: body.token,
        user: body.user_id,
        action: body.action,
        consume: body.consume.unwrap_or_default(),
    };
    Ok(Json(api.countersign.validate(&tenant, ask, &caller).await?.into()))
}

impl std::convert::From<Verdict> for ValidatedBody {
    fn from(verdict: Verdict) -> Self {
        let (action, external_id, is_valid, because) = match verdict {
            Verdict::Worthless(because) => return Self { error: Some(reason(because)), ..Self::default() },
            Verdict::Known { action, external_id, is_valid, because } => (action, external_id, is_valid, because),
        };
        let proved = action.state.is_proved();
        Self {
            is_valid,
            state: Some(action.state.as_str()),
            state_updated_at: Some(action.state_updated_at.rfc3339()),
            user_id: Some(external_id),
            action: Some(action.code.clone()),
            action_code: Some(action.code.clone()),
            idempotency_key: Some(action.idempotency_key.clone()),
            verification_method: proof_method(&action).filter(|_| proved),
            acr: action.acr.clone().filter(|_| proved),
            amr: Some(action.amr).filter(|amr| proved && !amr.is_empty()),
            verified_at: action.verified_at.filter(|_| proved).map(countersign_domain::clock::Millis::rfc3339),
            error: because.map(reason),
        }
    }
}

const fn reason(because: InvalidBecause) -> &'static str {
    match because {
        InvalidBecause::InvalidToken => "invalid_token",
        InvalidBecause::ExpiredToken => "expired_token",
        InvalidBecause::TokenMismatch => "token_mismatch",
        InvalidBecause::AlreadyConsumed => "already_consumed",
    }
}
