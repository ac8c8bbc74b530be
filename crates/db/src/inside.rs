//! Whether a thread is one that runs transactions.

use std::cell::Cell;

use crate::error::{Error, Result};

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Says that from now on this thread runs transactions and nothing else.
pub(crate) fn enter() {
    INSIDE.set(true);
}

/// Refuses a call to the database from inside a transaction: it would read past the transaction, or wait for it forever.
pub(crate) fn refuse() -> Result<()> {
    if INSIDE.get() {
        return Err(Error::Internal("inside a transaction only the transaction itself is asked".to_owned()));
    }
    Ok(())
}
