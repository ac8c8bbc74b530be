//! Lines on their way to standard error. Who logs never waits for who reads: not for a pipe that is full, not for a slow disk.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::mem;
use std::os::fd::AsFd as _;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tracing::warn;

/// Most bytes that wait: some four thousand lines. As many may be on their way.
const ROOM: usize = 1024 * 1024;
/// What comes within this time is written together.
const GATHER: Duration = Duration::from_millis(5);
/// How long the last lines may take when the process ends.
const FAREWELL: Duration = Duration::from_secs(1);
/// How soon it is tried again where a reader has no room and says so.
const AGAIN: Duration = Duration::from_millis(20);

/// Where lines are put. A line for which there is no room is lost and counted.
#[derive(Default)]
pub(crate) struct Queue {
    held: Mutex<Held>,
    /// For the thread that writes: there is a line, or it is over.
    wanted: Condvar,
    /// For who waits for the end.
    ended: Condvar,
    lost: AtomicU64,
}

#[derive(Default)]
struct Held {
    bytes: Vec<u8>,
    /// Lines lost that no line has told of yet.
    untold: u64,
    is_asleep: bool,
    is_over: bool,
    has_ended: bool,
}

/// Writes what is left when it is dropped: at most [`FAREWELL`].
pub(crate) struct Lines(Arc<Queue>);

impl Lines {
    /// Starts the thread that writes to standard error.
    pub(super) fn to_standard_error() -> io::Result<Self> {
        // A file of its own: standard error of the library has a lock, which a write that does not end would keep.
        Self::to(File::from(io::stderr().as_fd().try_clone_to_owned()?))
    }

    fn to(target: impl Write + Send + 'static) -> io::Result<Self> {
        let queue = Arc::new(Queue::default());
        let writing = queue.clone();
        thread::Builder::new().name("log".to_owned()).spawn(move || writing.write_to(target))?;
        Ok(Self(queue))
    }

    /// Where lines are put.
    pub(crate) fn queue(&self) -> Arc<Queue> {
        self.0.clone()
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        let mut held = self.0.held();
        held.is_over = true;
        self.0.wanted.notify_one();
        let _ = self.0.ended.wait_timeout_while(held, FAREWELL, |held| !held.has_ended);
    }
}

impl Queue {
    /// Lines lost since the start.
    pub(crate) fn lost(&self) -> u64 {
        self.lost.load(Relaxed)
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, line: &[u8]) {
        let mut held = self.held();
        if held.bytes.len() + line.len() > ROOM {
            held.untold += 1;
            self.lost.fetch_add(1, Relaxed);
            return;
        }
        held.bytes.extend_from_slice(line);
        if mem::take(&mut held.is_asleep) {
            drop(held);
            self.wanted.notify_one();
        }
    }

    fn write_to(&self, mut target: impl Write) {
        let mut bytes = Vec::new();
        while let Some(lost) = self.take(&mut bytes) {
            if write_all(&mut target, &bytes).is_err() {
                // Standard error was closed, or the disk is full: nobody can be told.
                self.lost.fetch_add(lines_of(&bytes), Relaxed);
            }
            if lost > 0 {
                warn!("{lost} lines of the log are lost: standard error was not read fast enough");
            }
        }
        self.held().has_ended = true;
        self.ended.notify_all();
    }

    /// Waits for lines and takes them, and how many were lost before; `None` when it is over.
    fn take(&self, bytes: &mut Vec<u8>) -> Option<u64> {
        bytes.clear();
        let mut held = self.held();
        while held.bytes.is_empty() && !held.is_over {
            held.is_asleep = true;
            held = self.wanted.wait(held).unwrap_or_else(PoisonError::into_inner);
        }
        if !held.is_over {
            let gathered = self.wanted.wait_timeout_while(held, GATHER, |held| !held.is_over);
            held = gathered.unwrap_or_else(PoisonError::into_inner).0;
        }
        mem::swap(&mut held.bytes, bytes);
        (!bytes.is_empty()).then(|| mem::take(&mut held.untold))
    }
}

impl Write for &Queue {
    /// One call is one line.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.put(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn lines_of(bytes: &[u8]) -> u64 {
    bytes.iter().map(|byte| u64::from(*byte == b'\n')).sum()
}

/// As the library's, and patient with a reader that shares a pipe in non-blocking mode.
fn write_all(target: &mut impl Write, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match target.write(bytes) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => bytes = &bytes[written..],
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(AGAIN),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    /// Takes no more than the test lets it, and says what it took.
    struct Reader {
        may: Receiver<()>,
        took: Sender<Vec<u8>>,
    }

    impl Write for Reader {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.may.recv().map_err(|_| ErrorKind::BrokenPipe)?;
            self.took.send(bytes.to_vec()).map_err(|_| ErrorKind::BrokenPipe)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn lines() -> (Lines, Sender<()>, Receiver<Vec<u8>>) {
        let ((let_it, may), (took, taken)) = (channel(), channel());
        (Lines::to(Reader { may, took }).unwrap(), let_it, taken)
    }

    #[test]
    fn lines_come_whole_and_in_order_and_none_is_lost_at_the_end() {
        let (lines, let_it, taken) = lines();
        let said: Vec<u8> = (0..1000).flat_map(|n| format!("line {n}\n").into_bytes()).collect();
        (0..1000).for_each(|_| let_it.send(()).unwrap());
        for n in 0..1000 {
            lines.queue().put(format!("line {n}\n").as_bytes());
        }
        drop(lines);
        assert_eq!(taken.try_iter().flatten().collect::<Vec<u8>>(), said);
    }

    #[test]
    fn without_a_reader_who_logs_goes_on_and_what_is_lost_is_counted() {
        let (lines, let_it, taken) = lines();
        let line = [b'x'; 1023].iter().chain(b"\n").copied().collect::<Vec<_>>();
        for _ in 0..5000 {
            lines.queue().put(&line);
        }
        // One room may be on its way, one waits.
        let lost = lines.queue().lost();
        assert!((5000 - 2048..=5000 - 1024).contains(&lost), "{lost}");
        drop(let_it);
        let queue = lines.queue();
        drop(lines);
        assert_eq!((taken.try_iter().count(), queue.lost()), (0, 5000), "what cannot be written is counted too");
    }

    #[test]
    fn an_end_does_not_wait_for_ever() {
        let (lines, let_it, _taken) = lines();
        lines.queue().put(b"nobody reads\n");
        drop(lines);
        let_it.send(()).unwrap();
    }
}
