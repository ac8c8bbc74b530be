//! A challenge that is answered by its link, which nobody guesses: no tries are counted.

use countersign_db::Tx;

use super::answer::{Answer, Judged, Taken};
use super::{Checked, Rules, WrongBecause};
use crate::action::{ActionState, Bearer};
use crate::authenticator::codes;
use crate::challenge::{Challenge, Purpose};
use crate::error::{Error, Result};
use crate::{Caller, Countersign};

impl Countersign {
    /// Completes an open challenge whose link was shown and confirmed. Of several at once one does.
    pub(in crate::methods) async fn link_check(
        &self,
        rules: &'static Rules,
        who: &Bearer,
        open: Challenge,
        caller: &Caller,
    ) -> Result<Checked> {
        let answer = self.answer((rules.method, rules.factor), who, "", caller).await?;
        let judged = self.write(async move |tx| answer.take_link(tx, rules, &open).await).await?;
        self.checked(who, judged)
    }
}

impl Answer {
    async fn take_link(&self, tx: &mut Tx<'_>, rules: &Rules, open: &Challenge) -> Result<Judged> {
        let action = self.action(tx).await?;
        if action.state == ActionState::ChallengeFailed {
            return Ok(Judged::Wrong(WrongBecause::MaxAttemptsExceeded));
        }
        let missing = || Error::Internal("a link without a factor".to_owned());
        let factor = open.note.factor.clone().ok_or_else(missing)?;
        let taken = Taken { action, open: open.clone(), factor, is_last: false, locks: false };
        match open.purpose {
            Purpose::Enrol => self.enrol(tx, &taken, rules.detail(&open.note), &codes::Kept::default()).await,
            Purpose::Verify => self.prove(tx, &taken).await,
            Purpose::Account(_) => Err(Error::NotFound("challenge")),
        }
    }
}
