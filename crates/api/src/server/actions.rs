//! Actions (docs/reference/authsignal.md §5.3).

use axum::Json;
use axum::extract::State;
use countersign_domain::action::{Action, ActionCode, ActionQuery, ActionState, IdempotencyKey, Track};
use countersign_domain::clock::Millis;
use countersign_domain::tenant::is_web_url;
use countersign_domain::token::Scope;
use countersign_domain::user::{Patch, UserChange};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use super::wire::{Member, member, names, proof_method, refused, short, user_id};
use crate::Api;
use crate::extract::{From, JsonBody, Path, Query, ServerKey};
use crate::openapi::Problems;
use crate::problem::Problem;

/// What a backend tells of an action. Everything is optional; unknown members are ignored.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct TrackBody {
    /// The same key means the same instance of the action.
    idempotency_key: Option<String>,
    /// Where a prompt sends the user back to.
    redirect_url: Option<String>,
    /// Whether `url` opens the user's authenticators, once the user has proved themselves.
    redirect_to_settings: Option<bool>,
    /// Address of the user.
    ip_address: Option<String>,
    /// Agent of the user.
    user_agent: Option<String>,
    /// The user's device.
    device_id: Option<String>,
    /// Space-separated: `add:authenticators`, `update:authenticators`, `remove:authenticators`.
    scope: Option<String>,
    #[serde(default, deserialize_with = "member")]
    #[schema(value_type = Option<String>)]
    email: Member<String>,
    #[serde(default, deserialize_with = "member")]
    #[schema(value_type = Option<String>)]
    phone_number: Member<String>,
    #[serde(default, deserialize_with = "member")]
    #[schema(value_type = Option<String>)]
    username: Member<String>,
    #[serde(default, deserialize_with = "member")]
    #[schema(value_type = Option<String>)]
    locale: Member<String>,
    /// Data points of the action; flat.
    #[schema(value_type = Option<Object>)]
    custom: Option<Map<String, Value>>,
}

/// What it takes.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct TrackedBody {
    idempotency_key: String,
    state: &'static str,
    /// The pre-built UI for this action.
    url: String,
    /// Opens the Client API for this action.
    token: String,
    is_enrolled: bool,
    enrolled_verification_methods: Vec<&'static str>,
    allowed_verification_methods: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_verification_method: Option<&'static str>,
}

/// Track an action: what may the user do, and what does it take?
#[utoipa::path(post, path = "/users/{userId}/actions/{action}", operation_id = "trackAction", tag = "Actions",
    params(("userId" = String, Path), ("action" = String, Path)), request_body = TrackBody,
    responses((status = 200, body = TrackedBody), Problems), security(("secretBasic" = [])))]
pub(super) async fn track(
    State(api): State<Api>,
    ServerKey(tenant): ServerKey,
    From(caller): From,
    Path((user, action)): Path<(String, String)>,
    JsonBody(body): JsonBody<TrackBody>,
) -> Result<Json<TrackedBody>, Problem> {
    let tracked = api.countersign.track(&tenant, body.parse(&user, &action)?, &caller).await?;
    let default_verification_method = tracked.default_method().map(countersign_domain::methods::Method::as_str);
    Ok(Json(TrackedBody {
        idempotency_key: tracked.action.idempotency_key,
        state: tracked.action.state.as_str(),
        url: tracked.url,
        token: tracked.token,
        is_enrolled: tracked.user.is_enrolled(),
        enrolled_verification_methods: names(&tracked.enrolled.methods),
        allowed_verification_methods: names(&tracked.allowed),
        default_verification_method,
    }))
}

impl TrackBody {
    fn parse(self, user: &str, action: &str) -> Result<Track, Problem> {
        let sentence = |error: countersign_domain::action::CodeError| Problem::invalid(error.to_string());
        // `null` in a track call means "nothing to say": only `updateUser` removes attributes.
        let said = |member: Member<String>| member.flatten().filter(|text| !text.is_empty()).map(Some);
        let change = UserChange {
            email: Patch::parse(said(self.email), UserChange::email).map_err(refused)?,
            phone_number: Patch::parse(said(self.phone_number), UserChange::phone_number).map_err(refused)?,
            username: Patch::parse(said(self.username), UserChange::name("username")).map_err(refused)?,
            locale: Patch::parse(said(self.locale), UserChange::locale).map_err(refused)?,
            ..UserChange::default()
        };
        Ok(Track {
            user: user_id(user)?,
            action: ActionCode::parse(action).map_err(sentence)?,
            idempotency_key: self
                .idempotency_key
                .as_deref()
                .map(IdempotencyKey::parse)
                .transpose()
                .map_err(sentence)?,
            change,
            scope: Scope::parse(self.scope.as_deref().unwrap_or_default()),
            redirect_url: redirect(self.redirect_url)?,
            to_settings: self.redirect_to_settings.unwrap_or_default(),
            ip_address: short("ipAddress", self.ip_address)?,
            user_agent: short("userAgent", self.user_agent)?,
            device_id: short("deviceId", self.device_id)?,
            custom: self.custom.map(UserChange::custom).transpose().map_err(refused)?,
        })
    }
}

