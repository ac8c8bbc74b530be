//! Authenticators (docs/reference/authsignal.md §5.2).

use axum::Json;
use axum::extract::State;
use countersign_domain::Error;
use countersign_domain::authenticator::ImportedCredential;
use countersign_domain::methods::recovery_codes::NewCodes;
use countersign_domain::methods::{Brought, Method};
use countersign_domain::secret::{Secret, from_base64url};
use countersign_domain::user::UserChange;
use countersign_webauthn::Aaguid;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::wire::{AuthenticatorBody, method_of, refused, user_id};
use crate::Api;
use crate::extract::{CeremonyBody, From, JsonBody, Path, ServerKey};
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::removal::Deleted;

/// Most credentials in one batch.
const BATCH: usize = 100;

/// A method and whether it can be used: it is on, and what it sends can be sent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Configuration {
    verification_method: &'static str,
    is_active: bool,
}

/// The methods of this tenant.
#[utoipa::path(get, path = "/authenticators", operation_id = "getAuthenticatorConfigurations", tag = "Authenticators",
    responses((status = 200, body = Vec<Configuration>), Problems), security(("secretBasic" = [])))]
pub(super) async fn configurations(State(api): State<Api>, ServerKey(tenant): ServerKey) -> Json<Vec<Configuration>> {
    let list = Method::ALL.into_iter().map(|method| {
        let is_active = api.countersign.offers(&tenant, method);
        Configuration { verification_method: method.as_str(), is_active }
    });
    Json(list.collect())
}

/// A user's authenticators.
#[utoipa::path(get, path = "/users/{userId}/authenticators", operation_id = "getAuthenticators", tag = "Authenticators",
    params(("userId" = String, Path)), responses((status = 200, body = Vec<AuthenticatorBody>), Problems),
    security(("secretBasic" = [])))]
pub(super) async fn list(
    State(api): State<Api>,
    ServerKey(tenant): ServerKey,
    Path(id): Path<String>,
) -> Result<Json<Vec<AuthenticatorBody>>, Problem> {
    let factors = api.countersign.factors(&tenant, &id).await?;
    Ok(Json(factors.iter().map(|factor| AuthenticatorBody::new(&id, factor)).collect()))
}

/// An authenticator that the backend has verified itself.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Enrol {
    /// `EMAIL_OTP`, `EMAIL_MAGIC_LINK`, `SMS` or `AUTHENTICATOR_APP`.
    verification_method: String,
    /// For codes and links by e-mail.
    email: Option<String>,
    /// For codes to a phone. E.164.
    phone_number: Option<String>,
    /// What an authenticator app has read: `otpauth://totp/…`, of SHA1, 6 digits and 30 seconds, with a secret of at least 112 bits.
    otp_uri: Option<String>,
    /// Whether it is asked for first.
    is_default: Option<bool>,
}

/// The authenticator.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct EnrolledBody {
    authenticator: AuthenticatorBody,
    /// Ten codes that each serve once, with the user's first authenticator where the tenant has them on. They are shown in this
    /// answer and never again.
    recovery_codes: Vec<String>,
}

/// Enrol an authenticator that the backend has verified; one that is there already comes back. An unknown user is made.
/// Credentials are brought by the batch call.
#[utoipa::path(post, path = "/users/{userId}/authenticators", operation_id = "enrollVerifiedAuthenticator",
    tag = "Authenticators", params(("userId" = String, Path)), request_body = Enrol,
    responses((status = 200, body = EnrolledBody), Problems), security(("secretBasic" = [])))]
pub(super) async fn enrol(
    State(api): State<Api>,
    ServerKey(tenant): ServerKey,
    From(caller): From,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<Enrol>,
) -> Result<Json<EnrolledBody>, Problem> {
    let user = user_id(&id)?;
    let brought = Brought {
        method: method_of(&body.verification_method)?,
        email: body.email.map(UserChange::email).transpose().map_err(refused)?,
        phone_number: body.phone_number.map(UserChange::phone_number).transpose().map_err(refused)?,
        otp_uri: body.otp_uri.map(Secret::new),
        is_default: body.is_default.unwrap_or_default(),
    };
    let taken = api.countersign.enrol_verified(&tenant, &user, brought, &caller).await?;
    let authenticator = AuthenticatorBody::new(&id, &taken.factor);
    let recovery_codes = taken.recovery_codes.iter().flat_map(NewCodes::shown);
    let recovery_codes = recovery_codes.map(|code| code.expose().to_owned()).collect();
    Ok(Json(EnrolledBody { authenticator, recovery_codes }))
}

