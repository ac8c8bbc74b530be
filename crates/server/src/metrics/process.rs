//! The process, as all Prometheus clients name it
//! (<https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics>). From `/proc`; without it, nothing.

use std::fs;

use super::sample::Sample;

/// Memory, processor time, start and open files.
pub(super) fn samples() -> Vec<Sample> {
    let mut samples = Vec::new();
    if let Some(stat) = fs::read_to_string("/proc/self/stat").ok().as_deref().and_then(Stat::parse) {
        let help = "Processor time, user and system";
        samples.push(Sample::decimal_counter("process_cpu_seconds", help, stat.cpu_seconds));
        samples.push(Sample::gauge("process_resident_memory_bytes", "Resident memory", stat.resident_bytes));
        if let Some(boot) = boot_time() {
            let help = "When the process started, in seconds since 1970";
            samples.push(Sample::decimal("process_start_time_seconds", help, boot + stat.started_after_boot));
        }
    }
    if let Ok(open) = fs::read_dir("/proc/self/fd") {
        // The one that reads the folder is among them.
        samples.push(Sample::gauge("process_open_fds", "Open files", open.count().saturating_sub(1)));
    }
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    if let Some(limit) = limit.and_then(|limit| usize::try_from(limit).ok()) {
        samples.push(Sample::gauge("process_max_fds", "Files that may be open", limit));
    }
    samples
}

/// When the machine started, in seconds since 1970.
fn boot_time() -> Option<f64> {
    let stat = fs::read_to_string("/proc/stat").ok()?;
    stat.lines().find_map(|line| line.strip_prefix("btime "))?.parse().ok()
}

/// What `/proc/self/stat` says (proc(5)).
#[derive(Debug, PartialEq)]
struct Stat {
    cpu_seconds: f64,
    started_after_boot: f64,
    resident_bytes: usize,
}

impl Stat {
    fn parse(text: &str) -> Option<Self> {
        // The name in the second field may hold anything, so the fields are counted from its end: the next is the third.
        let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
        let field = |number: usize| fields.get(number - 3)?.parse::<f64>().ok();
        #[expect(clippy::cast_precision_loss, reason = "ticks a second: 100")]
        let ticks = rustix::param::clock_ticks_per_second() as f64;
        let pages: usize = fields.get(24 - 3)?.parse().ok()?;
        Some(Self {
            cpu_seconds: (field(14)? + field(15)?) / ticks,
            started_after_boot: field(22)? / ticks,
            resident_bytes: pages * rustix::param::page_size(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_counted_from_the_end_of_the_name() {
        let text = "42 (a ) b) S 1 2 3 0 -1 4 5 6 7 8 250 50 0 0 20 0 1 0 1000 99999 12 1844";
        let stat = Stat::parse(text).unwrap();
        assert_eq!(stat, Stat { cpu_seconds: 3.0, started_after_boot: 10.0, resident_bytes: 12 * 4096 });
        assert_eq!(Stat::parse("42 (short) S 1"), None);
    }

    #[test]
    fn this_process_is_seen() {
        let names: Vec<_> = samples().iter().map(Sample::name).collect();
        assert!(names.contains(&"process_resident_memory_bytes") && names.contains(&"process_open_fds"), "{names:?}");
    }
}
