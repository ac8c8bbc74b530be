//! Actions: what a user wants to do and whether they may (docs/reference/authsignal.md §5.3, decisions §3).
//!
//! An action is (user, code, idempotency key). `track` decides its state, a completed challenge or enrolment advances it,
//! `validate` reports it.

mod bearer;
mod code;
mod decide;
mod query;
mod state;
pub(crate) mod store;
mod track;
mod validate;

use serde_json::Value;

use crate::clock::{Millis, Span};
use crate::id::{AuthenticatorId, UserId};
use crate::methods::Method;
use crate::token::Proof;

pub use bearer::Bearer;
pub use code::{ActionCode, CodeError, IdempotencyKey};
pub(crate) use decide::decide;
pub use query::ActionQuery;
pub use state::ActionState;
pub(crate) use store::STATEMENTS;
pub use track::{Track, Tracked};
pub use validate::{InvalidBecause, Validate, Verdict};

/// Wrong answers an action takes in all before it becomes CHALLENGE_FAILED (decisions §3).
pub(crate) const MAX_FAILED_TRIES: i64 = 10;

/// How long a proof lets its user add factors (decisions §2).
pub(crate) const FRESH: Span = Span::minutes(10);

/// After so long without a change a further `track` is one, so that the action outlives the token it gives
/// (docs/adr/0013-retention.md).
const QUIET: Span = Span::hours(1);

/// How far ahead of our clock another node's may be (decisions §2).
const AHEAD: Span = Span::seconds(30);

/// An action of a user.
#[derive(Debug, Clone)]
pub struct Action {
    /// Whose.
    pub user: UserId,
    /// What.
    pub code: String,
    /// Which instance.
    pub idempotency_key: String,
    /// Where it stands.
    pub state: ActionState,
    /// Since when.
    pub state_updated_at: Millis,
    /// When a backend first asked for it; `None` while only a sign-in has named it.
    pub tracked_at: Option<Millis>,
    /// When it came to be.
    pub created_at: Millis,
    /// When anything of it last changed.
    pub updated_at: Millis,
    /// The method of the last proof.
    pub method: Option<Method>,
    /// The factor of the last proof; `None` also when it was removed soon after, by somebody else than this action.
    pub authenticator: Option<AuthenticatorId>,
    /// When it was last proved; what a fresh proof is measured from (decisions §2).
    pub verified_at: Option<Millis>,
    /// Assurance of the proof: `aal1` to `aal3`.
    pub acr: Option<String>,
    /// Methods of the proof.
    pub amr: Vec<String>,
    /// When `validate` with `consume` took its result.
    pub consumed_at: Option<Millis>,
    /// Where a prompt sends the user back to.
    pub redirect_url: Option<String>,
    /// Address the backend saw.
    pub ip_address: Option<String>,
    /// Agent the backend saw.
    pub user_agent: Option<String>,
    /// Device the backend named.
    pub device_id: Option<String>,
    /// The backend's own data points.
    pub custom: Option<Value>,
}

impl Action {
    /// What was proved; `None` when nothing was, or when the backend declared it proved.
    pub fn proof(&self) -> Option<Proof> {
        let (at, acr) = (self.verified_at?, self.acr.clone()?);
        Some(Proof { acr, amr: self.amr.clone(), at })
    }

    /// Whether the user proved themselves within the last ten minutes: what adding a factor wants. A review says yes to the
    /// action, not to who asks for it. A proof by a factor that was taken away since shows nobody any more.
    pub fn is_freshly_proved(&self, now: Millis) -> bool {
        // The backend's word has no level, and rests on no factor.
        let stands = self.acr.is_none() || self.authenticator.is_some();
        // A clock that was set back keeps no proof fresh for longer.
        let fresh = self.verified_at.is_some_and(|at| now < at.plus(FRESH) && at <= now.plus(AHEAD));
        stands
            && fresh
            && (self.state == ActionState::ChallengeSucceeded || self.state.is_proved() && self.acr.is_some())
    }
}
