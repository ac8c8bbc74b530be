//! A PostgreSQL server made for tests, in a folder of its own, from the programs installed here.

use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The folder of the newest server programs, as Debian and others install them.
pub fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|version| {
            let path = version.ok()?.path();
            let number = path.file_name()?.to_str()?.parse().ok()?;
            let programs = path.join("bin");
            programs.join("initdb").exists().then_some((number, programs))
        })
        .collect();
    found.sort();
    found.pop().map(|(_, programs)| programs)
}

/// A server's files. It survives its handle: whoever starts it sees to its end.
pub struct Cluster {
    folder: PathBuf,
    programs: PathBuf,
    /// Where it listens, on 127.0.0.1.
    pub port: u16,
    password: String,
}

impl Cluster {
    /// Makes the files of a server that trusts nobody without a password, on a port that is free now.
    pub fn new(folder: &Path) -> Self {
        let programs = programs().expect("PostgreSQL's server programs are installed");
        let port = free_port();
        let password = format!("test-{port}-{}", std::process::id());
        let made = Self { folder: folder.to_owned(), programs, port, password };
        let mut install = Command::new("install");
        install.args(["-d", "-m", "700"]).arg(folder);
        if is_root() {
            install.args(["-o", "postgres"]);
        }
        run(&mut install);
        let file = folder.join("password");
        std::fs::write(&file, &made.password).expect("the server's files are ours");
        made.give(&file);
        let mut initdb = made.program("initdb");
        initdb.args(["-U", "postgres", "-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync", "--pwfile"]);
        run(initdb.arg(file).arg("-D").arg(made.data()));
        made
    }

    /// Gives a file to the user that the server runs as, for that user alone.
    pub fn give(&self, file: &Path) {
        let owner = std::fs::metadata(&self.folder).expect("the server's files are ours").uid();
        std::os::unix::fs::chown(file, Some(owner), None).expect("the server's files are ours");
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).expect("the server's files are ours");
    }

    /// Starts it and waits until it accepts connections.
    pub fn start(&self) {
        self.start_with("");
    }

    /// The same with further settings. Without `fsync`: a server that is killed loses nothing by it, only a machine that loses power would.
    pub fn start_with(&self, further: &str) {
        let port = self.port;
        let settings = format!(
            "-p {port} -h 127.0.0.1 -k '' -F -c full_page_writes=off -c max_connections=300 -c shared_buffers=32MB {further}",
        );
        let mut start = self.program("pg_ctl");
        start.args(["start", "--wait", "--silent", "--options", &settings, "--log"]);
        run(start.arg(self.folder.join("log")).arg("-D").arg(self.data()));
    }

    /// Ends the server as a crash does: no session is finished, no page is written.
    pub fn crash(&self) {
        run(&mut self.end());
    }

    /// Ends the server and its children without a word to them, as the system does when memory runs out (`SIGKILL`).
    pub fn kill(&self) {
        let pid = std::fs::read_to_string(self.data().join("postmaster.pid")).expect("the server runs");
        let pid = pid.lines().next().expect("the first line is the process id");
        // The children first: without their parent they would end by themselves, in peace. The next start looks whether
        // there is still a process of this id, so the system has to have buried it.
        let kill = r#"kill -STOP "$1"; for child in $(cat "/proc/$1/task/$1/children"); do kill -KILL "$child"; done; kill -KILL "$1"
            tries=0; while [ -e "/proc/$1" ] && [ $tries -lt 500 ]; do tries=$((tries + 1)); sleep 0.01; done"#;
        run(Command::new("sh").args(["-c", kill, "sh", pid]));
    }

    /// Stops the server and its children where they are (`SIGSTOP`): connections stay, and nothing is answered.
    pub fn freeze(&self) {
        self.signal_all("STOP");
    }

    /// Lets them go on.
    pub fn thaw(&self) {
        self.signal_all("CONT");
    }

    fn signal_all(&self, signal: &str) {
        let pid = std::fs::read_to_string(self.data().join("postmaster.pid")).expect("the server runs");
        let pid = pid.lines().next().expect("the first line is the process id");
        // The parent first: it starts no child that would be missed. A child may have ended by itself.
        let all = r#"kill -s "$2" "$1"; for child in $(cat "/proc/$1/task/$1/children"); do kill -s "$2" "$child" || true; done"#;
        run(Command::new("sh").args(["-c", all, "sh", pid, signal]));
    }

    /// The command that ends the server by its pid file.
    pub fn end(&self) -> Command {
        let mut end = self.program("pg_ctl");
        end.args(["stop", "--mode=immediate", "--silent", "-D"]).arg(self.data());
        end
    }

    /// The URL up to the name of a database.
    pub fn url(&self) -> String {
        format!("postgres://postgres:{}@127.0.0.1:{}/", self.password, self.port)
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// A server program, as a user that the server accepts: never root.
    fn program(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        let mut command = if is_root() {
            let mut runuser = Command::new("runuser");
            runuser.args(["-u", "postgres", "--"]).arg(program);
            runuser
        } else {
            Command::new(program)
        };
        command.current_dir("/");
        command
    }
}

fn is_root() -> bool {
    user() == 0
}

/// The number of the user that runs this.
pub(super) fn user() -> u32 {
    std::fs::metadata("/proc/self").expect("the server's files are ours").uid()
}

/// Runs a command that has to succeed.
pub fn run(command: &mut Command) {
    // The server outlives its starter and would keep a pipe open.
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let status = status.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?}: {status}");
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    listener.local_addr().expect("a listener has an address").port()
}
