//! One attempt, from claim to end, and who makes it: the command, the background, the job.

use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, broadcast, oneshot};
use tokio::time::timeout;

use super::backoff::{self, ATTEMPT};
use super::carrier::Refusal;
use super::mask::masked;
use super::message::Channel;
use super::outbox::{self, DECOY, Letter, Payload};
use super::render::{self, Written};
use super::report::{Ending, Outcome, Report};
use super::store::{self, Address, Claim, Closed};
use crate::Countersign;
use crate::audit::{self, Event};
use crate::clock::{Millis, Span};
use crate::error::{Error, Result};
use crate::secret;
use crate::tenant::Tenant;
use crate::{challenge, user};

/// How long a caller waits for the provider (decisions §7).
const PATIENCE: Duration = Duration::from_secs(5);

impl Countersign {
    /// Whether there is a way to send by this channel; where not, a method that needs it is `InvalidConfiguration`.
    pub fn delivers(&self, channel: Channel) -> bool {
        self.sender().carriers.has(channel)
    }

    /// Sends a letter whose transaction is committed and waits for the provider, five seconds at most; the attempt goes on when
    /// they are over, also when the caller has gone.
    pub async fn send_now(&self, letter: &Letter) -> Outcome {
        let (tell, told) = oneshot::channel();
        if !self.spawn_first(letter, Some(tell)) {
            return Outcome::Queued;
        }
        match timeout(PATIENCE, told).await {
            Ok(Ok(outcome)) => outcome,
            // Not yet; or claimed by another, superseded, not to be marked: the job finds out.
            _ => Outcome::Queued,
        }
    }

    /// Has a letter sent whose transaction is committed, without waiting: anonymous doors answer alike and as fast whatever
    /// comes of it.
    pub fn send_soon(&self, letter: &Letter) {
        self.spawn_first(letter, None);
    }

    /// Begins attempts for what is due on a channel, as many as there are places, and says how many. One process's job; several
    /// share the work, each message is one's at a time.
    pub async fn send_due(&self, channel: Channel) -> Result<usize> {
        let free = self.sender().free_places(channel);
        // Where this process cannot send it leaves the work to others, and ends what nobody has done.
        let now = if self.delivers(channel) { self.now() } else { self.now().minus(Span::days(1)) };
        let due = store::due(self.db(), channel, now, free).await?;
        let mut begun = 0;
        for at in due {
            let Some(place) = self.sender().place(channel) else { break };
            self.spawn(at, now, place, None);
            begun += 1;
        }
        Ok(begun)
    }

    /// Ready when no attempt of this process is under way.
    pub async fn sending_idle(&self) {
        self.sender().idle().await;
    }

    /// What becomes of attempts from now on, for the log.
    pub fn delivery_reports(&self) -> broadcast::Receiver<Report> {
        self.sender().listen()
    }

    /// Attempts since the start: channel, how they ended, how many.
    pub fn delivery_counts(&self) -> impl Iterator<Item = (Channel, &'static str, u64)> {
        self.sender().counts()
    }

    /// The first attempt, before the job may have it. `false` when too much is being sent: then the job will.
    fn spawn_first(&self, letter: &Letter, tell: Option<oneshot::Sender<Outcome>>) -> bool {
        let Some(place) = self.sender().place(letter.channel) else { return false };
        let at = Address { tenant: letter.tenant.clone(), id: letter.id.clone(), channel: letter.channel };
        self.spawn(at, letter.due_at, place, tell);
        true
    }

    fn spawn(&self, at: Address, due_by: Millis, place: OwnedSemaphorePermit, tell: Option<oneshot::Sender<Outcome>>) {
        let this = self.clone();
        tokio::spawn(async move {
            match (this.attempt(&at, due_by).await, tell) {
                // Whoever waited may have gone.
                (Ok(Some(outcome)), Some(tell)) => drop(tell.send(outcome)),
                (Ok(_), _) => {}
                // What fails here is the database: the lease ends, and the job tries again.
                (Err(error), _) => this.sender().report(Report::unsettled(at, error.to_string())),
            }
            drop(place);
        });
    }

