//! The code that a followed link carries in place of a refresh token, for whoever holds its verifier (RFC 7636).

use std::sync::Arc;

use super::follow::link_proof;
use super::sign_in::may_enter;
use super::ticket::Bits;
use super::{Refused, store};
use crate::challenge::{self, Step};
use crate::clock::Span;
use crate::error::{Error, Result};
use crate::secret;
use crate::session::{Granted, Opening};
use crate::tenant::Tenant;
use crate::user;
use crate::{Caller, Countersign};

/// How long a code works.
pub(super) const EXCHANGE_LIFE: Span = Span::minutes(5);

impl Countersign {
    /// Exchanges a code for its session, once.
    pub async fn exchange_code(
        &self,
        tenant: &Arc<Tenant>,
        code: &str,
        verifier: &str,
        caller: &Caller,
    ) -> Result<Granted> {
        match self.use_code(tenant, code, verifier, caller).await {
            Err(Error::InvalidRequest(_) | Error::NotFound(_)) => Err(Refused::Code.into()),
            outcome => outcome,
        }
    }

    async fn use_code(&self, tenant: &Arc<Tenant>, code: &str, verifier: &str, caller: &Caller) -> Result<Granted> {
        let unknown = || Error::NotFound("code");
        let bits = Bits::parse(code).ok_or_else(unknown)?;
        let open = self.open_of_bits(tenant, &bits, Step::Exchange).await?;
        let wanted = open.note.account.as_ref().and_then(|kept| kept.code_challenge.clone()).ok_or_else(unknown)?;
        let shown = secret::base64url(&secret::sha256(verifier.as_bytes()));
        let now = self.now();
        if !secret::same(wanted.as_bytes(), shown.as_bytes()) {
            let of = tenant.id.clone();
            self.write(async move |tx| challenge::count_failure(tx, &of, &open, now).await).await?;
            return Err(unknown());
        }
        let id = open.user.clone().ok_or_else(unknown)?;
        let account = store::find(self.db(), &tenant.id, &id).await?.ok_or_else(unknown)?;
        let user = user::store::find_known(self.db(), &tenant.id, &id).await?.ok_or_else(unknown)?;
        may_enter(tenant, &account)?;
        let opening = Arc::new(Opening::new(self, tenant, &user, None, &link_proof(now), caller, now));
        let (of, stored) = (tenant.id.clone(), opening.clone());
        self.write(async move |tx| {
            challenge::close_verified(tx, &of, &open, now).await?;
            stored.store(tx).await
        })
        .await?;
        self.grant(tenant, &opening, Some(&account), false).await
    }
}
