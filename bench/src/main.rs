//! What whole passkey sign-ins cost, measured on the release binary over HTTP (bench/README.md).

mod bulk;
mod disk;
mod figures;
mod folder;
mod http;
mod load;
mod machine;
mod musts;
mod packages;
mod passkey;
mod process;
mod ranks;
mod runs;
mod table;
mod target;
mod watch;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Load and cost of whole passkey sign-ins.
#[derive(Debug, Parser)]
#[command(name = "countersign-bench")]
struct Cli {
    /// The server's program; by default the release build of this workspace.
    #[arg(long, global = true)]
    binary: Option<PathBuf>,
    #[command(subcommand)]
    run: Run,
}

#[derive(Debug, Subcommand)]
enum Run {
    /// All but the soak.
    All(runs::all::Wanted),
    /// Sign-ins at 1, 16 and 64 connections, and the size, start and memory of the server.
    SignIn(runs::sign_in::Wanted),
    /// Beside `@simplewebauthn/server` and better-auth, in interleaved rounds.
    Rivals(runs::rivals::Wanted),
    /// At a thousand, a hundred thousand and a million users, on SQLite and PostgreSQL.
    Growth(runs::growth::Wanted),
    /// Ten times as many sign-ins as the server can do.
    Overload(runs::overload::Wanted),
    /// Wrong keys beside good calls.
    Flood(runs::flood::Wanted),
    /// The pre-built UI in a browser.
    Pages(runs::pages::Wanted),
    /// Whether one-time codes are near equally likely.
    Codes(runs::codes::Wanted),
    /// Whether a stranger can tell by the time whom the server knows.
    Timing(runs::timing::Wanted),
    /// Ten minutes of full load, with rows that expire as fast as new ones come.
    Soak(runs::soak::Wanted),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let cli = Cli::parse();
    let binary = cli.binary.map_or_else(default_binary, Ok)?;
    println!("{}", machine::list());
    let musts = match cli.run {
        Run::All(wanted) => runs::all::run(&binary, &wanted).await,
        Run::SignIn(wanted) => runs::sign_in::run(&binary, &wanted).await,
        Run::Rivals(wanted) => runs::rivals::run(&binary, &wanted).await,
        Run::Growth(wanted) => runs::growth::run(&binary, &wanted).await,
        Run::Overload(wanted) => runs::overload::run(&binary, &wanted).await,
        Run::Flood(wanted) => runs::flood::run(&binary, &wanted).await,
        Run::Pages(wanted) => runs::pages::run(&binary, &wanted).await,
        Run::Codes(wanted) => runs::codes::run(&binary, &wanted).await,
        Run::Timing(wanted) => runs::timing::run(&binary, &wanted).await,
        Run::Soak(wanted) => runs::soak::run(&binary, &wanted).await,
    }?;
    if !musts.is_empty() {
        println!("{}", musts::table(&musts).text());
    }
    Ok(())
}

/// `countersign` beside this program, which stands in the same folder when both are release builds.
fn default_binary() -> Result<PathBuf> {
    let here = std::env::current_exe()?;
    let folder = here.parent().and_then(std::path::Path::parent).unwrap_or(&here);
    Ok(folder.join("release/countersign"))
}
