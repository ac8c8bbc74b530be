//! A challenge that is answered by its link, which nobody guesses: no tries are counted.

use countersign_db::Tx;

use super::check::{Answer, Judged};
use super::{Checked, Rules, WrongBecause};
use crate::action::{self, Bearer};
use crate::challenge::{self, Challenge, Purpose};
use crate::error::{Error, Result};
use crate::{Caller, Countersign};

impl Countersign {
    /// Completes an open challenge whose link was shown and confirmed. Of several at once one does.
    pub(in crate::methods) async fn link_check(
        &self,
        rules: &Rules,
        who: &Bearer,
        open: Challenge,
        caller: &Caller,
    ) -> Result<Checked> {
        let Some(answer) = self.answer(rules, who, String::new(), caller).await? else {
            return Ok(Checked::Wrong(WrongBecause::MaxAttemptsExceeded));
        };
        let judged = self.write(async move |tx| answer.take_link(tx, &open).await).await?;
        self.concluded(who, judged)
    }
}

impl Answer {
    async fn take_link(&self, tx: &mut Tx<'_>, open: &Challenge) -> Result<Judged> {
        let (tenant, user, token) = (&self.who.tenant.id, &self.who.user.id, &self.who.token);
        let action = action::store::reload(tx, tenant, user, &token.action_code, &token.idempotency_key).await?;
        let action = action.ok_or(Error::NotFound("action"))?;
        let factor = open.note.factor.as_ref().ok_or_else(|| Error::Internal("a link without a factor".to_owned()))?;
        challenge::close_verified(tx, tenant, open, self.now).await?;
        match open.purpose {
            Purpose::Enrol => self.enrol(tx, action, open, factor).await,
            Purpose::Verify => self.prove(tx, action, open, factor).await,
        }
    }
}
