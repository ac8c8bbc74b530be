//! Paths that exist because a client needs them, each in a file that names the client.

pub(crate) mod double_slash;
pub(crate) mod go;
pub(crate) mod java;
pub(crate) mod php;
