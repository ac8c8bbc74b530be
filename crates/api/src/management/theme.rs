//! A tenant's looks on the pages of the pre-built UI, under the names that clients made for Authsignal know.

mod wire;

use axum::extract::State;
use countersign_domain::prompt::{Appearance, AppearancePart, Theme};
use serde_json::{Map, Value};

use super::version::{Meant, Tagged};
use crate::Api;
use crate::extract::{From, LookBody, ManagementKey};
use crate::openapi::Problems;
use crate::problem::Problem;

pub(super) use wire::{ThemeBody, patched};

/// The looks as they stand. What is absent is ours.
#[utoipa::path(get, path = "/theme", operation_id = "getTheme", tag = "Theme",
    responses((status = 200, body = ThemeBody), Problems), security(("managementBasic" = [])))]
pub(super) async fn get(
    State(api): State<Api>,
    ManagementKey(tenant, _): ManagementKey,
) -> Result<Tagged<ThemeBody>, Problem> {
    Ok(Tagged(ThemeBody::of(&api.countersign.appearance(&tenant.id).await?)))
}

/// Change what is given and leave the rest (JSON merge patch, RFC 7396); null goes back to ours.
#[utoipa::path(patch, path = "/theme", operation_id = "updateTheme", tag = "Theme",
    params(("If-Match" = Option<String>, Header, description = "The ETag of the state that the change is meant for")),
    request_body = ThemeBody, responses((status = 200, body = ThemeBody), Problems), security(("managementBasic" = [])))]
pub(super) async fn change(
    State(api): State<Api>,
    ManagementKey(tenant, key): ManagementKey,
    From(caller): From,
    meant: Meant,
    LookBody(patch): LookBody<Map<String, Value>>,
) -> Result<Tagged<ThemeBody>, Problem> {
    let change = move |present: &Appearance| {
        meant.check(&ThemeBody::of(present))?;
        patched(present, &patch)
    };
    let changed = api.countersign.change_appearance((&tenant.id, &key), AppearancePart::Theme, &caller, change);
    Ok(Tagged(ThemeBody::of(&changed.await?)))
}

/// Go back to our looks. The name stays.
#[utoipa::path(delete, path = "/theme", operation_id = "deleteTheme", tag = "Theme",
    params(("If-Match" = Option<String>, Header, description = "The ETag of the state that the change is meant for")),
    responses((status = 200, body = ThemeBody), Problems), security(("managementBasic" = [])))]
pub(super) async fn reset(
    State(api): State<Api>,
    ManagementKey(tenant, key): ManagementKey,
    From(caller): From,
    meant: Meant,
) -> Result<Tagged<ThemeBody>, Problem> {
    let change = move |present: &Appearance| {
        meant.check(&ThemeBody::of(present))?;
        Ok(Appearance { theme: Theme::default(), ..present.clone() })
    };
    let changed = api.countersign.change_appearance((&tenant.id, &key), AppearancePart::Theme, &caller, change);
    Ok(Tagged(ThemeBody::of(&changed.await?)))
}
