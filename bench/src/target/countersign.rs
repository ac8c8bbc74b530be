//! The product: its release binary on a database of its own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::{Dialect, Door};
use crate::http::{self, Connection};
use crate::passkey::{ORIGIN, Passkey, RP_ID, Seeded};
use crate::process::{Process, free_port};

/// Scheme, host and port that the server thinks it has.
const PUBLIC_URL: &str = "https://auth.shop.example";

/// How the server is run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    /// Its program.
    pub(crate) binary: PathBuf,
    /// `postgres://…`; without it a SQLite file in the server's folder.
    pub(crate) database: Option<String>,
    /// The one processor it may use.
    pub(crate) processor: Option<u32>,
    /// Limits per address as they are by default; else they are lifted, because one address makes all calls.
    pub(crate) default_limits: bool,
    /// Runs with `--dev`, where mails are caught and can be read.
    pub(crate) catches_mail: bool,
    /// `retention.actions` and `retention.audit`, where they are not as by default.
    pub(crate) kept: Option<&'static str>,
}

/// A tenant's data, and the server when it runs.
#[derive(Debug)]
pub(crate) struct Countersign {
    settings: Settings,
    folder: PathBuf,
    port: u16,
    process: Option<Process>,
    pub(crate) tenant: String,
    secret: String,
}

impl Countersign {
    /// Makes a database with one tenant in `folder`. Nothing runs yet.
    pub(crate) fn create(settings: &Settings, folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let mut made = Self {
            settings: settings.clone(),
            folder: folder.to_owned(),
            port: free_port()?,
            process: None,
            tenant: String::new(),
            secret: String::new(),
        };
        let words = ["tenant", "create", "--name", "Shop", "--rp-id", RP_ID, "--origin", ORIGIN, "--json"];
        let output = made.command(&words).output().context("cannot run the server's program")?;
        ensure!(output.status.success(), "tenant create failed: {}", String::from_utf8_lossy(&output.stderr));
        let answer: Value = serde_json::from_slice(&output.stdout)?;
        let text = |name: &str| answer[name].as_str().map(str::to_owned).context("tenant create answers otherwise");
        (made.tenant, made.secret) = (text("tenantId")?, text("apiSecretKey")?);
        Ok(made)
    }

    /// Changes settings of the tenant.
    pub(crate) fn set(&self, settings: &str) -> Result<()> {
        let words = ["tenant", "update", "--tenant", &self.tenant, "--settings", settings];
        let output = self.command(&words).output().context("cannot run the server's program")?;
        ensure!(output.status.success(), "tenant update failed: {}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }

    /// Size of its SQLite files, in MB (10^6 bytes).
    pub(crate) fn stored(&self) -> Result<f64> {
        let mut bytes = 0;
        for entry in std::fs::read_dir(&self.folder)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with("countersign.db") {
                bytes += entry.metadata()?.len();
            }
        }
        Ok(crate::figures::number(usize::try_from(bytes)? / 1_000) / 1_000.0)
    }

    /// The URL of its database.
    pub(crate) fn database(&self) -> String {
        let file = || format!("sqlite://{}", self.folder.join("countersign.db").display());
        self.settings.database.clone().unwrap_or_else(file)
    }

    /// Starts it and says how long it took from there to the first good answer of `/readyz`.
    pub(crate) async fn start(&mut self) -> Result<Duration> {
        self.port = free_port()?;
        let words: &[&str] = if self.settings.catches_mail { &["serve", "--dev"] } else { &["serve"] };
        let begin = std::time::Instant::now();
        let mut process = Process::start(&mut self.command(words), &self.folder.join("log"))?;
        process.ready(self.port, "/readyz").await.with_context(|| self.log())?;
        let took = begin.elapsed();
        self.process = Some(process);
        Ok(took)
    }

    pub(crate) fn stop(&mut self) -> Result<()> {
        self.process.take().map_or(Ok(()), Process::stop)
    }

    pub(crate) fn process(&self) -> Result<u32> {
        self.process.as_ref().map(Process::id).context("the server does not run")
    }

    /// What it has said: at `warn` a healthy server says nothing.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    pub(crate) fn door(&self) -> Door {
        let path = "/v1/client/user-authenticators/passkey/authentication-options";
        let mut options = Vec::new();
        http::finish(&client("POST", path, &self.as_tenant()), b"{}", &mut options);
        let verify = client("POST", "/v1/client/verify/passkey", &self.as_tenant());
        Door { address: ([127, 0, 0, 1], self.port).into(), dialect: Dialect::Member, options, verify }
    }

