//! Authenticator apps (docs/reference/authsignal.md §3.3).

use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use countersign_domain::methods::totp::AppOffer;
use serde::Serialize;
use utoipa::ToSchema;

use super::code::{CodeReply, Typed};
use crate::Api;
use crate::extract::{ClientToken, From, JsonBody};
use crate::openapi::Problems;
use crate::problem::Problem;

/// An app that waits for its first code. The secret is shown in this answer and never again.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct EnrollingApp {
    /// The authenticator that the right code makes.
    user_authenticator_id: String,
    /// The user as the backend calls them.
    user_id: String,
    /// `otpauth://totp/…`, for a link or a QR code.
    uri: String,
    /// The secret in base32, to be typed into an app that reads no QR code.
    secret: String,
    /// The QR code of `uri` as the source of an image: `data:image/svg+xml;base64,…`.
    qr_code: String,
}

impl std::convert::From<AppOffer> for EnrollingApp {
    fn from(offer: AppOffer) -> Self {
        Self {
            user_authenticator_id: offer.factor.to_string(),
            user_id: offer.user.external_id,
            uri: offer.uri.expose().to_owned(),
            secret: offer.secret.expose().to_owned(),
            qr_code: format!("data:image/svg+xml;base64,{}", BASE64_STANDARD.encode(offer.qr_code.expose())),
        }
    }
}

/// Enrol an authenticator app: show it the QR code, and the right answer to `/verify/totp` makes it an authenticator. Each call
/// makes a new secret.
#[utoipa::path(post, path = "/user-authenticators/totp", operation_id = "enrollTotp", tag = "Authenticator apps",
    responses((status = 200, body = EnrollingApp), Problems), security(("bearerAuth" = [])))]
pub(super) async fn enrol(
    State(api): State<Api>,
    ClientToken(who): ClientToken,
    From(caller): From,
) -> Result<Json<EnrollingApp>, Problem> {
    Ok(Json(api.countersign.totp_enrol(&who, &caller).await?.into()))
}

/// Verify the code that an app shows. A wrong one is no error: `isVerified` is false and `failureReason` says why.
#[utoipa::path(post, path = "/verify/totp", operation_id = "verifyTotp", tag = "Authenticator apps",
    request_body = Typed, responses((status = 200, body = CodeReply), Problems), security(("bearerAuth" = [])))]
pub(super) async fn verify(
    State(api): State<Api>,
    ClientToken(who): ClientToken,
    From(caller): From,
    JsonBody(body): JsonBody<Typed>,
) -> Result<Json<CodeReply>, Problem> {
    let checked = api.countersign.totp_check(&who, body.code()?, &caller).await?;
    Ok(Json(checked.into()))
}
