//! What the machine and the server's threads did meanwhile, so that a pause is blamed on what made it.

mod blame;
mod threads;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::load::Gap;
use crate::process::{cpu_time, machine_cpu_time};
pub(crate) use blame::{Cause, blame};
use threads::count;

/// What the threads of a server did at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Sample {
    pub(crate) at: Duration,
    /// Threads that wait for the disk (state D).
    pub(crate) on_disk: usize,
    /// Threads that run or could (state R).
    pub(crate) running: usize,
    /// Processor time that neither the server nor the generator has spent, since the machine was started.
    pub(crate) others: Duration,
}

/// What was seen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    pub(crate) samples: Vec<Sample>,
    /// When a thread that only sleeps was not woken in time: the machine had no processor for it.
    pub(crate) starved: Vec<Gap>,
}

/// A thread that watches a process until it is asked what it saw.
#[derive(Debug)]
pub(crate) struct Watch {
    done: Arc<AtomicBool>,
    thread: JoinHandle<Seen>,
}

/// Between two looks.
const STEP: Duration = Duration::from_millis(5);
/// Woken so late, the machine counts as busy with others.
const LATE: Duration = Duration::from_millis(10);

impl Watch {
    pub(crate) fn begin(begin: Instant, process: u32) -> Self {
        let done = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&done);
        let thread = std::thread::spawn(move || {
            let mut seen = Seen::default();
            while !asked.load(Ordering::Relaxed) {
                let from = begin.elapsed();
                std::thread::sleep(STEP);
                let to = begin.elapsed();
                if to.saturating_sub(from) > STEP + LATE {
                    seen.starved.push(Gap { from, to });
                }
                let (on_disk, running) = count(process);
                let ours = [process, std::process::id()].map(|id| cpu_time(id).unwrap_or_default()).iter().sum();
                let others = machine_cpu_time().saturating_sub(ours);
                // Most moments nobody waits for the disk; only pauses are asked about, so all are kept: 200 a second.
                seen.samples.push(Sample { at: to, on_disk, running, others });
            }
            seen
        });
        Self { done, thread }
    }

    pub(crate) fn end(self) -> Seen {
        self.done.store(true, Ordering::Relaxed);
        self.thread.join().unwrap_or_default()
    }
}
