//! PostgreSQL servers for tests: the one that all share, and one of a test's own that may be killed.

#![expect(clippy::expect_used, reason = "what a test stands on either holds or fails the test")]

mod cluster;
mod shared;

pub use cluster::{Cluster, programs, run};
pub use shared::{is_there, server};
