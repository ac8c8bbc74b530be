//! A flood of wrong keys beside good calls (checklist 85), with the limits per address as they are by default.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use clap::Args;
use countersign_domain::tenant::api_key::{self, KeyKind};
use tokio::time::sleep_until;

use crate::figures::{Latencies, micros, number};
use crate::folder::Folder;
use crate::http::{self, Connection};
use crate::load::Arrivals;
use crate::musts::Must;
use crate::process::cpu_time;
use crate::table::Table;
use crate::target::{Countersign, Settings};

/// How it is asked.
#[derive(Debug, Clone, Args)]
pub(crate) struct Wanted {
    /// Seconds without the flood, and again with it.
    #[arg(long, default_value_t = 10)]
    pub(crate) seconds: u64,
    /// Good calls a second: `track` with the tenant's secret, from one address.
    #[arg(long, default_value_t = 200.0)]
    pub(crate) good: f64,
    /// Calls with wrong keys a second.
    #[arg(long, default_value_t = 4_000.0)]
    pub(crate) bad: f64,
}

/// Connections of the good calls; each takes every eighth.
const GOOD_CONNECTIONS: u32 = 8;
/// Connections of the flood, and addresses that it comes from.
const BAD_CONNECTIONS: u32 = 64;
const BAD_ADDRESSES: u32 = 16;

/// What was seen in one part.
struct Part {
    good: Latencies,
    /// Wrong calls by the status they got.
    bad: BTreeMap<u16, usize>,
    cpu: Duration,
}

pub(crate) async fn run(binary: &Path, wanted: &Wanted) -> Result<Vec<Must>> {
    let folder = Folder::new()?;
    let settings = Settings { binary: binary.to_owned(), default_limits: true, ..Settings::default() };
    let mut server = Countersign::create(&settings, &folder.path().join("countersign"))?;
    server.start().await?;
    let length = Duration::from_secs(wanted.seconds);
    // Once for nothing: what is made at first use is made.
    part(&server, wanted, Duration::from_secs(1), false).await?;
    let without = part(&server, wanted, length, false).await?;
    let with = part(&server, wanted, length, true).await?;

    let mut table =
        Table::new(["good calls", "answered", "p50 ms", "p95 ms", "p99 ms", "max ms", "server CPU, processors"]);
    for (name, part) in [("alone", &without), ("beside the flood", &with)] {
        let at = |per_mille| format!("{:.2}", part.good.at(per_mille));
        let busy = format!("{:.2}", part.cpu.as_secs_f64() / length.as_secs_f64());
        let count = part.good.count().to_string();
        table.row([name.to_owned(), count, at(500), at(950), at(990), at(1_000), busy]);
    }
    println!("{}", table.text());
    let bad: usize = with.bad.values().sum();
    let good_cost = without.cpu.as_secs_f64() * 1e6 / number(without.good.count());
    let bad_cost = with.cpu.saturating_sub(without.cpu).as_secs_f64() * 1e6 / number(bad);
    println!("Wrong keys by status: {:?} in {} s", with.bad, wanted.seconds);
    println!("A good call costs {good_cost:.0} µs of processor time, a wrong one {bad_cost:.0} µs\n");
    let let_in = with.bad.iter().filter(|(status, _)| !matches!(status, 401 | 429)).map(|(_, count)| count).sum();
    Ok(vec![
        Must::at_most("flood of wrong keys: answers that are neither 401 nor 429", 0.0, number(let_in)),
        Must::at_most("flood of wrong keys: p99 of good calls, ms", 50.0, with.good.at(990)),
        Must::at_most("flood of wrong keys: CPU of a wrong call ÷ of a good one", 0.5, bad_cost / good_cost),
    ])
}

