//! The pages of the pre-built UI before what they show is saved.

use axum::Json;
use axum::extract::State;
use countersign_domain::prompt::Messages;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::theme;
use crate::Api;
use crate::extract::{LookBody, ManagementKey};
use crate::openapi::Problems;
use crate::problem::Problem;

/// What the pages shall show.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Draft {
    /// Changes to the theme as it stands, as `PATCH /theme` takes them.
    #[schema(value_type = Option<theme::ThemeBody>)]
    theme: Map<String, Value>,
    /// Texts in place of all that there are; absent: those that there are.
    #[schema(value_type = Option<Object>)]
    message_overrides: Option<Messages>,
}

/// Where they show it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PreviewBody {
    /// Opens in a browser, or in a frame of the tenant's pages. `kind`, `locale` and `mode` (`light`, `dark`) in its query choose what is
    /// shown first.
    url: String,
    /// RFC 3339; ten minutes from now.
    expires_at: String,
}

/// Show a theme and texts on every page of the pre-built UI without saving them. Nothing on the pages is real, and they send nothing.
#[utoipa::path(post, path = "/preview", operation_id = "createPreview", tag = "Preview",
    request_body = Draft, responses((status = 200, body = PreviewBody), Problems), security(("managementBasic" = [])))]
pub(super) async fn make(
    State(api): State<Api>,
    ManagementKey(tenant, _): ManagementKey,
    LookBody(draft): LookBody<Draft>,
) -> Result<Json<PreviewBody>, Problem> {
    let mut appearance = theme::patched(&api.countersign.appearance(&tenant.id).await?, &draft.theme)?;
    if let Some(messages) = draft.message_overrides {
        appearance.messages = messages;
    }
    let preview = api.countersign.preview(&tenant, appearance)?;
    Ok(Json(PreviewBody { url: preview.url, expires_at: preview.ends_at.rfc3339() }))
}
