//! `countersign tenant …`.

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand};
use countersign_domain::Error;
use countersign_domain::id::TenantId;
use countersign_domain::tenant::{NewTenant, Origin, RpId, Settings, Tenant};
use serde_json::{Value, json};

use super::{Answer, warnings};
use crate::open::Opened;

#[derive(Subcommand)]
pub(super) enum TenantCommand {
    /// Make a tenant with its keys. They are shown this once.
    Create(Create),
    /// List all tenants.
    List,
    /// Show one tenant.
    Show {
        /// Its id; the default tenant when absent.
        #[arg(long, value_name = "ID")]
        tenant: Option<String>,
    },
    /// Change a tenant.
    Update(Update),
}

#[derive(Args)]
pub(super) struct Create {
    /// What people read in prompts.
    #[arg(long)]
    name: String,
    /// Relying party ID: the host name that passkeys belong to, such as example.com.
    #[arg(long, value_name = "HOST")]
    rp_id: String,
    #[arg(
        long = "origin",
        value_name = "URL",
        required = true,
        help = "Origin of a page that runs ceremonies, such as https://app.example.com. May be given several times"
    )]
    origins: Vec<String>,
    /// Where mails and prompts send a user back to.
    #[arg(long, value_name = "URL")]
    client_url: Option<String>,
}

#[derive(Args)]
pub(super) struct Update {
    /// Its id; the default tenant when absent.
    #[arg(long, value_name = "ID")]
    tenant: Option<String>,
    /// New name.
    #[arg(long)]
    name: Option<String>,
    /// Add an origin. May be given several times.
    #[arg(long = "origin", value_name = "URL")]
    origins: Vec<String>,
    /// Remove an origin. May be given several times.
    #[arg(long = "remove-origin", value_name = "URL")]
    removed_origins: Vec<String>,
    /// Where mails and prompts send a user back to.
    #[arg(long, value_name = "URL")]
    client_url: Option<String>,
    /// Host name of the pre-built UI.
    #[arg(long, value_name = "HOST")]
    custom_domain: Option<String>,
    /// Settings as JSON; members that are given replace the present ones.
    #[arg(long, value_name = "JSON")]
    settings: Option<String>,
    /// Let it answer where a request names no tenant.
    #[arg(long)]
    default: bool,
}

impl TenantCommand {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer> {
        match self {
            Self::Create(create) => create.run(opened).await,
            Self::List => list(opened).await,
            Self::Show { tenant } => {
                let tenant = find(opened, tenant.as_deref()).await?;
                Ok(Answer::new(described(&tenant), shown(&tenant)))
            }
            Self::Update(update) => update.run(opened).await,
        }
    }
}

impl Create {
    async fn run(self, opened: &Opened) -> Result<Answer> {
        let rp_id = RpId::parse(&self.rp_id)?;
        let origins = parsed(&self.origins)?;
        let settings = Settings { origins, client_url: self.client_url, ..Settings::default() };
        let (name, made_with) = (self.name, (rp_id.clone(), settings.clone()));
        let created = opened.countersign.create_tenant(NewTenant { name, rp_id, settings }).await?;
        warn(&made_with.0, &made_with.1, opened.countersign.public_origin());
        let (api_secret_key, management_key) = (created.api_secret_key.expose(), created.management_key.expose());
        let text = format!(
            "Tenant id        {}\nServer secret    {api_secret_key}\nManagement key   {management_key}\nClient id        {}\n\n\
             The two keys are shown this once: keep them where your backend keeps its secrets.",
            created.tenant_id, created.client_id
        );
        let json = json!({
            "tenantId": created.tenant_id, "apiSecretKey": api_secret_key, "managementKey": management_key,
            "clientId": created.client_id,
        });
        Ok(Answer::new(text, json))
    }
}

impl Update {
    async fn run(self, opened: &Opened) -> Result<Answer> {
        let tenant = find(opened, self.tenant.as_deref()).await?;
        let (added, removed) = (parsed(&self.origins)?, parsed(&self.removed_origins)?);
        let make_default = self.default;
        let change = move |name: &mut String, settings: &mut Settings| -> countersign_domain::Result<()> {
            if let Some(text) = &self.settings {
                *settings = merged(settings, text).map_err(|error| Error::invalid(format!("{error:#}")))?;
            }
            settings.origins.retain(|origin| !removed.contains(origin));
            for origin in &added {
                if !settings.origins.contains(origin) {
                    settings.origins.push(origin.clone());
                }
            }
            settings.client_url = self.client_url.clone().or(settings.client_url.take());
            settings.custom_domain = self.custom_domain.clone().or(settings.custom_domain.take());
            if let Some(new) = &self.name {
                name.clone_from(new);
            }
            Ok(())
        };
        opened.countersign.change_tenant(&tenant.id, make_default, change).await?;
        let tenant = opened.countersign.tenant(&tenant.id).await?;
        warn(&tenant.rp_id, &tenant.settings, &tenant.ui_origin);
        Ok(Answer::new(described(&tenant), shown(&tenant)))
    }
}

async fn list(opened: &Opened) -> Result<Answer> {
    let tenants = opened.countersign.list_tenants().await?;
    let lines: Vec<String> = tenants
        .iter()
        .map(|tenant| {
            let mark = if tenant.is_default { "  (default)" } else { "" };
            format!("{}  {}  {}{mark}", tenant.id, tenant.rp_id, tenant.name)
        })
        .collect();
    let text = if lines.is_empty() {
        "There is no tenant yet: countersign tenant create".to_owned()
    } else {
        lines.join("\n")
    };
    Ok(Answer::new(text, tenants.iter().map(shown).collect()))
}

pub(super) async fn find(opened: &Opened, id: Option<&str>) -> Result<std::sync::Arc<Tenant>> {
    match id {
        Some(text) => {
            let id = TenantId::parse(text).with_context(|| format!("{text} is not a tenant id"))?;
            opened.countersign.tenant(&id).await.map_err(|_| anyhow::anyhow!("there is no tenant {id}"))
        }
        None => opened.countersign.default_tenant().await?.context("there is no tenant yet: countersign tenant create"),
    }
}

fn merged(settings: &Settings, text: &str) -> Result<Settings> {
    let mut all = serde_json::to_value(settings)?;
    let given: serde_json::Map<String, Value> =
        serde_json::from_str(text).context("--settings is not a JSON object")?;
    if let Some(members) = all.as_object_mut() {
        members.extend(given);
    }
    serde_json::from_value(all).context("--settings is not understood")
}

fn parsed(origins: &[String]) -> Result<Vec<Origin>> {
    origins.iter().map(|text| Ok(Origin::parse(text)?)).collect()
}

fn warn(rp_id: &RpId, settings: &Settings, ui_origin: &Origin) {
    for warning in warnings::of(rp_id, settings, ui_origin) {
        eprintln!("warning: {warning}");
    }
}

fn shown(tenant: &Tenant) -> Value {
    json!({
        "tenantId": tenant.id, "name": tenant.name, "rpId": tenant.rp_id, "default": tenant.is_default,
        "createdAt": tenant.created_at.rfc3339(), "settings": tenant.settings,
    })
}

fn described(tenant: &Tenant) -> String {
    let origins: Vec<&str> = tenant.settings.origins.iter().map(Origin::as_str).collect();
    format!(
        "Tenant id    {}\nName         {}\nRP ID        {}\nOrigins      {}\nDefault      {}\nMade         {}",
        tenant.id,
        tenant.name,
        tenant.rp_id,
        origins.join(", "),
        if tenant.is_default { "yes" } else { "no" },
        tenant.created_at.rfc3339()
    )
}
