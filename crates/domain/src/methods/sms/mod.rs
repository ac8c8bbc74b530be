//! Codes to a phone, by text message or WhatsApp: six digits, ten minutes, five tries. Both are answered with the same factor.

mod reach;

use super::Method;
use super::shared::code::{Begun, Checked, Rules, coded};
use crate::action::Bearer;
use crate::authenticator::SmsChannel;
use crate::clock::Span;
use crate::delivery::{Message, TextChannel};
use crate::error::Result;
use crate::limit::Limit;
use crate::tally::{Ceremony, Stage};
use crate::{Caller, Countersign};

/// By text message, unless asked otherwise.
const SMS: Rules = Rules {
    method: Method::Sms,
    factor: Method::Sms,
    sends: Limit { most: 6, within: Span::minutes(10) },
    phone: Some(SmsChannel::Default),
    shows_asker: false,
    guard: reach::guard,
    make: |tenant, id| coded(tenant, id, |code, minutes| Message::SmsCode { code, minutes, channel: TextChannel::Sms }),
};

/// The same by WhatsApp: asked for by `smsChannel`, answered like a text message.
const SMS_BY_WHATSAPP: Rules = Rules {
    phone: Some(SmsChannel::Whatsapp),
    make: |tenant, id| {
        coded(tenant, id, |code, minutes| Message::SmsCode { code, minutes, channel: TextChannel::Whatsapp })
    },
    ..SMS
};

/// WhatsApp as a method of its own. It has no enrolment: the phone is enrolled by [`Countersign::sms_enrol`].
pub(super) const WHATSAPP: Rules = Rules { method: Method::Whatsapp, ..SMS_BY_WHATSAPP };

/// A code to a phone by this channel.
pub(super) const fn rules_of(channel: SmsChannel) -> &'static Rules {
    match channel {
        SmsChannel::Default => &SMS,
        SmsChannel::Whatsapp => &SMS_BY_WHATSAPP,
    }
}

impl Countersign {
    /// Sends a code to a number, in E.164, that is to be a factor.
    pub async fn sms_enrol(&self, who: &Bearer, number: String, channel: SmsChannel, caller: &Caller) -> Result<Begun> {
        let outcome = self.code_enrol(rules_of(channel), who, number, caller).await;
        self.tally().ceremony(Method::Sms, Ceremony::Enrolment, Stage::Opened, outcome)
    }

    /// Sends a code to the user's phone.
    pub async fn sms_begin(&self, who: &Bearer, channel: SmsChannel, caller: &Caller) -> Result<Begun> {
        let outcome = self.code_begin(rules_of(channel), who, caller).await;
        self.tally().ceremony(Method::Sms, Ceremony::Authentication, Stage::Opened, outcome)
    }

    /// Checks the code that was typed, by whichever channel it came.
    pub async fn sms_check(&self, who: &Bearer, typed: &str, caller: &Caller) -> Result<Checked> {
        let outcome = self.code_check(&SMS, who, typed, caller).await;
        self.tally().code(Method::Sms, outcome)
    }

    /// Sends a code to the user's phone by WhatsApp.
    pub async fn whatsapp_begin(&self, who: &Bearer, caller: &Caller) -> Result<Begun> {
        let outcome = self.code_begin(&WHATSAPP, who, caller).await;
        self.tally().ceremony(Method::Whatsapp, Ceremony::Authentication, Stage::Opened, outcome)
    }

    /// Checks the code that [`whatsapp_begin`](Self::whatsapp_begin) sent.
    pub async fn whatsapp_check(&self, who: &Bearer, typed: &str, caller: &Caller) -> Result<Checked> {
        let outcome = self.code_check(&WHATSAPP, who, typed, caller).await;
        self.tally().code(Method::Whatsapp, outcome)
    }
}
