//! Users (docs/reference/authsignal.md §5.1).

use axum::Json;
use axum::extract::State;
use countersign_domain::user::UserFilter;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::wire::{Attributes, Success, UserBody, names, user_id};
use crate::Api;
use crate::extract::{From, JsonBody, Path, Query, ServerKey};
use crate::openapi::Problems;
use crate::problem::Problem;

/// Which users to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub(super) struct Listing {
    username: Option<String>,
    email: Option<String>,
    /// E.164.
    phone_number: Option<String>,
    /// Rows a page: 1 to 100, 20 when absent.
    limit: Option<i64>,
    /// Where the page before ended.
    last_evaluated_user_id: Option<String>,
}

/// A page of users.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Users {
    users: Vec<UserBody>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_evaluated_user_id: Option<String>,
}

/// Query users by one attribute, or all by page.
#[utoipa::path(get, path = "/users", operation_id = "queryUsers", tag = "Users", params(Listing),
    responses((status = 200, body = Users), Problems), security(("secretBasic" = [])))]
pub(super) async fn list(
    State(api): State<Api>,
    ServerKey(tenant): ServerKey,
    Query(listing): Query<Listing>,
) -> Result<Json<Users>, Problem> {
    let filter = UserFilter {
        username: listing.username,
        email: listing.email,
        phone_number: listing.phone_number,
        limit: listing.limit.unwrap_or(20),
        after: listing.last_evaluated_user_id,
    };
    let page = api.countersign.list_users(&tenant, &filter).await?;
    let users = page.users.into_iter().map(UserBody::from).collect();
    Ok(Json(Users { users, last_evaluated_user_id: page.last_evaluated }))
}

/// Get a user. An unknown one is not enrolled, and no error.
#[utoipa::path(get, path = "/users/{userId}", operation_id = "getUser", tag = "Users", params(("userId" = String, Path)),
    responses((status = 200, body = UserBody), Problems), security(("secretBasic" = [])))]
pub(super) async fn get(
    State(api): State<Api>,
    ServerKey(tenant): ServerKey,
    Path(id): Path<String>,
) -> Result<Json<UserBody>, Problem> {
    let Some(user) = api.countersign.find_user(&tenant, &id).await? else { return Ok(Json(UserBody::unknown(id))) };
    let enrolled = api.countersign.enrolled_methods(&tenant, &user).await?;
    let allowed = api.countersign.offered_methods(&tenant);
    let mut body = UserBody::from(user);
    body.enrolled_verification_methods = Some(names(&enrolled.methods));
    body.allowed_verification_methods = Some(names(&allowed));
    body.default_verification_method =
        body.default_verification_method.or_else(|| enrolled.default.map(countersign_domain::methods::Method::as_str));
    Ok(Json(body))
}

/// Change a user's attributes. An unknown user is made.
#[utoipa::path(patch, path = "/users/{userId}", operation_id = "updateUser", tag = "Users", params(("userId" = String, Path)),
    request_body = Attributes, responses((status = 200, body = UserBody), Problems), security(("secretBasic" = [])))]
pub(super) async fn update(
    State(api): State<Api>,
    ServerKey(tenant): ServerKey,
    From(caller): From,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<Attributes>,
) -> Result<Json<UserBody>, Problem> {
    let user = api.countersign.update_user(&tenant, &user_id(&id)?, body.change()?, &caller).await?;
    Ok(Json(user.into()))
}

/// The same by POST: the Java and Ruby SDKs send that.
#[utoipa::path(post, path = "/users/{userId}", operation_id = "updateUserByPost", tag = "Users", params(("userId" = String, Path)),
    request_body = Attributes, responses((status = 200, body = UserBody), Problems), security(("secretBasic" = [])))]
pub(super) async fn update_by_post(
    api: State<Api>,
    key: ServerKey,
    caller: From,
    id: Path<String>,
    body: JsonBody<Attributes>,
) -> Result<Json<UserBody>, Problem> {
    update(api, key, caller, id, body).await
}

/// Delete a user with all authenticators and actions.
#[utoipa::path(delete, path = "/users/{userId}", operation_id = "deleteUser", tag = "Users", params(("userId" = String, Path)),
    responses((status = 200, body = Success), Problems), security(("secretBasic" = [])))]
pub(super) async fn delete(
    State(api): State<Api>,
    ServerKey(tenant): ServerKey,
    From(caller): From,
    Path(id): Path<String>,
) -> Result<Json<Success>, Problem> {
    api.countersign.delete_user(&tenant, &id, &caller).await?;
    Ok(Json(Success { success: true }))
}
