//! The disk alone: how long it takes for what a busy server writes, when nobody else does anything.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;

/// A group of commits: what the log grows by before it has to be on the disk.
const WRITTEN: usize = 512 * 1024;
/// Groups a second.
const EACH: Duration = Duration::from_millis(10);
/// After so many it begins at the front again, as the log does.
const FILE: u64 = 64;

/// What flushes came to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Flushes {
    pub(crate) count: usize,
    /// Those longer than a bound.
    pub(crate) slow: usize,
    pub(crate) median: Duration,
    pub(crate) longest: Duration,
}

/// Writes 512 KiB to a file in `folder` and waits until they are on the disk, a hundred times a second or as often as it can.
pub(crate) fn alone(folder: &Path, length: Duration, bound: Duration) -> Result<Flushes> {
    let path = folder.join("flushed");
    let file = File::create(&path)?;
    let (bytes, begin) = (vec![0x5a_u8; WRITTEN], Instant::now());
    let mut taken = Vec::new();
    for nth in 0_u64.. {
        if begin.elapsed() >= length {
            break;
        }
        let at = Instant::now();
        file.write_all_at(&bytes, (nth % FILE) * u64::try_from(WRITTEN)?)?;
        file.sync_data()?;
        taken.push(at.elapsed());
        std::thread::sleep(EACH.saturating_sub(at.elapsed()));
    }
    std::fs::remove_file(path)?;
    taken.sort_unstable();
    Ok(Flushes {
        count: taken.len(),
        slow: taken.iter().filter(|time| **time > bound).count(),
        median: taken.get(taken.len() / 2).copied().unwrap_or_default(),
        longest: taken.last().copied().unwrap_or_default(),
    })
}
