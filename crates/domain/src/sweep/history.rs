//! Actions and audit events whose time is over.
//!
//! The audit trail of a tenant is kept in the order of time by its primary key, and each change of an action leaves an event of
//! that very moment. So the trail says which actions have become old: it is followed event by event, and what an event names
//! goes unless it has changed since. Actions need no index by time, and a sign-in pays nothing for its sweeping
//! (docs/adr/0013-retention.md).

use std::collections::BTreeSet;
use std::time::Instant;

use countersign_db::{Db, Row, ToValue, Tx, statements};

use super::pace::{Batch, Done, Pace};
use crate::Countersign;
use crate::clock::Millis;
use crate::error::Result;
use crate::id::{TenantId, UserId};
use crate::jobs::{self, Lease};

/// One of these actions, each by its whole key. An IN with a query of keys would be shorter, and SQLite would then go through
/// all actions of a user with one code, because it takes it that there are few.
macro_rules! one_of {
    (($u:literal $c:literal $k:literal) $($more:tt)*) => {
        concat!("(user_id = $", $u, " AND action_code = $", $c, " AND idempotency_key = $", $k, ")", one_of!(@ $($more)*))
    };
    (@ $(($u:literal $c:literal $k:literal))*) => {
        concat!($(" OR (user_id = $", $u, " AND action_code = $", $c, " AND idempotency_key = $", $k, ")"),*)
    };
}

statements! {
    WITH_OLD_ACTIONS = "SELECT t.tenant_id FROM tenants t LEFT JOIN action_sweeps s ON s.tenant_id = t.tenant_id
        WHERE EXISTS (SELECT 1 FROM audit_events e WHERE e.tenant_id = t.tenant_id AND e.at < $1
        AND (e.at, e.event_id) > (COALESCE(s.at, 0), COALESCE(s.event_id, ''))) ORDER BY t.tenant_id";
    WITH_OLD_EVENTS = "SELECT t.tenant_id FROM tenants t
        WHERE EXISTS (SELECT 1 FROM audit_events e WHERE e.tenant_id = t.tenant_id AND e.at < $1) ORDER BY t.tenant_id";
    FOLLOWED = "SELECT at, event_id FROM action_sweeps WHERE tenant_id = $1";
    NEXT_EVENTS = "SELECT at, event_id, user_id, action_code, idempotency_key FROM audit_events WHERE tenant_id = $1 AND (at, event_id) > ($2, $3) AND at < $4
        ORDER BY at, event_id LIMIT $5";
    END_ACTIONS = concat!("DELETE FROM actions WHERE tenant_id = $1 AND updated_at < $2 AND (", one_of!((3 4 5) (6 7 8) (9 10 11)
        (12 13 14) (15 16 17) (18 19 20) (21 22 23) (24 25 26) (27 28 29) (30 31 32) (33 34 35) (36 37 38) (39 40 41) (42 43 44) (45 46 47) (48 49 50) (51 52 53) (54 55 56) (57 58 59) (60 61 62)), ")");
    FOLLOW = "INSERT INTO action_sweeps (tenant_id, at, event_id) VALUES ($1, $2, $3)
        ON CONFLICT (tenant_id) DO UPDATE SET at = $2, event_id = $3";
    END_EVENTS = "DELETE FROM audit_events WHERE tenant_id = $1 AND (at, event_id) <= ($2, $3)";
}

/// Actions that [`END_ACTIONS`] names.
const TOGETHER: usize = 20;

/// A place in a tenant's audit trail: time and id of an event.
type Place = (Millis, String);

/// Before the first event.
fn beginning() -> Place {
    (Millis(0), String::new())
}

impl Countersign {
    /// Removes a batch of actions and one of events of each tenant that has any whose time is over, and says which kind came to
    /// what. `None` when another process has taken the lease over.
    pub(super) async fn sweep_history(&self, lease: &Lease, pace: &Pace) -> Result<Option<Vec<(usize, Done)>>> {
        let mut all = Vec::new();
        for kind in [History::Actions, History::Events] {
            let Some(before) = self.over_before(kind) else { continue };
            for tenant in kind.tenants(self.db(), before).await? {
                let batch = pace.batch(kind as usize);
                let Some(done) = self.sweep_history_of(lease, kind, tenant, batch).await? else { return Ok(None) };
                all.push((kind as usize, done));
            }
        }
        Ok(Some(all))
    }

