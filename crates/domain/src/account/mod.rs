//! Users who sign up and in by themselves, with an e-mail address and a security key, and get a session
//! (docs/adr/0028-accounts.md).
//!
//! An account is what such a user has beside the row in `users` that everybody has. The address is the account's own only once it
//! is verified: until then several accounts may have given it (decisions §1).

mod address;
mod ceremony;
mod decoy;
mod elevate;
mod exchange;
mod follow;
mod import;
mod keys;
mod redirect;
mod refused;
mod settings;
mod sign_in;
mod sign_up;
mod store;
mod ticket;
mod wishes;

use serde_json::Value;

use crate::Countersign;
use crate::clock::Millis;
use crate::error::Result;
use crate::id::UserId;
use crate::tenant::Tenant;

pub use address::Address;
pub use ceremony::{AssertionSent, CredentialSent};
pub use follow::Followed;
pub(crate) use import::STATEMENTS as IMPORT_STATEMENTS;
pub use import::{Imported, ImportedKey, ImportedUser};
pub use keys::AddedKey;
pub use refused::Refused;
pub use settings::{AccountSettings, Elevation};
pub use sign_up::{SignedUp, SigningUp};
pub(crate) use store::{STATEMENTS, find};
pub(crate) use ticket::Kept;
pub use wishes::Wishes;

/// What a user who signs in by themselves has.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// Whose.
    pub user: UserId,
    /// Lower-cased. Proves nothing while it is not verified.
    pub email: String,
    /// When its owner followed a link that was sent there.
    pub email_verified_at: Option<Millis>,
    /// The role that their sessions have where none is asked for.
    pub default_role: String,
    /// All roles that their sessions may take.
    pub roles: Vec<String>,
    /// An object of the app's own, given at sign-up.
    pub metadata: Option<Value>,
    /// Since when the account lets nobody in.
    pub disabled_at: Option<Millis>,
    /// When it was made.
    pub created_at: Millis,
}

impl Countersign {
    /// The account of a user; `None` for one whom only an app's backend knows.
    pub async fn account_of(&self, tenant: &Tenant, user: &UserId) -> Result<Option<Account>> {
        store::find(self.db(), &tenant.id, user).await
    }
}
