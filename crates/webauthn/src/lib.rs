#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod aaguid;
mod algorithm;
mod attestation;
mod authentication;
mod authenticator_data;
mod base64url;
mod cbor;
mod ceremony;
mod client_data;
pub mod cose;
mod credential;
mod flags;
pub mod options;
mod refusal;
mod registration;
mod relying_party;
#[cfg(test)]
mod spec_vectors;

pub use aaguid::{Aaguid, ParseAaguidError};
pub use algorithm::Algorithm;
pub use attestation::{AttestationFormat, AttestationObject, AttestationPolicy, AttestationType};
pub use authentication::{
    Authentication, AuthenticationRequest, CounterPolicy, CounterVerdict, StoredCredential, verify_authentication,
};
pub use authenticator_data::{AttestedCredential, AuthenticatorData};
pub use client_data::ClientData;
pub use credential::{AuthenticationCredential, RegistrationCredential};
pub use flags::Flags;
pub use refusal::{Kind, Part, Reason, Refusal, Step, Untrusted};
pub use registration::{Registration, RegistrationRequest, verify_registration};
pub use relying_party::{Attachment, RelyingParty, UserVerification};
