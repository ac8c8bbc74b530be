//! The command line. Every command takes `--json`; messages go to standard error, answers to standard output.

mod config;
mod delivery;
mod doctor;
mod key;
mod migrate;
mod openapi;
mod tenant;
mod user;
mod warnings;

use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::{Args, Parser, Subcommand};
use serde_json::Value;

use crate::config::Config;
use crate::open::{self, Opened};
use crate::serve;

/// A self-hosted authentication server for passkeys, security keys and step-up.
#[derive(Parser)]
#[command(name = "countersign", version, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Args)]
struct Global {
    /// Configuration file; `countersign.toml` in the working directory when absent.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Answer in JSON.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server.
    Serve {
        /// For development: a tenant to play with, the demo shop, a movable clock. Loopback only.
        #[arg(long)]
        dev: bool,
    },
    /// Make, list, show and change tenants.
    #[command(subcommand)]
    Tenant(tenant::TenantCommand),
    /// Make, list, replace and revoke keys.
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Bring users along from another server.
    #[command(subcommand)]
    User(user::UserCommand),
    /// Look at messages to people.
    #[command(subcommand)]
    Delivery(delivery::DeliveryCommand),
    /// Bring the database up to date. `serve` does so too.
    Migrate,
    /// Print the configuration as it stands.
    Config,
    /// Look for what would keep the server or a tenant from working.
    Doctor {
        /// Only check that the pages are inside this binary.
        #[arg(long)]
        assets: bool,
    },
    /// Print an API specification.
    Openapi {
        /// Which one.
        #[arg(value_enum)]
        api: openapi::Which,
    },
}

/// What a command answers: for people, and as JSON.
struct Answer {
    text: String,
    json: Value,
    code: ExitCode,
}

impl Answer {
    fn new(text: impl Into<String>, json: Value) -> Self {
        Self { text: text.into(), json, code: ExitCode::SUCCESS }
    }
}

impl Cli {
    /// Does what was asked.
    pub(crate) fn run(self) -> Result<ExitCode> {
        let config = Config::load(self.global.config.as_deref())?;
        let runtime =
            tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start threads")?;
        let answer = match self.command {
            Command::Serve { dev } => {
                runtime.block_on(serve::serve(config, dev))?;
                return Ok(ExitCode::SUCCESS);
            }
            Command::Tenant(command) => runtime.block_on(with(&config, async |opened| command.run(opened).await))?,
            Command::Key(command) => runtime.block_on(with(&config, async |opened| command.run(opened).await))?,
            Command::User(command) => runtime.block_on(with(&config, async |opened| command.run(opened).await))?,
            Command::Delivery(command) => runtime.block_on(with(&config, async |opened| command.run(opened).await))?,
            Command::Migrate => runtime.block_on(with(&config, async |opened| Ok(migrate::answer(opened))))?,
            Command::Config => config::answer(&config)?,
            Command::Doctor { assets: true } => doctor::assets(),
            Command::Doctor { assets: false } => runtime.block_on(doctor::answer(&config)),
            Command::Openapi { api } => openapi::answer(api)?,
        };
        let text = if self.global.json { answer.json.to_string() } else { answer.text };
        match writeln!(std::io::stdout(), "{text}") {
            // A reader that has seen enough (`| head`) is no failure of ours.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(answer.code),
            written => written.map(|()| answer.code).context("cannot write the answer"),
        }
    }
}

/// Opens the product, runs a command on it and closes it, so that nothing is left in the write-ahead log.
async fn with(config: &Config, command: impl AsyncFnOnce(&Opened) -> Result<Answer>) -> Result<Answer> {
    let opened = open::open(config).await?;
    let answer = command(&opened).await;
    opened.db.close().await;
    answer
}
