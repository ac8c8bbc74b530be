//! Signing up (docs/reference/nhost.md §2).

use axum::Json;
use axum::extract::State;
use countersign_domain::account::{Address, CredentialSent, SignedUp, SigningUp};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::stranger::Stranger;
use super::wire::{SessionPayload, SignUpOptions, creation};
use crate::Api;
use crate::extract::{CeremonyBody, From, JsonBody};
use crate::openapi::AuthProblems;
use crate::problem::Problem;

/// Who wants to sign up.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct SignUp {
    email: String,
    options: Option<SignUpOptions>,
}

/// Options for the first key of a new account: the same whether the address is taken or not.
#[utoipa::path(post, path = "/signup/webauthn", operation_id = "signUpWebauthn", tag = "Authentication",
    request_body = SignUp, responses((status = 200, body = Object, description = "Creation options."), AuthProblems))]
pub(super) async fn options(
    State(api): State<Api>,
    Stranger(tenant): Stranger,
    JsonBody(body): JsonBody<SignUp>,
) -> Result<Json<Value>, Problem> {
    let address = Address::parse(&body.email)?;
    let wishes = body.options.unwrap_or_default().into();
    creation(&api.countersign.sign_up_options(&tenant, &address, wishes).await?).map(Json)
}

/// The end of a sign-up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct VerifySignUp {
    /// `RegistrationResponseJSON` of WebAuthn Level 3.
    #[schema(value_type = Object)]
    credential: Value,
    /// What is said here counts before what was said at the beginning.
    options: Option<SignUpOptions>,
    /// What its owner calls the key, 1 to 64 characters.
    nickname: Option<String>,
    /// S256 of a verifier: the link of the mail then carries a code (RFC 7636).
    code_challenge: Option<String>,
}

/// Takes the key in. A session where no address has to be verified, else `{}` and a mail.
#[utoipa::path(post, path = "/signup/webauthn/verify", operation_id = "verifySignUpWebauthn", tag = "Authentication",
    request_body = VerifySignUp, responses((status = 200, body = SessionPayload), AuthProblems))]
pub(super) async fn verify(
    State(api): State<Api>,
    Stranger(tenant): Stranger,
    From(caller): From,
    CeremonyBody(body): CeremonyBody<VerifySignUp>,
) -> Result<Json<SessionPayload>, Problem> {
    let mut options = body.options.unwrap_or_default();
    let end = SigningUp {
        credential: CredentialSent::parse(body.credential)?,
        nickname: body.nickname.or(options.nickname.take()),
        wishes: options.into(),
        code_challenge: body.code_challenge,
    };
    Ok(Json(match api.countersign.sign_up(&tenant, end, &caller).await? {
        SignedUp::In(granted) => (*granted).into(),
        SignedUp::Waiting => SessionPayload { session: None },
    }))
}
