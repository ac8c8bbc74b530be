//! `countersign doctor`: what would keep the server or a tenant from working, and what to do.

mod delivery;

use std::process::ExitCode;

use serde_json::json;

use super::{Answer, warnings};
use crate::config::Config;
use crate::{assets, open};

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    /// It does not work.
    Error,
    /// It works, and not as it should.
    Warning,
    /// It is off, as may be meant.
    Note,
}

struct Finding {
    level: Level,
    text: String,
}

impl Level {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

impl Finding {
    fn error(text: impl Into<String>) -> Self {
        Self { level: Level::Error, text: text.into() }
    }

    fn warning(text: impl Into<String>) -> Self {
        Self { level: Level::Warning, text: text.into() }
    }

    fn note(text: impl Into<String>) -> Self {
        Self { level: Level::Note, text: text.into() }
    }
}

/// Looks at configuration, database, key ring, tenants, pages and the way of messages. Exits 1 when something is broken.
pub(super) async fn answer(config: &Config) -> Answer {
    let mut findings = pages();
    match open::open(config).await {
        Err(error) => findings.push(Finding::error(format!("{error:#}"))),
        Ok(opened) => {
            if !opened.newer.is_empty() {
                let newer = opened.newer.join(", ");
                findings.push(Finding::warning(format!("A newer version has added to the database: {newer}")));
            }
            match opened.countersign.list_tenants().await {
                Err(error) => findings.push(Finding::error(error.to_string())),
                Ok(tenants) if tenants.is_empty() => {
                    findings.push(Finding::warning("There is no tenant yet: countersign tenant create"));
                }
                Ok(tenants) => {
                    for tenant in &tenants {
                        let about = warnings::of(&tenant.rp_id, &tenant.settings, &tenant.ui_origin).into_iter();
                        findings.extend(about.map(|text| Finding::warning(format!("Tenant {}: {text}", tenant.name))));
                        findings.extend(delivery::of_tenant(config, tenant));
                    }
                }
            }
            opened.db.close().await;
        }
    }
    findings.extend(delivery::findings(config).await);
    findings.sort_by_key(|finding| finding.level as u8);
    report(&findings)
}

/// Only whether the pages are inside this binary.
pub(super) fn assets() -> Answer {
    let mut findings = pages();
    for finding in &mut findings {
        finding.level = Level::Error;
    }
    report(&findings)
}

fn pages() -> Vec<Finding> {
    let missing = assets::missing().into_iter();
    missing.map(|name| Finding::warning(format!("The {name} pages are not built: make web"))).collect()
}

fn report(findings: &[Finding]) -> Answer {
    let is_broken = findings.iter().any(|finding| finding.level == Level::Error);
    let line = |finding: &Finding| format!("{:<7}  {}", finding.level.as_str(), finding.text);
    let text = match findings {
        [] => "Nothing to report.".to_owned(),
        some => some.iter().map(line).collect::<Vec<_>>().join("\n"),
    };
    let rows: Vec<_> =
        findings.iter().map(|finding| json!({ "level": finding.level.as_str(), "text": finding.text })).collect();
    let code = if is_broken { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    Answer { text, json: json!({ "ok": !is_broken, "findings": rows }), code }
}
