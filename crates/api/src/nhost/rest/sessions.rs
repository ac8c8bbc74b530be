//! The sessions of a user, for that user. These calls are ours: the original has none.

use axum::Json;
use axum::extract::State;
use countersign_domain::Error;
use countersign_domain::id::SessionId;
use countersign_domain::session::SessionLine;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::tokens::OK;
use crate::Api;
use crate::extract::{From, Path, Session};
use crate::openapi::AuthProblems;
use crate::problem::Problem;

/// A session in a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Line {
    /// UUID; `refreshTokenId` of the session.
    id: String,
    /// RFC 3339.
    created_at: String,
    /// RFC 3339: when its tokens were last exchanged.
    used_at: String,
    /// RFC 3339: when it ends, unless it is used before.
    expires_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip_address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<String>,
    /// Whether it is the one that asks.
    is_current: bool,
}

impl std::convert::From<SessionLine> for Line {
    fn from(line: SessionLine) -> Self {
        Self {
            id: line.id.to_string(),
            created_at: line.created_at.rfc3339(),
            used_at: line.used_at.rfc3339(),
            expires_at: line.expires_at.rfc3339(),
            ip_address: line.ip_address,
            user_agent: line.user_agent,
            is_current: line.is_current,
        }
    }
}

/// The user's open sessions.
#[utoipa::path(get, path = "/user/sessions", operation_id = "listSessions", tag = "Session",
    responses((status = 200, body = Vec<Line>), AuthProblems), security(("bearerAuth" = [])))]
pub(super) async fn list(State(api): State<Api>, Session(who): Session) -> Result<Json<Vec<Line>>, Problem> {
    Ok(Json(api.countersign.own_sessions(&who).await?.into_iter().map(Line::from).collect()))
}

/// Which session.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct Which {
    /// UUID.
    id: String,
}

/// Ends one of the user's sessions.
#[utoipa::path(delete, path = "/user/sessions/{id}", operation_id = "revokeSession", tag = "Session", params(Which),
    responses((status = 200, body = String, description = "`\"OK\"`"), AuthProblems), security(("bearerAuth" = [])))]
pub(super) async fn revoke(
    State(api): State<Api>,
    Session(who): Session,
    From(caller): From,
    Path(which): Path<Which>,
) -> Result<Json<&'static str>, Problem> {
    let id = SessionId::parse(&which.id).ok_or(Error::NotFound("session"))?;
    api.countersign.revoke_own_session(&who, &id, &caller).await?;
    Ok(OK)
}
