//! Statements of the audit trail.

use countersign_db::{Tx, statements};
use serde_json::Value;

use super::Event;
use crate::Countersign;
use crate::clock::Millis;
use crate::error::Result;
use crate::id::TenantId;

statements! {
    INSERT = "INSERT INTO audit_events (tenant_id, at, event_id, kind, user_id, action_code, idempotency_key, challenge_id,
        authenticator_id, ip_address, user_agent, request_id, detail)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    NEWEST = "SELECT at, kind, user_id, action_code, idempotency_key, challenge_id, authenticator_id, ip_address, user_agent, detail
        FROM audit_events WHERE tenant_id = $1 ORDER BY at DESC, event_id DESC LIMIT $2";
}

/// Writes an event inside the transaction of what it tells.
pub(crate) async fn record(tx: &mut Tx<'_>, tenant: &TenantId, event: &Event) -> Result<()> {
    let (code, key) = event.action.as_ref().map_or((None, None), |(code, key)| (Some(code), Some(key)));
    let detail = (!event.detail.is_empty()).then(|| Value::Object(event.detail.clone()).to_string());
    let caller = &event.caller;
    tx.run(
        &INSERT,
        &[
            tenant,
            &event.at,
            &event.id,
            &event.kind,
            &event.user,
            &code,
            &key,
            &event.challenge,
            &event.authenticator,
            &caller.ip_address,
            &caller.user_agent,
            &caller.request_id,
            &detail,
        ],
    )
    .await?;
    Ok(())
}

/// An event as read back.
#[derive(Debug, Clone)]
pub struct StoredEvent {
    /// When.
    pub at: Millis,
    /// What: `room.what_happened`.
    pub kind: String,
    /// To whom; internal user id.
    pub user_id: Option<String>,
    /// For which action.
    pub action_code: Option<String>,
    /// Which instance of it.
    pub idempotency_key: Option<String>,
    /// In which challenge.
    pub challenge_id: Option<String>,
    /// With which factor.
    pub authenticator_id: Option<String>,
    /// From where.
    pub ip_address: Option<String>,
    /// With what.
    pub user_agent: Option<String>,
    /// Why, and what else; JSON object.
    pub detail: Option<Value>,
}

impl Countersign {
    /// The newest events of a tenant, newest first.
    pub async fn newest_events(&self, tenant: &TenantId, limit: u32) -> Result<Vec<StoredEvent>> {
        let rows = self.db().all(&NEWEST, &[tenant, &i64::from(limit)]).await?;
        rows.iter()
            .map(|row| {
                let mut columns = row.read();
                Ok(StoredEvent {
                    at: columns.next()?,
                    kind: columns.next()?,
                    user_id: columns.next()?,
                    action_code: columns.next()?,
                    idempotency_key: columns.next()?,
                    challenge_id: columns.next()?,
                    authenticator_id: columns.next()?,
                    ip_address: columns.next()?,
                    user_agent: columns.next()?,
                    detail: columns.next::<Option<String>>()?.and_then(|text| serde_json::from_str(&text).ok()),
                })
            })
            .collect()
    }
}
