//! What can be run.

pub(crate) mod growth;
pub(crate) mod rivals;
pub(crate) mod sign_in;
