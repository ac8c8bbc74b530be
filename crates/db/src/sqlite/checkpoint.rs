//! Copying the log into the database, beside the thread that writes.
//!
//! A commit appends to the log; sooner or later the log's pages have to go to their places in the database file, and that
//! file to the disk. Done inside a commit, as SQLite does by itself, everybody waits for it. Here a thread of its own
//! copies, and the writer only does the last few pages between two groups: unless all are copied the log cannot begin anew
//! (<https://sqlite.org/wal.html#ckpt>).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use super::session::Session;
use crate::error::{Error, Result};

/// Pages of 4 KiB in the log from which on it is copied: 2 MiB. More would spare writing some pages twice, and the flush of so many
/// scattered pages would keep the disk from the log's own (bench/README.md, *Ten minutes*).
const DUE: i32 = 512;
/// When a copy did not let the log begin anew, as many further pages until the next.
const AGAIN: i32 = 128;
/// What the writer may be left to copy.
const FEW: i32 = 64;
/// How often the thread goes after what was written while it copied.
const ROUNDS: usize = 8;

/// The thread that copies, as the writer sees it.
#[derive(Debug)]
pub(super) struct Copier {
    /// Whether little is left, for the writer to copy.
    rest: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Copier {
    /// Starts the thread and makes `writer` wake it.
    pub(super) fn start(writer: &mut Session, copier: Session) -> Result<Self> {
        let rest = Arc::<AtomicBool>::default();
        let (ask, asked) = sync_channel(1);
        writer.after_commit(watch(ask))?;
        let told = Arc::clone(&rest);
        let thread = std::thread::Builder::new()
            .name("db-checkpoint".to_owned())
            .spawn(move || copy(&copier, &asked, &told))
            .map_err(|error| Error::Unavailable(format!("the copying thread cannot be started: {error}")))?;
        Ok(Self { rest, thread })
    }

    /// Whether the writer is to copy the rest now; asked once, answered once.
    pub(super) fn leaves_a_rest(&self) -> bool {
        self.rest.load(Ordering::Relaxed) && self.rest.swap(false, Ordering::Relaxed)
    }

    /// Closes the writer's connection, and with it ends the thread and closes its own: the last to close removes the log.
    pub(super) fn end_with(self, writer: Session) {
        drop(writer);
        // A thread that panicked has closed its connection too.
        let _ended = self.thread.join();
    }
}

/// What the writer does with the number of pages in the log after a commit.
fn watch(ask: SyncSender<()>) -> impl FnMut(i32) + Send + 'static {
    let (mut due, mut before) = (DUE, 0);
    move |pages| {
        if pages < before {
            due = DUE;
        }
        before = pages;
        if pages >= due {
            due = pages + AGAIN;
            // One that was asked and has not begun sees these pages too.
            let _ = ask.try_send(());
        }
    }
}

fn copy(copier: &Session, asked: &Receiver<()>, rest: &AtomicBool) {
    while asked.recv().is_ok() {
        for _ in 0..ROUNDS {
            // A copy that fails, for a full disk say, is tried again later; what is in the log stays valid there.
            let Ok(left) = copier.checkpoint() else { break };
            if left <= FEW {
                rest.store(true, Ordering::Relaxed);
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_asked_for_once_and_again_after_many_more_pages() {
        let (ask, asked) = sync_channel(1);
        let mut after_commit = watch(ask);
        let mut asks = |pages: &[i32]| {
            for count in pages {
                after_commit(*count);
            }
            asked.try_iter().count()
        };
        assert_eq!(asks(&[10, DUE - 1]), 0);
        assert_eq!(asks(&[DUE, DUE + 1, DUE + AGAIN - 1]), 1);
        assert_eq!(asks(&[DUE + AGAIN]), 1);
        // The log began anew.
        assert_eq!(asks(&[5, DUE - 1]), 0);
        assert_eq!(asks(&[DUE]), 1);
    }
}
