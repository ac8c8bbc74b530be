//! How many connections the process may hold: each is an open file.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::warn;

/// Files for everything but connections: the database (SQLite: ten connections of up to three files; PostgreSQL: a pool), its
/// temporary files, the log, the runtime.
const RESERVE: u64 = 96;

/// `wanted`, or fewer where the process may not open that many files. The soft limit is raised to the hard one first.
pub(super) fn capacity(wanted: usize) -> usize {
    let files = raised();
    let capacity = within(wanted, files);
    if capacity < wanted {
        let files = files.unwrap_or_default();
        warn!(
            "At most {capacity} connections instead of {wanted}: the process may open {files} files. Raise that limit \
             (LimitNOFILE=, ulimit -n) or lower server.max_connections"
        );
    }
    capacity
}

/// The number of files that may be open; `None` without a limit.
fn raised() -> Option<u64> {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(_) => limit.current,
    }
}

/// Half of a very small limit is kept back.
fn within(wanted: usize, files: Option<u64>) -> usize {
    let Some(files) = files else { return wanted };
    let room = files - RESERVE.min(files / 2);
    wanted.min(usize::try_from(room).unwrap_or(usize::MAX)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_files_for_the_rest() {
        assert_eq!(within(10_000, None), 10_000);
        assert_eq!(within(10_000, Some(1_048_576)), 10_000);
        assert_eq!(within(10_000, Some(1024)), 928);
        assert_eq!(within(10_000, Some(256)), 160);
        assert_eq!(within(10_000, Some(100)), 50);
        assert_eq!(within(10_000, Some(0)), 1);
        assert_eq!(within(3, Some(256)), 3);
    }
}
