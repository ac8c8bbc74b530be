//! The first question: what does a sign-in cost?

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::Args;

use crate::figures::{Spread, number};
use crate::folder::Folder;
use crate::load::{Measured, VerifyCost, measure};
use crate::musts::Must;
use crate::process::memory;
use crate::table::Table;
use crate::target::{Countersign, Settings, Subject};

/// How it is asked.
#[derive(Debug, Args)]
pub(crate) struct Wanted {
    /// Seconds for each figure.
    #[arg(long, default_value_t = 5)]
    pub(crate) seconds: u64,
    /// Users with a passkey each, registered over HTTP.
    #[arg(long, default_value_t = 500)]
    pub(crate) users: u64,
    /// How many connections at once.
    #[arg(long, value_delimiter = ',', default_value = "1,16,64")]
    pub(crate) connections: Vec<usize>,
    /// Rounds over all of them.
    #[arg(long, default_value_t = 1)]
    pub(crate) rounds: usize,
    /// A PostgreSQL database that is empty; else a SQLite file in the temporary folder.
    #[arg(long)]
    pub(crate) database: Option<String>,
}

pub(crate) async fn run(binary: &Path, wanted: &Wanted) -> Result<Vec<Must>> {
    let folder = Folder::new()?;
    let settings = Settings { binary: binary.to_owned(), database: wanted.database.clone(), ..Settings::default() };
    let mut server = Countersign::create(&settings, &folder.path().join("countersign"))?;
    let starts = starts(&mut server, 20).await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let idle = memory(server.process()?)?;

    let subject = Subject::countersign("countersign", &server, wanted.users).await?;
    println!("A right assertion was taken, a replayed one and one with a tampered signature were refused.\n");

    let verify = VerifyCost::new()?;
    let length = Duration::from_secs(wanted.seconds);
    let mut table = load_table();
    for _ in 0..wanted.rounds {
        for connections in &wanted.connections {
            let measured = measure(&subject, *connections, length, &verify).await?;
            add(&mut table, &subject.name, &measured);
        }
    }
    println!("{}", table.text());
    let memory = memory(subject.process)?;
    let size = number(usize::try_from(std::fs::metadata(binary)?.len())? / 1_000) / 1_000.0;
    println!("start to ready    {:.1} ms (median of 20; {:.1} to {:.1})", starts.median, starts.least, starts.most);
    println!("resident memory   {:.1} MB idle, {:.1} MB at most", idle.now, memory.most);
    println!("binary            {size:.1} MB");
    println!("{}", server.log());
    Ok(vec![
        Must::at_most("start to ready, ms", 50.0, starts.median),
        Must::at_most("resident memory idle, MB", 30.0, idle.now),
        Must::at_most("binary, MB", 30.0, size),
    ])
}

/// Starts the server again and again, leaves it running, and says how long it took, in milliseconds.
pub(crate) async fn starts(server: &mut Countersign, times: u32) -> Result<Spread> {
    let mut spans = Vec::new();
    server.start().await?;
    for _ in 0..times {
        server.stop()?;
        spans.push(server.start().await?.as_secs_f64() * 1e3);
    }
    Spread::of(spans).context("no start")
}

/// The head of what [`add`] adds.
pub(crate) fn load_table() -> Table {
    Table::new([
        "server",
        "connections",
        "sign-ins/s",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "max ms",
        "CPU µs",
        "verify µs",
        "ratio",
        "load",
    ])
}

/// One measured load as a row.
pub(crate) fn add(table: &mut Table, server: &str, measured: &Measured) {
    let (at, cost) = (|per_mille| format!("{:.2}", measured.latencies.at(per_mille)), measured.cost);
    table.row([
        server.to_owned(),
        measured.connections.to_string(),
        format!("{:.0}", measured.per_second()),
        at(500),
        at(950),
        at(990),
        at(1_000),
        format!("{:.1}", cost.sign_in),
        format!("{:.1}", cost.verify),
        format!("{:.2}", cost.ratio()),
        measured.load.clone(),
    ]);
}
