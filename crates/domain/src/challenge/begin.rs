//! A challenge without a user: how a sign-in begins that asks no name (`POST /v1/client/challenge`).

use super::{Challenge, Note, Purpose, State, store};
use crate::Countersign;
use crate::action::{ActionCode, IdempotencyKey};
use crate::clock::{Millis, Span};
use crate::error::Result;
use crate::id::ChallengeId;
use crate::tenant::Tenant;

/// What an anonymous caller wants to do.
#[derive(Debug, Clone)]
pub struct AnonymousChallenge {
    /// The action that a success completes.
    pub action: ActionCode,
    /// Which instance of it; made at success when absent.
    pub idempotency_key: Option<IdempotencyKey>,
}

impl Default for AnonymousChallenge {
    /// Sign-in, for callers that name no action.
    fn default() -> Self {
        Self { action: ActionCode::sign_in(), idempotency_key: None }
    }
}

impl AnonymousChallenge {
    pub(crate) fn challenge(&self, id: ChallengeId, tenant: &Tenant, now: Millis) -> Challenge {
        Challenge {
            id,
            user: None,
            action_code: self.action.as_str().to_owned(),
            idempotency_key: self.idempotency_key.as_ref().map(|key| key.as_str().to_owned()),
            method: None,
            purpose: Purpose::Verify,
            state: State::Pending,
            secret_hash: None,
            note: Note::default(),
            expires_at: now.plus(Span::minutes(tenant.settings.anonymous_challenge_minutes)),
            is_stored: true,
        }
    }
}

impl Countersign {
    /// Begins a challenge that no user is bound to yet; a method picks it up by its id. It leaves no event: a stranger could
    /// fill the trail with them. What comes of it leaves one.
    pub async fn begin_anonymous(&self, tenant: &Tenant, wanted: &AnonymousChallenge) -> Result<ChallengeId> {
        let now = self.now();
        let challenge = wanted.challenge(ChallengeId::fresh(now), tenant, now);
        let (tenant, id) = (tenant.id.clone(), challenge.id.clone());
        self.write(async move |tx| store::insert(tx, &tenant, &challenge, now).await).await?;
        Ok(id)
    }
}
