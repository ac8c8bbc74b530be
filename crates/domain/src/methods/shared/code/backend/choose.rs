//! By which method a code goes, and to which factor of a user.

use super::Wanted;
use crate::Countersign;
use crate::authenticator::Authenticator;
use crate::delivery::Channel;
use crate::error::{Error, Result};
use crate::methods::shared::code::Rules;
use crate::methods::shared::code::write::{address_of, is_at};
use crate::methods::{Method, code_rules};
use crate::tenant::Tenant;

const NO_METHOD: &str = "No method that sends codes is on for this tenant, or there is no way to send any.";

/// What a code may be sent by.
pub(super) struct SentRules {
    first: &'static Rules,
    others: Vec<&'static Rules>,
}

impl Wanted {
    /// The method that is asked for, else the one that goes to the address that is given.
    pub(super) fn named(&self) -> Option<Method> {
        let by_email = self.email.is_some().then_some(Method::EmailOtp);
        let by_number = self.phone_number.is_some().then_some(Method::Sms);
        self.method.or(by_email).or(by_number)
    }

    /// The address that was given for a method.
    pub(super) fn address_for(&self, rules: &Rules) -> Option<&String> {
        match rules.method.sends_by()? {
            Channel::Email => self.email.as_ref(),
            Channel::Sms | Channel::Whatsapp => self.phone_number.as_ref(),
        }
    }
}

impl Countersign {
    /// The rules of the method that a call names, where it names one. Refused alike for every user: what cannot be sent, and an
    /// address that nothing is sent to.
    pub(super) fn named_rules(&self, tenant: &Tenant, wanted: &Wanted) -> Result<Option<&'static Rules>> {
        let Some(method) = wanted.named() else { return Ok(None) };
        let no_code =
            || Error::invalid(format!("A {} is no code that can be sent. Name another method.", method.noun()));
        let rules = code_rules(method, wanted.sms_channel.unwrap_or_default()).ok_or_else(no_code)?;
        self.require_sent(tenant, rules)?;
        if let Some(address) = wanted.address_for(rules) {
            (rules.guard)(tenant, address)?;
        }
        Ok(Some(rules))
    }

    /// By what a code may go to a user, before it is looked at what the user has: by the method that is named, else by any.
    pub(super) fn sent_rules(&self, tenant: &Tenant, wanted: &Wanted) -> Result<SentRules> {
        if let Some(first) = self.named_rules(tenant, wanted)? {
            return Ok(SentRules { first, others: Vec::new() });
        }
        let channel = wanted.sms_channel.unwrap_or_default();
        let all = [Method::EmailOtp, Method::Sms, Method::Whatsapp];
        let all = all.into_iter().filter_map(|method| code_rules(method, channel));
        let mut sent = all.filter(|rules| self.require_sent(tenant, rules).is_ok());
        let first = sent.next().ok_or_else(|| Error::InvalidConfiguration(NO_METHOD.to_owned()))?;
        Ok(SentRules { first, others: sent.collect() })
    }
}

impl SentRules {
    /// Those of the user's default factor, else of the oldest one that a code can be sent to, else the first.
    pub(super) fn preferred(&self, held: &[Authenticator]) -> &'static Rules {
        let all = || std::iter::once(self.first).chain(self.others.iter().copied());
        let rules = |factor: &Authenticator| all().find(|rules| rules.factor == factor.method);
        let default = held.iter().find(|factor| factor.is_default).and_then(rules);
        default.or_else(|| held.iter().find_map(rules)).unwrap_or(self.first)
    }
}

/// The factor that a code goes to: at the given address, else the default one, else the oldest.
pub(super) fn choose<'a>(
    held: &'a [Authenticator],
    rules: &Rules,
    given: Option<&String>,
) -> Option<&'a Authenticator> {
    let usable: Vec<&Authenticator> = held.iter().filter(|factor| factor.method == rules.factor).collect();
    let same = |factor: &&&Authenticator| given.is_some_and(|given| is_at(factor, given));
    usable.iter().find(same).or_else(|| usable.iter().find(|factor| factor.is_default)).or(usable.first()).copied()
}

/// Where a code to a factor goes. A number of a country that is listed no more gets none, and the caller is not told: it would
/// tell whose it is.
pub(super) fn address_in_reach(tenant: &Tenant, rules: &Rules, factor: &Authenticator) -> Option<String> {
    address_of(factor).filter(|address| (rules.guard)(tenant, address).is_ok()).cloned()
}
