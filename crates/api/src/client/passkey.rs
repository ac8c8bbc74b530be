//! Passkeys (docs/reference/authsignal.md §3.1).

use axum::Json;
use axum::extract::State;
use countersign_domain::Error;
use countersign_domain::id::ChallengeId;
use countersign_domain::methods::{ParsedAnswer, ParsedCredential, Wish, parse_authentication, parse_registration};
use countersign_webauthn::Attachment;
use serde::Deserialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::wire::{
    Added, AuthenticationOptions, KnownPasskey, RegistrationOptions, VerifiedPasskey, bytes_of, name_of,
};
use crate::Api;
use crate::extract::{CeremonyBody, ClientToken, ClientTokenOrTenant, From, JsonBody, Query, TenantOnly};
use crate::openapi::Problems;
use crate::problem::Problem;

/// What the new passkey is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct WantPasskey {
    /// Account name shown by the authenticator.
    username: Option<String>,
    /// Person's name shown by the authenticator.
    display_name: Option<String>,
    /// `platform` or `cross-platform`; either when absent.
    #[schema(value_type = Option<String>)]
    authenticator_attachment: Option<Attachment>,
}

/// Options for making a passkey.
#[utoipa::path(post, path = "/user-authenticators/passkey/registration-options", operation_id = "passkeyRegistrationOptions",
    tag = "Passkeys", request_body = WantPasskey, responses((status = 200, body = RegistrationOptions), Problems),
    security(("bearerAuth" = [])))]
pub(super) async fn registration_options(
    State(api): State<Api>,
    ClientToken(who): ClientToken,
    From(caller): From,
    JsonBody(body): JsonBody<WantPasskey>,
) -> Result<Json<RegistrationOptions>, Problem> {
    let wish = Wish {
        username: name_of("username", body.username)?,
        display_name: name_of("displayName", body.display_name)?,
        attachment: body.authenticator_attachment,
    };
    Ok(Json(api.countersign.passkey_registration_options(&who, wish, &caller).await?.into()))
}

/// A new passkey.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewPasskey {
    /// `RegistrationResponseJSON` of WebAuthn Level 3.
    #[schema(value_type = Object)]
    registration_credential: Value,
    /// Whether the browser made it without asking the user (conditional create).
    #[serde(default)]
    conditional_create: Option<bool>,
    /// The challenge of the options; found by the client data when absent.
    challenge_id: Option<String>,
    /// The app's id of the device.
    device_id: Option<String>,
}

/// Add a passkey.
#[utoipa::path(post, path = "/user-authenticators/passkey", operation_id = "addPasskey", tag = "Passkeys",
    request_body = NewPasskey, responses((status = 200, body = Added), Problems), security(("bearerAuth" = [])))]
pub(super) async fn add(
    State(api): State<Api>,
    ClientToken(who): ClientToken,
    From(caller): From,
    CeremonyBody(body): CeremonyBody<NewPasskey>,
) -> Result<Json<Added>, Problem> {
    let made = ParsedCredential {
        challenge: challenge_of(body.challenge_id)?,
        credential: parse_registration(body.registration_credential)?,
        conditional: body.conditional_create.unwrap_or_default(),
        device_id: name_of("deviceId", body.device_id)?,
    };
    Ok(Json(api.countersign.passkey_enrol(&who, made, &caller).await?.into()))
}

/// Which ceremony to go on with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct WantAssertion {
    /// A challenge begun by `POST /challenge`; a token brings its own.
    challenge_id: Option<String>,
}

/// Options for signing in with a passkey (tenant) or stepping up (token).
#[utoipa::path(post, path = "/user-authenticators/passkey/authentication-options", operation_id = "passkeyAuthenticationOptions",
    tag = "Passkeys", request_body = WantAssertion, responses((status = 200, body = AuthenticationOptions), Problems),
    security(("bearerAuth" = []), ("tenantBasic" = [])))]
pub(super) async fn authentication_options(
    State(api): State<Api>,
    ClientTokenOrTenant(who): ClientTokenOrTenant,
    From(caller): From,
    JsonBody(body): JsonBody<WantAssertion>,
) -> Result<Json<AuthenticationOptions>, Problem> {
    let challenge = challenge_of(body.challenge_id)?;
    Ok(Json(api.countersign.passkey_authentication_options(&who, challenge, &caller).await?.into()))
}

/// A passkey's answer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct VerifyPasskey {
    /// The challenge of the authentication options.
    challenge_id: String,
    /// `AuthenticationResponseJSON` of WebAuthn Level 3.
    #[schema(value_type = Object)]
    authentication_credential: Value,
    /// The app's id of the device.
    device_id: Option<String>,
}

/// Verify a passkey.
#[utoipa::path(post, path = "/verify/passkey", operation_id = "verifyAuthentication", tag = "Passkeys",
    request_body = VerifyPasskey, responses((status = 200, body = VerifiedPasskey), Problems),
    security(("bearerAuth" = []), ("tenantBasic" = [])))]
pub(super) async fn verify(
    State(api): State<Api>,
    ClientTokenOrTenant(who): ClientTokenOrTenant,
    From(caller): From,
    CeremonyBody(body): CeremonyBody<VerifyPasskey>,
) -> Result<Json<VerifiedPasskey>, Problem> {
    let said = ParsedAnswer {
        challenge: challenge_of(Some(body.challenge_id))?,
        credential: parse_authentication(body.authentication_credential)?,
        device_id: name_of("deviceId", body.device_id)?,
    };
    Ok(Json(api.countersign.passkey_verify(&who, said, &caller).await?.into()))
}

/// Which credentials a device holds.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub(super) struct Held {
    /// Credential ids, base64url, separated by commas; at most 20 are looked at.
    credential_ids: Option<String>,
    /// One credential id: the form that mobile SDKs send.
    credential_id: Option<String>,
}

/// Whether one of these credentials is a passkey that works.
#[utoipa::path(get, path = "/user-authenticators/passkey", operation_id = "getPasskeyByCredentialId", tag = "Passkeys",
    params(Held), responses((status = 200, body = KnownPasskey), Problems), security(("tenantBasic" = [])))]
pub(super) async fn find(
    State(api): State<Api>,
    TenantOnly(tenant): TenantOnly,
    Query(held): Query<Held>,
) -> Result<Json<KnownPasskey>, Problem> {
    let list = held.credential_ids.or(held.credential_id).unwrap_or_default();
    let ids: Vec<_> = list.split(',').take(20).filter_map(|id| bytes_of(id.trim())).collect();
    let factor = api.countersign.known_passkey(&tenant, &ids).await?;
    Ok(Json(KnownPasskey::from(&factor)))
}

/// An id that is no UUID names no challenge of ours.
fn challenge_of(text: Option<String>) -> Result<Option<ChallengeId>, Problem> {
    text.map(|text| ChallengeId::parse(&text).ok_or_else(|| Error::NotFound("challenge").into())).transpose()
}
