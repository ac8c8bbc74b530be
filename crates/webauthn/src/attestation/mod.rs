//! Attestation: what the authenticator's maker says of the new credential (Level 3 §6.5 and §8).
//!
//! One format a file. Each verifies its statement and gives the certificates that speak for it; [`chain`] then looks for a
//! trust anchor, the same for all.

mod certificate;
mod chain;
mod fido_u2f;
mod format;
mod none;
mod object;
mod packed;
mod signature;
mod statement;

use certificate::Certificate;
pub use format::{AttestationFormat, AttestationPolicy, AttestationType};
pub use object::AttestationObject;

use crate::authenticator_data::AttestedCredential;
use crate::cose::PublicKey;
use crate::{Reason, Refusal, Step, Untrusted};

/// What a statement is about.
pub(crate) struct Claim<'a> {
    /// The authenticator data as bytes.
    pub(crate) authenticator_data: &'a [u8],
    /// The hash of the RP ID, from authenticator data.
    pub(crate) rp_id_hash: &'a [u8; 32],
    /// The new credential.
    pub(crate) credential: AttestedCredential<'a>,
    /// Its public key.
    pub(crate) key: &'a PublicKey,
    /// The SHA-256 hash of the client data.
    pub(crate) client_data_hash: &'a [u8],
}

/// A statement that verified.
struct Attested<'a> {
    attestation_type: AttestationType,
    /// The first of `certificates`, parsed.
    leaf: Option<Certificate<'a>>,
    /// `x5c`.
    certificates: Vec<&'a [u8]>,
}

/// The outcome of §7.1 steps 21 to 24.
pub(crate) struct Outcome<'a> {
    pub(crate) format: AttestationFormat,
    pub(crate) attestation_type: AttestationType,
    pub(crate) trusted: bool,
    pub(crate) certificates: Vec<&'a [u8]>,
}

impl Claim<'_> {
    /// What most formats sign: `authData || clientDataHash`.
    fn signed_message(&self) -> Vec<u8> {
        [self.authenticator_data, self.client_data_hash].concat()
    }
}

/// Verifies the statement (§7.1 steps 21 and 22) and assesses how far it can be trusted (steps 23 and 24).
pub(crate) fn verify<'a>(
    object: &AttestationObject<'a>,
    claim: &Claim<'_>,
    policy: &AttestationPolicy<'_>,
) -> Result<Outcome<'a>, Refusal> {
    let unsupported = || {
        let format = object.format.to_owned();
        Refusal::new(Step::ATTESTATION_FORMAT, Reason::AttestationFormatUnsupported { format })
    };
    let format = AttestationFormat::from_identifier(object.format).ok_or_else(unsupported)?;
    let attested = match format {
        AttestationFormat::None => {
            none::verify(object.statement)?;
            Attested { attestation_type: AttestationType::None, leaf: None, certificates: vec![] }
        }
        AttestationFormat::Packed => packed::verify(object.statement, claim)?,
        AttestationFormat::FidoU2f => fido_u2f::verify(object.statement, claim)?,
        AttestationFormat::Tpm
        | AttestationFormat::AndroidKey
        | AttestationFormat::AndroidSafetyNet
        | AttestationFormat::Apple
        | AttestationFormat::Compound => return Err(unsupported()),
    };

    let trust = match attested.leaf {
        Some(leaf) => chain::find_anchor(leaf, &attested.certificates, policy),
        None => Err(Untrusted::NoCertificate),
    };
    if let (true, Err(why)) = (policy.require_trusted, &trust) {
        return Err(Refusal::new(Step::ATTESTATION_TRUST, Reason::AttestationUntrusted(why.clone())));
    }
    Ok(Outcome {
        format,
        attestation_type: attested.attestation_type,
        trusted: trust.is_ok(),
        certificates: attested.certificates,
    })
}
