//! A software authenticator that makes valid `WebAuthn` ceremonies and can break any one thing in them.
//!
//! ```
//! # use countersign_testkit::forger::{Authenticator, Tamper};
//! # use serde_json::json;
//! # let creation = json!({"rp": {"id": "example.com"}, "challenge": "AAECAwQFBgcICQoLDA0ODw", "pubKeyCredParams": []});
//! # let request = json!({"rpId": "example.com", "challenge": "AAECAwQFBgcICQoLDA0ODw"});
//! let key = Authenticator::new().synced(true);
//! let made = key.create(&creation, "https://example.com")?;            // made.credential: RegistrationResponseJSON
//! let said = key.get(&request, "https://example.com")?;                // said.credential: AuthenticationResponseJSON
//! let bad = key.forge_get(&request, "https://example.com", |draft| {   // the same with one fault
//!     draft.data.flags.up = false;
//! })?;
//! # assert_eq!((said.authenticator_data[32], bad.authenticator_data[32]), (0x1d, 0x1c));
//! # assert_eq!(made.id, said.id);
//! # Ok::<(), countersign_testkit::forger::Declined>(())
//! ```
//!
//! A fault goes where it belongs: a member of the client data, a field of the authenticator data, the COSE key, the
//! attestation statement, the signature ([`Tamper`]), or, with the `edit_…` methods of a draft, any byte of what was
//! encoded. All but the last come before signing, so that nothing but the fault is wrong. What is not signed (the JSON
//! around it) is changed in the value returned.

mod attestation;
mod authenticator;
mod authenticator_data;
mod ca;
mod cbor;
mod certificate;
mod client_data;
mod create;
mod der;
mod draft;
mod get;
mod key;
mod options;
mod tamper;

use std::fmt;

pub use attestation::{Attestation, Attester};
pub use authenticator::{Authenticator, Counter};
pub use authenticator_data::{Attested, AuthenticatorData, Flags, sha256};
pub use ca::Ca;
pub use cbor::Cbor;
pub use certificate::{BasicConstraints, CertificateDraft, Extension, Name, NamePart};
pub use client_data::ClientData;
pub use create::Created;
pub use draft::{CreateDraft, GetDraft};
pub use get::Asserted;
pub use key::{Algorithm, Key};
pub use tamper::Tamper;

/// Why a browser would not go on; the names are those of the exceptions `navigator.credentials` throws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Declined {
    /// A credential of `excludeCredentials` is held here.
    InvalidState,
    /// No credential fits, or the authenticator cannot do what is demanded.
    NotAllowed,
    /// No algorithm in common.
    NotSupported,
    /// The member at this JSON pointer is missing or not base64url.
    TypeError(&'static str),
}

impl fmt::Display for Declined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidState => f.write_str("InvalidStateError: this authenticator holds an excluded credential"),
            Self::NotAllowed => f.write_str("NotAllowedError: no credential fits, or a demand cannot be met"),
            Self::NotSupported => f.write_str("NotSupportedError: none of the algorithms offered is known here"),
            Self::TypeError(member) => write!(f, "TypeError: {member} is missing or not base64url"),
        }
    }
}

impl std::error::Error for Declined {}

/// Random bytes.
#[expect(clippy::expect_used, reason = "a test cannot go on without randomness")]
pub(crate) fn random(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    aws_lc_rs::rand::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}

#[cfg(test)]
mod tests;
