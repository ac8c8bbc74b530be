//! `countersign doctor`: what would keep the server or a tenant from working, and what to do.

use std::process::ExitCode;

use serde_json::json;

use super::{Answer, warnings};
use crate::config::Config;
use crate::{assets, open};

struct Finding {
    is_error: bool,
    text: String,
}

/// Looks at configuration, database, key ring, tenants and pages. Exits 1 when something is broken.
pub(super) async fn answer(config: &Config) -> Answer {
    let mut findings = pages();
    match open::open(config).await {
        Err(error) => findings.push(Finding { is_error: true, text: format!("{error:#}") }),
        Ok(opened) => {
            if !opened.newer.is_empty() {
                let text = format!("A newer version has added to the database: {}", opened.newer.join(", "));
                findings.push(Finding { is_error: false, text });
            }
            match opened.countersign.list_tenants().await {
                Err(error) => findings.push(Finding { is_error: true, text: error.to_string() }),
                Ok(tenants) if tenants.is_empty() => findings.push(Finding {
                    is_error: false,
                    text: "There is no tenant yet: countersign tenant create".to_owned(),
                }),
                Ok(tenants) => findings.extend(tenants.iter().flat_map(|tenant| {
                    let about = warnings::of(&tenant.rp_id, &tenant.settings, &tenant.ui_origin).into_iter();
                    about.map(|text| Finding { is_error: false, text: format!("Tenant {}: {text}", tenant.name) })
                })),
            }
            opened.db.close().await;
        }
    }
    report(&findings)
}

/// Only whether the pages are inside this binary.
pub(super) fn assets() -> Answer {
    let mut findings = pages();
    for finding in &mut findings {
        finding.is_error = true;
    }
    report(&findings)
}

fn pages() -> Vec<Finding> {
    let missing = assets::missing().into_iter();
    missing.map(|name| Finding { is_error: false, text: format!("The {name} pages are not built: make web") }).collect()
}

fn report(findings: &[Finding]) -> Answer {
    let is_broken = findings.iter().any(|finding| finding.is_error);
    let line =
        |finding: &Finding| format!("{}  {}", if finding.is_error { "error  " } else { "warning" }, finding.text);
    let text = match findings {
        [] => "Nothing to report.".to_owned(),
        some => some.iter().map(line).collect::<Vec<_>>().join("\n"),
    };
    let rows: Vec<_> = findings
        .iter()
        .map(|finding| json!({ "level": if finding.is_error { "error" } else { "warning" }, "text": finding.text }))
        .collect();
    let code = if is_broken { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    Answer { text, json: json!({ "ok": !is_broken, "findings": rows }), code }
}
