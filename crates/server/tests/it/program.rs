//! Runs `countersign` in a folder of its own.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;

/// The longest a start may take on a loaded machine.
const START_LIMIT: Duration = Duration::from_secs(30);

/// A working directory with its variables; what the program writes goes there and is removed with it.
pub(crate) struct Program {
    folder: PathBuf,
    environment: Vec<(String, String)>,
    files: Option<u32>,
}

impl Program {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("countersign-it-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        // Port 0: the system gives each server a free one.
        let listen = ("COUNTERSIGN_SERVER__LISTEN".to_owned(), "127.0.0.1:0".to_owned());
        Self { folder, environment: vec![listen], files: None }
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    /// Only what the test says: nothing of the environment the tests run in.
    pub(crate) fn without_variables(mut self) -> Self {
        self.environment.clear();
        self
    }

    /// May open so many files at once (`ulimit -n`).
    pub(crate) fn with_files(mut self, files: u32) -> Self {
        self.files = Some(files);
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn command(&self, words: &[&str]) -> Command {
        let program = env!("CARGO_BIN_EXE_countersign");
        let mut command = Command::new(if self.files.is_some() { "sh" } else { program });
        if let Some(files) = self.files {
            command.args(["-c", &format!("ulimit -n {files}; exec \"$0\" \"$@\""), program]);
        }
        command.args(words).current_dir(&self.folder).env_clear().envs(self.environment.iter().cloned());
        command.stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, words: &[&str]) -> Ended {
        Ended::new(words, &self.command(words).output().unwrap())
    }

    /// Runs a command whose output nobody reads: exit code and standard error.
    pub(crate) fn run_unread(&self, words: &[&str]) -> (Option<i32>, String) {
        let mut child = self.command(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let ended = child.wait_with_output().unwrap();
        (ended.status.code(), String::from_utf8(ended.stderr).unwrap())
    }

    /// The JSON that a command prints.
    pub(crate) fn json(&self, words: &[&str]) -> Value {
        let words = [words, &["--json"]].concat();
        let out = self.run(&words).ok();
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("{words:?} printed no JSON ({error}): {out}"))
    }

    /// A tenant for localhost, as `tenant create` prints it.
    pub(crate) fn tenant(&self) -> Value {
        self.json(&["tenant", "create", "--name", "Shop", "--rp-id", "localhost", "--origin", "http://localhost:3000"])
    }

    /// Starts `serve` and waits until it serves.
    pub(crate) fn serve(&self, words: &[&str]) -> Server {
        let mut child =
            self.command(&[&["serve"], words].concat()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = channel();
        let stderr = child.stderr.take().unwrap();
        let ears: Arc<Mutex<()>> = Arc::default();
        let open = ears.clone();
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                drop(open.lock());
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let mut server = Server { child, url: String::new(), log: Vec::new(), lines, reader: Some(reader), ears };
        while server.url.is_empty() {
            let Ok(line) = server.lines.recv_timeout(START_LIMIT) else {
                panic!("the server did not start:\n{}", server.log.join("\n"));
            };
            if let Some((_, rest)) = line.split_once("Serving on ") {
                rest.split(['"', ' ']).next().unwrap_or_default().clone_into(&mut server.url);
            }
            server.log.push(line);
        }
        server
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A command that has ended.
pub(crate) struct Ended {
    words: String,
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ended {
    fn new(words: &[&str], output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Self {
            words: words.join(" "),
            code: output.status.code(),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }

    /// What it printed; it must have succeeded.
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "countersign {}:\n{}{}", self.words, self.out, self.err);
        self.out
    }

    /// What it said on standard error; it must have failed, without an answer for scripts to read.
    #[track_caller]
    pub(crate) fn refused(self) -> String {
        assert_ne!(self.code, Some(0), "countersign {} succeeded:\n{}", self.words, self.out);
        assert_eq!(self.out, "", "countersign {} failed and answered", self.words);
        self.err
    }
}

/// A running server. Killed when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
    log: Vec<String>,
    lines: Receiver<String>,
    reader: Option<JoinHandle<()>>,
    /// While a test holds it, nobody reads the log.
    pub(crate) ears: Arc<Mutex<()>>,
}

impl Server {
    /// Its address, for those who speak to it without an HTTP client.
    pub(crate) fn address(&self) -> String {
        self.url.replace("http://localhost", "127.0.0.1")
    }

    /// Sends a signal (`TERM`, `INT`).
    pub(crate) fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("sh").args(["-c", "kill -s \"$1\" \"$2\"", "sh", signal, &pid]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits until the process has ended.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// The process's id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it has logged a line with these words, and returns the line.
    pub(crate) fn said(&mut self, words: &str) -> String {
        let known = self.log.iter().find(|line| line.contains(words)).cloned();
        if let Some(line) = known {
            return line;
        }
        loop {
            let Ok(line) = self.lines.recv_timeout(START_LIMIT) else {
                panic!("the server did not say {words}:\n{}", self.log.join("\n"));
            };
            self.log.push(line.clone());
            if line.contains(words) {
                return line;
            }
        }
    }

    /// Sends a signal and waits for the end: exit status, all log lines, all of standard output.
    pub(crate) fn end(self, signal: &str) -> (ExitStatus, Vec<String>, String) {
        self.signal(signal);
        self.ended()
    }

    /// Waits for the end: exit status, all log lines, all of standard output.
    pub(crate) fn ended(mut self) -> (ExitStatus, Vec<String>, String) {
        let status = self.child.wait().unwrap();
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
        let mut log = std::mem::take(&mut self.log);
        log.extend(self.lines.try_iter());
        let mut out = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        (status, log, out)
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        answer(reqwest::Client::new().get(format!("{}{path}", self.url))).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        answer(reqwest::Client::new().post(format!("{}{path}", self.url)).json(body)).await
    }

    /// A call of the Server API with `secret`.
    pub(crate) async fn call(&self, secret: &str, path: &str, body: &Value) -> (u16, Value) {
        let request = reqwest::Client::new().post(format!("{}/v1{path}", self.url)).json(body);
        answer(request.basic_auth(secret, Some(""))).await
    }

    /// The token of a tracked action.
    pub(crate) async fn track(&self, secret: &str, user: &str, action: &str) -> String {
        let (status, body) =
            self.call(secret, &format!("/users/{user}/actions/{action}"), &serde_json::json!({})).await;
        assert_eq!(status, 200, "{body}");
        body["token"].as_str().unwrap().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn answer(request: reqwest::RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    (response.status().as_u16(), serde_json::from_str(&response.text().await.unwrap()).unwrap_or_default())
}

/// The permission bits of a file.
pub(crate) fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).permissions().mode() & 0o777
}
