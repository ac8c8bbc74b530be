//! Making a set: drawn and hashed before the transaction, stored in it.

use countersign_db::Tx;

use super::code::RecoveryCode;
use super::store;
use crate::Countersign;
use crate::authenticator::{self, Authenticator, Detail, codes};
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::id::{AuthenticatorId, TenantId, UserId};
use crate::methods::Method;
use crate::secret::Secret;
use crate::user;

/// Codes of a set.
const SIZE: usize = 10;

const NO_FACTOR: &str = "Recovery codes stand in for a factor, and the user has none. Enrol one first.";

/// A fresh set that is not stored yet: the one time that its codes are readable.
#[derive(Debug, Clone)]
pub struct NewCodes {
    id: AuthenticatorId,
    shown: Vec<Secret>,
    /// Prefix and hash of each.
    kept: Vec<(String, String)>,
}

impl Countersign {
    /// Draws a set and hashes it, which takes a moment: to be done before the transaction that stores it.
    pub async fn draw_recovery_codes(&self) -> Result<NewCodes> {
        let (mut shown, mut kept) = (Vec::with_capacity(SIZE), Vec::<(String, String)>::with_capacity(SIZE));
        while kept.len() < SIZE {
            let code = RecoveryCode::random();
            // A code is found by its prefix.
            if kept.iter().any(|(prefix, _)| prefix == code.prefix()) {
                continue;
            }
            kept.push((code.prefix().to_owned(), self.slow_hasher().hash(code.whole()).await?));
            shown.push(code.shown());
        }
        Ok(NewCodes { id: AuthenticatorId::random(), shown, kept })
    }
}

impl NewCodes {
    /// The codes, to be shown once.
    pub fn shown(&self) -> &[Secret] {
        &self.shown
    }

    /// Stores them as the user's only set: an older one is worth nothing from then on (checklist 23). `InsufficientScope` for a
    /// user without a factor.
    pub(crate) async fn store(
        &self,
        tx: &mut Tx<'_>,
        tenant: &TenantId,
        user: &UserId,
        now: Millis,
    ) -> Result<Authenticator> {
        if user::store::hold(tx, tenant, user, now).await?.is_none_or(|factors| factors == 0) {
            return Err(Error::InsufficientScope(NO_FACTOR));
        }
        authenticator::store::delete_of_method(tx, tenant, user, Method::RecoveryCode).await?;
        let set = Authenticator {
            id: self.id.moved_beside(user),
            user: user.clone(),
            method: Method::RecoveryCode,
            is_default: false,
            label: None,
            created_at: now,
            verified_at: Some(now),
            last_verified_at: None,
            detail: Detail::RecoveryCodes { left: i64::try_from(self.kept.len()).unwrap_or(i64::MAX) },
        };
        codes::insert(tx, tenant, &set, &codes::Kept::default()).await?;
        for (prefix, hash) in &self.kept {
            store::insert(tx, tenant, &set.id, prefix, hash).await?;
        }
        Ok(set)
    }
}
