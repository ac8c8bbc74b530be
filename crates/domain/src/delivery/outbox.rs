//! A message on its way into the database.

use countersign_db::Tx;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::backoff::FIRST;
use super::message::{Channel, Message, Post, Recipient};
use super::store;
use crate::Countersign;
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::id::{ChallengeId, OutboxId, TenantId, UserId};
use crate::ring::KeyRing;

/// A sealed message, made before the transaction it is put into: inside one nothing is random (sql-rules X1).
#[derive(Debug, Clone)]
pub struct Letter {
    pub(super) tenant: TenantId,
    pub(super) id: OutboxId,
    pub(super) user: Option<UserId>,
    pub(super) challenge: Option<ChallengeId>,
    pub(super) kind: &'static str,
    pub(super) channel: Channel,
    pub(super) sealed: Vec<u8>,
    pub(super) created_at: Millis,
    pub(super) due_at: Millis,
    pub(super) expires_at: Millis,
}

/// The kind of a row that nobody gets.
pub(super) const DECOY: &str = "decoy";

impl Letter {
    /// Its id, from which the `Message-ID` is made.
    pub fn id(&self) -> &OutboxId {
        &self.id
    }

    /// Puts it into the outbox, in the transaction of what it tells. Older ones of the same challenge that wait are not sent any
    /// more.
    pub(crate) async fn put(&self, tx: &mut Tx<'_>) -> Result<()> {
        if let Some(challenge) = &self.challenge {
            store::supersede(tx, &self.tenant, challenge, self.created_at).await?;
        }
        store::insert(tx, self).await
    }

    /// The same for nobody: costs what a real one costs and is never sent. For doors where a stranger must not learn whether
    /// there was somebody to write to.
    #[must_use]
    pub fn as_decoy(mut self) -> Self {
        self.kind = DECOY;
        self
    }
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
pub(super) struct Payload {
    pub(super) to: Recipient,
    pub(super) message: Message,
}

impl Countersign {
    /// Seals a message to a person of the tenant.
    pub fn letter(&self, tenant: &TenantId, post: &Post) -> Letter {
        Letter::seal(self.ring(), tenant, post, self.now())
    }

    /// Puts a letter into the outbox in a transaction of its own, where nothing else changes with it.
    pub async fn post(&self, letter: &Letter) -> Result<()> {
        let letter = letter.clone();
        self.write(async move |tx| letter.put(tx).await).await
    }
}

impl Letter {
    /// Seals a message at `now`.
    pub(crate) fn seal(ring: &KeyRing, tenant: &TenantId, post: &Post, now: Millis) -> Self {
        let id = post.user.as_ref().map_or_else(OutboxId::random, OutboxId::beside);
        let payload = Payload { to: post.to.clone(), message: post.message.clone() };
        #[expect(clippy::expect_used, reason = "a struct of texts and numbers is JSON")]
        let plain = Zeroizing::new(serde_json::to_vec(&payload).expect("a payload is JSON"));
        Self {
            sealed: ring.seal(&place(tenant, &id), &plain),
            tenant: tenant.clone(),
            id,
            user: post.user.clone(),
            challenge: post.challenge.clone(),
            kind: post.message.kind(),
            channel: post.message.channel(),
            created_at: now,
            due_at: now.plus(FIRST),
            expires_at: post.expires_at,
        }
    }

    /// The same, for the job to send: nobody tries it before.
    #[must_use]
    pub(crate) fn left_to_the_job(self) -> Self {
        Self { due_at: self.created_at, ..self }
    }
}

/// Opens a payload.
pub(super) fn open(ring: &KeyRing, tenant: &TenantId, id: &OutboxId, sealed: &[u8]) -> Result<Payload> {
    let broken = |what: String| Error::Internal(format!("outbox {id}: {what}"));
    let plain = ring.open(&place(tenant, id), sealed).map_err(|error| broken(error.to_string()))?;
    // The parser's own words could quote the payload.
    serde_json::from_slice(&plain).map_err(|_| broken("the payload is not understood".to_owned()))
}

/// Where a payload is sealed for.
fn place<'a>(tenant: &'a TenantId, id: &'a OutboxId) -> [&'a [u8]; 3] {
    [b"outbox", tenant.as_str().as_bytes(), id.as_str().as_bytes()]
}
