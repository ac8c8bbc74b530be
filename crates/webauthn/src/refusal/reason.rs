//! The reasons for a refusal, and the sentences that explain them.

use std::fmt;

use super::Kind;
use crate::Algorithm;
use crate::cose::KeyError;

/// Why a credential was refused, with the data that explains it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// A member of the JSON form is absent or null.
    MemberMissing {
        /// Its path, such as `response.clientDataJSON`.
        member: &'static str,
    },
    /// A member of the JSON form has another type or size than it should.
    MemberInvalid {
        /// Its path, such as `response.clientDataJSON`.
        member: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// A member is not base64url without padding (RFC 4648 §5).
    Base64UrlInvalid {
        /// Its path, such as `response.clientDataJSON`.
        member: &'static str,
        /// What is wrong with it.
        why: &'static str,
    },
    /// `id` is not the base64url form of `rawId`.
    IdMismatch,
    /// The client data is not the JSON that the specification gives.
    ClientDataInvalid {
        /// What is wrong with it.
        why: String,
    },
    /// Bytes are not the strict CBOR that this crate reads.
    CborInvalid {
        /// Which bytes.
        part: Part,
        /// The offset in them, in bytes.
        offset: usize,
        /// What is wrong there.
        why: &'static str,
    },
    /// The authenticator data does not have its form.
    AuthenticatorDataInvalid {
        /// What is wrong with it.
        why: &'static str,
    },
    /// The credential id is empty or longer than 1023 bytes.
    CredentialIdSize {
        /// Its length in bytes.
        bytes: usize,
    },
    /// The credential public key is not one that this crate verifies with.
    KeyInvalid(KeyError),
    /// The client data is of another ceremony.
    TypeMismatch {
        /// What this ceremony has.
        expected: &'static str,
        /// What the client data has.
        found: String,
    },
    /// The challenge is not the one handed out.
    ChallengeMismatch,
    /// The origin is not one of the relying party's.
    OriginMismatch {
        /// The origin of the client data.
        origin: String,
        /// The relying party's origins.
        expected: Vec<String>,
    },
    /// The page was framed by another origin, which the relying party does not allow.
    CrossOriginNotAllowed {
        /// The framing origin, when the browser told it.
        top_origin: Option<String>,
    },
    /// The page was framed by an origin that is not listed.
    TopOriginMismatch {
        /// The framing origin.
        top_origin: String,
        /// The listed framing origins.
        expected: Vec<String>,
    },
    /// The authenticator data is for another RP ID.
    RpIdMismatch {
        /// The relying party's RP ID.
        rp_id: String,
    },
    /// UP=0: nobody was present.
    UserNotPresent,
    /// UV=0 although user verification is required.
    UserNotVerified,
    /// BS=1 with BE=0.
    BackupFlagsInvalid,
    /// BE is another than at registration.
    BackupEligibilityChanged {
        /// BE at registration.
        stored: bool,
    },
    /// The key's algorithm was not offered.
    AlgorithmNotOffered {
        /// The COSE identifier of the key's algorithm.
        id: i64,
    },
    /// The credential id of the response is not that of the attested data or of the stored record.
    CredentialIdMismatch,
    /// The credential is not one of `allowCredentials`.
    CredentialNotAllowed,
    /// No record is known for the credential id. Only callers can find out.
    CredentialUnknown,
    /// The credential id is registered already. Only callers can find out.
    CredentialAlreadyRegistered,
    /// The response has no user handle although the ceremony began without a user name.
    UserHandleMissing,
    /// The user handle is not that of the credential's owner.
    UserHandleMismatch,
    /// The signature counter did not rise.
    CounterFell {
        /// The counter of the latest ceremony.
        stored: u32,
        /// The counter of this ceremony.
        received: u32,
    },
    /// The assertion's signature does not verify.
    SignatureInvalid,
    /// The format of the attestation statement is not one that this crate verifies.
    AttestationFormatUnsupported {
        /// Its identifier.
        format: String,
    },
    /// The attestation statement breaks a rule of its format.
    AttestationInvalid {
        /// The rule.
        why: &'static str,
    },
    /// The signature of the attestation statement does not verify.
    AttestationSignatureInvalid,
    /// The attestation certificate breaks a rule.
    AttestationCertificateInvalid {
        /// The rule.
        why: &'static str,
    },
    /// The attestation does not lead to a trust anchor.
    AttestationUntrusted(Untrusted),
}