async fn part(server: &Countersign, wanted: &Wanted, length: Duration, flooded: bool) -> Result<Part> {
    let address = server.door().address;
    let process = server.process()?;
    let done = Arc::new(AtomicBool::new(false));
    // A thread of its own: what the flood does to this process must not look like what it does to the server.
    let flood = flooded.then(|| {
        let (done, per_second) = (Arc::clone(&done), wanted.bad);
        std::thread::spawn(move || flood(address, per_second, &done))
    });
    let cpu = cpu_time(process)?;
    let good = good(server, wanted.good, length).await;
    let cpu = cpu_time(process)?.saturating_sub(cpu);
    done.store(true, Ordering::Relaxed);
    let bad = match flood {
        Some(thread) => thread.join().map_err(|_| anyhow!("the thread of the flood panicked"))??,
        None => BTreeMap::new(),
    };
    Ok(Part { good: good?, bad, cpu })
}

/// Good calls by the clock; how long each took from when it was due.
async fn good(server: &Countersign, per_second: f64, length: Duration) -> Result<Latencies> {
    let address = server.door().address;
    let begin = Instant::now();
    let each = f64::from(GOOD_CONNECTIONS);
    let tasks: Vec<_> = (0..GOOD_CONNECTIONS)
        .map(|place| {
            let head = server.track_head(u64::from(place));
            tokio::spawn(async move {
                let arrivals = Arrivals::new(per_second / each);
                let first = Duration::from_secs_f64(f64::from(place) / per_second);
                let (mut spans, mut request) = (Vec::new(), Vec::new());
                let mut connection = Connection::open(address).await?;
                http::finish(&head, b"{}", &mut request);
                for number in 0.. {
                    let due = begin + first + arrivals.at(number);
                    if due >= begin + length {
                        break;
                    }
                    sleep_until(due.into()).await;
                    let answer = connection.call(&request).await?;
                    ensure!(answer.status == 200, "a good call got {} {}", answer.status, answer.text());
                    spans.push(micros(due.elapsed()));
                }
                Ok(spans)
            })
        })
        .collect();
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await??);
    }
    Ok(Latencies::new(all))
}

/// Calls with keys that are well formed and not the tenant's, from several addresses, until it is done.
#[tokio::main(flavor = "current_thread")]
async fn flood(address: SocketAddr, per_second: f64, done: &Arc<AtomicBool>) -> Result<BTreeMap<u16, usize>> {
    let begin = Instant::now();
    let each = f64::from(BAD_CONNECTIONS);
    let tasks: Vec<_> = (0..BAD_CONNECTIONS)
        .map(|place| {
            let done = Arc::clone(done);
            tokio::spawn(async move {
                let from = u8::try_from(place % BAD_ADDRESSES).context("few addresses")?;
                let from = IpAddr::V4(Ipv4Addr::new(127, 2, 0, 1 + from));
                let arrivals = Arrivals::new(per_second / each);
                let mut seen = BTreeMap::<u16, usize>::new();
                let mut connection = Connection::open_from(from, address).await?;
                let mut request = Vec::new();
                for number in 0.. {
                    sleep_until((begin + arrivals.at(number)).into()).await;
                    if done.load(Ordering::Relaxed) {
                        break;
                    }
                    let key = api_key::generate(KeyKind::Server);
                    let key = BASE64_STANDARD.encode(format!("{}:", key.expose()));
                    let head = format!(
                        "POST /v1/users/user-1/actions/pay HTTP/1.1\r\nHost: auth.shop.example\r\nAuthorization: Basic {key}\r\n"
                    );
                    http::finish(&head, b"{}", &mut request);
                    *seen.entry(connection.call(&request).await?.status).or_default() += 1;
                    if connection.is_closing() {
                        connection = Connection::open_from(from, address).await?;
                    }
                }
                Ok::<_, anyhow::Error>(seen)
            })
        })
        .collect();
    let mut all = BTreeMap::new();
    for task in tasks {
        for (status, count) in task.await?? {
            *all.entry(status).or_default() += count;
        }
    }
    Ok(all)
}
