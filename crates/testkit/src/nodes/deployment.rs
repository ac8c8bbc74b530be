//! A database, a key ring and a configuration that any number of processes share.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use countersign_db::{Db, Options};
use countersign_domain::id::TenantId;
use countersign_domain::secret;
use serde_json::Value;

use super::{Node, Starting};
use crate::app::{Engine, ORIGIN, RP_ID, Store, TestTenant};

/// What one installation is made of; gone when dropped.
pub struct Deployment {
    program: PathBuf,
    folder: PathBuf,
    environment: Vec<(String, String)>,
    /// The database's URL.
    pub database: String,
    store: Option<Store>,
}

impl Deployment {
    /// An empty database on an engine; `program` is the path of `countersign`.
    pub fn new(program: &str, engine: Engine) -> Self {
        let folder = folder();
        let (store, database) = Store::empty(engine, &folder);
        Self::with_database(program, folder, database, Some(store))
    }

    /// On a database that the test itself looks after.
    pub fn on(program: &str, database: &str) -> Self {
        Self::with_database(program, folder(), database.to_owned(), None)
    }

    fn with_database(program: &str, folder: PathBuf, database: String, store: Option<Store>) -> Self {
        let environment = [
            ("COUNTERSIGN_SERVER__LISTEN", "127.0.0.1:0"),
            // The same on every node: it is the issuer of the tokens that all of them take.
            ("COUNTERSIGN_SERVER__PUBLIC_URL", "https://auth.shop.example"),
            ("COUNTERSIGN_SERVER__REQUESTS_PER_SECOND", "100000"),
            ("COUNTERSIGN_SERVER__STRANGERS_PER_SECOND", "100000"),
            ("COUNTERSIGN_DATABASE__URL", &database),
            ("COUNTERSIGN_SECRETS__KEYS_FILE", "keys.json"),
        ];
        let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        Self { program: program.into(), folder, environment, database, store }
    }

    /// With a variable of the environment set.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same database seen from another machine: a working directory of its own, without the key ring.
    #[must_use]
    pub fn elsewhere(&self) -> Self {
        let mut elsewhere = Self::on(&self.program.to_string_lossy(), &self.database);
        elsewhere.environment.clone_from(&self.environment);
        elsewhere
    }

    /// A file of the working directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Where the key ring is.
    pub fn keys(&self) -> PathBuf {
        self.path("keys.json")
    }

    /// Starts `serve` without waiting for it.
    pub fn spawn(&self) -> Starting {
        Starting::new(self.command(&["serve"]))
    }

    /// Starts `serve` and waits until it serves.
    pub fn start(&self) -> Node {
        self.spawn().ready().expect("the server starts")
    }

    /// The command line with these words, to be run.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(words).current_dir(&self.folder).env_clear().envs(self.environment.iter().cloned());
        command.stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().expect("the program can be started")
    }

    /// The JSON that a command prints.
    #[track_caller]
    pub fn json(&self, words: &[&str]) -> Value {
        let ran = self.run(&[words, &["--json"]].concat());
        assert!(ran.status.success(), "{words:?}: {}", String::from_utf8_lossy(&ran.stderr));
        serde_json::from_slice(&ran.stdout).expect("the program prints JSON")
    }

    /// A tenant for [`RP_ID`] and [`ORIGIN`], made by the command line; it has to be told which node it calls.
    pub fn tenant(&self) -> TestTenant {
        let made = self.json(&["tenant", "create", "--name", "Test shop", "--rp-id", RP_ID, "--origin", ORIGIN]);
        let text = |name: &str| made[name].as_str().expect("tenant create prints its members").to_owned();
        let id = TenantId::parse(&text("tenantId")).expect("a tenant's id is one");
        let keys = [&*text("apiSecretKey"), &*text("managementKey")];
        TestTenant::new("http://127.0.0.1:1", id, &text("clientId"), keys, ORIGIN)
    }

    /// All that is stored, files and database, to be searched for what must not be in it. Nothing may run any more.
    pub fn stored(&self) -> Vec<u8> {
        self.store.as_ref().map(|store| store.bytes(&self.folder)).unwrap_or_default()
    }

    /// The storage itself, to look at what is kept.
    pub async fn db(&self) -> Db {
        Db::open(&self.database, Options::default()).await.expect("the database opens")
    }
}

impl Drop for Deployment {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn folder() -> PathBuf {
    let name = format!("countersign-nodes-{}", secret::base64url(&secret::random::<12>()));
    let folder = Path::new(&std::env::temp_dir()).join(name);
    std::fs::create_dir_all(&folder).expect("the temporary folder is writable");
    folder
}
