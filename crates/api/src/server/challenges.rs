//! Codes that the backend asks for and answers itself (docs/reference/authsignal.md §5.3).

use axum::Json;
use axum::extract::State;
use countersign_domain::action::{ActionCode, IdempotencyKey};
use countersign_domain::authenticator::SmsChannel;
use countersign_domain::challenge::Told;
use countersign_domain::methods::{Asked, Claimed, CodeAnswer, Shown, Wanted, WhichChallenge};
use countersign_domain::user::UserChange;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use super::wire::{method_of, refused, short, user_id};
use crate::Api;
use crate::channel::Channel;
use crate::extract::{From, JsonBody, Query, ServerKey};
use crate::openapi::Problems;
use crate::problem::Problem;

/// What to send, and to whom.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Begin {
    /// `EMAIL_OTP`, `SMS` or `WHATSAPP`. Absent: by the address that is given, then by what the user has.
    verification_method: Option<String>,
    /// Code of the action that a claim completes; `signIn` when absent.
    #[schema(pattern = "^[a-zA-Z0-9_-]{1,64}$")]
    action: Option<String>,
    /// An open challenge to send a new code for.
    challenge_id: Option<String>,
    /// Which instance of the action; made when absent.
    idempotency_key: Option<String>,
    /// Whose; made when unknown. Absent where nobody knows yet.
    user_id: Option<String>,
    /// Where to, when the user has no such authenticator.
    email: Option<String>,
    /// The same for phones, in E.164.
    phone_number: Option<String>,
    /// How a code of `SMS` travels. Absent: as the one before it for this challenge, else as a text message.
    sms_channel: Option<Channel>,
    /// BCP 47, for the message.
    locale: Option<String>,
    device_id: Option<String>,
    ip_address: Option<String>,
    user_agent: Option<String>,
    /// Data points of the action; flat.
    #[schema(value_type = Option<Object>)]
    custom: Option<Map<String, Value>>,
    /// Space-separated: `add:authenticators`, `update:authenticators`, `remove:authenticators`.
    scope: Option<String>,
}

/// A code is on its way.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Begun {
    challenge_id: String,
    idempotency_key: String,
    /// When the code ends; seconds since 1970.
    expires_at: i64,
}

/// Send a code. The answer is the same whether or not the user exists and has such an authenticator.
#[utoipa::path(post, path = "/challenge", operation_id = "challenge", tag = "Challenges", request_body = Begin,
    responses((status = 200, body = Begun), Problems), security(("secretBasic" = [])))]
pub(super) async fn begin(
    State(api): State<Api>,
    ServerKey(tenant): ServerKey,
    From(caller): From,
    JsonBody(body): JsonBody<Begin>,
) -> Result<Json<Begun>, Problem> {
    let Asked { challenge, idempotency_key, expires_at } =
        api.countersign.begin_code(&tenant, body.parse()?, &caller).await?;
    Ok(Json(Begun { challenge_id: challenge.to_string(), idempotency_key, expires_at: expires_at.seconds() }))
}

impl Begin {
    fn parse(self) -> Result<Wanted, Problem> {
        let sentence = |error: countersign_domain::action::CodeError| Problem::invalid(error.to_string());
        let said = |text: Option<String>| text.filter(|text| !text.is_empty());
        Ok(Wanted {
            method: self.verification_method.as_deref().map(method_of).transpose()?,
            action: self
                .action
                .as_deref()
                .map_or_else(|| Ok(ActionCode::sign_in()), ActionCode::parse)
                .map_err(sentence)?,
            challenge: said(self.challenge_id),
            idempotency_key: self
                .idempotency_key
                .as_deref()
                .map(IdempotencyKey::parse)
                .transpose()
                .map_err(sentence)?,
            user: self.user_id.as_deref().map(user_id).transpose()?,
            email: said(self.email).map(UserChange::email).transpose().map_err(refused)?,
            phone_number: said(self.phone_number).map(UserChange::phone_number).transpose().map_err(refused)?,
            sms_channel: self.sms_channel.map(SmsChannel::from),
            told: Told {
                scope: short("scope", self.scope)?.unwrap_or_default(),
                locale: said(self.locale).map(UserChange::locale).transpose().map_err(refused)?,
                ip_address: short("ipAddress", self.ip_address)?,
                user_agent: short("userAgent", self.user_agent)?,
                device_id: short("deviceId", self.device_id)?,
                custom: self.custom.map(UserChange::custom).transpose().map_err(refused)?,
            },
        })
    }
}

/// A code as the user typed it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Verify {
    challenge_id: String,
    /// Spaces and dashes do not count.
    #[schema(max_length = 64)]
    verification_code: String,
}

/// The answer to a code.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Verified {
    is_verified: bool,
    /// The address that was shown to be the person's.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// The number that was shown to be the person's.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verification_method: Option<&'static str>,
    /// `CODE_INVALID_OR_EXPIRED` or `MAX_ATTEMPTS_EXCEEDED`.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_reason: Option<&'static str>,
}

/// Verify a code. A wrong one is no error: `isVerified` is false and `failureReason` says why.
#[utoipa::path(post, path = "/verify", operation_id = "verify", tag = "Challenges", request_body = Verify,
    responses((status = 200, body = Verified), Problems), security(("secretBasic" = [])))]
