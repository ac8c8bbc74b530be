//! A challenge without a user: how a sign-in begins that asks no name (`POST /v1/client/challenge`).

use super::{Challenge, Note, Purpose, State, store};
use crate::action::{ActionCode, IdempotencyKey};
use crate::audit::{self, Event};
use crate::clock::{Millis, Span};
use crate::error::Result;
use crate::id::ChallengeId;
use crate::tenant::Tenant;
use crate::{Caller, Countersign};

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
        }
    }
}

impl Countersign {
    /// Begins a challenge that no user is bound to yet; a method picks it up by its id.
    pub async fn begin_anonymous(
        &self,
        tenant: &Tenant,
        wanted: &AnonymousChallenge,
        caller: &Caller,
    ) -> Result<ChallengeId> {
        let now = self.now();
        let challenge = wanted.challenge(ChallengeId::random(), tenant, now);
        let id = challenge.id.clone();
        let event =
            Event::new("challenge.created", now).challenge(&id).caller(caller).detail("action", wanted.action.as_str());
        let tenant = tenant.id.clone();
        self.write(async move |tx| {
            store::insert(tx, &tenant, &challenge, now).await?;
            audit::record(tx, &tenant, &event).await
        })
        .await?;
        Ok(id)
    }
}
