//! Full load for long, with rows that expire as fast as new ones come.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Args;
use countersign_db::{Db, Options, statements};

use crate::bulk;
use crate::disk;
use crate::figures::number;
use crate::folder::Folder;
use crate::load::{Gap, Pulse, closed};
use crate::musts::Must;
use crate::process::memory;
use crate::table::Table;
use crate::target::{Countersign, Settings, Subject};
use crate::watch::{Cause, Watch, blame};

/// How it is asked.
#[derive(Debug, Clone, Args)]
pub(crate) struct Wanted {
    /// Seconds of full load.
    #[arg(long, default_value_t = 600)]
    pub(crate) seconds: u64,
    /// Connections at once.
    #[arg(long, default_value_t = 64)]
    pub(crate) connections: usize,
    /// Users with a passkey each.
    #[arg(long, default_value_t = 100_000)]
    pub(crate) users: u64,
}

/// How long the disk is looked at before.
const DISK: Duration = Duration::from_secs(30);
/// No longer without a completed sign-in.
const BOUND: Duration = Duration::from_millis(50);
/// How long the server keeps what has expired (`crates/domain/src/sweep/mod.rs`), in milliseconds.
const KEPT: i64 = 10 * 60 * 1_000;
/// How long it is told to keep actions and audit events: the shortest there is, as written and in milliseconds.
const HISTORY: (&str, i64) = ("4h", 4 * 60 * 60 * 1_000);
/// Seconds' worth of rows that are overdue already when it begins.
const BACKLOG: u64 = 60;
/// How much of what came at first falls due. A row that goes costs about what one costs that comes: a server that removes as many
/// as it makes does little more than half as much. Whether it was enough is looked at in the end.
const DUE: f64 = 0.6;
/// Rows a second that are loaded at least.
const LOADED: f64 = 30_000.0;

statements! {
    /// Rows that the sweeper may take at the time `$1`, over all tenants as it sees them.
    OVERDUE = "SELECT count(*) FROM challenges WHERE expires_at < $1";
    /// The same of audit events, before which their actions go.
    OVERDUE_EVENTS = "SELECT count(*) FROM audit_events WHERE tenant_id = $1 AND at < $2";
    OVERDUE_ACTIONS = "SELECT count(*) FROM actions WHERE tenant_id = $1 AND updated_at < $2";
}

/// One line of the table: how things stood after so long.
struct Stand {
    at: Duration,
    sign_ins: usize,
    overdue: i64,
    file: f64,
    memory: f64,
}

