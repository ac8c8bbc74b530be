//! The page that asked for a link, asking whether it was confirmed.

use super::RULES;
use crate::Countersign;
use crate::action::Bearer;
use crate::authenticator::codes;
use crate::challenge::{self, Challenge, Purpose, State};
use crate::error::{Error, Result};
use crate::methods::shared::code::{Checked, Proved, WrongBecause};

impl Countersign {
    /// What became of the link that was sent last for the token's action; `None` while it waits. A page asks each second, and
    /// may ask again after the answer, which it could have lost, until the link's ten minutes are over.
    pub async fn magic_link_poll(&self, who: &Bearer) -> Result<Option<Checked>> {
        self.require_offered(&who.tenant, RULES.method)?;
        let action = self.action_of(who).await?;
        let over = || Ok(Some(Checked::Wrong(WrongBecause::CodeInvalidOrExpired)));
        let mut newest: Option<Challenge> = None;
        for purpose in [Purpose::Enrol, Purpose::Verify] {
            match challenge::find(self.db(), &who.tenant.id, &challenge::id_of(&action, RULES.method, purpose)).await {
                Ok(found) if newest.as_ref().is_none_or(|other| other.expires_at < found.expires_at) => {
                    newest = Some(found);
                }
                Ok(_) | Err(Error::NotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
        let now = self.now();
        let Some(sent) = newest.filter(|sent| now < sent.expires_at) else { return over() };
        match sent.state {
            State::Pending => return Ok(None),
            State::Verified => {}
            State::Failed | State::Expired | State::Cancelled => return over(),
        }
        let is_enrolment = sent.purpose == Purpose::Enrol;
        let proof = action.proof().filter(|_| action.is_freshly_proved(now));
        // A further factor proves nothing; any other link does, unless the backend has taken its word back.
        if proof.is_none() && !is_enrolment {
            return over();
        }
        let held = codes::list(self.db(), &who.tenant.id, &who.user.id).await?;
        let Some(factor) = held.into_iter().find(|factor| Some(&factor.id) == sent.note.factor.as_ref()) else {
            return over();
        };
        let named = (action.code.as_str(), action.idempotency_key.as_str());
        let token = self.result_token(&who.tenant, &who.user, named, proof.as_ref())?;
        Ok(Some(Checked::Right(Box::new(Proved { token, user: who.user.clone(), factor, is_enrolment }))))
    }
}
