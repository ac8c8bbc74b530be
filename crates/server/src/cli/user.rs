//! `countersign user …`.

mod export;
mod take_in;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::{Answer, tenant};
use crate::open::Opened;
use take_in::{LeftOut, Report};

#[derive(Subcommand)]
pub(super) enum UserCommand {
    /// Take in users and their security keys. What is there already stays as it is: an import can be run again.
    Import(Import),
}

#[derive(Args)]
pub(super) struct Import {
    /// Where the files are from.
    #[arg(long, value_enum)]
    from: From,
    /// Whose users they become; the default tenant's when absent.
    #[arg(long, value_name = "ID")]
    tenant: Option<String>,
    /// Only say what would be done.
    #[arg(long)]
    dry_run: bool,
    /// Tables as JSON or CSV: which table a file holds is told by its columns.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// Another server.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum From {
    /// `auth.users`, `auth.user_security_keys` and, where roles matter, `auth.user_roles` (docs/guides/moving-from-nhost.md).
    Nhost,
}

impl UserCommand {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer> {
        let Self::Import(Import { from: From::Nhost, tenant, dry_run, files }) = self;
        let tenant = tenant::find(opened, tenant.as_deref()).await?;
        let export = export::read(&files)?;
        let report = take_in::run(&opened.countersign, &tenant, export, dry_run).await?;
        Ok(answer(&report, dry_run))
    }
}

/// Status 1 where a row was refused; what was not, is done all the same.
fn answer(report: &Report, is_dry: bool) -> Answer {
    let done = if is_dry { "would be taken in" } else { "taken in" };
    let mut text = format!(
        "Users  {} {done}, {} known, {} left out\nKeys   {} {done}, {} known, {} left out",
        report.users.new,
        report.users.known,
        report.users.left_out,
        report.keys.new,
        report.keys.known,
        report.keys.left_out,
    );
    for LeftOut { file, row, id, why, .. } in &report.left_out {
        text.extend([format!("\n{file}, row {row}, {id}: {why}")]);
    }
    let left_out: Vec<_> = report
        .left_out
        .iter()
        .map(|line| json!({ "file": line.file, "row": line.row, "id": line.id, "reason": line.why, "refused": line.is_refused }))
        .collect();
    let count = |count: &take_in::Count| json!({ "new": count.new, "known": count.known, "leftOut": count.left_out });
    let json = json!({
        "dryRun": is_dry, "users": count(&report.users), "keys": count(&report.keys), "leftOut": left_out,
    });
    let refused = report.left_out.iter().any(|line| line.is_refused);
    Answer { text, json, code: if refused { ExitCode::FAILURE } else { ExitCode::SUCCESS } }
}
