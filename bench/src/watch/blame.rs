//! Which of them made a pause.

use std::time::Duration;

use super::{Sample, Seen};
use crate::load::Gap;

/// What made the server pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cause {
    /// Other programs had the processors: the server, or who watches it, was kept from them.
    Machine,
    /// A thread of the server waited for the disk.
    Disk,
    /// The server worked.
    Server,
    /// The server slept.
    Waiting,
}

impl Cause {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Machine => "machine: other programs had the processors",
            Self::Disk => "disk: a thread of the server waited for it",
            Self::Server => "server: its threads ran",
            Self::Waiting => "server: all its threads slept",
        }
    }
}

/// The machine, when the sleeping thread was starved for half of the pause or other programs spent as much processor time as
/// two fifths of it; else what most looks saw.
pub(crate) fn blame(pause: Gap, seen: &Seen) -> Cause {
    let starved: Duration = seen.starved.iter().map(|gap| gap.within(pause)).sum();
    if starved * 2 >= pause.length() {
        return Cause::Machine;
    }
    let first = seen.samples.partition_point(|sample| sample.at < pause.from);
    let looks: Vec<_> = seen.samples[first..].iter().take_while(|sample| sample.at <= pause.to).collect();
    let spent = |first: &Sample, last: &Sample| last.others.saturating_sub(first.others);
    let others = looks.first().zip(looks.last()).map(|(first, last)| spent(first, last)).unwrap_or_default();
    if others * 5 >= pause.length() * 2 {
        return Cause::Machine;
    }
    let half = looks.len().div_ceil(2).max(1);
    if looks.iter().filter(|sample| sample.on_disk > 0).count() >= half {
        Cause::Disk
    } else if looks.iter().filter(|sample| sample.running > 0).count() >= half {
        Cause::Server
    } else {
        Cause::Waiting
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gap(from: u64, to: u64) -> Gap {
        Gap { from: Duration::from_millis(from), to: Duration::from_millis(to) }
    }

    /// A look every 5 ms for a second.
    fn seen(on_disk: usize, running: usize) -> Seen {
        let at = (0..200).map(|place| Duration::from_millis(place * 5));
        Seen {
            samples: at.map(|at| Sample { at, on_disk, running, others: Duration::ZERO }).collect(),
            starved: vec![],
        }
    }

    #[test]
    fn the_disk_and_the_server_are_told_apart_by_what_most_looks_saw() {
        assert_eq!(blame(gap(100, 200), &seen(1, 1)), Cause::Disk);
        assert_eq!(blame(gap(100, 200), &seen(0, 2)), Cause::Server);
        assert_eq!(blame(gap(100, 200), &seen(0, 0)), Cause::Waiting);
        assert_eq!(blame(gap(100, 200), &Seen::default()), Cause::Waiting);
        let mut mixed = seen(0, 1);
        for sample in &mut mixed.samples[20..29] {
            sample.on_disk = 1;
        }
        assert_eq!(blame(gap(100, 200), &mixed), Cause::Server, "9 of 21 looks");
        mixed.samples[30].on_disk = 1;
        mixed.samples[31].on_disk = 1;
        assert_eq!(blame(gap(100, 200), &mixed), Cause::Disk, "11 of 21 looks");
    }

    #[test]
    fn a_machine_without_a_processor_for_anybody_is_not_the_servers_doing() {
        let mut starving = seen(1, 1);
        starving.starved = vec![gap(90, 130), gap(140, 160), gap(500, 900)];
        assert_eq!(blame(gap(100, 200), &starving), Cause::Machine);
        starving.starved = vec![gap(90, 130)];
        assert_eq!(blame(gap(100, 200), &starving), Cause::Disk);
        starving.samples[40].others = Duration::from_millis(30);
        assert_eq!(blame(gap(100, 200), &starving), Cause::Disk, "30 of 100 ms were spent by others");
        starving.samples[40].others = Duration::from_millis(40);
        assert_eq!(blame(gap(100, 200), &starving), Cause::Machine);
    }
}
