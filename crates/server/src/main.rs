//! The `countersign` program: configuration, the server, its jobs and its commands.

mod assets;
mod cli;
mod config;
mod delivery;
mod demo;
mod dev;
mod front;
mod health;
mod jobs;
mod log;
mod metrics;
mod open;
mod reference;
mod serve;
mod ui;

use std::process::ExitCode;

use clap::Parser;

/// Also for the memory of what is written in C: SQLite and the cryptography (docs/adr/0016-allocator.md).
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    match cli.run() {
        Ok(code) => code,
        Err(error) => {
            // One line a cause: what failed, then why.
            eprintln!("countersign: {error:#}");
            ExitCode::FAILURE
        }
    }
}
