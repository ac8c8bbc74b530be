//! A tenant's own words on the pages of the pre-built UI.

use axum::extract::State;
use countersign_domain::prompt::{Appearance, AppearancePart, Messages};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::version::{Meant, Tagged};
use crate::Api;
use crate::extract::{From, LookBody, ManagementKey};
use crate::openapi::Problems;
use crate::problem::Problem;

/// Texts in place of ours.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct MessageOverrides {
    /// By locale (`de`, `de-AT`, or `*` for all), then by the text's key: 1,000 at most, of 1 to 500 characters each.
    #[schema(value_type = Object, example = json!({ "en": { "enrol.first.title": "Keep your savings yours" } }))]
    message_overrides: Messages,
}

impl MessageOverrides {
    fn of(appearance: &Appearance) -> Self {
        Self { message_overrides: appearance.messages.clone() }
    }
}

/// The texts as they stand.
#[utoipa::path(get, path = "/message-overrides", operation_id = "getMessageOverrides", tag = "Message overrides",
    responses((status = 200, body = MessageOverrides), Problems), security(("managementBasic" = [])))]
pub(super) async fn get(
    State(api): State<Api>,
    ManagementKey(tenant, _): ManagementKey,
) -> Result<Tagged<MessageOverrides>, Problem> {
    Ok(Tagged(MessageOverrides::of(&api.countersign.appearance(&tenant.id).await?)))
}

/// Put these texts in place of all that there are. What is not among them is ours again.
#[utoipa::path(patch, path = "/message-overrides", operation_id = "replaceMessageOverrides", tag = "Message overrides",
    params(("If-Match" = Option<String>, Header, description = "The ETag of the state that the change is meant for")),
    request_body = MessageOverrides, responses((status = 200, body = MessageOverrides), Problems), security(("managementBasic" = [])))]
pub(super) async fn replace(
    State(api): State<Api>,
    key: ManagementKey,
    From(caller): From,
    meant: Meant,
    LookBody(body): LookBody<MessageOverrides>,
) -> Result<Tagged<MessageOverrides>, Problem> {
    set(&api, &key, &caller, meant, body.message_overrides).await
}

/// Go back to our texts.
#[utoipa::path(delete, path = "/message-overrides", operation_id = "deleteMessageOverrides", tag = "Message overrides",
    params(("If-Match" = Option<String>, Header, description = "The ETag of the state that the change is meant for")),
    responses((status = 200, body = MessageOverrides), Problems), security(("managementBasic" = [])))]
pub(super) async fn clear(
    State(api): State<Api>,
    key: ManagementKey,
    From(caller): From,
    meant: Meant,
) -> Result<Tagged<MessageOverrides>, Problem> {
    set(&api, &key, &caller, meant, Messages::new()).await
}

async fn set(
    api: &Api,
    ManagementKey(tenant, key): &ManagementKey,
    caller: &countersign_domain::Caller,
    meant: Meant,
    messages: Messages,
) -> Result<Tagged<MessageOverrides>, Problem> {
    let change = move |present: &Appearance| {
        meant.check(&MessageOverrides::of(present))?;
        Ok(Appearance { messages: messages.clone(), ..present.clone() })
    };
    let changed = api.countersign.change_appearance((&tenant.id, key), AppearancePart::Messages, caller, change);
    Ok(Tagged(MessageOverrides::of(&changed.await?)))
}
