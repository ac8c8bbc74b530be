//! What the database costs on this machine: transactions with 64 tasks at once, keyed reads, lists.
//!
//! ```text
//! cargo run --release -p countersign-db --example measure [seconds per figure, default 3] [folder or URL]
//! ```
//!
//! The folder, by default the system's temporary one, must be on the disk that matters: what a durable commit waits for is
//! its flush. A URL is that of an empty PostgreSQL database, which is empty no more afterwards; the processor time is then
//! that of this process alone.

use std::path::Path;
use std::time::{Duration, Instant};

use countersign_db::{Db, Error, Migration, Options, Tx, statements};

const TASKS: usize = 64;

/// A list as a sign-in reads it: the few keys of one user.
const KEYS_OF_A_USER: u64 = 3;

static SCHEMA: &[Migration] = &[Migration {
    name: "0001_init",
    sql: "CREATE TABLE IF NOT EXISTS keys (
              tenant_id text NOT NULL, key_id text NOT NULL, user_id text NOT NULL, public_key bytea NOT NULL,
              state text NOT NULL, counter bigint NOT NULL, label text, created_at bigint NOT NULL,
              PRIMARY KEY (tenant_id, key_id));
          CREATE INDEX IF NOT EXISTS keys_by_user ON keys (tenant_id, user_id);",
}];

statements! {
    ADD = "INSERT INTO keys (tenant_id, key_id, user_id, public_key, state, counter, label, created_at) \
           VALUES ($1, $2, $3, $4, 'pending', 0, 'Passkey', $5)";
    FIND = "SELECT key_id, user_id, public_key, state, counter, label, created_at FROM keys \
            WHERE tenant_id = $1 AND key_id = $2";
    USE = "UPDATE keys SET state = 'used', counter = counter + 1 WHERE tenant_id = $1 AND key_id = $2 AND state = 'pending'";
    LIST = "SELECT key_id, user_id, public_key, state, counter, label, created_at FROM keys \
            WHERE tenant_id = $1 AND user_id = $2 ORDER BY key_id";
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let mut arguments = std::env::args().skip(1);
    let seconds = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(3);
    let length = Duration::from_secs(seconds);
    let place = arguments.next().unwrap_or_else(|| std::env::temp_dir().display().to_string());
    let folder = Path::new(&place).join(format!("countersign-measure-{}", std::process::id()));
    let file = folder.join("measure.db");
    let url = if place.contains("://") { place } else { format!("sqlite://{}", file.display()) };
    for what in ["new", "migrated"] {
        let begin = Instant::now();
        let db = Db::open(&url, Options::default()).await?;
        db.migrate(SCHEMA, 0).await?;
        println!("open a {what} database: {} µs", begin.elapsed().as_micros());
        db.close().await;
    }
    let db = Db::open(&url, Options::default()).await?;
    println!("resident memory after opening: {} MiB", memory_mib());

    report("transactions (insert, read, update)", 1, length, &db, write).await?;
    let written = report("transactions (insert, read, update)", TASKS, length, &db, write).await?;
    // Well below what the slowest task has written.
    let keys = (written / TASKS as u64 / 2).max(1);
    report("keyed reads", 1, length, &db, move |db, _, at| read(db, TASKS, at % keys)).await?;
    report("keyed reads", TASKS, length, &db, move |db, task, at| read(db, task, at % keys)).await?;
    report("lists of 3", 1, length, &db, move |db, _, at| list(db, TASKS, at % keys)).await?;
    report("lists of 3", TASKS, length, &db, move |db, task, at| list(db, task, at % keys)).await?;
    println!("resident memory: {} MiB", memory_mib());
    db.close().await;
    drop(std::fs::remove_dir_all(folder));
    Ok(())
}

fn key(task: usize, at: u64) -> String {
    format!("{task:03x}{at:029x}")
}

async fn write(db: &Db, task: usize, at: u64) -> Result<(), Error> {
    let (key, user) = (key(task, at), key(task, at / KEYS_OF_A_USER));
    let changed = db
        .write(async move |tx: &mut Tx<'_>| {
            tx.run(&ADD, &[&"tenant", &key, &user, &[7_u8; 77], &0_i64]).await?;
            tx.one(&FIND, &[&"tenant", &key]).await?.get::<i64>(4)?;
            tx.run(&USE, &[&"tenant", &key]).await
        })
        .await?;
    if changed == 1 { Ok(()) } else { Err(Error::NoRow) }
}

async fn read(db: &Db, task: usize, at: u64) -> Result<(), Error> {
    let row = db.one(&FIND, &[&"tenant", &key(task, at)]).await?;
    let mut columns = row.read();
    columns.next::<String>()?;
    columns.next::<String>()?;
    columns.next::<Vec<u8>>()?;
    Ok(())
}

async fn list(db: &Db, task: usize, at: u64) -> Result<(), Error> {
    let rows = db.all(&LIST, &[&"tenant", &key(task, at / KEYS_OF_A_USER)]).await?;
    if rows.is_empty() { Err(Error::NoRow) } else { Ok(()) }
}

/// Repeats `work` from `tasks` tasks for `length`, prints what it cost and returns how often it ran. `work` gets the
/// number of its task, which begins with the count of tasks, and how often that has run it.
async fn report<W, F>(what: &str, tasks: usize, length: Duration, db: &Db, work: W) -> Result<u64, Error>
where
    W: Fn(&'static Db, usize, u64) -> F + Copy + Send + 'static,
    F: Future<Output = Result<(), Error>> + Send + 'static,
{
    let db: &'static Db = Box::leak(Box::new(db.clone()));
    let (begin, cpu) = (Instant::now(), cpu_time());
    let running: Vec<_> = (tasks..2 * tasks)
        .map(|task| {
            tokio::spawn(async move {
                let mut micros = Vec::new();
                while begin.elapsed() < length {
                    let start = Instant::now();
                    work(db, task, micros.len() as u64).await?;
                    micros.push(u32::try_from(start.elapsed().as_micros()).unwrap_or(u32::MAX));
                    if micros.len() % 64 == 0 {
                        tokio::task::yield_now().await;
                    }
                }
                Ok::<_, Error>(micros)
            })
        })
        .collect();
    let mut micros = Vec::new();
    for task in running {
        micros.extend(task.await.map_err(|error| Error::Internal(error.to_string()))??);
    }
    let (elapsed, cpu) = (begin.elapsed(), cpu_time().saturating_sub(cpu));
    micros.sort_unstable();
    let count = micros.len().max(1);
    let at = |part| micros.get(count * part / 1_000).copied().unwrap_or_default();
    println!(
        "{what}, {tasks} at once: {}/s, median {} µs, p99 {} µs, p99.9 {} µs, processor {} ns each",
        count as u128 * 1_000 / elapsed.as_millis().max(1),
        at(500),
        at(990),
        at(999),
        cpu.as_nanos() / count as u128,
    );
    Ok(count as u64)
}

/// Processor time of this process, in steps of 10 ms; zero where there is no /proc.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(") ").next().unwrap_or_default();
    let ticks: u64 = fields.split(' ').skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

fn memory_mib() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or_default() * 4 / 1_024
}
