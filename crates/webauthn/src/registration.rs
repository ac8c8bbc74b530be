//! Registering a new credential (WebAuthn Level 3 §7.1).

use crate::{
    Aaguid, Algorithm, Attachment, AttestationFormat, AttestationPolicy, AttestationType, Flags, Reason, Refusal,
    RegistrationCredential, RelyingParty, Step, UserVerification,
};

/// What the relying party asked for when it handed out creation options.
#[derive(Clone, Copy, Debug)]
pub struct RegistrationRequest<'a> {
    /// The relying party.
    pub rp: &'a RelyingParty,
    /// The challenge of the options, as bytes. That it is fresh and used once is the caller's to hold.
    pub challenge: &'a [u8],
    /// `authenticatorSelection.userVerification` of the options.
    pub user_verification: UserVerification,
    /// Whether this is a conditional create (an automatic upgrade to a passkey): then UP=0 is accepted.
    pub conditional: bool,
    /// `pubKeyCredParams` of the options.
    pub algorithms: &'a [Algorithm],
    /// What is asked of the attestation statement.
    pub attestation: AttestationPolicy<'a>,
}

/// A credential that passed: what the relying party has to store, and what it may want to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// The credential id, 1 to 1023 bytes. That no other user has it (§7.1 step 26) is the caller's to check.
    pub credential_id: Vec<u8>,
    /// The public key as a `COSE_Key`, the bytes as the authenticator sent them.
    pub public_key: Vec<u8>,
    /// The algorithm of the key; one of those offered.
    pub algorithm: Algorithm,
    /// The signature counter; 0 in authenticators that have none.
    pub sign_count: u32,
    /// The flags of the authenticator data.
    pub flags: Flags,
    /// The authenticator's model, proven only when `trusted`.
    pub aaguid: Aaguid,
    /// The format of the attestation statement.
    pub format: AttestationFormat,
    /// What the attestation statement amounts to.
    pub attestation_type: AttestationType,
    /// Whether the attestation leads to one of the policy's trust anchors.
    pub trusted: bool,
    /// The attestation certificates (`x5c`) as DER, the leaf first; empty when the statement has none.
    pub certificates: Vec<Vec<u8>>,
    /// `response.transports`, kept as sent, values unknown to the specification included.
    pub transports: Vec<String>,
    /// `authenticatorAttachment`, when it has a known value.
    pub attachment: Option<Attachment>,
    /// `clientExtensionResults.credProps.rk`: whether the credential is discoverable, by the client's word.
    pub discoverable: Option<bool>,
    /// The origin of the client data.
    pub origin: String,
    /// `crossOrigin` of the client data.
    pub cross_origin: bool,
    /// `topOrigin` of the client data.
    pub top_origin: Option<String>,
}

/// Verifies a new credential against what was asked for.
pub fn verify_registration(
    _request: &RegistrationRequest<'_>,
    _credential: &RegistrationCredential,
) -> Result<Registration, Refusal> {
    Err(Refusal { step: Step::REGISTRATION_TYPE, reason: Reason::NotSupported })
}
