//! What the tests of Countersign stand on. Never part of a release.
//!
//! [`forger`] is a software authenticator that can make every valid `WebAuthn` ceremony and break any one thing in it. It
//! depends on none of our crates, so that a mistake of ours cannot be repeated on both sides.

#[cfg(feature = "app")]
pub mod app;
pub mod forger;
#[cfg(feature = "app")]
pub mod nodes;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "app")]
pub mod smtp;