    /// Where the time of this kind is over; `None` when it is kept for good.
    fn over_before(&self, kind: History) -> Option<Millis> {
        let now = self.now();
        match kind {
            History::Actions => self.retention().actions_before(now),
            History::Events => self.retention().audit_before(now),
        }
    }

    async fn sweep_history_of(
        &self,
        lease: &Lease,
        kind: History,
        tenant: TenantId,
        batch: Batch,
    ) -> Result<Option<Done>> {
        let (now, lease) = (self.now(), lease.clone());
        let (actions, of_kind) = (self.over_before(History::Actions), self.over_before(kind));
        self.write(async move |tx| {
            if !jobs::keep(tx, &lease, now).await? {
                return Ok(None);
            }
            let begun = Instant::now();
            let Some((actions, before)) = actions.zip(of_kind) else { return Ok(Some(Done::default())) };
            let from = match kind {
                History::Actions => followed(tx, &tenant).await?,
                History::Events => beginning(),
            };
            let events = tx.all(&NEXT_EVENTS, &[&tenant, &from.0, &from.1, &before, &batch.limit()]).await?;
            let Some(last) = events.last() else { return Ok(Some(Done::default())) };
            let to: Place = (last.get(0)?, last.get(1)?);
            // Also before its events end, in case one was written behind the place that was reached, by a clock that was
            // far behind: no action outlives its trail.
            let mut rows = end_actions(tx, &tenant, &events, actions).await?;
            match kind {
                History::Actions => drop(tx.run(&FOLLOW, &[&tenant, &to.0, &to.1]).await?),
                History::Events => rows += tx.run(&END_EVENTS, &[&tenant, &to.0, &to.1]).await?,
            }
            Ok(Some(Done { rows, more: batch.is_full(events.len() as u64), took: begun.elapsed() }))
        })
        .await
    }
}

/// What has a history that ends.
#[derive(Clone, Copy)]
enum History {
    // After the tables: each kind has batches of its own size.
    Actions = 4,
    Events = 5,
}

impl History {
    /// The tenants with something whose time is over.
    async fn tenants(self, db: &Db, before: Millis) -> Result<Vec<TenantId>> {
        let rows = match self {
            Self::Actions => db.all(&WITH_OLD_ACTIONS, &[&before]).await?,
            Self::Events => db.all(&WITH_OLD_EVENTS, &[&before]).await?,
        };
        rows.iter().map(|row| Ok(row.get(0)?)).collect()
    }
}

/// Removes the actions that these events name and that have not changed since. Returns how many.
async fn end_actions(tx: &mut Tx<'_>, tenant: &TenantId, events: &[Row], before: Millis) -> Result<u64> {
    let mut keys = BTreeSet::<[String; 3]>::new();
    for event in events {
        let (user, code, key): (Option<UserId>, _, _) = (event.get(2)?, event.get(3)?, event.get(4)?);
        if let (Some(user), Some(code), Some(key)) = (user, code, key) {
            keys.insert([user.to_string(), code, key]);
        }
    }
    let mut rows = 0;
    for some in keys.into_iter().collect::<Vec<_>>().chunks(TOGETHER) {
        // Places that are left over name the first one again.
        let named = some.iter().chain(std::iter::repeat(&some[0])).take(TOGETHER).flatten();
        let mut params: Vec<&(dyn ToValue + Sync)> = vec![tenant, &before];
        params.extend(named.map(|text| text as &(dyn ToValue + Sync)));
        rows += tx.run(&END_ACTIONS, &params).await?;
    }
    Ok(rows)
}

/// How far the trail of the tenant was followed.
async fn followed(tx: &mut Tx<'_>, tenant: &TenantId) -> Result<Place> {
    let row = tx.opt(&FOLLOWED, &[tenant]).await?;
    row.map_or(Ok(beginning()), |row| Ok((row.get(0)?, row.get(1)?)))
}
