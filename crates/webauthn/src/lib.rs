//! The relying-party verification of Web Authentication Level 3.
#![forbid(unsafe_code)]

mod aaguid;
mod algorithm;
mod attestation;
mod authentication;
pub mod cose;
mod credential;
mod flags;
pub mod options;
mod refusal;
mod registration;
mod relying_party;

pub use aaguid::{Aaguid, ParseAaguidError};
pub use algorithm::Algorithm;
pub use attestation::{AttestationFormat, AttestationPolicy, AttestationType};
pub use authentication::{
    Authentication, AuthenticationRequest, CounterPolicy, CounterVerdict, StoredCredential, verify_authentication,
};
pub use credential::{AuthenticationCredential, RegistrationCredential};
pub use flags::Flags;
pub use refusal::{Kind, Reason, Refusal, Step};
pub use registration::{Registration, RegistrationRequest, verify_registration};
pub use relying_party::{Attachment, RelyingParty, UserVerification};
