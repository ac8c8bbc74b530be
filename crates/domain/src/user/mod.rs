//! Users of a tenant, as the Server API names and describes them (decisions §1).

mod attributes;
mod change;
mod commands;
mod follow;
pub(crate) mod store;

use serde_json::Value;

use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::id::UserId;
use crate::methods::Method;

pub(crate) use attributes::is_unseen;
pub use attributes::{AttributeError, ExternalId, Patch, UserChange};
pub(crate) use change::save_change;
pub use commands::{UserFilter, UserPage};
pub(crate) use store::STATEMENTS;

/// Most factors of one user. Recovery codes are none. Lists of a user's factors are read whole, and each change of one tells the
/// addresses of all.
pub(crate) const MOST_FACTORS: i64 = 100;

/// A user.
#[derive(Debug, Clone)]
pub struct User {
    /// Internal id; the WebAuthn user handle.
    pub id: UserId,
    /// What the backend calls the user, unique in the tenant.
    pub external_id: String,
    /// An attribute: proves nothing, is not unique.
    pub email: Option<String>,
    /// Whether the backend says that the address is the user's.
    pub email_verified: bool,
    /// E.164.
    pub phone_number: Option<String>,
    /// Whether the backend says that the number is the user's.
    pub phone_number_verified: bool,
    /// Shown by authenticators beside a credential.
    pub username: Option<String>,
    /// Shown by authenticators beside a credential.
    pub display_name: Option<String>,
    /// BCP 47.
    pub locale: Option<String>,
    /// The backend's own data points: text, numbers, booleans.
    pub custom: Option<Value>,
    /// The factor kind asked for first.
    pub default_method: Option<Method>,
    /// Verified factors.
    pub factors: i64,
    /// When the user was first seen.
    pub created_at: Millis,
}

impl User {
    /// Whether the user has a verified factor.
    pub fn is_enrolled(&self) -> bool {
        self.factors > 0
    }

    /// `InvalidRequest` that says what to do, unless there is room for a further factor.
    pub(crate) fn require_room(&self) -> Result<()> {
        if self.factors < MOST_FACTORS {
            return Ok(());
        }
        Err(Error::invalid(format!(
            "The user has {MOST_FACTORS} authenticators, which is as many as one may have. Remove one first."
        )))
    }

    /// The name an authenticator shows: username, e-mail or the backend's id.
    pub fn account_name(&self) -> &str {
        self.username.as_deref().or(self.email.as_deref()).unwrap_or(&self.external_id)
    }
}
