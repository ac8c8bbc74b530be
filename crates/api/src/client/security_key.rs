//! Security keys (docs/reference/authsignal.md §3.2): bare WebAuthn objects, no challenge id travels.

use axum::Json;
use axum::extract::State;
use countersign_domain::methods::{ParsedAnswer, ParsedCredential, parse_authentication, parse_registration};
use serde_json::Value;

use super::wire::{Added, CreationOptionsJson, RequestOptionsJson, Verified};
use crate::Api;
use crate::extract::{CeremonyBody, ClientToken, From};
use crate::openapi::Problems;
use crate::problem::Problem;

/// Options for enrolling a security key: `PublicKeyCredentialCreationOptionsJSON` at the top level.
#[utoipa::path(post, path = "/user-authenticators/security-key/registration-options",
    operation_id = "securityKeyRegistrationOptions", tag = "Security keys",
    responses((status = 200, body = CreationOptionsJson), Problems), security(("bearerAuth" = [])))]
pub(super) async fn registration_options(
    State(api): State<Api>,
    ClientToken(who): ClientToken,
    From(caller): From,
) -> Result<Json<CreationOptionsJson>, Problem> {
    let offer = api.countersign.security_key_registration_options(&who, &caller).await?;
    Ok(Json(CreationOptionsJson(offer.options)))
}

/// Add a security key. The body is a `RegistrationResponseJSON`.
#[utoipa::path(post, path = "/user-authenticators/security-key", operation_id = "addSecurityKey", tag = "Security keys",
    request_body = Object, responses((status = 200, body = Added), Problems), security(("bearerAuth" = [])))]
pub(super) async fn add(
    State(api): State<Api>,
    ClientToken(who): ClientToken,
    From(caller): From,
    CeremonyBody(body): CeremonyBody<Value>,
) -> Result<Json<Added>, Problem> {
    let credential = parse_registration(body)?;
    let made = ParsedCredential { challenge: None, credential, conditional: false, device_id: None };
    Ok(Json(api.countersign.security_key_enrol(&who, made, &caller).await?.into()))
}

/// Options for stepping up with a security key: `PublicKeyCredentialRequestOptionsJSON` at the top level.
#[utoipa::path(post, path = "/user-authenticators/security-key/authentication-options",
    operation_id = "securityKeyAuthenticationOptions", tag = "Security keys",
    responses((status = 200, body = RequestOptionsJson), Problems), security(("bearerAuth" = [])))]
pub(super) async fn authentication_options(
    State(api): State<Api>,
    ClientToken(who): ClientToken,
    From(caller): From,
) -> Result<Json<RequestOptionsJson>, Problem> {
    let offer = api.countersign.security_key_authentication_options(&who, &caller).await?;
    Ok(Json(RequestOptionsJson(offer.options)))
}

/// Verify a security key. The body is an `AuthenticationResponseJSON`.
#[utoipa::path(post, path = "/verify/security-key", operation_id = "verifySecurityKey", tag = "Security keys",
    request_body = Object, responses((status = 200, body = Verified), Problems), security(("bearerAuth" = [])))]
pub(super) async fn verify(
    State(api): State<Api>,
    ClientToken(who): ClientToken,
    From(caller): From,
    CeremonyBody(body): CeremonyBody<Value>,
) -> Result<Json<Verified>, Problem> {
    let said = ParsedAnswer { challenge: None, credential: parse_authentication(body)?, device_id: None };
    Ok(Json(api.countersign.security_key_verify(&who, said, &caller).await?.into()))
}
