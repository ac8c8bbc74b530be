//! The Nhost door.

pub(crate) mod graphql;
pub(crate) mod rest;
