//! The answer to a code that was sent.

use super::answer::{Judged, Turn};
use super::{Checked, Rules};
use crate::action::Bearer;
use crate::authenticator::codes;
use crate::challenge::Purpose;
use crate::error::{Error, Result};
use crate::{Caller, Countersign};

impl Countersign {
    /// Checks an answer. It belongs to the enrolment that waits for a code, else to the code sent last for this action.
    pub(in crate::methods) async fn code_check(
        &self,
        rules: &'static Rules,
        who: &Bearer,
        typed: &str,
        caller: &Caller,
    ) -> Result<Checked> {
        let answer = self.answer((rules.method, rules.factor), who, typed, caller).await?;
        let judged = self
            .write(async move |tx| {
                let taken = match answer.take(tx).await? {
                    Turn::Taken(taken) => taken,
                    Turn::Wrong(because) => return Ok(Judged::Wrong(because)),
                };
                if !taken.open.is_answered_by_code(&answer.who.tenant.code_keys, &answer.typed) {
                    return answer.refuse(tx, &taken).await;
                }
                match taken.open.purpose {
                    Purpose::Enrol => {
                        let detail = rules.detail(&taken.open.note);
                        answer.enrol(tx, &taken, detail, &codes::Kept::default()).await
                    }
                    Purpose::Verify => answer.prove(tx, &taken).await,
                    Purpose::Account(_) => Err(Error::NotFound("challenge")),
                }
            })
            .await?;
        self.checked(who, judged)
    }
}
