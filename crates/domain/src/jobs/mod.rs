//! Who does what is done in the background: any process, and no two at a time (decisions §7).
//!
//! A job has a lease, which is a row. Who takes it by compare-and-set does the job and keeps the lease in each transaction
//! of it ([`keep`]): a process that was taken for dead changes nothing any more. A lease that is given back says when the job
//! is due again, so that many processes do it no oftener than one.

mod store;

use crate::Countersign;
use crate::clock::Span;
use crate::error::Result;
use crate::secret;

pub(crate) use store::{STATEMENTS, keep};

/// What is done in the background.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Job {
    /// Removing expired rows.
    Sweep,
}

impl Job {
    /// The name of its row.
    const fn name(self) -> &'static str {
        match self {
            Self::Sweep => "sweep",
        }
    }

    /// Whoever has not kept the lease for so long is taken for dead.
    const fn life(self) -> Span {
        match self {
            Self::Sweep => Span::seconds(30),
        }
    }
}

/// The right to do a job.
#[derive(Debug, Clone)]
pub struct Lease {
    job: Job,
    holder: String,
}

impl Countersign {
    /// Takes a job's lease where it is due and nobody has it.
    pub async fn claim(&self, job: Job) -> Result<Option<Lease>> {
        let now = self.now();
        if !store::is_free(self.db(), job, now).await? {
            return Ok(None);
        }
        let lease = Lease { job, holder: secret::base64url(&secret::random::<12>()) };
        let holder = lease.holder.clone();
        let taken = self.write(async move |tx| store::take(tx, job, &holder, now).await).await?;
        Ok(taken.then_some(lease))
    }

    /// Gives a lease back; the job is due again after `pause`.
    pub async fn release(&self, lease: Lease, pause: Span) -> Result<()> {
        let due = self.now().plus(pause);
        self.write(async move |tx| store::release(tx, &lease, due).await).await
    }
}