    /// One attempt. `None` when the message is another's, or nobody's any more.
    async fn attempt(&self, at: &Address, due_by: Millis) -> Result<Option<Outcome>> {
        let lease = secret::base64url(&secret::random::<9>());
        let Some((claim, is_wanted)) = self.claim_message(at, &lease, due_by).await? else { return Ok(None) };
        if claim.kind == DECOY {
            self.close_decoy(at, &lease).await?;
            return Ok(None);
        }
        if !is_wanted {
            self.end(at, &lease, &claim, None, Ending::Abandoned).await?;
            return Ok(None);
        }
        let (to, carried) = match outbox::open(self.ring(), &at.tenant, &at.id, &claim.payload) {
            Ok(payload) => (Some(masked(&payload.to.address)), self.carry(at, &claim, payload).await),
            // Sealed by another ring: no attempt will open it.
            Err(error) => (None, Err(Refusal::permanent(error.to_string()))),
        };
        let now = self.now();
        let (outcome, ending) = match carried {
            Ok(()) => (Outcome::Sent, Ending::Sent),
            Err(refusal) => (Outcome::Refused(refusal.clone()), after(refusal, &claim, now)),
        };
        self.end(at, &lease, &claim, to, ending).await?;
        Ok(Some(outcome))
    }

    /// Takes a message, and says whether it is still wanted.
    async fn claim_message(&self, at: &Address, lease: &str, due_by: Millis) -> Result<Option<(Claim, bool)>> {
        let now = self.now();
        let (claimed, lease) = (at.clone(), lease.to_owned());
        let claim = self
            .write(async move |tx| {
                let Some(claim) = store::claim(tx, &claimed, &lease, now, due_by).await? else { return Ok(None) };
                let is_alone = match &claim.user {
                    Some(id) => user::store::find(tx, &claimed.tenant, id).await?.is_none(),
                    None => false,
                };
                Ok(Some((claim, !is_alone)))
            })
            .await?;
        let Some((claim, has_user)) = claim else { return Ok(None) };
        let is_open = match &claim.challenge {
            Some(id) => match challenge::find(self.db(), &at.tenant, id).await {
                Ok(challenge) => challenge.is_open(now),
                Err(Error::NotFound(_)) => false,
                Err(error) => return Err(error),
            },
            None => true,
        };
        Ok(Some((claim, has_user && is_open)))
    }

    async fn carry(&self, at: &Address, claim: &Claim, payload: Payload) -> Result<(), Refusal> {
        if self.now() >= claim.expires_at {
            return Err(Refusal::permanent("its time was over before it was sent"));
        }
        let tenant = self.tenant(&at.tenant).await.map_err(|_| Refusal::temporary("the tenant cannot be read"))?;
        let carrying = self.hand_over(&tenant, at, claim, payload)?;
        let patience = Duration::from_millis(u64::try_from(ATTEMPT.0).unwrap_or_default());
        timeout(patience, carrying).await.unwrap_or_else(|_| Err(Refusal::temporary("no answer in time")))
    }

