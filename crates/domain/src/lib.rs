//! Everything that is true whatever the API: tenants, users, factors, challenges, actions and tokens.
//!
//! A dialect (crate `api`) finds out who is calling, calls one command of [`Countersign`] and maps the answer. This crate
//! knows no HTTP word. Each room owns its statements in `store.rs`; see ARCHITECTURE.md for the map.

pub mod account;
pub mod action;
pub mod audit;
pub mod authenticator;
pub mod challenge;
pub mod clock;
mod countersign;
pub mod delivery;
mod error;
pub mod id;
pub mod jobs;
pub mod keys;
mod limit;
pub mod methods;
pub mod migrations;
mod notice;
pub mod phone;
pub mod prompt;
pub mod ring;
pub mod secret;
pub mod session;
pub mod signing;
mod statements;
mod sweep;
pub mod tally;
pub mod tenant;
pub mod token;
pub mod user;

pub use countersign::{Countersign, Options};
pub use error::{Error, Result};
pub use statements::statements;
pub use sweep::{Pace, Retention, RetentionError, Swept};

/// Where a call comes from, for the audit trail and for what a factor remembers of its device.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    /// Client address as the server trusts it (decisions §5).
    pub ip_address: Option<String>,
    /// `User-Agent`, cut to 512 characters.
    pub user_agent: Option<String>,
    /// Id of the request, also in its log lines.
    pub request_id: Option<String>,
}
