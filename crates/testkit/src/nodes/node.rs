//! One process.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The longest that a start may take on a loaded machine.
const START_LIMIT: Duration = Duration::from_mins(1);

/// A process that has been started and may not serve yet.
pub struct Starting {
    child: Child,
    log: Arc<Mutex<Vec<String>>>,
    /// The address, once it serves; closed when the process ends.
    serving: Mutex<Receiver<String>>,
    reader: Option<JoinHandle<()>>,
}

impl Starting {
    pub(super) fn new(mut command: Command) -> Self {
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program can be started");
        let stderr = child.stderr.take().expect("standard error is a pipe");
        let log: Arc<Mutex<Vec<String>>> = Arc::default();
        let (sender, serving) = channel();
        let lines = log.clone();
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                if let Some((_, rest)) = line.split_once("listening on ") {
                    let address = rest.split(|c: char| !c.is_ascii_digit() && c != '.' && c != ':').next();
                    // Whoever waited may have gone.
                    let _ = sender.send(format!("http://{}", address.unwrap_or_default()));
                }
                lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
            }
        });
        Self { child, log, serving: Mutex::new(serving), reader: Some(reader) }
    }

    /// Waits until it serves; `Err` is what it said when it ended instead.
    pub fn ready(mut self) -> Result<Node, String> {
        let serving = self.serving.get_mut().unwrap_or_else(PoisonError::into_inner).recv_timeout(START_LIMIT);
        if let Ok(url) = serving {
            return Ok(Node { url, process: self });
        }
        self.end("KILL");
        Err(self.said().join("\n"))
    }

    /// Kills it with `SIGKILL`, wherever it is, and waits for its end.
    pub fn kill(mut self) {
        self.end("KILL");
    }

    /// What it said on standard error so far.
    pub fn said(&self) -> Vec<String> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(sent.is_ok_and(|status| status.success()), "kill -s {name} {pid}");
    }

    fn end(&mut self, signal: &str) -> ExitStatus {
        match signal {
            // It may have ended by itself.
            "KILL" => drop(self.child.kill()),
            other => self.signal(other),
        }
        let status = self.child.wait().expect("a child can be waited for");
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
        status
    }
}

impl Drop for Starting {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A process that serves. Killed when dropped.
pub struct Node {
    /// `http://127.0.0.1:port`.
    pub url: String,
    process: Starting,
}

impl Node {
    /// Kills it with `SIGKILL`; returns once it is gone.
    pub fn kill(self) {
        self.process.kill();
    }

    /// Asks it to stop (`SIGTERM`) and waits for its end: exit status and log.
    pub fn stop(mut self) -> (ExitStatus, Vec<String>) {
        let status = self.process.end("TERM");
        (status, self.process.said())
    }

    /// What it has logged so far.
    pub fn log(&self) -> Vec<String> {
        self.process.said()
    }

    /// Waits until a line of the log has these words; fails after a minute.
    #[track_caller]
    pub fn wait_for(&self, words: &str) {
        let begin = Instant::now();
        while !self.log().iter().any(|line| line.contains(words)) {
            assert!(begin.elapsed() < START_LIMIT, "no line with {words:?}: {:#?}", self.log());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}
