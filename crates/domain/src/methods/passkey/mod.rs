//! Passkeys: discoverable, user-verifying credentials (decisions §6, first column).

use countersign_webauthn::options::{CreationOptions, RequestOptions, ResidentKey};
use countersign_webauthn::{Attachment, UserVerification};

use super::Method;
use super::shared::webauthn::{Answered, Enrolled, Offer, ParsedAnswer, ParsedCredential, Rules, Who, Wish};
use crate::action::Bearer;
use crate::error::Result;
use crate::id::ChallengeId;
use crate::tally::{Ceremony, Stage};
use crate::{Caller, Countersign};

const RULES: Rules = Rules {
    method: Method::Passkey,
    resident_key: ResidentKey::Required,
    user_verification: UserVerification::Required,
    // Whether a passkey was made without asking (conditional create) is told only with the credential, and a browser refuses
    // that where the options require a verification it cannot collect (WebAuthn L3 §5.1.3; decisions §6).
    creation_user_verification: UserVerification::Preferred,
};

impl Countersign {
    /// Options for making a passkey.
    pub async fn passkey_registration_options(
        &self,
        who: &Bearer,
        wish: Wish,
        caller: &Caller,
    ) -> Result<Offer<CreationOptions>> {
        let hints: &[&str] = match wish.attachment {
            Some(Attachment::Platform) => &["client-device"],
            Some(Attachment::CrossPlatform) => &["security-key", "hybrid"],
            None => &[],
        };
        let hints = hints.iter().map(|hint| (*hint).to_owned()).collect();
        let outcome = self.webauthn_registration_options(&RULES, who, wish, hints, caller).await;
        self.tally().ceremony(Method::Passkey, Ceremony::Enrolment, Stage::Opened, outcome)
    }

    /// Takes a new passkey in.
    pub async fn passkey_enrol(&self, who: &Bearer, made: ParsedCredential, caller: &Caller) -> Result<Enrolled> {
        let outcome = self.webauthn_enrol(&RULES, who, made, caller).await;
        self.tally().ceremony(Method::Passkey, Ceremony::Enrolment, Stage::Verified, outcome)
    }

    /// Options for signing in or stepping up with a passkey. `challenge` is one from `begin_anonymous`; a token brings its
    /// own.
    pub async fn passkey_authentication_options(
        &self,
        who: &Who,
        challenge: Option<ChallengeId>,
        caller: &Caller,
    ) -> Result<Offer<RequestOptions>> {
        let outcome = self.webauthn_authentication_options(&RULES, who, challenge, Vec::new(), caller).await;
        self.tally().ceremony(Method::Passkey, Ceremony::Authentication, Stage::Opened, outcome)
    }

    /// Checks a passkey's answer.
    pub async fn passkey_verify(&self, who: &Who, said: ParsedAnswer, caller: &Caller) -> Result<Answered> {
        let outcome = self.webauthn_verify(&RULES, who, said, caller).await;
        self.tally().ceremony(Method::Passkey, Ceremony::Authentication, Stage::Verified, outcome)
    }
}
