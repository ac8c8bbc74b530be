//! Sessions: an access token that ends soon, and a refresh token that is exchanged for the next (decisions §2,
//! docs/adr/0028-accounts.md).
//!
//! One is made on the Nhost door, or for an app client of a backend. It ends by idleness, at its end that nothing moves, by signing
//! out, by revocation, when a refresh token is shown again that was exchanged long ago, and when the factor that it rests on is
//! removed. Whatever ends it ends it here and now: our doors look at its row (checklist 61).

mod access;
mod app;
mod bearer;
mod claims;
mod end;
mod opening;
mod refresh;
mod settings;
mod store;
mod token;

use crate::account::Account;
use crate::clock::Millis;
use crate::id::{AuthenticatorId, ClientId, SessionId, UserId};
use crate::methods::Method;
use crate::secret::Secret;
use crate::token::Proof;
use crate::user::User;

pub use app::{AppSession, NewAppSession};
pub use bearer::SessionBearer;
pub(crate) use end::end_of_factor;
pub(crate) use opening::Opening;
pub(crate) use opening::Renewal;
pub use settings::SessionSettings;
pub(crate) use store::{STATEMENTS, count_open, sweep, with_over};

/// What a session rests on.
#[derive(Debug, Clone)]
pub(crate) struct ProvedBy {
    /// `None` for one whose proof was the following of a link.
    pub(crate) method: Option<Method>,
    /// The factor, where it was one: its removal ends the session.
    pub(crate) factor: Option<AuthenticatorId>,
    /// What it is worth.
    pub(crate) proof: Proof,
}

/// A session as stored.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) id: SessionId,
    pub(crate) user: UserId,
    /// The app client that it was made for; `None` on the Nhost door.
    pub(crate) client: Option<ClientId>,
    pub(crate) method: Option<Method>,
    pub(crate) authenticator: Option<AuthenticatorId>,
    /// `None` where the backend said that the user had proved themselves.
    pub(crate) proof: Option<Proof>,
    pub(crate) ip_address: Option<String>,
    pub(crate) user_agent: Option<String>,
    pub(crate) created_at: Millis,
    pub(crate) used_at: Millis,
    /// By idleness, and never after `ends_at`.
    pub(crate) expires_at: Millis,
    /// Nothing moves it.
    pub(crate) ends_at: Millis,
    pub(crate) revoked_at: Option<Millis>,
}

impl Session {
    pub(crate) fn is_open(&self, now: Millis) -> bool {
        self.revoked_at.is_none() && now < self.expires_at && now < self.ends_at
    }
}

/// What the holder of a session gets: by signing in, by a refresh.
#[derive(Debug)]
pub struct Granted {
    /// Whose.
    pub user: User,
    /// What they have beside, where they signed up by themselves.
    pub account: Option<Account>,
    /// Which session.
    pub session: SessionId,
    /// A JWT, signed by the tenant's key.
    pub access_token: String,
    /// Its life in seconds.
    pub access_expires_in: i64,
    /// 128 bits, written as a UUID.
    pub refresh_token: Secret,
}

/// A session as its user sees it in a list.
#[derive(Debug, Clone)]
pub struct SessionLine {
    /// Which.
    pub id: SessionId,
    /// The app client that it was made for; `None` on the Nhost door.
    pub client: Option<ClientId>,
    /// What it was opened with; `None` for a link that was followed.
    pub method: Option<Method>,
    /// From where it was opened.
    pub ip_address: Option<String>,
    /// By what it was opened.
    pub user_agent: Option<String>,
    /// When it was opened.
    pub created_at: Millis,
    /// When its tokens were last exchanged.
    pub used_at: Millis,
    /// When it ends, unless it is used before.
    pub expires_at: Millis,
    /// Whether it is the one that asks.
    pub is_current: bool,
}
