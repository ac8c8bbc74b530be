//! Configuration: one struct, every field documented, every default runnable (docs/reference/configuration.md).
//!
//! `countersign.toml` or `--config`, then environment variables: prefix `COUNTERSIGN_`, `__` between levels. Unknown keys are
//! an error.

mod delivery;
mod retention;
mod server;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};
use url::{Host, Url};

pub(crate) use delivery::{Email, Hidden, Sms, Twilio};
pub(crate) use retention::Retention;
pub(crate) use server::{Server, Tls};

const DEFAULT_FILE: &str = "countersign.toml";

/// The whole configuration.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) server: Server,
    pub(crate) database: Database,
    pub(crate) secrets: Secrets,
    pub(crate) email: Email,
    pub(crate) sms: Sms,
    pub(crate) retention: Retention,
    pub(crate) log: Log,
}

/// `[database]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Database {
    /// `sqlite://path`; a relative path is under the working directory.
    pub(crate) url: String,
}

/// `[secrets]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Secrets {
    /// The key ring. Made at the first start of a new database; back it up apart from the database.
    pub(crate) keys_file: PathBuf,
}

/// `[log]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Log {
    /// `text` or `json`, one line an event, on standard error.
    pub(crate) format: LogFormat,
    /// `error`, `warn`, `info`, `debug` or `trace`, or a list such as `info,countersign_api=debug`.
    pub(crate) level: String,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", try_from = "String")]
pub(crate) enum LogFormat {
    Text,
    Json,
}

impl TryFrom<String> for LogFormat {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.as_str() {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(format!("{text} is neither text nor json")),
        }
    }
}

impl Default for Database {
    fn default() -> Self {
        Self { url: "sqlite://data/countersign.db".to_owned() }
    }
}

impl Default for Secrets {
    fn default() -> Self {
        Self { keys_file: PathBuf::from("data/keys.json") }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Text, level: "info".to_owned() }
    }
}

impl Config {
    /// Reads file and environment. A named file has to exist; the default one may be missing.
    pub(crate) fn load(file: Option<&Path>) -> Result<Self> {
        let path = file.unwrap_or(Path::new(DEFAULT_FILE));
        let file = config::File::from(path).format(config::FileFormat::Toml).required(file.is_some());
        // Where texts are, `+15550100` and `0042` stay what they are.
        let (texts, values): (HashMap<_, _>, HashMap<_, _>) =
            environment().into_iter().partition(|(name, _)| is_text(name));
        let variables = |variables| {
            config::Environment::with_prefix("COUNTERSIGN")
                .prefix_separator("_")
                .separator("__")
                .source(Some(variables))
        };
        let (texts, values) = (variables(texts), variables(values).try_parsing(true));
        let loaded = config::Config::builder().add_source(file).add_source(values).add_source(texts).build()?;
        let config: Self = loaded.try_deserialize().with_context(|| {
            format!("the configuration ({} and COUNTERSIGN_… variables) is not understood", path.display())
        })?;
        config.public_url()?;
        config.server.trusted_proxies()?;
        config.server.check_metrics()?;
        config.retention.read()?;
        Ok(config)
    }

    /// `server.public_url` or its default, without a trailing slash.
    pub(crate) fn public_url(&self) -> Result<String> {
        let Some(text) = &self.server.public_url else {
            let scheme = if self.server.tls.is_on() { "https" } else { "http" };
            return Ok(format!("{scheme}://localhost:{}", self.server.listen.port()));
        };
        let text = text.trim_end_matches('/');
        match Url::parse(text) {
            Ok(url) if url.origin().ascii_serialization() == text => Ok(text.to_owned()),
            _ => bail!(
                "server.public_url must be scheme, host and port, such as https://auth.example.com, and is {text}"
            ),
        }
    }

    /// What `--dev` demands: nothing of it may be reachable from elsewhere (decisions §5, *Listen*).
    pub(crate) fn check_dev(&self) -> Result<()> {
        if !self.server.listen.ip().is_loopback() {
            bail!("--dev listens on loopback only, and server.listen is {}", self.server.listen);
        }
        if self.server.tls.is_on() {
            bail!("--dev speaks HTTP on loopback: leave server.tls out");
        }
        let url = Url::parse(&self.public_url()?)?;
        let local = match url.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        if !local {
            bail!("--dev is for localhost, and server.public_url is {url}");
        }
        Ok(())
    }
}

/// Whether a variable is a name, number or secret as others gave it.
fn is_text(name: &str) -> bool {
    ["COUNTERSIGN_EMAIL__", "COUNTERSIGN_SMS__"].iter().any(|section| name.starts_with(section))
}

/// The variables that are configuration: those with a level in their name.
fn environment() -> HashMap<String, String> {
    std::env::vars().filter(|(name, _)| name.starts_with("COUNTERSIGN_") && name.contains("__")).collect()
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::*;

    fn read(text: &str) -> Result<Config> {
        let path = std::env::temp_dir().join(format!("countersign-config-{}-{}.toml", std::process::id(), text.len()));
        std::fs::write(&path, text)?;
        let config = Config::load(Some(&path));
        std::fs::remove_file(&path)?;
        config
    }

    #[test]
    fn defaults_run_and_a_file_changes_them() {
        let config = read("[server]\nlisten = \"127.0.0.1:9000\"\n").unwrap();
        assert_eq!(config.public_url().unwrap(), "http://localhost:9000");
        assert_eq!(config.database.url, "sqlite://data/countersign.db");
        config.check_dev().unwrap();
    }

    #[test]
    fn unknown_keys_and_bad_values_are_errors_that_name_the_key() {
        for (text, word) in [
            ("[server]\nlistne = \"127.0.0.1:9000\"\n", "listne"),
            ("[sever]\n", "sever"),
            ("[server]\nlisten = \"nowhere\"\n", "listen"),
            ("[server]\npublic_url = \"https://auth.example.com/path\"\n", "public_url"),
            ("[log]\nformat = \"xml\"\n", "xml"),
            ("[server]\ntrusted_proxies = [\"10.0.0.0/33\"]\n", "server.trusted_proxies: 10.0.0.0/33"),
            ("[server]\ntrusted_proxies = \"10.0.0.1, ::/0\"\n", "server.trusted_proxies: ::/0"),
        ] {
            let error = format!("{:#}", read(text).expect_err(text));
            assert!(error.contains(word), "{error}");
        }
    }

    #[test]
    fn dev_refuses_what_others_could_reach() {
        let mut config = Config::default();
        config.server.listen = SocketAddr::from(([0, 0, 0, 0], 8080));
        assert!(config.check_dev().is_err());
        let mut config = Config::default();
        config.server.public_url = Some("https://auth.example.com".to_owned());
        assert!(config.check_dev().is_err());
    }
}
