//! Statements and rows of actions.

use countersign_db::{Db, Row, Tx, statements};

use super::{Action, ActionState, FRESH, MAX_FAILED_TRIES};
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::id::{AuthenticatorId, TenantId, UserId};
use crate::methods::Method;
use crate::token::Proof;

/// What [`Action::read`] reads, in this order.
macro_rules! action_columns {
    () => {
        "user_id, action_code, idempotency_key, state, state_updated_at, tracked_at, created_at, updated_at, method, \
         authenticator_id, verified_at, acr, amr, consumed_at, redirect_url, ip_address, user_agent, device_id, custom"
    };
}

statements! {
    INSERT = "INSERT INTO actions (tenant_id, user_id, action_code, idempotency_key, state, state_updated_at, created_at,
        updated_at, failed_tries, tracked_at, redirect_url, ip_address, user_agent, device_id, custom)
        VALUES ($1, $2, $3, $4, $5, $6, $6, $6, 0, $7, $8, $9, $10, $11, $12)
        ON CONFLICT (tenant_id, user_id, action_code, idempotency_key) DO NOTHING";
    INSERT_PROVED = "INSERT INTO actions (tenant_id, user_id, action_code, idempotency_key, state, state_updated_at,
        created_at, updated_at, failed_tries, method, authenticator_id, verified_at, acr, amr, ip_address, user_agent, device_id)
        VALUES ($1, $2, $3, $4, 'CHALLENGE_SUCCEEDED', $5, $6, $5, 0, $7, $8, $5, $9, $10, $11, $12, $13)
        ON CONFLICT (tenant_id, user_id, action_code, idempotency_key) DO NOTHING";
    FIND = concat!("SELECT ", action_columns!(), " FROM actions
        WHERE tenant_id = $1 AND user_id = $2 AND action_code = $3 AND idempotency_key = $4");
    LIST = concat!("SELECT ", action_columns!(), " FROM actions
        WHERE tenant_id = $1 AND user_id = $2 AND created_at >= $3
        ORDER BY created_at DESC, action_code, idempotency_key LIMIT $4");
    PROVE = "UPDATE actions SET state = 'CHALLENGE_SUCCEEDED', state_updated_at = $1, updated_at = $2, method = $3,
        authenticator_id = $4, verified_at = $2, acr = $5, amr = $6
        WHERE tenant_id = $7 AND user_id = $8 AND action_code = $9 AND idempotency_key = $10 AND state = $11 AND updated_at = $12";
    COUNT_FAILURE = "UPDATE actions SET failed_tries = failed_tries + 1, updated_at = $1,
        state_updated_at = CASE WHEN failed_tries + 1 >= $2 THEN $1 ELSE state_updated_at END,
        state = CASE WHEN failed_tries + 1 >= $2 THEN 'CHALLENGE_FAILED' ELSE state END
        WHERE tenant_id = $3 AND user_id = $4 AND action_code = $5 AND idempotency_key = $6
        AND state IN ('ALLOW', 'CHALLENGE_REQUIRED') RETURNING state";
    SET_STATE = "UPDATE actions SET state = $1, state_updated_at = $2, updated_at = $2,
        verified_at = CASE WHEN $3 = 1 AND acr IS NULL THEN $2 ELSE verified_at END
        WHERE tenant_id = $4 AND user_id = $5 AND action_code = $6 AND idempotency_key = $7 AND state <> 'BLOCK'";
    ADOPT = "UPDATE actions SET state = $1, state_updated_at = $2, tracked_at = $2, updated_at = $2
        WHERE tenant_id = $3 AND user_id = $4 AND action_code = $5 AND idempotency_key = $6 AND tracked_at IS NULL";
    RENEW = "UPDATE actions SET updated_at = $1 WHERE tenant_id = $2 AND user_id = $3 AND action_code = $4 AND idempotency_key = $5";
    VOID = "UPDATE actions SET authenticator_id = NULL WHERE tenant_id = $1 AND user_id = $2 AND authenticator_id = $3
        AND verified_at > $4 AND NOT (action_code = $5 AND idempotency_key = $6)";
    CONSUME = "UPDATE actions SET consumed_at = $1 WHERE tenant_id = $2 AND user_id = $3 AND action_code = $4
        AND idempotency_key = $5 AND consumed_at IS NULL AND state IN ('CHALLENGE_SUCCEEDED', 'REVIEW_SUCCEEDED')";
}

impl Action {
    fn read(row: &Row) -> Result<Self> {
        let mut columns = row.read();
        let unknown = || Error::Internal("an action with an unknown state".into());
        Ok(Self {
            user: columns.next()?,
            code: columns.next()?,
            idempotency_key: columns.next()?,
            state: ActionState::parse(&columns.next::<String>()?).ok_or_else(unknown)?,
            state_updated_at: columns.next()?,
            tracked_at: columns.next()?,
            created_at: columns.next()?,
            updated_at: columns.next()?,
            method: columns.next::<Option<String>>()?.and_then(|text| Method::parse(&text)),
            authenticator: columns.next()?,
            verified_at: columns.next()?,
            acr: columns.next()?,
            amr: columns
                .next::<Option<String>>()?
                .map(|text| text.split(' ').map(str::to_owned).collect())
                .unwrap_or_default(),
            consumed_at: columns.next()?,
            redirect_url: columns.next()?,
            ip_address: columns.next()?,
            user_agent: columns.next()?,
            device_id: columns.next()?,
            custom: columns.next::<Option<String>>()?.and_then(|text| serde_json::from_str(&text).ok()),
        })
    }
}

/// Inserts a new action; `false` when there is one with this key already.
pub(crate) async fn insert(tx: &mut Tx<'_>, tenant: &TenantId, action: &Action) -> Result<bool> {
    let custom = action.custom.as_ref().map(ToString::to_string);
    let rows = tx
        .run(
            &INSERT,
            &[
                tenant,
                &action.user,
                &action.code,
                &action.idempotency_key,
                &action.state.as_str(),
                &action.created_at,
                &action.tracked_at,
                &action.redirect_url,
                &action.ip_address,
                &action.user_agent,
                &action.device_id,
                &custom,
            ],
        )
        .await?;
    Ok(rows == 1)
}

/// Inserts an action that no backend has tracked, named and proved by one sign-in; `false` when there is one with this key
/// already.
pub(crate) async fn insert_proved(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    action: &Action,
    method: Method,
    authenticator: &AuthenticatorId,
    proof: &Proof,
) -> Result<bool> {
    let rows = tx
        .run(
            &INSERT_PROVED,
            &[
                tenant,
                &action.user,
                &action.code,
                &action.idempotency_key,
                &proof.at,
                &action.created_at,
                &method.as_str(),
                authenticator,
                &proof.acr,
                &proof.amr.join(" "),
                &action.ip_address,
                &action.user_agent,
                &action.device_id,
            ],
        )
        .await?;
    Ok(rows == 1)
}

pub(crate) async fn find(db: &Db, tenant: &TenantId, user: &UserId, code: &str, key: &str) -> Result<Option<Action>> {
    db.opt(&FIND, &[tenant, user, &code, &key]).await?.as_ref().map(Action::read).transpose()
}

pub(crate) async fn reload(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    user: &UserId,
    code: &str,
    key: &str,
) -> Result<Option<Action>> {
    tx.opt(&FIND, &[tenant, user, &code, &key]).await?.as_ref().map(Action::read).transpose()
}

/// The user's actions since `from`, newest first.
pub(super) async fn list(db: &Db, tenant: &TenantId, user: &UserId, from: Millis, limit: i64) -> Result<Vec<Action>> {
    db.all(&LIST, &[tenant, user, &from, &limit]).await?.iter().map(Action::read).collect()
}

/// Advances the action to CHALLENGE_SUCCEEDED by a proof. `action` is how it was read in this transaction; when it changed
/// since, the caller's proof is refused and can be given again.
pub(crate) async fn prove(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    action: &Action,
    method: Method,
    authenticator: &AuthenticatorId,
    proof: &Proof,
) -> Result<()> {
    let unchanged = action.state == ActionState::ChallengeSucceeded;
    let state_updated_at = if unchanged { action.state_updated_at } else { proof.at };
    let rows = tx
        .run(
            &PROVE,
            &[
                &state_updated_at,
                &proof.at,
                &method.as_str(),
                authenticator,
                &proof.acr,
                &proof.amr.join(" "),
                tenant,
                &action.user,
                &action.code,
                &action.idempotency_key,
                &action.state.as_str(),
                &action.updated_at,
            ],
        )
        .await?;
    if rows == 1 { Ok(()) } else { Err(Error::invalid("The action changed while it was being verified. Start again.")) }
}

/// Counts a wrong answer against the action; the tenth fails it. `true` when this one did.
pub(crate) async fn count_failure(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    user: &UserId,
    code: &str,
    key: &str,
    now: Millis,
) -> Result<bool> {
    let row = tx.opt(&COUNT_FAILURE, &[&now, &MAX_FAILED_TRIES, tenant, user, &code, &key]).await?;
    let state = row.map(|row| row.get::<String>(0)).transpose()?;
    Ok(state.as_deref() == Some(ActionState::ChallengeFailed.as_str()))
}

/// Sets a state by the backend's word; `false` when there is no such action or it is blocked. What the user proved, and when,
/// stays as it was.
pub(super) async fn set_state(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    action: &Action,
    state: ActionState,
    now: Millis,
) -> Result<bool> {
    let (user, code, key) = (&action.user, &action.code, &action.idempotency_key);
    let rows = tx.run(&SET_STATE, &[&state.as_str(), &now, &state.is_proved(), tenant, user, code, key]).await?;
    Ok(rows == 1)
}

/// The backend asks for an action that until now only a sign-in has named: it begins in `state`.
pub(super) async fn adopt(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    action: &Action,
    state: ActionState,
    now: Millis,
) -> Result<()> {
    let (user, code, key) = (&action.user, &action.code, &action.idempotency_key);
    tx.run(&ADOPT, &[&state.as_str(), &now, tenant, user, code, key]).await?;
    Ok(())
}

/// The backend asks for the action again after long: it lives as long from now on as a new one. `false` when it is gone.
pub(super) async fn renew(tx: &mut Tx<'_>, tenant: &TenantId, action: &Action, now: Millis) -> Result<bool> {
    let (user, code, key) = (&action.user, &action.code, &action.idempotency_key);
    Ok(tx.run(&RENEW, &[&now, tenant, user, code, key]).await? == 1)
}

/// Takes a factor's proofs away that are still fresh, but that of the action that asks for it: what was removed, or moved to
/// another address, lets nobody add or change a factor any more (decisions §2). What the actions have come to stays. To be called
/// by who holds the user's row.
pub(crate) async fn void_proofs(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    (user, factor): (&UserId, &AuthenticatorId),
    except: Option<&Action>,
    now: Millis,
) -> Result<()> {
    // No action has an empty code.
    let (code, key) = except.map_or(("", ""), |action| (action.code.as_str(), action.idempotency_key.as_str()));
    tx.run(&VOID, &[tenant, user, factor, &now.minus(FRESH), &code, &key]).await?;
    Ok(())
}

/// Takes the result of a proved action; `false` when it was taken before.
pub(super) async fn consume(tx: &mut Tx<'_>, tenant: &TenantId, action: &Action, now: Millis) -> Result<bool> {
    let (user, code, key) = (&action.user, &action.code, &action.idempotency_key);
    Ok(tx.run(&CONSUME, &[&now, tenant, user, code, key]).await? == 1)
}
