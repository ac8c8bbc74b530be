//! What Linux tells about a process (proc(5)).

use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result};

/// Processor time of all threads of a process so far, user and system, in steps of 10 ms (`USER_HZ` is 100).
pub(crate) fn cpu_time(process: u32) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).context("the server is gone")?;
    ticks(&stat).map(|ticks| Duration::from_millis(ticks * 10)).context("/proc/…/stat is not understood")
}

/// `utime` and `stime`, fields 14 and 15; the second field may hold blanks and parentheses.
fn ticks(stat: &str) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut fields = rest.split(' ').skip(11).map(str::parse::<u64>);
    Some(fields.next()?.ok()? + fields.next()?.ok()?)
}

/// Processor time that the whole machine has spent so far, in steps of 10 ms.
pub(crate) fn machine_cpu_time() -> Duration {
    Duration::from_millis(busy(&fs::read_to_string("/proc/stat").unwrap_or_default()).unwrap_or_default() * 10)
}

/// The first line: user, nice, system, idle, iowait, irq, softirq, steal. What a hypervisor took is spent too.
fn busy(stat: &str) -> Option<u64> {
    let figures = stat.lines().next()?.strip_prefix("cpu ")?.split_whitespace().take(8);
    let figures: Vec<u64> = figures.map(str::parse).collect::<Result<_, _>>().ok()?;
    Some(figures.iter().enumerate().filter(|(place, _)| !matches!(place, 3 | 4)).map(|(_, ticks)| ticks).sum())
}

/// Resident memory in MB (10^6 bytes): now, and the most there ever was.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Memory {
    pub(crate) now: f64,
    pub(crate) most: f64,
}

pub(crate) fn memory(process: u32) -> Result<Memory> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).context("the server is gone")?;
    let figure = |name: &str| kibibytes(&status, name).with_context(|| format!("/proc/…/status has no {name}"));
    Ok(Memory { now: figure("VmRSS:")? * 0.001_024, most: figure("VmHWM:")? * 0.001_024 })
}

fn kibibytes(status: &str, name: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Processor time of the calling thread, to the nanosecond.
pub(crate) fn on_cpu_of_this_thread() -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split(' ').next().and_then(|text| text.parse().ok()).unwrap_or_default())
}

/// The load average of the last minute: how many wanted a processor.
pub(crate) fn load_average() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or("?").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_read_past_any_name() {
        let stat = "7 (a) b (c) S 1 7 7 0 -1 4194560 100 0 0 0 120 34 0 0 20 0 1 0 100 0 0";
        assert_eq!(ticks(stat), Some(154));
        assert_eq!(ticks("7 (a) S 1"), None);
        let stat = "cpu  10 1 20 900 50 3 4 5 7 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n";
        assert_eq!(busy(stat), Some(10 + 1 + 20 + 3 + 4 + 5));
    }

    #[test]
    fn this_process_has_memory_and_used_its_processor() {
        let memory = memory(std::process::id()).unwrap();
        assert!(memory.now > 0.1 && memory.most > 0.1, "{memory:?}");
        // The kernel brings the account up to date at its next tick.
        let begin = on_cpu_of_this_thread();
        while on_cpu_of_this_thread() == begin {
            std::hint::spin_loop();
        }
        assert_eq!(kibibytes("VmHWM:\t  2048 kB\nVmRSS:\t1024 kB\n", "VmRSS:"), Some(1_024.0));
    }
}