    /// Writes a message out and gives it to its carrier.
    fn hand_over(
        &self,
        tenant: &Tenant,
        at: &Address,
        claim: &Claim,
        payload: Payload,
    ) -> Result<super::carrier::Carrying, Refusal> {
        let missing = || Refusal::temporary(format!("no way to send by {} is configured", at.channel.as_str()));
        let carriers = &self.sender().carriers;
        let host = self.public_origin().host().unwrap_or("localhost");
        let message_id = format!("{}@{host}", at.id);
        let context = render::Context {
            tenant: &tenant.name,
            rp_id: tenant.rp_id.as_str(),
            settings: &tenant.settings.messages,
            message_id,
            date: claim.created_at,
            is_trial: false,
        };
        // Our own words do not fail, and a tenant's give way to them: what is left is a bug, and is not tried for ever.
        let unwritten = |why: String| Refusal::permanent(format!("it cannot be written: {why}"));
        match at.channel {
            Channel::Email => {
                let sender = carriers.email.as_ref().ok_or_else(missing)?;
                let Written::Email(email) = render::render(&context, payload, Some(&sender.from)).map_err(unwritten)?
                else {
                    return Err(Refusal::permanent("a message of another channel"));
                };
                Ok(sender.mailer.send(*email))
            }
            Channel::Sms | Channel::Whatsapp => {
                let texter = if at.channel == Channel::Sms { &carriers.sms } else { &carriers.whatsapp };
                let texter = texter.as_ref().ok_or_else(missing)?;
                let Written::Text(text) = render::render(&context, payload, None).map_err(unwritten)? else {
                    return Err(Refusal::permanent("a message of another channel"));
                };
                Ok(texter.send(text))
            }
        }
    }

    /// Writes down how an attempt ended, in the row and in the audit trail.
    async fn end(&self, at: &Address, lease: &str, claim: &Claim, to: Option<String>, ending: Ending) -> Result<()> {
        let now = self.now();
        let mut event = Event::new(ending.event(), now)
            .detail("channel", at.channel.as_str())
            .detail("message", claim.kind.as_str())
            .detail("messageId", at.id.as_str())
            .detail("attempt", claim.attempts);
        if let Some(user) = &claim.user {
            event = event.user(user);
        }
        if let Some(challenge) = &claim.challenge {
            event = event.challenge(challenge);
        }
        if let Some(to) = &to {
            event = event.detail("to", to.as_str());
        }
        if let Ending::Deferred(refusal, _) | Ending::Failed(refusal) = &ending {
            event = event.detail("reason", refusal.reason.as_str());
        }
        let (row, held, change) = (at.clone(), lease.to_owned(), ending.clone());
        self.write(async move |tx| {
            let is_ours = match &change {
                Ending::Deferred(_, due) => store::postpone(tx, &row, &held, *due).await?,
                Ending::Sent => store::close(tx, &row, &held, Closed::Sent, now).await?,
                Ending::Failed(_) => store::close(tx, &row, &held, Closed::Failed, now).await?,
                Ending::Abandoned => store::close(tx, &row, &held, Closed::Abandoned, now).await?,
                // Never written down: writing is what failed.
                Ending::Unsettled(_) => false,
            };
            // What was sent was sent, whoever has the row by now.
            if is_ours || change == Ending::Sent {
                audit::record(tx, &row.tenant, &event).await?;
            }
            Ok(())
        })
        .await?;
        let (kind, attempts) = (claim.kind.clone(), claim.attempts);
        let (tenant, id, channel) = (at.tenant.clone(), at.id.clone(), at.channel);
        self.sender().report(Report { tenant, id, channel, kind, to, attempts, ending });
        Ok(())
    }

    /// A decoy leaves no trace that a real message would not have left somewhere else.
    async fn close_decoy(&self, at: &Address, lease: &str) -> Result<()> {
        let (row, held, now) = (at.clone(), lease.to_owned(), self.now());
        self.write(async move |tx| store::close(tx, &row, &held, Closed::Abandoned, now).await).await?;
        Ok(())
    }
}

/// What follows a refusal.
fn after(refusal: Refusal, claim: &Claim, now: Millis) -> Ending {
    if refusal.is_permanent {
        return Ending::Failed(refusal);
    }
    match backoff::next(claim.attempts, now, claim.expires_at, secret::random()) {
        Some(due) => Ending::Deferred(refusal, due),
        None => Ending::Failed(Refusal::permanent(format!("{}; its time is over", refusal.reason))),
    }
}
