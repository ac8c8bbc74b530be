//! What figures mean nothing without: machine, kernel, commit, versions.

use std::process::Command;

use crate::packages::RIVALS;
use crate::process::load_average;

/// A list of it, in Markdown.
pub(crate) fn list() -> String {
    let cpuinfo = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let models: Vec<&str> = cpuinfo.lines().filter_map(|line| line.strip_prefix("model name\t: ")).collect();
    [
        ("Date", said("date", &["-u", "+%Y-%m-%d %H:%M UTC"])),
        ("Commit", said("git", &["-C", env!("CARGO_MANIFEST_DIR"), "describe", "--always", "--dirty"])),
        ("Machine", format!("{} × {}, {}", models.len(), models.first().unwrap_or(&"?"), said("uname", &["-sr"]))),
        ("Load average before", load_average()),
        ("Other servers", RIVALS.versions().unwrap_or_default().join(", ")),
    ]
    .map(|(name, value)| format!("- {name}: {value}\n"))
    .concat()
}

/// The first line that a command prints; empty when it cannot run.
fn said(program: &str, words: &[&str]) -> String {
    let output = Command::new(program).args(words).output().map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&output).lines().next().unwrap_or_default().to_owned()
}
