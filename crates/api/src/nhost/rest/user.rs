//! The user of a session.

use axum::Json;

use super::wire::UserBody;
use crate::extract::Session;
use crate::openapi::AuthProblems;

/// The user of this session.
#[utoipa::path(get, path = "/user", operation_id = "getUser", tag = "User", responses((status = 200, body = UserBody), AuthProblems),
    security(("bearerAuth" = [])))]
pub(super) async fn show(Session(who): Session) -> Json<UserBody> {
    Json(UserBody::new(&who.user, who.account.as_ref()))
}
