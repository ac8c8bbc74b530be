//! Recovery codes: calls of our own (docs/reference/authsignal.md §3.3).

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::code::{CodeReply, Typed};
use crate::Api;
use crate::extract::{ClientToken, From, JsonBody};
use crate::openapi::Problems;
use crate::problem::Problem;

/// A fresh set. It is shown in this answer and never again.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RecoveryCodes {
    /// Ten codes that each serve once.
    recovery_codes: Vec<String>,
}

/// Make recovery codes for a user who has just verified. Older ones work no more.
#[utoipa::path(post, path = "/user-authenticators/recovery-codes", operation_id = "createRecoveryCodes",
    tag = "Recovery codes", responses((status = 200, body = RecoveryCodes), Problems), security(("bearerAuth" = [])))]
pub(super) async fn renew(
    State(api): State<Api>,
    ClientToken(who): ClientToken,
    From(caller): From,
) -> Result<Json<RecoveryCodes>, Problem> {
    let codes = api.countersign.renew_recovery_codes(&who, &caller).await?;
    let recovery_codes = codes.shown().iter().map(|code| code.expose().to_owned()).collect();
    Ok(Json(RecoveryCodes { recovery_codes }))
}

/// Verify a recovery code. A wrong one is no error: `isVerified` is false and `failureReason` says why.
#[utoipa::path(post, path = "/verify/recovery-code", operation_id = "verifyRecoveryCode", tag = "Recovery codes",
    request_body = Typed, responses((status = 200, body = CodeReply), Problems), security(("bearerAuth" = [])))]
pub(super) async fn verify(
    State(api): State<Api>,
    ClientToken(who): ClientToken,
    From(caller): From,
    JsonBody(body): JsonBody<Typed>,
) -> Result<Json<CodeReply>, Problem> {
    let checked = api.countersign.recovery_code_check(&who, body.code()?, &caller).await?;
    Ok(Json(checked.into()))
}
