//! The end of every enrolment: the right is taken, the factor counted, the event written, and the first factor proves the
//! action it was made in (decisions §3).

use countersign_db::Tx;

use super::permission::Right;
use crate::action::{self, Action, Bearer};
use crate::audit::{self, Event};
use crate::authenticator::{Added, Authenticator, Detail};
use crate::challenge::Challenge;
use crate::clock::Millis;
use crate::error::Result;
use crate::id::AuthenticatorId;
use crate::methods::Method;
use crate::notice::device_words;
use crate::token::Proof;
use crate::{Caller, Countersign};

/// An enrolment whose answer was right.
#[derive(Debug, Clone)]
pub(in crate::methods) struct Enrolment {
    who: Bearer,
    action: Action,
    right: Right,
    method: Method,
    factor: AuthenticatorId,
    proof: Proof,
    added: Added,
    /// Where it completes the action.
    proved: Option<Event>,
}

impl Enrolment {
    /// `proof` is what the making of the factor shows by itself.
    pub(super) fn new<D: Into<Detail> + Clone>(
        who: &Bearer,
        action: Action,
        right: Right,
        open: &Challenge,
        factor: &Authenticator<D>,
        proof: Proof,
        caller: &Caller,
    ) -> Self {
        let created = Event::new("authenticator.created", proof.at)
            .action(&action.code, &action.idempotency_key)
            .challenge(&open.id)
            .caller(caller);
        let device = caller.user_agent.as_deref().and_then(device_words);
        let added = Added::new(factor, created).on(device);
        let completes = right == Right::First && action.state.admits_enrolment_as_proof();
        let proved = completes.then(|| added.event().clone().renamed("action.proved"));
        let (who, id) = (who.clone(), factor.id.clone());
        Self { who, action, right, method: factor.method, factor: id, proof, added, proved }
    }

    /// With more to say in its events.
    pub(super) fn detail(mut self, name: &str, value: String) -> Self {
        self.proved = self.proved.map(|event| event.detail(name, value.clone()));
        self.added = self.added.detail(name, value);
        self
    }

    fn at(&self) -> Millis {
        self.proof.at
    }

    /// Takes the right and counts the factor. To be followed by storing it, then by [`record`](Self::record).
    pub(super) async fn take_right(&self, tx: &mut Tx<'_>) -> Result<()> {
        self.right.take(tx, &self.who.tenant.id, &self.who, self.at()).await
    }

    /// Writes down what happened and tells the user's other addresses, and proves the action where the first factor does.
    pub(super) async fn record(&self, tx: &mut Tx<'_>) -> Result<()> {
        let tenant = &self.who.tenant.id;
        self.added.record(tx, &self.who.tenant.teller, &self.who.user).await?;
        if let Some(proved) = &self.proved {
            action::store::prove(tx, tenant, &self.action, self.method, &self.factor, &self.proof).await?;
            audit::record(tx, tenant, proved).await?;
        }
        Ok(())
    }
}

impl Countersign {
    /// The token to go on with.
    pub(super) fn token_of_enrolment(&self, done: &Enrolment) -> Result<String> {
        let shown = match done.right {
            Right::First => done.proved.is_some().then(|| done.proof.clone()),
            Right::Fresh => done.action.proof(),
            Right::Grant => None,
        };
        let action = (done.action.code.as_str(), done.action.idempotency_key.as_str());
        self.result_token(&done.who.tenant, &done.who.user, action, shown.as_ref())
    }
}
