//! Ten times as many sign-ins as the server can do.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use clap::Args;

use crate::figures::number;
use crate::folder::Folder;
use crate::http::Connection;
use crate::load::{Offered, closed, open};
use crate::musts::Must;
use crate::passkey::Signature;
use crate::process::{cpu_time, memory};
use crate::table::Table;
use crate::target::{Countersign, Outcome, Settings, Subject, sign_in};

/// How it is asked.
#[derive(Debug, Clone, Args)]
pub(crate) struct Wanted {
    /// Seconds of the overload.
    #[arg(long, default_value_t = 30)]
    pub(crate) seconds: u64,
    /// Seconds for each measurement of the peak.
    #[arg(long, default_value_t = 5)]
    pub(crate) peak_seconds: u64,
    /// How many times the peak is offered.
    #[arg(long, default_value_t = 10.0)]
    pub(crate) factor: f64,
    /// Connections at most.
    #[arg(long, default_value_t = 2_000)]
    pub(crate) connections: u32,
    /// Users with a passkey each.
    #[arg(long, default_value_t = 1_000)]
    pub(crate) users: u64,
    /// Leave server and generator on all processors, instead of one each.
    #[arg(long)]
    pub(crate) unpinned: bool,
}

pub(crate) async fn run(binary: &Path, wanted: &Wanted) -> Result<Vec<Must>> {
    let folder = Folder::new()?;
    let processor = (!wanted.unpinned).then_some(0);
    let settings = Settings { binary: binary.to_owned(), processor, ..Settings::default() };
    let mut server = Countersign::create(&settings, &folder.path().join("countersign"))?;
    server.start().await?;
    let subject = Subject::countersign("countersign", &server, wanted.users).await?;
    if !wanted.unpinned {
        pin(1)?;
    }
    let length = Duration::from_secs(wanted.peak_seconds);
    let (before, peak_p99) = peak(&subject, length).await?;
    let rested = memory(subject.process)?;
    let offer = before * wanted.factor;
    println!("Peak {before:.0} sign-ins/s (64 connections, p99 {peak_p99:.1} ms); now {offer:.0}/s are offered.");

    let mut resident = Vec::new();
    let cpu = cpu_time(subject.process)?;
    let length = Duration::from_secs(wanted.seconds);
    let offered = open(&subject, offer, wanted.connections, length, |_| {
        resident.push(memory(subject.process)?.now);
        Ok(())
    })
    .await?;
    let cpu = cpu_time(subject.process)?.saturating_sub(cpu).as_secs_f64() / offered.elapsed.as_secs_f64();
    let recovered = recovery(&subject, peak_p99).await?;
    let (after, _) = peak(&subject, Duration::from_secs(wanted.peak_seconds)).await?;
    if !wanted.unpinned {
        unpin()?;
    }
    let goodput = number(offered.signed_in.count()) / offered.elapsed.as_secs_f64();
    tell(&offered, offer, goodput);
    let (third, last) = (resident.get(resident.len() / 3).copied(), resident.last().copied());
    let (third, last) = (third.unwrap_or(f64::NAN), last.unwrap_or(f64::NAN));
    let most = memory(subject.process)?.most;
    println!(
        "Server: {cpu:.2} processors busy; memory {:.1} MB before, {third:.1} after a third, {last:.1} at the end, {most:.1} at most.",
        rested.now
    );
    println!("Recovery {recovered:.0} ms; peak afterwards {after:.0} sign-ins/s.\n{}", server.log());
    let refused: u64 = offered.others.values().sum();
    let orderly: u64 = offered.others.iter().filter(|(what, _)| is_orderly(what)).map(|(_, count)| count).sum();
    let demand = |what: &str| format!("overload, {} connections: {what}", wanted.connections);
    // What is measured on other processors' time moves; against the mean of before and after it moves least.
    Ok(vec![
        Must::at_least(&demand("goodput ÷ peak"), 0.8, goodput / f64::midpoint(before, after)),
        Must::at_most(&demand("refusals that are not 429 or 503 with Retry-After"), 0.0, ratio(refused - orderly, 1)),
        Must::at_most(&demand("memory at the end ÷ after a third"), 1.1, last / third),
    ])
}

/// Refusals as they have to be; what was still open when the clock stopped is none.
fn is_orderly(what: &str) -> bool {
    what.ends_with("with Retry-After") || what.starts_with("still open")
}

async fn peak(subject: &Subject, length: Duration) -> Result<(f64, f64)> {
    let (latencies, elapsed) = closed(&subject.door, &subject.users, 64, length, None).await?;
    Ok((number(latencies.count()) / elapsed.as_secs_f64(), latencies.at(990)))
}

/// Milliseconds from the end of the load to the first sign-in that takes no longer than one did at the peak.
async fn recovery(subject: &Subject, usual: f64) -> Result<f64> {
    let begin = Instant::now();
    let mut scratch = Vec::new();
    while begin.elapsed() < Duration::from_mins(1) {
        let start = Instant::now();
        let mut connection = Connection::open(subject.door.address).await?;
        let user = subject.users.first().context("no users")?;
        let outcome = sign_in(&subject.door, &mut connection, user, Signature::Right, &mut scratch).await;
        if matches!(outcome, Ok(Outcome::SignedIn)) && start.elapsed().as_secs_f64() * 1e3 <= usual {
            return Ok(begin.elapsed().as_secs_f64() * 1e3);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    bail!("a minute after the load no sign-in was as quick as before")
}

fn tell(offered: &Offered, wanted: f64, goodput: f64) {
    let mut table = Table::new(["what became of the sign-ins", "a second", "part"]);
    let seconds = offered.elapsed.as_secs_f64();
    let mut row = |what: &str, count: u64| {
        let per_second = format!("{:.0}", ratio(count, 1) / seconds);
        table.row([what.to_owned(), per_second, format!("{:.1} %", 100.0 * ratio(count, offered.arrived))]);
    };
    row("arrived by the clock", offered.arrived);
    row("not begun: every connection busy", offered.not_begun);
    row("signed in", u64::try_from(offered.signed_in.count()).unwrap_or_default());
    for (what, count) in &offered.others {
        row(what, *count);
    }
    println!("{}", table.text());
    let (reached, latencies) = (ratio(offered.arrived, 1) / seconds, &offered.signed_in);
    println!(
        "Offered {reached:.0}/s of {wanted:.0}/s wanted; whole sign-ins {goodput:.0}/s, p50 {:.1} ms, p99 {:.1} ms.",
        latencies.at(500),
        latencies.at(990)
    );
}

#[expect(clippy::cast_precision_loss, reason = "counts of a run of seconds")]
fn ratio(count: u64, of: u64) -> f64 {
    count as f64 / of as f64
}

/// Puts this process on one processor: the other one is the server's.
fn pin(processor: u32) -> Result<()> {
    affinity(&format!("{processor}"))
}

fn unpin() -> Result<()> {
    affinity("0-1023")
}

fn affinity(processors: &str) -> Result<()> {
    let process = std::process::id().to_string();
    let output = Command::new("taskset").args(["-a", "-c", "-p", processors, &process]).output();
    ensure!(output.context("cannot run taskset")?.status.success(), "taskset cannot pin the generator to {processors}");
    Ok(())
}
