//! Bounds on what a whole tenant sends, whoever asks for it (checklist 10).

use countersign_db::Tx;

use crate::audit::{self, Event};
use crate::clock::{Millis, Span};
use crate::error::{Error, Result};
use crate::id::TenantId;
use crate::limit::{self, Limit};

/// One bound, counted in the database.
pub(in crate::methods) struct Cap {
    /// What the event calls it.
    pub(in crate::methods) name: &'static str,
    pub(in crate::methods) key: String,
    pub(in crate::methods) limit: Limit,
}

/// Takes one of each; the time to wait where one is used up. `event` is recorded for the first refusal of a window, not for each:
/// who floods us writes no trail.
pub(super) async fn take(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    caps: &[Cap],
    event: &Event,
    now: Millis,
) -> Result<Option<Span>> {
    for cap in caps {
        let retry_after = match limit::take(tx, tenant, &cap.key, cap.limit, now).await {
            Ok(()) => continue,
            Err(Error::TooMany { retry_after }) => retry_after,
            Err(error) => return Err(error),
        };
        let ends = now.plus(retry_after);
        if limit::spend(tx, tenant, &format!("{}:{}", cap.key, ends.0), now, ends).await? {
            audit::record(tx, tenant, &event.clone().detail("cap", cap.name)).await?;
        }
        return Ok(Some(retry_after));
    }
    Ok(None)
}
