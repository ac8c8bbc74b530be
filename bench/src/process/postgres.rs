//! A PostgreSQL server of its own, from the system's packages: data in the run's folder, `fsync` on.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use super::{cpu_time, free_port};

/// A running server. Stopped when dropped.
#[derive(Debug)]
pub(crate) struct Postgres {
    programs: PathBuf,
    data: PathBuf,
    port: u16,
}

impl Postgres {
    pub(crate) fn start(folder: &Path) -> Result<Self> {
        let installed = std::fs::read_dir("/usr/lib/postgresql").context("PostgreSQL is not installed")?;
        let newest = installed.filter_map(Result::ok).map(|entry| entry.path()).max();
        let programs = newest.context("PostgreSQL is not installed")?.join("bin");
        std::fs::create_dir_all(folder)?;
        if is_root() {
            ensure!(Command::new("chown").arg("postgres").arg(folder).status()?.success(), "chown failed");
        }
        let made = Self { programs, data: folder.join("data"), port: free_port()? };
        let words = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-D"];
        made.run(made.program("initdb").args(words).arg(&made.data))?;
        let options = format!("-p {} -h 127.0.0.1 -k '' -c max_connections=100 -c shared_buffers=512MB", made.port);
        let mut start = made.program("pg_ctl");
        start.args(["start", "--silent", "--wait", "-D"]).arg(&made.data);
        start.arg("--log").arg(folder.join("log")).args(["--options", &options]);
        made.run(&mut start)?;
        Ok(made)
    }

    /// A new empty database.
    pub(crate) fn database(&self, name: &str) -> Result<String> {
        let port = self.port.to_string();
        self.run(self.program("createdb").args(["-h", "127.0.0.1", "-p", &port, "-U", "postgres", name]))?;
        Ok(format!("postgres://postgres@127.0.0.1:{port}/{name}"))
    }

    /// While a database is loaded: no flush for each commit and no look-up for each foreign key. To be ended by
    /// [`Self::settle`].
    pub(crate) fn hurry(&self, name: &str) -> Result<()> {
        let set = |what| format!("ALTER DATABASE {name} SET {what}");
        self.say(name, &[set("synchronous_commit = off"), set("session_replication_role = replica")])
    }

    /// After loading: all as it was, and the planner knows what is in the database, as its daemon would tell it in time.
    pub(crate) fn settle(&self, name: &str) -> Result<()> {
        self.say(name, &[format!("ALTER DATABASE {name} RESET ALL"), "CHECKPOINT".to_owned()])?;
        let port = self.port.to_string();
        let words = ["-h", "127.0.0.1", "-p", &port, "-U", "postgres", "--analyze", "--quiet", name];
        self.run(self.program("vacuumdb").args(words))
    }

    fn say(&self, database: &str, statements: &[String]) -> Result<()> {
        let port = self.port.to_string();
        let mut psql = self.program("psql");
        psql.args(["-h", "127.0.0.1", "-p", &port, "-U", "postgres", "-d", database, "-q"]);
        for statement in statements {
            psql.args(["-c", statement]);
        }
        self.run(&mut psql)
    }

    /// Processor time of all its processes that run now.
    pub(crate) fn cpu_time(&self) -> Result<Duration> {
        let file = std::fs::read_to_string(self.data.join("postmaster.pid"))?;
        let parent: u32 = file.lines().next().unwrap_or_default().trim().parse()?;
        let children = std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children"))?;
        let all = children.split_whitespace().filter_map(|id| id.parse().ok()).chain([parent]);
        Ok(all.filter_map(|id| cpu_time(id).ok()).sum())
    }

    /// A program of the server, run by an owner that is not root: the server refuses root.
    fn program(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn run(&self, command: &mut Command) -> Result<()> {
        let status = command.status().with_context(|| format!("cannot run {}", command.get_program().display()))?;
        ensure!(status.success(), "{command:?} failed; data and log are beside {}", self.data.display());
        Ok(())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let _ = self.program("pg_ctl").args(["stop", "--silent", "--mode", "immediate", "-D"]).arg(&self.data).status();
    }
}

/// Whether this process may become another user: the owner of its own entry in /proc is root.
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|entry| entry.uid() == 0)
}
