//! The states of a process's threads (proc(5), /proc/…/task/…/stat).

use std::fs;

/// How many wait for the disk, and how many run or could.
pub(super) fn count(process: u32) -> (usize, usize) {
    let Ok(threads) = fs::read_dir(format!("/proc/{process}/task")) else { return (0, 0) };
    let states: Vec<char> = threads
        .filter_map(Result::ok)
        .filter_map(|thread| state(&fs::read_to_string(thread.path().join("stat")).ok()?))
        .collect();
    let of = |wanted| states.iter().filter(|state| **state == wanted).count();
    (of('D'), of('R'))
}

/// The third field; the second may hold blanks and parentheses.
fn state(stat: &str) -> Option<char> {
    stat.rsplit_once(") ")?.1.chars().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_runs() {
        assert!(count(std::process::id()).1 >= 1);
        assert_eq!(state("7 (a) b) D 1 7"), Some('D'));
    }
}
