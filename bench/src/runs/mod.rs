//! What can be run.

pub(crate) mod sign_in;
