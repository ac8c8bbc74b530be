//! `GET /prompt`: what the pre-built UI shows next. A call of our own, open to every page that builds its own.

use axum::Json;
use axum::extract::State;
use countersign_domain::Error;
use countersign_domain::action::Bearer;
use countersign_domain::prompt::{Messages, Prompt, PromptKind, PromptWish, Theme};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::authenticator::UserAuthenticator;
use crate::Api;
use crate::extract::{ClientToken, HostName, Query};
use crate::openapi::Problems;
use crate::problem::Problem;

/// What the page would rather see.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub(super) struct Wish {
    /// Offer to add a factor, whatever the action asks.
    #[serde(default)]
    force_enrollment: bool,
    /// Show the user's factors.
    #[serde(default)]
    settings: bool,
    /// Kinds that were shown in this session and are not to be shown again, separated by commas.
    #[serde(default)]
    passed: String,
}

/// What to show, and whom.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PromptBody {
    /// `CHALLENGE`, `ENROL`, `RECOVERY_CODES`, `UPLIFT`, `SETTINGS`, `DONE`, `BLOCKED`, `REVIEW` or `FAILED`.
    kind: &'static str,
    /// The action's code.
    action: String,
    /// Where the action stands.
    state: &'static str,
    /// Ways to answer or to enrol, the one to ask for first at the front.
    methods: Vec<&'static str>,
    authenticators: Vec<UserAuthenticator>,
    /// Whether the user may add a factor now.
    may_enrol: bool,
    /// Whether the user may make a new set of recovery codes now.
    may_renew_recovery_codes: bool,
    /// Whether the user may remove the last authenticator that can confirm them.
    may_remove_last_factor: bool,
    user: PromptUser,
    tenant: PromptTenant,
    /// BCP 47; what the user or else the tenant prefers.
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<String>,
    /// Where the user goes afterwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_url: Option<String>,
    /// The only pages that may frame or open the prompt and be told how it went.
    origins: Vec<String>,
    /// After how many days an offer that was turned down is made again.
    uplift_every_days: u16,
    /// For who runs the tenant: why no passkey and no security key can work on the pre-built UI, and what to set. Absent where they can.
    #[serde(skip_serializing_if = "Option::is_none")]
    set_up_advice: Option<String>,
}

/// Who is asked.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct PromptUser {
    user_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
}

/// Who asks.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PromptTenant {
    pub(super) tenant_id: String,
    pub(super) name: String,
    /// Colours, corners, font and logo; what is absent is ours.
    #[schema(value_type = Object)]
    pub(super) theme: Theme,
    /// Texts in place of ours: by locale, then by the text's key.
    #[schema(value_type = Object)]
    pub(super) messages: Messages,
}

/// What to ask of the user next. Asking changes nothing. Under the custom domain of another tenant the token is none.
#[utoipa::path(get, path = "/prompt", operation_id = "getPrompt", tag = "Prompt", params(Wish),
    responses((status = 200, body = PromptBody), Problems), security(("bearerAuth" = [])))]
pub(super) async fn show(
    State(api): State<Api>,
    ClientToken(who): ClientToken,
    HostName(host): HostName,
    Query(wish): Query<Wish>,
) -> Result<Json<PromptBody>, Problem> {
    if api.countersign.is_anothers_domain(&who.tenant, &host).await? {
        return Err(Error::InvalidToken.into());
    }
    let passed = wish.passed.split(',').filter(|kind| !kind.is_empty()).map(PromptKind::parse);
    let passed =
        passed.collect::<Option<Vec<_>>>().ok_or_else(|| Problem::invalid("passed names kinds of prompts."))?;
    let wish = PromptWish { enrol: wish.force_enrollment, settings: wish.settings, passed };
    let prompt = api.countersign.prompt(&who, &wish).await?;
    Ok(Json(PromptBody::new(who, prompt)))
}

impl PromptBody {
    fn new(who: Bearer, prompt: Prompt) -> Self {
        let tenant = &who.tenant;
        let settings = &tenant.settings.prompts;
        Self {
            kind: prompt.kind.as_str(),
            action: prompt.action.code,
            state: prompt.action.state.as_str(),
            methods: prompt.methods.into_iter().map(countersign_domain::methods::Method::as_str).collect(),
            authenticators: prompt.factors.iter().map(UserAuthenticator::from).collect(),
            may_enrol: prompt.may_enrol,
            may_renew_recovery_codes: prompt.may_renew_codes,
            may_remove_last_factor: tenant.settings.may_remove_last_factor,
            tenant: PromptTenant {
                tenant_id: tenant.id.to_string(),
                name: tenant.name.clone(),
                theme: settings.theme.clone(),
                messages: settings.messages.clone(),
            },
            locale: prompt.locale,
            redirect_url: prompt.redirect_url,
            origins: tenant.web_origins().map(str::to_owned).collect(),
            uplift_every_days: settings.uplift_every_days,
            set_up_advice: tenant.ui_misfit(),
            user: PromptUser {
                user_id: who.user.external_id,
                username: who.user.username,
                display_name: who.user.display_name,
            },
        }
    }
}