/// An address a prompt may go back to. The backend's word is taken for where.
fn redirect(url: Option<String>) -> Result<Option<String>, Problem> {
    let Some(url) = url.filter(|url| !url.is_empty()) else { return Ok(None) };
    if is_web_url(&url) {
        return Ok(Some(url));
    }
    Err(Problem::invalid("redirectUrl must be an http or https URL of at most 2,048 characters, without a user name."))
}

/// An action.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ActionBody {
    action_code: String,
    idempotency_key: String,
    state: &'static str,
    state_updated_at: String,
    created_at: String,
    updated_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    verification_method: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verified_by_authenticator_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip_address: Option<String>,
    /// Rules that matched; none until rules are set.
    #[schema(value_type = Vec<Object>)]
    rules: [(); 0],
    /// What the decision was made of.
    output: Map<String, Value>,
}

impl std::convert::From<Action> for ActionBody {
    fn from(action: Action) -> Self {
        Self {
            verification_method: proof_method(&action),
            state: action.state.as_str(),
            state_updated_at: action.state_updated_at.rfc3339(),
            created_at: action.created_at.rfc3339(),
            updated_at: action.updated_at.rfc3339(),
            action_code: action.code,
            idempotency_key: action.idempotency_key,
            verified_by_authenticator_id: action.authenticator.map(|id| id.to_string()),
            user_agent: action.user_agent,
            ip_address: action.ip_address,
            rules: [],
            output: Map::new(),
        }
    }
}

/// Get an action.
#[utoipa::path(get, path = "/users/{userId}/actions/{action}/{idempotencyKey}", operation_id = "getAction", tag = "Actions",
    params(("userId" = String, Path), ("action" = String, Path), ("idempotencyKey" = String, Path)),
    responses((status = 200, body = ActionBody), Problems), security(("secretBasic" = [])))]
pub(super) async fn get(
    State(api): State<Api>,
    ServerKey(tenant): ServerKey,
    Path((user, action, key)): Path<(String, String, String)>,
) -> Result<Json<ActionBody>, Problem> {
    Ok(Json(api.countersign.find_action(&tenant, &user, &action, &key).await?.into()))
}

/// Which actions to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub(super) struct Listing {
    /// RFC 3339; 30 days ago by default and at most.
    from_date: Option<String>,
    /// Codes, separated by commas.
    codes: Option<String>,
    state: Option<String>,
}

/// Query a user's actions, newest first.
#[utoipa::path(get, path = "/users/{userId}/actions", operation_id = "queryUserActions", tag = "Actions",
    params(("userId" = String, Path), Listing), responses((status = 200, body = Vec<ActionBody>), Problems),
    security(("secretBasic" = [])))]
pub(super) async fn list(
    State(api): State<Api>,
    ServerKey(tenant): ServerKey,
    Path(user): Path<String>,
    Query(listing): Query<Listing>,
) -> Result<Json<Vec<ActionBody>>, Problem> {
    let time = |text: String| {
        Millis::parse_rfc3339(&text).ok_or_else(|| Problem::invalid("fromDate must be RFC 3339, in UTC."))
    };
    let query = ActionQuery {
        from: listing.from_date.map(time).transpose()?,
        codes: listing
            .codes
            .iter()
            .flat_map(|codes| codes.split(','))
            .filter(|code| !code.is_empty())
            .map(str::to_owned)
            .collect(),
        state: listing.state.as_deref().map(state_of).transpose()?,
    };
    let actions = api.countersign.list_actions(&tenant, &user, &query).await?;
    Ok(Json(actions.into_iter().map(ActionBody::from).collect()))
}

/// The state to set.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct StateBody {
    /// One of the eight states.
    state: String,
}

/// The state set.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StateSet {
    state: &'static str,
}

/// Set an action's state. CHALLENGE_SUCCEEDED makes its token valid; BLOCK is final.
#[utoipa::path(patch, path = "/users/{userId}/actions/{action}/{idempotencyKey}", operation_id = "updateAction", tag = "Actions",
    params(("userId" = String, Path), ("action" = String, Path), ("idempotencyKey" = String, Path)),
    request_body = StateBody, responses((status = 200, body = StateSet), Problems), security(("secretBasic" = [])))]
pub(super) async fn update(
    State(api): State<Api>,
    ServerKey(tenant): ServerKey,
    From(caller): From,
    Path((user, action, key)): Path<(String, String, String)>,
    JsonBody(body): JsonBody<StateBody>,
) -> Result<Json<StateSet>, Problem> {
    let state = state_of(&body.state)?;
    let state = api.countersign.update_action(&tenant, &user, &action, &key, state, &caller).await?;
    Ok(Json(StateSet { state: state.as_str() }))
}

fn state_of(text: &str) -> Result<ActionState, Problem> {
    ActionState::parse(text).ok_or_else(|| {
        let names = ActionState::ALL.map(ActionState::as_str);
        Problem::invalid(format!("state must be one of {}.", names.join(", ")))
    })
}
