//! Codes by e-mail (docs/reference/authsignal.md §3.3).

use axum::Json;
use axum::extract::State;
use countersign_domain::user::UserChange;
use serde::Deserialize;
use utoipa::ToSchema;

use super::code::{Begun, CodeReply, Enrolling, Typed};
use crate::Api;
use crate::extract::{ClientToken, From, JsonBody};
use crate::openapi::Problems;
use crate::problem::Problem;

/// The address to enrol.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Enrol {
    email: String,
}

/// Enrol an e-mail address: a code is sent to it, and the right answer to `/verify/email-otp` makes it an authenticator.
#[utoipa::path(post, path = "/user-authenticators/email-otp", operation_id = "enrollEmailOtp", tag = "E-mail codes",
    request_body = Enrol, responses((status = 200, body = Enrolling), Problems), security(("bearerAuth" = [])))]
pub(super) async fn enrol(
    State(api): State<Api>,
    ClientToken(who): ClientToken,
    From(caller): From,
    JsonBody(body): JsonBody<Enrol>,
) -> Result<Json<Enrolling>, Problem> {
    let address = UserChange::email(body.email).map_err(|error| Problem::invalid(error.to_string()))?;
    Ok(Json(api.countersign.email_otp_enrol(&who, address, &caller).await?.into()))
}

/// Send a code to the user's address, or another one. The code before it works no more.
#[utoipa::path(post, path = "/challenge/email-otp", operation_id = "challengeEmailOtp", tag = "E-mail codes",
    responses((status = 200, body = Begun), Problems), security(("bearerAuth" = [])))]
pub(super) async fn challenge(
    State(api): State<Api>,
    ClientToken(who): ClientToken,
    From(caller): From,
) -> Result<Json<Begun>, Problem> {
    Ok(Json(api.countersign.email_otp_begin(&who, &caller).await?.into()))
}

/// Verify a code. A wrong one is no error: `isVerified` is false and `failureReason` says why.
#[utoipa::path(post, path = "/verify/email-otp", operation_id = "verifyEmailOtp", tag = "E-mail codes",
    request_body = Typed, responses((status = 200, body = CodeReply), Problems), security(("bearerAuth" = [])))]
pub(super) async fn verify(
    State(api): State<Api>,
    ClientToken(who): ClientToken,
    From(caller): From,
    JsonBody(body): JsonBody<Typed>,
) -> Result<Json<CodeReply>, Problem> {
    let checked = api.countersign.email_otp_check(&who, body.code()?, &caller).await?;
    Ok(Json(checked.into()))
}
