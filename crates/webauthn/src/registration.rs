//! Registering a new credential (Level 3 §7.1).

use aws_lc_rs::digest::{SHA256, digest};

use crate::attestation::Claim;
use crate::cose::{KeyError, PublicKey};
use crate::refusal::demand;
use crate::{
    Aaguid, Algorithm, Attachment, AttestationFormat, AttestationObject, AttestationPolicy, AttestationType,
    AuthenticatorData, Flags, Reason, Refusal, RegistrationCredential, RelyingParty, Step, UserVerification,
    attestation, ceremony,
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
    /// The authenticator's model by its own word; [`proven_aaguid`](Self::proven_aaguid) gives it when it is proven.
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

impl Registration {
    /// The AAGUID when the attestation proves it: a policy that lists models has to ask for this one.
    ///
    /// `None` when the attestation is not trusted, and for FIDO U2F, whose signature does not cover the AAGUID (§8.6);
    /// the models of such keys are told apart by their certificates.
    pub fn proven_aaguid(&self) -> Option<Aaguid> {
        (self.trusted && self.format.signs_aaguid()).then_some(self.aaguid)
    }
}

/// Verifies a new credential against what was asked for: Level 3 §7.1 from step 5 on.
///
/// Left to the caller is what needs a memory: that the challenge is fresh and used once, and that the credential id is not
/// registered yet (step 26, [`Refusal::already_registered`]). Extension outputs are not judged (step 28); `credProps` is
/// reported.
pub fn verify_registration(
    request: &RegistrationRequest<'_>,
    credential: &RegistrationCredential,
) -> Result<Registration, Refusal> {
    let client_data = credential.client_data()?;
    ceremony::REGISTRATION.check_client_data(client_data, request.rp, request.challenge)?; // steps 7 to 11
    let client_data_hash = digest(&SHA256, credential.client_data_json()); // step 12

    let object = AttestationObject::parse(credential.attestation_object())?; // step 13
    let data = AuthenticatorData::parse(object.authenticator_data)?;
    let presence_required = !request.conditional; // step 15
    ceremony::REGISTRATION.check_authenticator_data(&data, request.rp, request.user_verification, presence_required)?;

    let attested = data.attested.ok_or(Refusal::new(
        Step::AUTHENTICATOR_DATA,
        Reason::AuthenticatorDataInvalid { why: "AT is not set; a new credential has attested credential data" },
    ))?;
    let key = import_key(attested.public_key, request.algorithms)?; // step 20

    let claim = Claim {
        authenticator_data: object.authenticator_data,
        rp_id_hash: data.rp_id_hash,
        credential: attested,
        key: &key,
        client_data_hash: client_data_hash.as_ref(),
    };
    let attestation = attestation::verify(&object, &claim, &request.attestation)?; // steps 21 to 24

    // Step 25, the size of the credential id, was held to when it was read. The specification lets the record take its id
    // from the response (step 27), which nothing signs; so it has to be the attested one.
    demand(attested.id == credential.raw_id(), Step::CREDENTIAL_RECORD, || Reason::CredentialIdMismatch)?;

    Ok(Registration {
        credential_id: attested.id.to_vec(),
        public_key: attested.public_key.to_vec(),
        algorithm: key.algorithm(),
        sign_count: data.sign_count,
        flags: data.flags,
        aaguid: attested.aaguid,
        format: attestation.format,
        attestation_type: attestation.attestation_type,
        trusted: attestation.trusted,
        certificates: attestation.certificates.into_iter().map(<[u8]>::to_vec).collect(),
        transports: credential.transports().to_vec(),
        attachment: credential.attachment(),
        discoverable: credential.discoverable(),
        origin: client_data.origin.clone(),
        cross_origin: client_data.cross_origin == Some(true),
        top_origin: client_data.top_origin.clone(),
    })
}

/// §7.1 step 20: the algorithm is one of those offered; and the key is one that its algorithm can use.
fn import_key(cose: &[u8], offered: &[Algorithm]) -> Result<PublicKey, Refusal> {
    let not_offered = |id| Refusal::new(Step::REGISTRATION_ALGORITHM, Reason::AlgorithmNotOffered { id });
    let key = PublicKey::parse(cose).map_err(|error| match error {
        KeyError::UnknownAlgorithm { id } => not_offered(id),
        error => Refusal::new(Step::CREDENTIAL_PUBLIC_KEY, Reason::KeyInvalid(error)),
    })?;
    if offered.contains(&key.algorithm()) { Ok(key) } else { Err(not_offered(key.algorithm().to_cose())) }
}

#[cfg(test)]
mod tests;
