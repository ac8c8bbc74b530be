//! The Nhost door.

pub(crate) mod graphql;