/// Credentials from elsewhere.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Batch {
    /// At most 100.
    authenticators: Vec<BatchEntry>,
}

/// A credential that was registered with another server for the same RP ID.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct BatchEntry {
    user_id: String,
    /// `PASSKEY` or `SECURITY_KEY`.
    verification_method: String,
    /// base64url.
    credential_id: String,
    /// COSE key, base64url.
    credential_public_key: String,
    name: Option<String>,
    transports: Option<Vec<String>>,
    aaguid: Option<String>,
}

/// What became of a batch.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BatchReport {
    total: usize,
    succeeded: usize,
    failed: usize,
    failures: Vec<BatchFailure>,
}

/// One that was not taken.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct BatchFailure {
    user_id: String,
    credential_id: String,
    error_code: &'static str,
    error_description: String,
}

/// Import credentials, each on its own: a refused one does not hold up the others.
#[utoipa::path(post, path = "/users/authenticators", operation_id = "batchEnrollAuthenticators", tag = "Authenticators",
    request_body = Batch, responses((status = 200, body = BatchReport), Problems), security(("secretBasic" = [])))]
pub(super) async fn import(
    State(api): State<Api>,
    ServerKey(tenant): ServerKey,
    From(caller): From,
    CeremonyBody(body): CeremonyBody<Batch>,
) -> Result<Json<BatchReport>, Problem> {
    if body.authenticators.len() > BATCH {
        return Err(Problem::invalid("authenticators must hold at most 100 entries."));
    }
    let names: Vec<_> =
        body.authenticators.iter().map(|entry| (entry.user_id.clone(), entry.credential_id.clone())).collect();
    let parsed = body.authenticators.into_iter().map(BatchEntry::parse).collect();
    let report = api.countersign.import_credentials(&tenant, parsed, &caller).await?;
    let failures: Vec<_> = report
        .failures
        .into_iter()
        .map(|failure| {
            let problem = Problem::from(failure.error);
            let (user_id, credential_id) = names[failure.index].clone();
            let error_description = problem.description().to_owned();
            BatchFailure { user_id, credential_id, error_code: problem.code(), error_description }
        })
        .collect();
    let failed = failures.len();
    Ok(Json(BatchReport { total: report.total, succeeded: report.total - failed, failed, failures }))
}

impl BatchEntry {
    fn parse(self) -> countersign_domain::Result<ImportedCredential> {
        let invalid = |problem: Problem| Error::invalid(problem.description());
        let bytes = |what: &str, text: &str| {
            from_base64url(text.trim_end_matches('='))
                .ok_or_else(|| Error::invalid(format!("{what} is not base64url.")))
        };
        let aaguid = self.aaguid.map(|text| text.parse::<Aaguid>()).transpose();
        Ok(ImportedCredential {
            user: user_id(&self.user_id).map_err(invalid)?,
            method: method_of(&self.verification_method).map_err(invalid)?,
            credential_id: bytes("credentialId", &self.credential_id)?,
            public_key: bytes("credentialPublicKey", &self.credential_public_key)?,
            name: self.name.map(UserChange::name("name")).transpose().map_err(refused).map_err(invalid)?,
            transports: self.transports.unwrap_or_default(),
            aaguid: aaguid.map_err(|_| Error::invalid("aaguid is not a UUID."))?,
        })
    }
}

/// Delete an authenticator. Its use ends at once.
#[utoipa::path(delete, path = "/users/{userId}/authenticators/{userAuthenticatorId}", operation_id = "deleteAuthenticator",
    tag = "Authenticators", params(("userId" = String, Path), ("userAuthenticatorId" = String, Path)),
    responses((status = 200, body = Deleted), Problems), security(("secretBasic" = [])))]
pub(super) async fn delete(
    State(api): State<Api>,
    ServerKey(tenant): ServerKey,
    From(caller): From,
    Path((user, id)): Path<(String, String)>,
) -> Result<Json<Deleted>, Problem> {
    let removed = api.countersign.remove_factor(&tenant, &user, &id, &caller).await?;
    Ok(Json(Deleted::new(&tenant, &removed)))
}
