//! Other servers that sign in with passkeys: programs of bench/rivals, one Node process each, in production mode.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::{Dialect, Door};
use crate::http::{self, Connection};
use crate::packages::RIVALS;
use crate::passkey::{ORIGIN, Passkey, RP_ID, Seeded};
use crate::process::{Process, free_port};

/// Which one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// @simplewebauthn/server on node:http, in memory.
    SimpleWebAuthn,
    /// better-auth with its passkey plugin on SQLite.
    BetterAuth,
}

impl Kind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::SimpleWebAuthn => "simplewebauthn",
            Self::BetterAuth => "better-auth",
        }
    }
}

/// One that runs.
#[derive(Debug)]
pub(crate) struct Rival {
    kind: Kind,
    port: u16,
    process: Process,
}

impl Rival {
    /// Installs it where it is not, and starts it in `folder` on the Node that was installed with it, or another.
    pub(crate) async fn start(kind: Kind, node: Option<&Path>, folder: &Path) -> Result<Self> {
        RIVALS.install()?;
        std::fs::create_dir_all(folder)?;
        let port = free_port()?;
        let installed = RIVALS.node();
        let mut command = Command::new(node.unwrap_or(&installed));
        command.arg(RIVALS.file(&format!("{}.mjs", kind.name()))).current_dir(folder);
        command.env("NODE_ENV", "production").env("PORT", port.to_string());
        command.env("RP_ID", RP_ID).env("ORIGIN", ORIGIN).env("DATABASE", folder.join("better-auth.db"));
        let log = folder.join("log");
        let mut process = Process::start(&mut command, &log)?;
        process.ready(port, "/readyz").await.with_context(|| std::fs::read_to_string(&log).unwrap_or_default())?;
        Ok(Self { kind, port, process })
    }

    pub(crate) fn process(&self) -> u32 {
        self.process.id()
    }

    pub(crate) fn door(&self) -> Door {
        let (method, path, verify, dialect) = match self.kind {
            Kind::SimpleWebAuthn => ("POST", "/authentication-options", "/verify", Dialect::Member),
            Kind::BetterAuth => (
                "GET",
                "/api/auth/passkey/generate-authenticate-options",
                "/api/auth/passkey/verify-authentication",
                Dialect::Cookie,
            ),
        };
        let mut options = Vec::new();
        let head = client(method, path, "");
        match method {
            "GET" => options.extend_from_slice(format!("{head}\r\n").as_bytes()),
            _ => http::finish(&head, b"{}", &mut options),
        }
        let address = ([127, 0, 0, 1], self.port).into();
        Door { address, dialect, options, verify: client("POST", verify, "") }
    }

    /// Adds the user `user-<number>` with a passkey.
    pub(crate) async fn register(&self, connection: &mut Connection, number: u64) -> Result<Passkey> {
        let seeded = Seeded::new(number)?;
        let mut request = Vec::new();
        let handle = match self.kind {
            Kind::SimpleWebAuthn => {
                let body = format!(r#"{{"user":"user-{number}"}}"#);
                http::finish(&client("POST", "/registration-options", ""), body.as_bytes(), &mut request);
                let offer: Value = serde_json::from_str(connection.call(&request).await?.text())?;
                let credential = seeded.registration(text(&offer, "/options/challenge")?);
                let id = text(&offer, "/challengeId")?;
                let body = format!(r#"{{"challengeId":"{id}","registrationCredential":{credential}}}"#);
                http::finish(&client("POST", "/registration", ""), body.as_bytes(), &mut request);
                text(&offer, "/options/user/id")?.to_owned()
            }
            Kind::BetterAuth => {
                let path = format!("/api/auth/passkey/generate-register-options?context=user-{number}");
                let head = client("GET", &path, "");
                let answer = connection.call(format!("{head}\r\n").as_bytes()).await?;
                let offer: Value = serde_json::from_str(answer.text())?;
                let head = client("POST", "/api/auth/passkey/verify-registration", &http::cookies(answer));
                let credential = seeded.registration(text(&offer, "/challenge")?);
                http::finish(&head, format!(r#"{{"response":{credential}}}"#).as_bytes(), &mut request);
                text(&offer, "/user/id")?.to_owned()
            }
        };
        let added = connection.call(&request).await?;
        ensure!(added.status == 200, "adding a passkey answers {} {}", added.status, added.text());
        seeded.held_by(&handle)
    }
}

fn client(method: &str, path: &str, headers: &str) -> String {
    http::head(method, path, "auth.shop.example", ORIGIN, headers)
}

fn text<'a>(offer: &'a Value, pointer: &str) -> Result<&'a str> {
    offer.pointer(pointer).and_then(Value::as_str).with_context(|| format!("the options have no {pointer}: {offer}"))
}