    /// Adds the user `user-<number>` with a passkey, as a backend and a page would.
    pub(crate) async fn register(&self, connection: &mut Connection, number: u64) -> Result<Passkey> {
        let seeded = Seeded::new(number)?;
        let mut request = Vec::new();
        let bearer = format!("Authorization: Bearer {}\r\n", self.track(connection, number).await?);

        let path = "/v1/client/user-authenticators/passkey/registration-options";
        http::finish(&client("POST", path, &bearer), b"{}", &mut request);
        let offer: Value = serde_json::from_str(connection.call(&request).await?.text())?;
        let text = |pointer: &str| offer.pointer(pointer).and_then(Value::as_str).context("the options lack a member");
        let credential = seeded.registration(text("/options/challenge")?);
        let id = text("/challengeId")?;
        let body = format!(r#"{{"challengeId":"{id}","registrationCredential":{credential}}}"#);
        http::finish(&client("POST", "/v1/client/user-authenticators/passkey", &bearer), body.as_bytes(), &mut request);
        let added = connection.call(&request).await?;
        ensure!(added.status == 200, "adding a passkey answers {} {}", added.status, added.text());
        seeded.held_by(text("/options/user/id")?)
    }

    /// A client token for the user `user-<number>`.
    pub(crate) async fn track(&self, connection: &mut Connection, number: u64) -> Result<String> {
        let mut request = Vec::new();
        http::finish(&self.track_head(number), b"{}", &mut request);
        let answer = connection.call(&request).await?;
        ensure!(answer.status == 200, "track answers {} {}", answer.status, answer.text());
        Ok(answer.member("token").context("track gives no token")?.to_owned())
    }

    /// Where a user goes with it, on a server that catches mail.
    pub(crate) fn prompt(&self, token: &str) -> String {
        format!("http://localhost:{}/ui/?token={token}", self.port)
    }

    /// A POST of the shop's page with a token; `path` begins after `/v1/client/`.
    pub(crate) fn with_token(path: &str, token: &str, body: &str) -> Vec<u8> {
        let mut request = Vec::new();
        let bearer = format!("Authorization: Bearer {token}\r\n");
        http::finish(&client("POST", &format!("/v1/client/{path}"), &bearer), body.as_bytes(), &mut request);
        request
    }

    /// Asks for the mails that were caught on their way to an address.
    pub(crate) fn caught_mail(address: &str) -> Vec<u8> {
        let mut request = Vec::new();
        http::finish(&client("GET", &format!("/dev/inbox?to={address}"), ""), b"", &mut request);
        request
    }

    /// The head of a call from the shop's backend: the user `user-<number>` is about to sign up.
    pub(crate) fn track_head(&self, number: u64) -> String {
        backend(&format!("/v1/users/user-{number}/actions/sign-up"), &self.secret)
    }

    /// A POST of the shop's backend; `path` begins after `/v1/`.
    pub(crate) fn with_secret(&self, path: &str, body: &str) -> Vec<u8> {
        Self::with_key(&self.secret, path, body)
    }

    /// The same with another key.
    pub(crate) fn with_key(key: &str, path: &str, body: &str) -> Vec<u8> {
        let mut request = Vec::new();
        http::finish(&backend(&format!("/v1/{path}"), key), body.as_bytes(), &mut request);
        request
    }

    /// A page of the server's own, opened in a browser.
    pub(crate) fn page(path: &str) -> Vec<u8> {
        let mut request = Vec::new();
        http::finish(&client("GET", path, ""), b"", &mut request);
        request
    }

    /// Moves the clock of a server that catches mail.
    pub(crate) async fn advance(&self, connection: &mut Connection, seconds: u32) -> Result<()> {
        let mut request = Vec::new();
        let body = format!(r#"{{"advanceSeconds":{seconds}}}"#);
        http::finish(&client("POST", "/dev/clock", ""), body.as_bytes(), &mut request);
        let answer = connection.call(&request).await?;
        ensure!(answer.status == 200, "the clock answers {} {}", answer.status, answer.text());
        Ok(())
    }

    /// What a page shows that has no token: the tenant's id.
    fn as_tenant(&self) -> String {
        format!("Authorization: Basic {}\r\n", BASE64_STANDARD.encode(&self.tenant))
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = match self.settings.processor {
            Some(processor) => {
                let mut command = Command::new("taskset");
                command.args(["-c", &processor.to_string()]).arg(&self.settings.binary);
                command
            }
            None => Command::new(&self.settings.binary),
        };
        command.args(words).current_dir(&self.folder);
        let mut set = |key: &str, value: &str| {
            command.env(format!("COUNTERSIGN_{key}"), value);
        };
        set("SERVER__LISTEN", &format!("127.0.0.1:{}", self.port));
        let local = format!("http://localhost:{}", self.port);
        set("SERVER__PUBLIC_URL", if self.settings.catches_mail { &local } else { PUBLIC_URL });
        set("DATABASE__URL", &self.database());
        set("SECRETS__KEYS_FILE", &self.folder.join("keys.json").display().to_string());
        set("LOG__LEVEL", "warn");
        if let Some(kept) = self.settings.kept {
            set("RETENTION__ACTIONS", kept);
            set("RETENTION__AUDIT", kept);
        }
        if !self.settings.default_limits {
            set("SERVER__REQUESTS_PER_SECOND", "1000000");
            set("SERVER__STRANGERS_PER_SECOND", "1000000");
        }
        command
    }
}

/// The head of a call from the shop's backend.
fn backend(path: &str, key: &str) -> String {
    let authorization = BASE64_STANDARD.encode(format!("{key}:"));
    format!("POST {path} HTTP/1.1\r\nHost: auth.shop.example\r\nAuthorization: Basic {authorization}\r\n")
}

/// The head of a call from the shop's page.
fn client(method: &str, path: &str, authorization: &str) -> String {
    http::head(method, path, "auth.shop.example", ORIGIN, authorization)
}
