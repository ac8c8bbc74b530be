//! The doors, tested over HTTP on a real database. One module a scenario.

mod schema;
mod sign_in;
