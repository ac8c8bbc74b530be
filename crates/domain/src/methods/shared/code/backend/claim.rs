//! `claim`: the backend says whose a challenge is, and gets the token that proves it.

use std::sync::Arc;

use super::complete::{Completion, scope};
use super::{MISSING, rules_of};
use crate::action::Action;
use crate::audit::{self, Event};
use crate::challenge::{self, Challenge, State};
use crate::error::{Error, Result};
use crate::id::{ChallengeId, UserId};
use crate::methods::Method;
use crate::tenant::Tenant;
use crate::token::{NewToken, Proof};
use crate::user::{self, ExternalId, User};
use crate::{Caller, Countersign};

const TAKEN: &str = "This challenge was claimed before. Begin another.";
const OPEN: &str = "This challenge is not answered yet. Verify the code first, or claim with skipVerificationCheck.";
const FAILED: &str = "This challenge was answered wrongly too often. Begin another.";
const LATE: &str = "This challenge has expired. Begin another.";

/// The result of a challenge.
#[derive(Debug)]
pub struct Claimed {
    /// A client token of the action.
    pub token: String,
    /// The method of the challenge.
    pub method: Method,
}

impl Countersign {
    /// Takes the result of a challenge for a user, once. With `early` an open one too: its token proves nothing until the right
    /// answer comes.
    pub async fn claim_code(
        &self,
        tenant: &Arc<Tenant>,
        id: &str,
        external_id: &ExternalId,
        early: bool,
        caller: &Caller,
    ) -> Result<Claimed> {
        let id = ChallengeId::parse(id).ok_or(MISSING)?;
        let method = rules_of(&challenge::find(self.db(), &tenant.id, &id).await?, None)?.method;
        let (now, fresh) = (self.now(), UserId::random());
        let completion = Completion::new(tenant.clone(), caller.clone(), now);
        let event =
            Event::new("challenge.claimed", now).challenge(&id).caller(caller).detail("method", method.as_str());
        let (tenant_id, external_id) = (tenant.id.clone(), external_id.clone());
        let (user, action, open, proof) = self
            .write(async move |tx| {
                let (user, _) = user::store::find_or_insert(tx, &tenant_id, external_id.as_str(), &fresh, now).await?;
                let mut open = challenge::reload(tx, &tenant_id, &id).await?;
                if open.user.as_ref().is_some_and(|owner| *owner != user.id) {
                    return Err(MISSING);
                }
                let event = event.clone().user(&user.id);
                let done: (Action, Option<Proof>) = match open.state.at(now, open.expires_at) {
                    State::Verified if now >= open.expires_at => return Err(Error::invalid(LATE)),
                    State::Verified => {
                        let at = challenge::claim(tx, &tenant_id, &open, &user.id, now).await?;
                        let at = at.ok_or_else(|| Error::invalid(TAKEN))?;
                        let done = completion.complete(tx, &user.id, &open, at).await?;
                        (done.action, Some(done.proof))
                    }
                    State::Pending if early && !open.note.is_claimed => {
                        let action = completion.admits(tx, &user, &open).await?;
                        open.note.is_claimed = true;
                        if !challenge::bind(tx, &tenant_id, &open, &user.id, now).await? {
                            return Err(Error::invalid(TAKEN));
                        }
                        (action, None)
                    }
                    State::Pending => return Err(Error::invalid(if early { TAKEN } else { OPEN })),
                    State::Failed => return Err(Error::invalid(FAILED)),
                    State::Expired | State::Cancelled => return Err(Error::invalid(LATE)),
                };
                let event = event.action(&done.0.code, &done.0.idempotency_key);
                audit::record(tx, &tenant_id, &event).await?;
                Ok((user, done.0, open, done.1))
            })
            .await?;
        let token = self.token_of_claim(tenant, &user, &action, &open, proof.as_ref())?;
        Ok(Claimed { token, method })
    }

    fn token_of_claim(
        &self,
        tenant: &Tenant,
        user: &User,
        action: &Action,
        open: &Challenge,
        proof: Option<&Proof>,
    ) -> Result<String> {
        let names = (action.code.as_str(), action.idempotency_key.as_str());
        if proof.is_some() {
            return self.result_token(tenant, user, names, proof);
        }
        let token = NewToken {
            external_id: &user.external_id,
            username: user.username.as_deref(),
            action_code: names.0,
            idempotency_key: names.1,
            scope: scope(open),
            proof: None,
        };
        self.issue_client_token(tenant, &token, self.now())
    }
}
