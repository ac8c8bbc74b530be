//! Statements of the leases.

use countersign_db::{Db, Tx, statements};

use super::{Job, Lease};
use crate::clock::{Millis, Span};
use crate::error::Result;

statements! {
    FIND = "SELECT until FROM job_leases WHERE name = $1";
    MAKE = "INSERT INTO job_leases (name, holder, until) VALUES ($1, '', 0) ON CONFLICT (name) DO NOTHING";
    TAKE = "UPDATE job_leases SET holder = $1, until = $2 WHERE name = $3 AND (until <= $4 OR until > $5)";
    KEEP = "UPDATE job_leases SET until = $1 WHERE name = $2 AND holder = $3";
    RELEASE = "UPDATE job_leases SET holder = '', until = $1 WHERE name = $2 AND holder = $3";
}

/// Longer than any lease or pause. What lies further ahead was written by a clock that was wrong, and would stop the job
/// until that day.
const FAR: Span = Span::minutes(60);

/// Whether the lease may be taken: a read, because that is what most looks at it find out.
pub(super) async fn is_free(db: &Db, job: Job, now: Millis) -> Result<bool> {
    let Some(row) = db.opt(&FIND, &[&job.name()]).await? else { return Ok(true) };
    let until: Millis = row.get(0)?;
    Ok(until <= now || until > now.plus(FAR))
}

/// Takes the lease; `false` when another was quicker.
pub(super) async fn take(tx: &mut Tx<'_>, job: Job, holder: &str, now: Millis) -> Result<bool> {
    tx.run(&MAKE, &[&job.name()]).await?;
    let until = now.plus(job.life());
    Ok(tx.run(&TAKE, &[&holder, &until, &job.name(), &now, &now.plus(FAR)]).await? == 1)
}

/// Keeps the lease, in the transaction of what is done under it; `false` when another has taken it, and then nothing may be
/// changed.
pub(crate) async fn keep(tx: &mut Tx<'_>, lease: &Lease, now: Millis) -> Result<bool> {
    let until = now.plus(lease.job.life());
    Ok(tx.run(&KEEP, &[&until, &lease.job.name(), &lease.holder]).await? == 1)
}

pub(super) async fn release(tx: &mut Tx<'_>, lease: &Lease, due: Millis) -> Result<()> {
    tx.run(&RELEASE, &[&due, &lease.job.name(), &lease.holder]).await?;
    Ok(())
}
