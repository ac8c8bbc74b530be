//! Codes to a phone, by text message or WhatsApp (docs/reference/authsignal.md §3.3).

use axum::Json;
use axum::extract::State;
use countersign_domain::authenticator::SmsChannel;
use countersign_domain::user::UserChange;
use serde::Deserialize;
use utoipa::ToSchema;

use super::code::{Begun, CodeReply, Enrolling, Typed};
use crate::Api;
use crate::channel::Channel;
use crate::extract::{ClientToken, From, JsonBody};
use crate::openapi::Problems;
use crate::problem::Problem;

/// The number to enrol.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = EnrolPhone)]
pub(super) struct Enrol {
    /// E.164, such as `+6421000000`.
    phone_number: String,
    /// `DEFAULT`, a text message, where it is left out.
    sms_channel: Option<Channel>,
}

/// How the code travels.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AskPhone)]
pub(super) struct Ask {
    /// `DEFAULT`, a text message, where it is left out.
    sms_channel: Option<Channel>,
}

fn channel_of(asked: Option<Channel>) -> SmsChannel {
    asked.map(SmsChannel::from).unwrap_or_default()
}

/// Enrol a phone: a code is sent to it, and the right answer to `/verify/sms` makes it an authenticator.
#[utoipa::path(post, path = "/user-authenticators/sms", operation_id = "enrollSms", tag = "Codes to phones",
    request_body = Enrol, responses((status = 200, body = Enrolling), Problems), security(("bearerAuth" = [])))]
pub(super) async fn enrol(
    State(api): State<Api>,
    ClientToken(who): ClientToken,
    From(caller): From,
    JsonBody(body): JsonBody<Enrol>,
) -> Result<Json<Enrolling>, Problem> {
    let number = UserChange::phone_number(body.phone_number).map_err(|error| Problem::invalid(error.to_string()))?;
    let begun = api.countersign.sms_enrol(&who, number, channel_of(body.sms_channel), &caller).await?;
    Ok(Json(begun.into()))
}

/// Send a code to the user's phone, or another one. The code before it works no more.
#[utoipa::path(post, path = "/challenge/sms", operation_id = "challengeSms", tag = "Codes to phones",
    request_body = Ask, responses((status = 200, body = Begun), Problems), security(("bearerAuth" = [])))]
pub(super) async fn challenge(
    State(api): State<Api>,
    ClientToken(who): ClientToken,
    From(caller): From,
    JsonBody(body): JsonBody<Ask>,
) -> Result<Json<Begun>, Problem> {
    Ok(Json(api.countersign.sms_begin(&who, channel_of(body.sms_channel), &caller).await?.into()))
}

/// Verify a code that was sent to a phone. A wrong one is no error: `isVerified` is false and `failureReason` says why.
#[utoipa::path(post, path = "/verify/sms", operation_id = "verifySms", tag = "Codes to phones",
    request_body = Typed, responses((status = 200, body = CodeReply), Problems), security(("bearerAuth" = [])))]
pub(super) async fn verify(
    State(api): State<Api>,
    ClientToken(who): ClientToken,
    From(caller): From,
    JsonBody(body): JsonBody<Typed>,
) -> Result<Json<CodeReply>, Problem> {
    let checked = api.countersign.sms_check(&who, body.code()?, &caller).await?;
    Ok(Json(checked.into()))
}

/// Send a code to the user's enrolled phone by WhatsApp.
#[utoipa::path(post, path = "/challenge/whatsapp", operation_id = "challengeWhatsapp", tag = "Codes to phones",
    responses((status = 200, body = Begun), Problems), security(("bearerAuth" = [])))]
pub(super) async fn challenge_whatsapp(
    State(api): State<Api>,
    ClientToken(who): ClientToken,
    From(caller): From,
) -> Result<Json<Begun>, Problem> {
    Ok(Json(api.countersign.whatsapp_begin(&who, &caller).await?.into()))
}

/// Verify a code that `/challenge/whatsapp` sent.
#[utoipa::path(post, path = "/verify/whatsapp", operation_id = "verifyWhatsapp", tag = "Codes to phones",
    request_body = Typed, responses((status = 200, body = CodeReply), Problems), security(("bearerAuth" = [])))]
pub(super) async fn verify_whatsapp(
    State(api): State<Api>,
    ClientToken(who): ClientToken,
    From(caller): From,
    JsonBody(body): JsonBody<Typed>,
) -> Result<Json<CodeReply>, Problem> {
    let checked = api.countersign.whatsapp_check(&who, body.code()?, &caller).await?;
    Ok(Json(checked.into()))
}
