//! A server under test: a process of its own, in a folder of its own, ended by its id.

mod port;
mod postgres;
mod stat;

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::http::Connection;

pub(crate) use port::free_port;
pub(crate) use postgres::Postgres;
pub(crate) use stat::{cpu_time, load_average, machine_cpu_time, memory, on_cpu_of_this_thread};

/// The longest that a server may take to begin.
const START: Duration = Duration::from_mins(1);

/// A running program. Killed when dropped.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
}

impl Process {
    /// Starts `command`; what it says on standard error goes to `log`.
    pub(crate) fn start(command: &mut Command, log: &Path) -> Result<Self> {
        let file = std::fs::File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(file)
            .spawn()
            .with_context(|| format!("cannot start {}", command.get_program().display()))?;
        Ok(Self { child })
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until `GET path` on `port` answers 200, and says how long that took.
    pub(crate) async fn ready(&mut self, port: u16, path: &str) -> Result<Duration> {
        let begin = Instant::now();
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        while begin.elapsed() < START {
            if let Ok(mut connection) = Connection::open(([127, 0, 0, 1], port).into()).await
                && let Ok(answer) = connection.call(request.as_bytes()).await
                && answer.status == 200
            {
                return Ok(begin.elapsed());
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended at its start ({status}); its log says why");
            }
            tokio::time::sleep(Duration::from_micros(250)).await;
        }
        bail!("the server was not ready within {} seconds", START.as_secs())
    }

    /// Asks it to end, and waits.
    pub(crate) fn stop(mut self) -> Result<()> {
        Command::new("kill").arg(self.child.id().to_string()).status().context("cannot run kill")?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
