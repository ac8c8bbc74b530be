//! Log lines: to standard error, text or JSON (docs/logging.md).

mod queue;

use std::io::IsTerminal as _;

use anyhow::{Context as _, Result};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

use crate::config::{Log, LogFormat};
pub(crate) use queue::{Lines, Queue};

/// Starts logging; once a process. What was logged is written when the lines are dropped, at the latest.
pub(crate) fn start(log: &Log) -> Result<Lines> {
    let filter =
        EnvFilter::try_new(&log.level).with_context(|| format!("log.level is not understood: {}", log.level))?;
    let lines = Lines::to_standard_error().context("cannot write to standard error")?;
    // Colours are for people: in a file or a journal they are noise.
    let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let format = fmt().with_env_filter(filter).with_writer(lines.queue()).with_target(false).with_ansi(colours);
    match log.format {
        LogFormat::Text => format.init(),
        LogFormat::Json => format.json().flatten_event(true).init(),
    }
    Ok(lines)
}
