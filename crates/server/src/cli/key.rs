//! `countersign key …`.

use anyhow::{Context as _, Result};
use clap::{Subcommand, ValueEnum};
use countersign_domain::id::{KeyId, TenantId};
use countersign_domain::tenant::api_key::KeyKind;
use serde_json::json;

use super::Answer;
use crate::open::Opened;

#[derive(Subcommand)]
pub(super) enum KeyCommand {
    /// Make a further key. It is shown this once.
    Create {
        /// The tenant.
        #[arg(long, value_name = "ID")]
        tenant: String,
        /// What it opens.
        #[arg(long, value_enum)]
        kind: Kind,
    },
    /// List a tenant's keys, without their texts.
    List {
        /// The tenant.
        #[arg(long, value_name = "ID")]
        tenant: String,
    },
    /// Replace a key pair: a new one signs from now on, the one before verifies until its last token has ended.
    Rotate {
        /// The tenant.
        #[arg(long, value_name = "ID")]
        tenant: String,
        /// Which pair.
        #[arg(long, value_enum)]
        kind: PairKind,
    },
    /// End a key's use at once.
    Revoke {
        /// The tenant.
        #[arg(long, value_name = "ID")]
        tenant: String,
        /// The key's id, from `key list`.
        #[arg(long, value_name = "ID")]
        key: String,
    },
}

/// What a key opens.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Kind {
    /// The Server API.
    Server,
    /// The Management API.
    Management,
}

/// What a key pair is for.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum PairKind {
    /// Access tokens of sessions.
    Signing,
}

impl KeyCommand {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer> {
        match self {
            Self::Create { tenant, kind } => create(opened, &tenant, kind).await,
            Self::List { tenant } => list(opened, &tenant).await,
            Self::Rotate { tenant, kind: PairKind::Signing } => rotate(opened, &tenant).await,
            Self::Revoke { tenant, key } => revoke(opened, &tenant, &key).await,
        }
    }
}

async fn create(opened: &Opened, tenant: &str, kind: Kind) -> Result<Answer> {
    let kind = match kind {
        Kind::Server => KeyKind::Server,
        Kind::Management => KeyKind::Management,
    };
    let (id, key) = opened.countersign.create_key(&tenant_id(tenant)?, kind).await?;
    let text = format!("Key id   {id}\nKey      {}\n\nIt is shown this once.", key.expose());
    Ok(Answer::new(text, json!({ "keyId": id, "kind": kind.as_str(), "key": key.expose() })))
}

async fn list(opened: &Opened, tenant: &str) -> Result<Answer> {
    let keys = opened.countersign.list_keys(&tenant_id(tenant)?).await?;
    let lines: Vec<String> = keys
        .iter()
        .map(|key| {
            let revoked = key.revoked_at.map(|at| format!("  revoked {}", at.rfc3339())).unwrap_or_default();
            format!("{}  {:<10}  made {}{revoked}", key.id, key.kind.as_str(), key.created_at.rfc3339())
        })
        .collect();
    let json = keys
        .iter()
        .map(|key| {
            json!({
                "keyId": key.id, "kind": key.kind.as_str(), "createdAt": key.created_at.rfc3339(),
                "revokedAt": key.revoked_at.map(countersign_domain::clock::Millis::rfc3339),
            })
        })
        .collect();
    let text = if lines.is_empty() { "This tenant has no key.".to_owned() } else { lines.join("\n") };
    Ok(Answer::new(text, json))
}

async fn rotate(opened: &Opened, tenant: &str) -> Result<Answer> {
    let id = opened.countersign.rotate_signing_key(&tenant_id(tenant)?).await?;
    let text =
        format!("Key id   {id}\n\nIt signs from now on. The one before verifies until its last token has ended.");
    Ok(Answer::new(text, json!({ "keyId": id, "kind": "signing" })))
}

async fn revoke(opened: &Opened, tenant: &str, key: &str) -> Result<Answer> {
    let key = KeyId::parse(key).with_context(|| format!("{key} is not a key id"))?;
    opened.countersign.revoke_key(&tenant_id(tenant)?, &key).await?;
    Ok(Answer::new(format!("Key {key} no longer works."), json!({ "keyId": key, "revoked": true })))
}

fn tenant_id(text: &str) -> Result<TenantId> {
    TenantId::parse(text).with_context(|| format!("{text} is not a tenant id: countersign tenant list"))
}