/// A part of the message that is CBOR.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Part {
    /// `attestationObject`.
    AttestationObject,
    /// The credential public key inside authenticator data.
    CredentialPublicKey,
    /// The extension outputs inside authenticator data.
    Extensions,
}

/// Why an attestation does not lead to a trust anchor.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Untrusted {
    /// The statement carries no certificate (none or self attestation).
    NoCertificate,
    /// No trust anchor is, or issued, one of the certificates.
    NoAnchor {
        /// The issuer of the last certificate looked at.
        issuer: String,
    },
    /// A certificate breaks a rule of chains.
    Certificate {
        /// Its subject.
        subject: String,
        /// The rule.
        why: &'static str,
    },
}

impl Reason {
    /// A stable name in `snake_case`, such as `origin_mismatch`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::MemberMissing { .. } => "member_missing",
            Self::MemberInvalid { .. } => "member_invalid",
            Self::Base64UrlInvalid { .. } => "base64url_invalid",
            Self::IdMismatch => "id_mismatch",
            Self::ClientDataInvalid { .. } => "client_data_invalid",
            Self::CborInvalid { .. } => "cbor_invalid",
            Self::AuthenticatorDataInvalid { .. } => "authenticator_data_invalid",
            Self::CredentialIdSize { .. } => "credential_id_size",
            Self::KeyInvalid(_) => "public_key_invalid",
            Self::TypeMismatch { .. } => "type_mismatch",
            Self::ChallengeMismatch => "challenge_mismatch",
            Self::OriginMismatch { .. } => "origin_mismatch",
            Self::CrossOriginNotAllowed { .. } => "cross_origin_not_allowed",
            Self::TopOriginMismatch { .. } => "top_origin_mismatch",
            Self::RpIdMismatch { .. } => "rp_id_mismatch",
            Self::UserNotPresent => "user_not_present",
            Self::UserNotVerified => "user_not_verified",
            Self::BackupFlagsInvalid => "backup_flags_invalid",
            Self::BackupEligibilityChanged { .. } => "backup_eligibility_changed",
            Self::AlgorithmNotOffered { .. } => "algorithm_not_offered",
            Self::CredentialIdMismatch => "credential_id_mismatch",
            Self::CredentialNotAllowed => "credential_not_allowed",
            Self::CredentialUnknown => "credential_unknown",
            Self::CredentialAlreadyRegistered => "credential_already_registered",
            Self::UserHandleMissing => "user_handle_missing",
            Self::UserHandleMismatch => "user_handle_mismatch",
            Self::CounterFell { .. } => "counter_fell",
            Self::SignatureInvalid => "signature_invalid",
            Self::AttestationFormatUnsupported { .. } => "attestation_format_unsupported",
            Self::AttestationInvalid { .. } => "attestation_invalid",
            Self::AttestationSignatureInvalid => "attestation_signature_invalid",
            Self::AttestationCertificateInvalid { .. } => "attestation_certificate_invalid",
            Self::AttestationUntrusted(_) => "attestation_untrusted",
        }
    }

    /// What sort of refusal it is.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::MemberMissing { .. }
            | Self::MemberInvalid { .. }
            | Self::Base64UrlInvalid { .. }
            | Self::IdMismatch
            | Self::ClientDataInvalid { .. }
            | Self::CborInvalid { .. }
            | Self::AuthenticatorDataInvalid { .. }
            | Self::CredentialIdSize { .. }
            | Self::KeyInvalid(_) => Kind::Malformed,
            Self::TypeMismatch { .. }
            | Self::ChallengeMismatch
            | Self::OriginMismatch { .. }
            | Self::CrossOriginNotAllowed { .. }
            | Self::TopOriginMismatch { .. }
            | Self::RpIdMismatch { .. }
            | Self::UserNotPresent
            | Self::UserNotVerified
            | Self::BackupFlagsInvalid
            | Self::BackupEligibilityChanged { .. }
            | Self::AlgorithmNotOffered { .. }
            | Self::CredentialIdMismatch
            | Self::CredentialNotAllowed
            | Self::CredentialUnknown
            | Self::CredentialAlreadyRegistered
            | Self::UserHandleMissing
            | Self::UserHandleMismatch
            | Self::CounterFell { .. } => Kind::Ceremony,
            Self::SignatureInvalid => Kind::Signature,
            Self::AttestationFormatUnsupported { .. }
            | Self::AttestationInvalid { .. }
            | Self::AttestationSignatureInvalid
            | Self::AttestationCertificateInvalid { .. }
            | Self::AttestationUntrusted(_) => Kind::Attestation,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MemberMissing { member } => write!(
                f,
                "the credential has no {member}: send what PublicKeyCredential.toJSON() gives, unchanged"
            ),
            Self::MemberInvalid { member, expected } => {
                write!(f, "{member} is not {expected}: send what PublicKeyCredential.toJSON() gives, unchanged")
            }
            Self::Base64UrlInvalid { member, why } => write!(f, "{member} is not base64url without padding: {why}"),
            Self::IdMismatch => f.write_str("id is not the base64url form of rawId"),
            Self::ClientDataInvalid { why } => write!(f, "the client data cannot be read: {}", Quoted(why)),
            Self::CborInvalid { part, offset, why } => write!(f, "{part} cannot be read: {why}, at byte {offset}"),
            Self::AuthenticatorDataInvalid { why } => write!(f, "the authenticator data cannot be read: {why}"),
            Self::CredentialIdSize { bytes } => {
                write!(f, "the credential id has {bytes} bytes; it may have 1 to 1023")
            }
            Self::KeyInvalid(error) => write!(f, "the credential public key cannot be used: {error}"),
            Self::TypeMismatch { expected, found } => write!(
                f,
                "the client data is of type {}, this ceremony needs {expected}: send the answer of \
                 navigator.credentials.{}() here",
                Quoted(found),
                expected.trim_start_matches("webauthn."),
            ),
            Self::ChallengeMismatch => f.write_str(
                "the challenge is not the one handed out for this ceremony: fetch new options and use each of them once",
            ),
            Self::OriginMismatch { origin, expected } => {
                write!(f, "origin {} is not in the tenant's origins: add it", Quoted(origin))?;
                match expected.first() {
                    Some(first) => write!(f, ", or serve the page from {first}"),
                    None => f.write_str(" (the list is empty)"),
                }
            }
            Self::CrossOriginNotAllowed { top_origin: Some(top) } => write!(
                f,
                "the page was framed by {}, and framing by other origins is not allowed: add that origin to the embedding \
                 list, or run the ceremony in the top-level page",
                Quoted(top)
            ),
            Self::CrossOriginNotAllowed { top_origin: None } => f.write_str(
                "the page was framed by another origin, which is not allowed: set an embedding list, or run the ceremony \
                 in the top-level page",
            ),
            Self::TopOriginMismatch { top_origin, expected } => {
                write!(f, "framing origin {} is not in the embedding list: add it", Quoted(top_origin))?;
                match expected.first() {
                    Some(first) => write!(f, ", or frame the page from {first}"),
                    None => f.write_str(" (the list is empty)"),
                }
            }
            Self::RpIdMismatch { rp_id } => write!(
                f,
                "the credential is for another RP ID than {rp_id}: pass that RP ID in the options, unchanged"
            ),
            Self::UserNotPresent => f.write_str("the authenticator reports that nobody was present (UP=0)"),
            Self::UserNotVerified => f.write_str(
                "the authenticator did not verify the person (UV=0), and user verification is required: ask for it in the \
                 options, and use an authenticator with a PIN or biometrics",
            ),
            Self::BackupFlagsInvalid => {
                f.write_str("the authenticator says that the credential is backed up (BS=1) and never can be (BE=0)")
            }
            Self::BackupEligibilityChanged { stored } => write!(
                f,
                "the backup eligibility (BE) was {} when the credential was registered and is {} now; it may never change",
                u8::from(*stored),
                u8::from(!*stored)
            ),
            Self::AlgorithmNotOffered { id } => {
                let name = Algorithm::from_cose(*id).map_or("unknown", Algorithm::name);
                write!(f, "the key's algorithm {id} ({name}) is not one of pubKeyCredParams")
            }
            Self::CredentialIdMismatch => {
                f.write_str("the credential id of the response is not that of the credential it speaks for")
            }
            Self::CredentialNotAllowed => f.write_str("the credential is not one of allowCredentials"),
            Self::CredentialUnknown => f.write_str(
                "no credential with this id is known: it was removed, or belongs to another tenant; let the page call \
                 PublicKeyCredential.signalUnknownCredential()",
            ),
            Self::CredentialAlreadyRegistered => f.write_str(
                "a credential with this id is registered already: name the user's credentials in excludeCredentials",
            ),
            Self::UserHandleMissing => f.write_str(
                "the response has no userHandle, so nobody is named: begin with a user name, or use a discoverable \
                 credential",
            ),
            Self::UserHandleMismatch => f.write_str("the userHandle is not that of the credential's owner"),
            Self::CounterFell { stored, received } => write!(
                f,
                "the signature counter is {received} and was {stored} before: the authenticator may have been copied"
            ),
            Self::SignatureInvalid => {
                f.write_str("the signature does not verify with the public key stored for the credential")
            }
            Self::AttestationFormatUnsupported { format } => write!(
                f,
                "attestation format {} is not supported: ask for attestation \"none\", or use an authenticator with one of \
                 none, packed, fido-u2f",
                Quoted(format)
            ),
            Self::AttestationInvalid { why } => write!(f, "the attestation statement is not valid: {why}"),
            Self::AttestationSignatureInvalid => f.write_str("the signature of the attestation statement does not verify"),
            Self::AttestationCertificateInvalid { why } => write!(f, "the attestation certificate is not valid: {why}"),
            Self::AttestationUntrusted(why) => write!(f, "the attestation is not trusted: {why}"),
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AttestationObject => "the attestation object",
            Self::CredentialPublicKey => "the credential public key",
            Self::Extensions => "the extension outputs",
        })
    }
}

