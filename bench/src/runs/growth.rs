//! What more users cost: databases of several sizes, measured in interleaved rounds.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use clap::Args;

use super::sign_in::{add, load_table, starts};
use crate::bulk;
use crate::figures::{Spread, median_by_round};
use crate::folder::Folder;
use crate::load::{Measured, VerifyCost, measure};
use crate::musts::Must;
use crate::process::{Postgres, memory};
use crate::table::Table;
use crate::target::{Countersign, Settings, Subject};

/// How it is asked.
#[derive(Debug, Clone, Args)]
pub(crate) struct Wanted {
    /// Seconds for each figure.
    #[arg(long, default_value_t = 4)]
    pub(crate) seconds: u64,
    /// Rounds over all databases.
    #[arg(long, default_value_t = 5)]
    pub(crate) rounds: usize,
    /// Users of the databases on SQLite; the first is what the others are compared with.
    #[arg(long, value_delimiter = ',', default_value = "1000,100000,1000000")]
    pub(crate) users: Vec<u64>,
    /// The same on PostgreSQL.
    #[arg(long, value_delimiter = ',', default_value = "1000,1000000")]
    pub(crate) postgres_users: Vec<u64>,
}

/// Connections at once: as many as the demand on memory names.
const CONNECTIONS: usize = 64;

/// Different users who sign in: spread over all, and few enough for the generator to hold their keys.
const SAMPLE: u64 = 20_000;

/// Growth of the cost of a sign-in that is allowed at so many users, over the cost at a thousand.
const BOUNDS: [(u64, f64); 2] = [(100_000, 1.10), (1_000_000, 1.15)];

/// One database with its server and what was found.
struct Sized {
    users: u64,
    on_postgres: bool,
    server: Countersign,
    subject: Subject,
    rounds: Vec<Measured>,
    /// Processor time of the PostgreSQL server for one sign-in, in microseconds.
    database_cost: Vec<f64>,
}

pub(crate) async fn run(binary: &Path, wanted: &Wanted) -> Result<Vec<Must>> {
    let folder = Folder::new()?;
    let mut all = Vec::new();
    for users in &wanted.users {
        all.push(prepare(binary, &folder, *users, None).await?);
    }
    let postgres = match wanted.postgres_users[..] {
        [] => None,
        _ => Some(Postgres::start(&folder.path().join("postgres"))?),
    };
    for users in &wanted.postgres_users {
        all.push(prepare(binary, &folder, *users, postgres.as_ref()).await?);
    }
    let verify = VerifyCost::new()?;
    let length = Duration::from_secs(wanted.seconds);
    for _ in 0..wanted.rounds {
        for sized in &mut all {
            let database = postgres.as_ref().filter(|_| sized.on_postgres);
            let before = database.map(Postgres::cpu_time).transpose()?;
            let measured = measure(&sized.subject, CONNECTIONS, length, &verify).await?;
            if let (Some(before), Some(database)) = (before, database) {
                let spent = database.cpu_time()?.saturating_sub(before);
                sized.database_cost.push(measured.each(spent));
            }
            sized.rounds.push(measured);
        }
    }
    report(&all)?;
    let mut musts = growth(&all);
    if let Some(largest) = all.iter_mut().filter(|sized| !sized.on_postgres).max_by_key(|sized| sized.users) {
        let peak = memory(largest.subject.process)?.most;
        let ready = starts(&mut largest.server, 10).await?;
        println!("With {} users on SQLite: start to ready {} ms, {peak:.1} MB at most\n", largest.users, ready.text());
        musts.push(Must::at_most(&format!("memory at 64 connections, {} users, MB", largest.users), 80.0, peak));
        musts.push(Must::at_most(&format!("start to ready with {} users, ms", largest.users), 50.0, ready.median));
    }
    Ok(musts)
}

async fn prepare(binary: &Path, folder: &Folder, users: u64, postgres: Option<&Postgres>) -> Result<Sized> {
    let engine = if postgres.is_some() { "PostgreSQL" } else { "SQLite" };
    let name = format!("users{users}");
    let database = postgres.map(|postgres| postgres.database(&name)).transpose()?;
    let settings = Settings { binary: binary.to_owned(), database, ..Settings::default() };
    let mut server = Countersign::create(&settings, &folder.path().join(format!("{engine}-{name}")))?;
    let begin = Instant::now();
    if let Some(postgres) = postgres {
        postgres.hurry(&name)?;
    }
    let rows = bulk::load(&server.database(), &server.tenant, users).await?;
    if let Some(postgres) = postgres {
        postgres.settle(&name)?;
    }
    println!("Loaded {users} users ({rows} rows) into {engine} in {:.1} s", begin.elapsed().as_secs_f64());
    server.start().await?;
    let name = format!("{users} users, {engine}");
    let subject = Subject::with_users(&name, &server, bulk::sample(users, SAMPLE)?).await?;
    Ok(Sized { users, on_postgres: postgres.is_some(), server, subject, rounds: Vec::new(), database_cost: Vec::new() })
}

fn report(all: &[Sized]) -> Result<()> {
    let mut each = load_table();
    let head = ["median (least to most)", "sign-ins/s", "p99 ms", "CPU µs", "CPU ÷ verification", "PostgreSQL CPU µs"];
    let mut summary = Table::new(head);
    for sized in all {
        for measured in &sized.rounds {
            add(&mut each, &sized.subject.name, measured);
        }
        let spread = |figure: fn(&Measured) -> f64| -> Result<String> {
            Ok(Spread::of(sized.rounds.iter().map(figure)).context("no rounds")?.text())
        };
        summary.row([
            sized.subject.name.clone(),
            spread(Measured::per_second)?,
            spread(|measured| measured.latencies.at(990))?,
            spread(|measured| measured.cost.sign_in)?,
            spread(|measured| measured.cost.ratio())?,
            Spread::of(sized.database_cost.iter().copied()).map_or_else(String::new, |spread| spread.text()),
        ]);
    }
    println!("\n{}\n{}", each.text(), summary.text());
    Ok(())
}

fn growth(all: &[Sized]) -> Vec<Must> {
    let mut musts = Vec::new();
    for on_postgres in [false, true] {
        let mut sizes = all.iter().filter(|sized| sized.on_postgres == on_postgres);
        let Some(least) = sizes.next() else { continue };
        for more in sizes {
            let Some((_, bound)) = BOUNDS.iter().find(|(users, _)| *users >= more.users) else { continue };
            let factor =
                median_by_round(&more.rounds, &least.rounds, |more, least| more.cost.sign_in / least.cost.sign_in);
            musts.push(Must::at_most(&format!("CPU at {} ÷ at {}", more.subject.name, least.users), *bound, factor));
        }
    }
    musts
}
