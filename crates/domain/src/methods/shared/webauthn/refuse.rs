//! A refused ceremony leaves its traces: an attempt on the challenge, a try on the action, an event. The refusal itself goes
//! back to the caller.

use crate::Caller;
use crate::Countersign;
use crate::action;
use crate::audit::{self, Event};
use crate::challenge::{self, Challenge};
use crate::error::{Error, Result};
use crate::methods::Method;
use crate::tenant::Tenant;

impl Countersign {
    pub(crate) async fn refuse_ceremony<T>(
        &self,
        tenant: &Tenant,
        open: &Challenge,
        method: Method,
        refusal: Error,
        caller: &Caller,
    ) -> Result<T> {
        let now = self.now();
        if !open.is_stored {
            // Nobody has looked yet whether it was answered before: one that is over leaves no further trace.
            match challenge::find(self.db(), &tenant.id, &open.id).await {
                Ok(stored) => self.require_open(&tenant.id, &stored).await?,
                Err(Error::NotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
        let mut event = Event::new("challenge.refused", now)
            .challenge(&open.id)
            .caller(caller)
            .detail("method", method.as_str())
            .detail("reason", reason(&refusal));
        if let (Some(user), Some(key)) = (&open.user, &open.idempotency_key) {
            event = event.user(user).action(&open.action_code, key);
        }
        let (tenant, open) = (tenant.id.clone(), open.clone());
        self.write(async move |tx| {
            challenge::count_failure(tx, &tenant, &open, now).await?;
            audit::record(tx, &tenant, &event).await?;
            let (Some(user), Some(key)) = (&open.user, &open.idempotency_key) else { return Ok(()) };
            if action::store::count_failure(tx, &tenant, user, &open.action_code, key, now).await? {
                let failed = event.clone().renamed("action.failed");
                audit::record(tx, &tenant, &failed).await?;
            }
            Ok(())
        })
        .await?;
        Err(refusal)
    }
}

/// The step and reason of a refusal, for the audit trail: stable words without anything the caller sent.
fn reason(refusal: &Error) -> String {
    match refusal {
        Error::Ceremony(refusal) => format!("{} {}", refusal.step.code(), refusal.reason.code()),
        Error::UnknownCredential => "unknown_credential".to_owned(),
        Error::InvalidCredential(_) => "invalid_credential".to_owned(),
        Error::AttestationRefused(_) => "attestation_refused".to_owned(),
        _ => "refused".to_owned(),
    }
}