impl fmt::Display for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCertificate => f.write_str(
                "it carries no certificate; ask for attestation \"direct\" and use an authenticator that gives one",
            ),
            Self::NoAnchor { issuer } => {
                write!(f, "no trust anchor is given for certificates issued by {}", Quoted(issuer))
            }
            Self::Certificate { subject, why } => write!(f, "certificate {}: {why}", Quoted(subject)),
        }
    }
}

/// Text from outside inside a sentence: control characters escaped, cut after 200 characters, so that it can go into a log
/// line as it is.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 200;
        let mut rest = self.0.chars();
        for c in rest.by_ref().take(LONGEST) {
            if c.is_control() { write!(f, "{}", c.escape_default()) } else { write!(f, "{c}") }?;
        }
        if rest.next().is_some() { f.write_str("…") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Refusal, Step};

    #[test]
    fn an_origin_refusal_says_what_to_do() {
        let reason = Reason::OriginMismatch {
            origin: "https://www.example.com".into(),
            expected: vec!["https://example.com".into()],
        };
        let refusal = Refusal::new(Step::REGISTRATION_ORIGIN, reason);
        assert_eq!(
            refusal.to_string(),
            "origin https://www.example.com is not in the tenant's origins: add it, or serve the page from \
             https://example.com (WebAuthn §7.1.9)"
        );
        assert_eq!((refusal.kind(), refusal.reason.code()), (Kind::Ceremony, "origin_mismatch"));
    }

    #[test]
    fn text_from_outside_cannot_break_a_log_line_or_flood_it() {
        let reason = Reason::AttestationFormatUnsupported { format: "a\r\nb\u{1b}[0m".into() };
        assert!(reason.to_string().contains(r"a\r\nb\u{1b}[0m is not supported"), "{reason}");
        let long = Reason::OriginMismatch { origin: "x".repeat(5000), expected: vec![] };
        assert!(long.to_string().len() < 400, "{long}");
    }
}
