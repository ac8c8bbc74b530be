//! Links by e-mail (docs/reference/authsignal.md §3.3). Where a link leads is `crate::ui`.

use axum::Json;
use axum::extract::State;
use countersign_domain::user::UserChange;
use serde::Deserialize;
use utoipa::ToSchema;

use super::code::{Begun, CodeReply, Enrolling};
use crate::Api;
use crate::extract::{ClientToken, From, JsonBody};
use crate::openapi::Problems;
use crate::problem::Problem;

/// The address to enrol.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = EnrolMagicLink)]
pub(super) struct Enrol {
    email: String,
}

/// Enrol an e-mail address by a link: it is sent there, and its confirmation makes the address an authenticator.
#[utoipa::path(post, path = "/user-authenticators/email-magic-link", operation_id = "enrollEmailMagicLink",
    tag = "Magic links", request_body = Enrol, responses((status = 200, body = Enrolling), Problems),
    security(("bearerAuth" = [])))]
pub(super) async fn enrol(
    State(api): State<Api>,
    ClientToken(who): ClientToken,
    From(caller): From,
    JsonBody(body): JsonBody<Enrol>,
) -> Result<Json<Enrolling>, Problem> {
    let address = UserChange::email(body.email).map_err(|error| Problem::invalid(error.to_string()))?;
    Ok(Json(api.countersign.magic_link_enrol(&who, address, &caller).await?.into()))
}

/// Send a link to the user's address, or another one. The link before it works no more.
#[utoipa::path(post, path = "/challenge/email-magic-link", operation_id = "challengeEmailMagicLink", tag = "Magic links",
    responses((status = 200, body = Begun), Problems), security(("bearerAuth" = [])))]
pub(super) async fn challenge(
    State(api): State<Api>,
    ClientToken(who): ClientToken,
    From(caller): From,
) -> Result<Json<Begun>, Problem> {
    Ok(Json(api.countersign.magic_link_begin(&who, &caller).await?.into()))
}

/// Ask whether the link was confirmed, as a page does each second. Until it is, `isVerified` is false; with `failureReason` the
/// link is over.
#[utoipa::path(post, path = "/verify/email-magic-link/finalize", operation_id = "finalizeEmailMagicLink",
    tag = "Magic links", responses((status = 200, body = CodeReply), Problems), security(("bearerAuth" = [])))]
pub(super) async fn finalize(
    State(api): State<Api>,
    ClientToken(who): ClientToken,
) -> Result<Json<CodeReply>, Problem> {
    let found = api.countersign.magic_link_poll(&who).await?;
    Ok(Json(found.map_or_else(CodeReply::awaited, CodeReply::from)))
}
