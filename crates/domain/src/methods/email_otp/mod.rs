//! Codes by e-mail: six digits, ten minutes, five tries.

use super::Method;
use super::shared::code::{Begun, Checked, Rules, coded};
use crate::action::Bearer;
use crate::clock::Span;
use crate::delivery::Message;
use crate::error::Result;
use crate::limit::Limit;
use crate::tally::{Ceremony, Stage};
use crate::{Caller, Countersign};

pub(super) const RULES: Rules = Rules {
    method: Method::EmailOtp,
    factor: Method::EmailOtp,
    sends: Limit { most: 12, within: Span::minutes(10) },
    phone: None,
    shows_asker: false,
    guard: |_, _| Ok(Vec::new()),
    make: |tenant, id| coded(tenant, id, |code, minutes| Message::EmailCode { code, minutes }),
};

impl Countersign {
    /// Sends a code to an address that is to be a factor.
    pub async fn email_otp_enrol(&self, who: &Bearer, address: String, caller: &Caller) -> Result<Begun> {
        let outcome = self.code_enrol(&RULES, who, address, caller).await;
        self.tally().ceremony(Method::EmailOtp, Ceremony::Enrolment, Stage::Opened, outcome)
    }

    /// Sends a code to the user's address.
    pub async fn email_otp_begin(&self, who: &Bearer, caller: &Caller) -> Result<Begun> {
        let outcome = self.code_begin(&RULES, who, caller).await;
        self.tally().ceremony(Method::EmailOtp, Ceremony::Authentication, Stage::Opened, outcome)
    }

    /// Checks the code that was typed.
    pub async fn email_otp_check(&self, who: &Bearer, typed: &str, caller: &Caller) -> Result<Checked> {
        let outcome = self.code_check(&RULES, who, typed, caller).await;
        self.tally().code(Method::EmailOtp, outcome)
    }
}
