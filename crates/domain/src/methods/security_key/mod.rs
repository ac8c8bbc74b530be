//! Security keys: hardware that proves possession, by default without PIN and without keeping the credential
//! (decisions §6, second column).

use countersign_webauthn::Attachment;
use countersign_webauthn::options::{CreationOptions, RequestOptions};

use super::Method;
use super::shared::webauthn::{Answered, Enrolled, Offer, ParsedAnswer, ParsedCredential, Rules, Who, Wish};
use crate::action::Bearer;
use crate::error::Result;
use crate::tally::{Ceremony, Stage};
use crate::tenant::Tenant;
use crate::{Caller, Countersign};

fn rules(tenant: &Tenant) -> Rules {
    let settings = &tenant.settings.security_key;
    Rules {
        method: Method::SecurityKey,
        resident_key: settings.resident_key,
        user_verification: settings.user_verification,
        creation_user_verification: settings.user_verification,
    }
}

fn hints() -> Vec<String> {
    vec!["security-key".to_owned()]
}

impl Countersign {
    /// Options for enrolling a security key.
    pub async fn security_key_registration_options(
        &self,
        who: &Bearer,
        caller: &Caller,
    ) -> Result<Offer<CreationOptions>> {
        let wish = Wish { attachment: Some(Attachment::CrossPlatform), ..Wish::default() };
        let outcome = self.webauthn_registration_options(&rules(&who.tenant), who, wish, hints(), caller).await;
        self.tally().ceremony(Method::SecurityKey, Ceremony::Enrolment, Stage::Opened, outcome)
    }

    /// Takes a new security key in.
    pub async fn security_key_enrol(&self, who: &Bearer, made: ParsedCredential, caller: &Caller) -> Result<Enrolled> {
        let outcome = self.webauthn_enrol(&rules(&who.tenant), who, made, caller).await;
        self.tally().ceremony(Method::SecurityKey, Ceremony::Enrolment, Stage::Verified, outcome)
    }

    /// Options for stepping up with a security key. There is no sign-in without a token: a key does not name its user.
    pub async fn security_key_authentication_options(
        &self,
        who: &Bearer,
        caller: &Caller,
    ) -> Result<Offer<RequestOptions>> {
        let rules = rules(&who.tenant);
        let who = Who::Bearer(Box::new(who.clone()));
        let outcome = self.webauthn_authentication_options(&rules, &who, None, hints(), caller).await;
        self.tally().ceremony(Method::SecurityKey, Ceremony::Authentication, Stage::Opened, outcome)
    }

    /// Checks a security key's answer.
    pub async fn security_key_verify(&self, who: &Bearer, said: ParsedAnswer, caller: &Caller) -> Result<Answered> {
        let rules = rules(&who.tenant);
        let outcome = self.webauthn_verify(&rules, &Who::Bearer(Box::new(who.clone())), said, caller).await;
        self.tally().ceremony(Method::SecurityKey, Ceremony::Authentication, Stage::Verified, outcome)
    }
}
