//! Factors that follow their user to another address (docs/reference/authsignal.md §5.1).

use countersign_db::Tx;

use super::{User, store};
use crate::action;
use crate::audit::{self, Event};
use crate::authenticator::{self, Authenticator, Detail, codes};
use crate::clock::Millis;
use crate::error::Result;
use crate::id::AuthenticatorId;
use crate::methods::Method;
use crate::notice::Teller;

/// A kind of address.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Email,
    Phone,
}

impl Kind {
    fn of(self, factor: &Authenticator) -> Option<&String> {
        match (self, &factor.detail) {
            (Self::Email, Detail::Email(address)) => Some(address),
            (Self::Phone, Detail::Phone(phone)) => Some(&phone.number),
            _ => None,
        }
    }

    fn is_at(self, factor: &Authenticator, address: &str) -> bool {
        self.of(factor).is_some_and(|held| held.eq_ignore_ascii_case(address))
    }
}

/// Moves the user's factors of a kind to the verified address `target`: those at the address before; where none is, all of them,
/// if they are at one address. Of several addresses the backend's word does not say which is meant. One that comes to where there
/// is another of its method goes: an address is one factor. Codes on their way to the one before, and what was proved there of
/// late, are worth nothing any more. To be called by who holds the user's row; `event` says who moves them. `true` when any moved.
pub(super) async fn follow(
    tx: &mut Tx<'_>,
    teller: &Teller,
    user: &User,
    (kind, before, target): (Kind, Option<&String>, &str),
    event: &Event,
    now: Millis,
) -> Result<bool> {
    let tenant = &teller.tenant;
    let held = codes::reload(tx, tenant, &user.id).await?;
    let mut held: Vec<Authenticator> = held.into_iter().filter(|factor| kind.of(factor).is_some()).collect();
    let old = before.filter(|old| held.iter().any(|factor| kind.is_at(factor, old)));
    let Some(old) = old.or_else(|| held.first().and_then(|factor| kind.of(factor))).cloned() else { return Ok(false) };
    if before != Some(&old) && !held.iter().all(|factor| kind.is_at(factor, &old)) {
        return Ok(false);
    }
    let moves = |factor: &Authenticator| kind.is_at(factor, &old) && kind.of(factor).is_some_and(|at| at != target);
    let moving: Vec<Authenticator> = held.extract_if(.., |factor| moves(factor)).collect();
    let there = held.iter().filter(|factor| kind.is_at(factor, target));
    let mut there: Vec<(Method, AuthenticatorId)> = there.map(|factor| (factor.method, factor.id.clone())).collect();
    for factor in &moving {
        action::store::void_proofs(tx, tenant, (&user.id, &factor.id), None, now).await?;
        let change = if let Some((_, twin)) = there.iter().find(|(method, _)| *method == factor.method) {
            if factor.is_default {
                authenticator::store::prefer(tx, tenant, &user.id, twin).await?;
            }
            store::remove_factor(tx, tenant, &user.id).await?;
            authenticator::store::delete(tx, tenant, factor).await?;
            event.clone().renamed("authenticator.deleted")
        } else {
            codes::readdress(tx, tenant, &factor.id, target).await?;
            there.push((factor.method, factor.id.clone()));
            event.clone().renamed("authenticator.updated").detail("changed", "address")
        };
        let change = change.user(&user.id).authenticator(&factor.id).detail("method", factor.method.as_str());
        audit::record(tx, tenant, &change).await?;
    }
    Ok(!moving.is_empty())
}
