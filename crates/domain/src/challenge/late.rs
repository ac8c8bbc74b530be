//! An answer that comes too late leaves its mark: the challenge is `expired` in its row from then on, and a clock that is set
//! back opens it no more (checklist 96).

use super::{Challenge, store};
use crate::Countersign;
use crate::error::{Error, Result};
use crate::id::TenantId;

impl Countersign {
    /// Whether the challenge still awaits an answer; a used or late one is refused with what to do. To be asked once it is
    /// known to be the caller's: to others it is as if it were not there.
    pub(crate) async fn require_open(&self, tenant: &TenantId, challenge: &Challenge) -> Result<()> {
        let now = self.now();
        let state = challenge.state.at(now, challenge.expires_at);
        let Some(refusal) = state.refusal() else { return Ok(()) };
        if state != challenge.state {
            let (tenant, late) = (tenant.clone(), challenge.clone());
            self.write(async move |tx| store::expire(tx, &tenant, &late, now).await).await?;
        }
        Err(Error::invalid(refusal))
    }
}
