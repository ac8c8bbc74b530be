//! Security keys as rows of a table that is filtered, ordered and changed under permissions that are data
//! (docs/adr/0031-graphql.md). They are the same authenticators as at every other door.

mod access;
mod change;
mod column;
mod filter;
mod read;
mod select;
mod settings;

pub use access::{Actor, KeyAccess, Right};
pub use column::{Cell, Column, ColumnKind};
pub use filter::{Filter, FilterError};
pub use select::{Nulls, Order, Selection};
pub use settings::{GraphqlSettings, KeyPermissions, Readable, Removable, RolePermissions, Updatable};

use crate::authenticator::{Authenticator, Credential};
use crate::id::{AuthenticatorId, UserId};
use crate::methods::Method;

/// The role that a management key has, and nobody else.
pub const ADMIN: &str = "admin";

/// A verified security key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its id.
    pub id: AuthenticatorId,
    /// Whose.
    pub user: UserId,
    /// Credential id.
    pub credential_id: Vec<u8>,
    /// COSE key.
    pub public_key: Vec<u8>,
    /// Last signature counter.
    pub counter: u32,
    /// How to reach it.
    pub transports: Vec<String>,
    /// What its user calls it.
    pub nickname: Option<String>,
}

impl Key {
    /// `None` where the factor is no security key, or was never verified.
    fn of(factor: Authenticator<Credential>) -> Option<Self> {
        let is_key = factor.method == Method::SecurityKey && factor.verified_at.is_some();
        is_key.then_some(Self {
            id: factor.id,
            user: factor.user,
            credential_id: factor.detail.id,
            public_key: factor.detail.public_key,
            counter: factor.detail.sign_count,
            transports: factor.detail.transports,
            nickname: factor.label,
        })
    }
}
