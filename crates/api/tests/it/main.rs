//! The doors, tested over HTTP on a real database. One module a scenario.

#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

mod schema;
mod sign_in;
