//! The steps of the specification that this crate checks.

use std::fmt;

/// A step of Web Authentication Level 3, by its number and a title.
///
/// The steps of the two ceremonies are `7.1.n` (registering a new credential, §7.1) and `7.2.n` (verifying an
/// assertion, §7.2). Form is named by the section that gives it, and so is an attestation statement's verification
/// (step 7.1.22): §8.2, §8.6, §8.7.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Step {
    code: &'static str,
    title: &'static str,
}

macro_rules! steps {
    ($($name:ident = $code:literal, $title:literal;)*) => {
        impl Step {
            $(#[doc = concat!("§", $code, ": ", $title, ".")]
            pub const $name: Self = Self { code: $code, title: $title };)*

            /// Every step that a refusal may name.
            pub const ALL: &[Self] = &[$(Self::$name),*];
        }
    };
}

steps! {
    CREDENTIAL_FORM = "5.1", "the credential has its JSON form";
    AUTHENTICATOR_DATA = "6.1", "the authenticator data has its form";
    CREDENTIAL_PUBLIC_KEY = "6.5.1", "the credential public key is a usable COSE key";

    REGISTRATION_CLIENT_DATA = "7.1.6", "the client data is JSON";
    REGISTRATION_TYPE = "7.1.7", "the client data is of a registration";
    REGISTRATION_CHALLENGE = "7.1.8", "the challenge is the one handed out";
    REGISTRATION_ORIGIN = "7.1.9", "the origin is one of ours";
    REGISTRATION_CROSS_ORIGIN = "7.1.10", "a framed page is expected";
    REGISTRATION_TOP_ORIGIN = "7.1.11", "the framing page is expected";
    REGISTRATION_ATTESTATION_OBJECT = "7.1.13", "the attestation object decodes";
    REGISTRATION_RP_ID = "7.1.14", "the RP ID is ours";
    REGISTRATION_USER_PRESENT = "7.1.15", "a person was present";
    REGISTRATION_USER_VERIFIED = "7.1.16", "the person was verified";
    REGISTRATION_BACKUP_FLAGS = "7.1.17", "only an eligible credential is backed up";
    REGISTRATION_ALGORITHM = "7.1.20", "the algorithm is one of those offered";
    ATTESTATION_FORMAT = "7.1.21", "the attestation format is supported";
    ATTESTATION_TRUST = "7.1.24", "the attestation is trustworthy";
    CREDENTIAL_ID_SIZE = "7.1.25", "the credential id has at most 1023 bytes";
    CREDENTIAL_ID_UNIQUE = "7.1.26", "the credential id is not registered yet";
    CREDENTIAL_RECORD = "7.1.27", "the credential id of the response is the one attested";

    ALLOWED_CREDENTIAL = "7.2.5", "the credential is one of those asked for";
    CREDENTIAL_OWNER = "7.2.6", "the credential belongs to the user";
    AUTHENTICATION_CLIENT_DATA = "7.2.9", "the client data is JSON";
    AUTHENTICATION_TYPE = "7.2.10", "the client data is of an authentication";
    AUTHENTICATION_CHALLENGE = "7.2.11", "the challenge is the one handed out";
    AUTHENTICATION_ORIGIN = "7.2.12", "the origin is one of ours";
    AUTHENTICATION_CROSS_ORIGIN = "7.2.13", "a framed page is expected";
    AUTHENTICATION_TOP_ORIGIN = "7.2.14", "the framing page is expected";
    AUTHENTICATION_RP_ID = "7.2.15", "the RP ID is ours";
    AUTHENTICATION_USER_PRESENT = "7.2.16", "a person was present";
    AUTHENTICATION_USER_VERIFIED = "7.2.17", "the person was verified";
    AUTHENTICATION_BACKUP_FLAGS = "7.2.18", "only an eligible credential is backed up";
    BACKUP_ELIGIBILITY = "7.2.19", "the backup eligibility is as it was at registration";
    SIGNATURE = "7.2.21", "the signature verifies";
    SIGNATURE_COUNTER = "7.2.22", "the signature counter rose";

    PACKED = "8.2", "the packed attestation statement verifies";
    PACKED_CERTIFICATE = "8.2.1", "the attestation certificate meets the rules of packed attestation";
    FIDO_U2F = "8.6", "the FIDO U2F attestation statement verifies";
    NONE = "8.7", "the attestation statement of format none is empty";
}

impl Step {
    /// Its number: section and step, such as `7.1.9`.
    pub const fn code(self) -> &'static str {
        self.code
    }

    /// What holds when it passes, in a few words.
    pub const fn title(self) -> &'static str {
        self.title
    }
}

/// The number with its section sign: `§7.1.9`.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "§{}", self.code)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_number_names_one_step() {
        let codes: HashSet<_> = Step::ALL.iter().map(|step| step.code()).collect();
        assert_eq!(codes.len(), Step::ALL.len());
        assert_eq!(Step::REGISTRATION_ORIGIN.to_string(), "§7.1.9");
    }
}
