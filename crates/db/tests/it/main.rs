//! The database against real files.

mod support;
mod transactions;
