//! Addresses: the mail with a link, and following it (docs/reference/nhost.md §3).

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use countersign_domain::account::{Address, Followed};
use countersign_domain::tenant::Tenant;
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;
use url::Url;
use utoipa::{IntoParams, ToSchema};

use super::stranger::Stranger;
use super::tokens::OK;
use crate::Api;
use crate::extract::{Door, From, JsonBody, Query};
use crate::openapi::AuthProblems;
use crate::problem::Problem;

/// Where to send a link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Resend {
    email: String,
    options: Option<ResendOptions>,
    /// S256 of a verifier: the link then carries a code (RFC 7636).
    code_challenge: Option<String>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ResendOptions {
    /// Where the link leads in the end.
    redirect_to: Option<String>,
}

/// Sends another link. The answer is the same where nobody waits for one.
#[utoipa::path(post, path = "/user/email/send-verification-email", operation_id = "sendVerificationEmail", tag = "User",
    request_body = Resend, responses((status = 200, body = String, description = "`\"OK\"`"), AuthProblems))]
pub(super) async fn resend(
    State(api): State<Api>,
    Stranger(tenant): Stranger,
    JsonBody(body): JsonBody<Resend>,
) -> Result<Json<&'static str>, Problem> {
    let address = Address::parse(&body.email)?;
    let redirect_to = body.options.unwrap_or_default().redirect_to;
    api.countersign.resend_verification(&tenant, &address, redirect_to, body.code_challenge).await?;
    Ok(OK)
}

/// What a link carries.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct Link {
    /// `verifyEmail:` and a UUID.
    ticket: Option<String>,
    /// Where to go then.
    redirect_to: Option<String>,
}

/// Follows a link: the address is verified, and the browser goes on signed in.
#[utoipa::path(get, path = "/verify", operation_id = "verifyTicket", tag = "User", params(Link),
    responses((status = 302, description = "To `redirectTo`, with `refreshToken` and `type`, or `code`, or `error`."), AuthProblems))]
pub(super) async fn follow(
    State(api): State<Api>,
    Door(tenant): Door,
    From(caller): From,
    Query(link): Query<Link>,
) -> Result<Response, Problem> {
    let place = match place(&tenant, &link)? {
        Ok(place) => place,
        Err(refused) => return Ok(found(&refused)),
    };
    let ticket = link.ticket.as_deref().ok_or_else(|| Problem::invalid("ticket is missing."))?;
    let add: Vec<(&str, String)> = match api.countersign.follow_ticket(&tenant, ticket, &caller).await? {
        Followed::SignedIn(granted) => {
            vec![("refreshToken", granted.refresh_token.expose().to_owned()), ("type", "verifyEmail".to_owned())]
        }
        Followed::Code(code) => vec![("code", code.expose().to_owned())],
        Followed::Invalid => {
            vec![("error", "invalid-ticket".to_owned()), ("errorDescription", "Invalid ticket".to_owned())]
        }
    };
    Ok(found(&with(place, &add)))
}

/// Looks at a link without following it: programs that look at mails do so.
#[utoipa::path(head, path = "/verify", operation_id = "lookAtTicket", tag = "User", params(Link),
    responses((status = 204, description = "Nothing was done.")))]
pub(super) async fn look() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// Where the browser goes: `Err` to the client URL, with the reason, where `redirectTo` is not allowed (checklist 79).
fn place(tenant: &Tenant, link: &Link) -> Result<Result<Url, Url>, Problem> {
    let missing = || Problem::invalid("redirectTo is missing, or is not a place that the tenant allows.");
    let target = link.redirect_to.as_deref().ok_or_else(missing)?;
    if tenant.allows_redirect(target) {
        return Url::parse(target).map(Ok).map_err(|_| missing());
    }
    let home = tenant.home().and_then(|home| Url::parse(&home).ok()).ok_or_else(missing)?;
    let description = "The value of \"options.redirectTo\" is not allowed.";
    Ok(Err(with(home, &[("error", "redirectTo-not-allowed".to_owned()), ("errorDescription", description.to_owned())])))
}

/// The query that is there is kept.
fn with(mut place: Url, add: &[(&str, String)]) -> Url {
    place.query_pairs_mut().extend_pairs(add);
    place
}

/// 302: what clients of the original expect.
fn found(place: &Url) -> Response {
    let mut response = StatusCode::FOUND.into_response();
    if let Ok(place) = HeaderValue::from_str(place.as_str()) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    response
}
