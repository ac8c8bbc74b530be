//! `POST /preview`: what the pre-built UI shows of a theme and texts that are not saved.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::prompt::PromptTenant;
use crate::Api;
use crate::extract::{LookBody, TenantOnly};
use crate::openapi::Problems;
use crate::problem::Problem;

/// What stands behind `#` in a preview's address.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct SealedPreview {
    preview: String,
}

/// What to show.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PreviewBody {
    tenant: PromptTenant,
    /// BCP 47; what the tenant prefers.
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<String>,
    /// RFC 3339; from then on it is shown no more.
    expires_at: String,
}

/// What a preview shows. Only what a holder of the tenant's management key wrote within the last ten minutes is one.
#[utoipa::path(post, path = "/preview", operation_id = "openPreview", tag = "Prompt",
    request_body = SealedPreview, responses((status = 200, body = PreviewBody), Problems), security(("tenantBasic" = [])))]
pub(super) async fn open(
    State(api): State<Api>,
    TenantOnly(tenant): TenantOnly,
    LookBody(sealed): LookBody<SealedPreview>,
) -> Result<Json<PreviewBody>, Problem> {
    let (appearance, ends_at) = api.countersign.open_preview(&tenant, &sealed.preview)?;
    Ok(Json(PreviewBody {
        tenant: PromptTenant {
            tenant_id: tenant.id.to_string(),
            name: appearance.name,
            theme: appearance.theme,
            messages: appearance.messages,
        },
        locale: tenant.settings.messages.locale.clone(),
        expires_at: ends_at.rfc3339(),
    }))
}