pub(crate) async fn run(binary: &Path, wanted: &Wanted) -> Result<Vec<Must>> {
    let folder = Folder::new()?;
    let alone = disk::alone(folder.path(), DISK, BOUND)?;
    println!(
        "The disk alone, flushed a hundred times a second: {} of {} flushes of 512 KiB took more than 50 ms (median {:.2} ms, longest {} ms).",
        alone.slow,
        alone.count,
        alone.median.as_secs_f64() * 1e3,
        alone.longest.as_millis()
    );
    let settings = Settings { binary: binary.to_owned(), kept: Some(HISTORY.0), ..Settings::default() };
    let mut server = Countersign::create(&settings, &folder.path().join("countersign"))?;
    server.set(r#"{"anonymousChallengeMinutes":1}"#)?;
    bulk::load(&server.database(), &server.tenant, wanted.users).await?;
    let users = Arc::new(bulk::sample(wanted.users, 20_000)?);

    server.start().await?;
    let (latencies, elapsed) =
        closed(&Arc::new(server.door()), &users, wanted.connections, Duration::from_secs(5), None).await?;
    let rate = number(latencies.count()) / elapsed.as_secs_f64();
    server.stop()?;
    let (history, rows) = age(&server, wanted, rate * DUE).await?;
    println!(
        "{rate:.0} sign-ins/s at first; {rows} challenges and {history} rows of history fall due during the run.\n"
    );

    server.start().await?;
    let subject = Subject::shared("countersign", &server, users).await?;
    let watched = Db::open(&server.database(), Options::default()).await?;
    let (begin, length) = (Instant::now(), Duration::from_secs(wanted.seconds));
    let pulse = Arc::new(Pulse::new(begin, BOUND));
    let watch = Watch::begin(begin, subject.process);
    let mut stands = vec![stand(begin, 0, &watched, &server).await?];
    let (mut worst, mut p999) = (0.0_f64, 0.0_f64);
    while begin.elapsed() < length {
        pulse.resume();
        let minute = length.saturating_sub(begin.elapsed()).min(Duration::from_mins(1));
        let (latencies, _) = closed(&subject.door, &subject.users, wanted.connections, minute, Some(&pulse)).await?;
        (worst, p999) = (worst.max(latencies.at(1_000)), p999.max(latencies.at(999)));
        stands.push(stand(begin, latencies.count(), &watched, &server).await?);
    }
    let seen = watch.end();
    let due = bulk::now()? - HISTORY.1;
    let actions: i64 = watched.one(&OVERDUE_ACTIONS, &[&server.tenant, &due]).await?.get(0)?;
    println!("{actions} actions are overdue at the end.");
    let pauses: Vec<(Gap, Cause)> = pulse.gaps().into_iter().map(|gap| (gap, blame(gap, &seen))).collect();
    println!("{}", table(&stands).text());
    println!("Longest sign-in {worst:.0} ms, p99.9 of the worst minute {p999:.0} ms.");
    let starved = seen.starved.iter().map(|gap| gap.length()).max().unwrap_or_default();
    println!("The generator itself was once not woken for {} ms.\n", starved.as_millis());
    tell(&pauses);
    Ok(musts(&stands, &pauses, rate * DUE))
}

/// As if it had run like this for long: as many rows fall due each second as come. Returns how many of history and how many
/// challenges.
async fn age(server: &Countersign, wanted: &Wanted, rate: f64) -> Result<(u64, u64)> {
    let seconds = wanted.seconds + BACKLOG;
    #[expect(clippy::cast_possible_truncation, reason = "minutes")]
    let loading = (rate * number(usize::try_from(seconds)?) * 3.0 / LOADED).ceil() as i64 * 1_000;
    let ready = bulk::now()? + loading;
    let (backlog, span) = (i64::try_from(BACKLOG)? * 1_000, i64::try_from(seconds)? * 1_000);
    let due = |kept: i64| ready - kept - backlog..ready - kept - backlog + span;
    let (database, tenant) = (server.database(), &server.tenant);
    let history = bulk::signed_in(&database, tenant, due(HISTORY.1), rate, wanted.users).await?;
    let challenges = bulk::expired(&database, tenant, due(KEPT), rate).await?;
    let rest = u64::try_from(ready - bulk::now()?).unwrap_or_default();
    tokio::time::sleep(Duration::from_millis(rest)).await;
    Ok((history, challenges))
}

async fn stand(begin: Instant, sign_ins: usize, db: &Db, server: &Countersign) -> Result<Stand> {
    let challenges: i64 = db.one(&OVERDUE, &[&(bulk::now()? - KEPT)]).await?.get(0)?;
    let due = bulk::now()? - HISTORY.1;
    let events: i64 = db.one(&OVERDUE_EVENTS, &[&server.tenant, &due]).await?.get(0)?;
    let overdue = challenges + events;
    let memory = memory(server.process()?)?.now;
    Ok(Stand { at: begin.elapsed(), sign_ins, overdue, file: server.stored()?, memory })
}

fn table(stands: &[Stand]) -> Table {
    let head = ["after s", "sign-ins/s", "overdue rows", "database MB", "bytes more a sign-in", "memory MB"];
    let mut table = Table::new(head);
    let mut before: Option<&Stand> = None;
    for stand in stands {
        let seconds = before.map_or(1.0, |before| stand.at.saturating_sub(before.at).as_secs_f64());
        let more = before.map_or(0.0, |before| (stand.file - before.file) * 1e6 / number(stand.sign_ins.max(1)));
        table.row([
            stand.at.as_secs().to_string(),
            format!("{:.0}", number(stand.sign_ins) / seconds),
            stand.overdue.to_string(),
            format!("{:.1}", stand.file),
            format!("{more:.0}"),
            format!("{:.1}", stand.memory),
        ]);
        before = Some(stand);
    }
    table
}

fn tell(pauses: &[(Gap, Cause)]) {
    let mut by_cause = BTreeMap::<Cause, (u32, Duration)>::new();
    for (gap, cause) in pauses {
        let entry = by_cause.entry(*cause).or_default();
        *entry = (entry.0 + 1, entry.1.max(gap.length()));
    }
    let mut table = Table::new(["pauses over 50 ms", "how many", "longest ms"]);
    for (cause, (count, longest)) in by_cause {
        table.row([cause.name().to_owned(), count.to_string(), longest.as_millis().to_string()]);
    }
    println!("{}", table.text());
}

/// `due` is how many sign-ins' worth of rows falls due each second.
fn musts(stands: &[Stand], pauses: &[(Gap, Cause)], due: f64) -> Vec<Must> {
    let ours = pauses.iter().filter(|(_, cause)| *cause != Cause::Machine).count();
    let overdue = stands.last().map_or(f64::NAN, |last| number(usize::try_from(last.overdue).unwrap_or(usize::MAX)));
    // Of the second half: at first the log grows and free pages are filled.
    let half = &stands[stands.len() / 2..];
    let more = half.first().zip(half.last()).map_or(f64::NAN, |(first, last)| last.file - first.file) * 1e6;
    let sign_ins: usize = half.iter().skip(1).map(|stand| stand.sign_ins).sum();
    let seconds = stands.last().map_or(f64::NAN, |last| last.at.as_secs_f64());
    let per_second = number(stands.iter().map(|stand| stand.sign_ins).sum()) / seconds;
    vec![
        Must::at_least("soak: sign-ins whose rows fall due ÷ sign-ins", 1.0, due / per_second),
        Must::at_most("soak: bytes that each sign-in leaves in the database for good", 0.0, more / number(sign_ins)),
        Must::at_most("soak: pauses over 50 ms that are not the machine's", 0.0, number(ours)),
        Must::at_most("soak: overdue rows at the end, in seconds of full load", 30.0, overdue / due),
    ]
}