pub(super) async fn verify(
    State(api): State<Api>,
    ServerKey(tenant): ServerKey,
    From(caller): From,
    JsonBody(body): JsonBody<Verify>,
) -> Result<Json<Verified>, Problem> {
    if !(1..=64).contains(&body.verification_code.chars().count()) {
        return Err(Problem::invalid("verificationCode must have 1 to 64 characters."));
    }
    let answered = api.countersign.answer_code(&tenant, &body.challenge_id, &body.verification_code, &caller).await?;
    Ok(Json(answered.into()))
}

impl std::convert::From<CodeAnswer> for Verified {
    fn from(answered: CodeAnswer) -> Self {
        match answered {
            CodeAnswer::Wrong(because) => Self { failure_reason: Some(because.as_str()), ..Self::default() },
            CodeAnswer::Right { method, address } => {
                let (email, phone_number) = by_kind(Some(address));
                let verification_method = Some(method.as_str());
                Self { is_verified: true, email, phone_number, verification_method, failure_reason: None }
            }
        }
    }
}

/// An address where e-mail addresses stand, or where numbers do.
fn by_kind(address: Option<String>) -> (Option<String>, Option<String>) {
    match address {
        Some(number) if number.starts_with('+') && !number.contains('@') => (None, Some(number)),
        email => (email, None),
    }
}

/// Whose a challenge is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Claim {
    challenge_id: String,
    /// Made when unknown.
    user_id: String,
    /// Claim it before its code is verified: the token proves nothing until then.
    skip_verification_check: Option<bool>,
}

/// The result of a challenge.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ClaimedBody {
    /// A client token of the action.
    token: String,
    verification_method: &'static str,
}

/// Claim a verified challenge for a user, once.
#[utoipa::path(post, path = "/claim", operation_id = "claimChallenge", tag = "Challenges", request_body = Claim,
    responses((status = 200, body = ClaimedBody), Problems), security(("secretBasic" = [])))]
pub(super) async fn claim(
    State(api): State<Api>,
    ServerKey(tenant): ServerKey,
    From(caller): From,
    JsonBody(body): JsonBody<Claim>,
) -> Result<Json<ClaimedBody>, Problem> {
    let (user, early) = (user_id(&body.user_id)?, body.skip_verification_check.unwrap_or_default());
    let Claimed { token, method } =
        api.countersign.claim_code(&tenant, &body.challenge_id, &user, early, &caller).await?;
    Ok(Json(ClaimedBody { token, verification_method: method.as_str() }))
}

/// Which challenge: by its id, or the newest of a user. Everything that is given has to fit.
#[derive(Debug, Default, Deserialize, IntoParams, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Which {
    challenge_id: Option<String>,
    user_id: Option<String>,
    action: Option<String>,
    verification_method: Option<String>,
}

/// An open challenge; empty when there is none.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ShownBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    challenge_id: Option<String>,
    /// Seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verification_method: Option<&'static str>,
    /// `DEFAULT` or `WHATSAPP`.
    #[serde(skip_serializing_if = "Option::is_none")]
    sms_channel: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<String>,
}

/// Get the newest open challenge.
#[utoipa::path(get, path = "/challenges", operation_id = "getChallenge", tag = "Challenges", params(Which),
    responses((status = 200, body = ShownBody), Problems), security(("secretBasic" = [])))]
pub(crate) async fn get(
    State(api): State<Api>,
    ServerKey(tenant): ServerKey,
    Query(which): Query<Which>,
) -> Result<Json<ShownBody>, Problem> {
    let which = WhichChallenge {
        challenge: which.challenge_id,
        user: which.user_id,
        action: which.action,
        method: which.verification_method.as_deref().map(method_of).transpose()?,
    };
    let shown = api.countersign.open_challenge(&tenant, &which).await?;
    Ok(Json(shown.map(ShownBody::from).unwrap_or_default()))
}

/// The same by POST: the Java and .NET SDKs send that.
#[utoipa::path(post, path = "/challenges", operation_id = "getChallengeByPost", tag = "Challenges", request_body = Which,
    responses((status = 200, body = ShownBody), Problems), security(("secretBasic" = [])))]
pub(crate) async fn get_by_post(
    api: State<Api>,
    key: ServerKey,
    Query(named): Query<Which>,
    JsonBody(body): JsonBody<Which>,
) -> Result<Json<ShownBody>, Problem> {
    let which = Which {
        challenge_id: body.challenge_id.or(named.challenge_id),
        user_id: body.user_id.or(named.user_id),
        action: body.action.or(named.action),
        verification_method: body.verification_method.or(named.verification_method),
    };
    get(api, key, Query(which)).await
}

impl std::convert::From<Shown> for ShownBody {
    fn from(shown: Shown) -> Self {
        let (email, phone_number) = by_kind(shown.address);
        Self {
            challenge_id: Some(shown.id.to_string()),
            expires_at: Some(shown.expires_at.seconds()),
            verification_method: shown.method.map(countersign_domain::methods::Method::as_str),
            sms_channel: shown.channel.map(SmsChannel::as_str),
            phone_number,
            email,
            action: Some(shown.action),
        }
    }
}
