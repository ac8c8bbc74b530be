//! The database against real files.

#[cfg(test)]
mod support;
#[cfg(test)]
mod transactions;
