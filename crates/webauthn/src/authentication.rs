//! Verifying an assertion (Level 3 §7.2).

use aws_lc_rs::digest::{SHA256, digest};

use crate::cose::PublicKey;
use crate::refusal::demand;
use crate::{
    Attachment, AuthenticationCredential, AuthenticatorData, Flags, Reason, Refusal, RelyingParty, Step,
    UserVerification, ceremony,
};

/// The credential record that the relying party stored at registration (Level 3 §4).
#[derive(Clone, Copy, Debug)]
pub struct StoredCredential<'a> {
    /// The credential id.
    pub id: &'a [u8],
    /// The public key as a `COSE_Key`.
    pub public_key: &'a [u8],
    /// The signature counter of the latest ceremony.
    pub sign_count: u32,
    /// BE at registration; it never changes.
    pub backup_eligible: bool,
    /// BS of the latest ceremony.
    pub backup_state: bool,
}

/// What the relying party asked for when it handed out request options.
#[derive(Clone, Copy, Debug)]
pub struct AuthenticationRequest<'a> {
    /// The relying party.
    pub rp: &'a RelyingParty,
    /// The challenge of the options, as bytes. That it is fresh and used once is the caller's to hold.
    pub challenge: &'a [u8],
    /// `userVerification` of the options.
    pub user_verification: UserVerification,
    /// `allowCredentials` of the options. As in the options, `None` and an empty list put no constraint.
    pub allow_credentials: Option<&'a [&'a [u8]]>,
    /// The accepted encodings of the user handle of the credential's owner. `None` compares nothing. A response without
    /// one (absent, null or empty: credentials that are not discoverable) is accepted unless `require_user_handle`.
    pub user_handles: Option<&'a [&'a [u8]]>,
    /// Whether a response without a user handle is refused: for ceremonies that began without a user name.
    pub require_user_handle: bool,
    /// What a signature counter that did not rise means.
    pub counter: CounterPolicy,
}

/// What to do when the signature counter did not rise (Level 3 §6.1.1): the authenticator may have been cloned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CounterPolicy {
    /// Refuse for single-device credentials (BE=0), report for synced ones, whose devices count apart.
    #[default]
    RefuseSingleDevice,
    /// Report in [`Authentication::counter`] and accept.
    Report,
    /// Refuse.
    Refuse,
}

/// What the signature counter said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CounterVerdict {
    /// 0 before and 0 now: the authenticator has no counter.
    Unsupported,
    /// It rose, as it has to.
    Advanced,
    /// It did not rise: a sign that two copies of the key exist.
    Fell {
        /// The counter of the latest ceremony.
        stored: u32,
        /// The counter of this ceremony.
        received: u32,
    },
}

/// An assertion that passed: what to update in the credential record, and what the relying party may want to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authentication {
    /// The flags of the authenticator data. BS goes into the credential record.
    pub flags: Flags,
    /// The signature counter, for the credential record.
    pub sign_count: u32,
    /// What the signature counter said.
    pub counter: CounterVerdict,
    /// `authenticatorAttachment`, when it has a known value.
    pub attachment: Option<Attachment>,
    /// The origin of the client data.
    pub origin: String,
    /// `crossOrigin` of the client data.
    pub cross_origin: bool,
    /// `topOrigin` of the client data.
    pub top_origin: Option<String>,
    /// `response.userHandle`; `None` when absent, null or empty.
    pub user_handle: Option<Vec<u8>>,
}

/// Verifies an assertion against the stored credential and what was asked for: Level 3 §7.2 from step 5 on.
///
/// Left to the caller is what needs a memory: finding the record by [`AuthenticationCredential::raw_id`]
/// ([`Refusal::unknown_credential`] when there is none), that the challenge is fresh and used once, and storing the counter
/// and BS (step 24). Extension outputs are not judged (step 23).
pub fn verify_authentication(
    request: &AuthenticationRequest<'_>,
    stored: &StoredCredential<'_>,
    credential: &AuthenticationCredential,
) -> Result<Authentication, Refusal> {
    check_credential(request, stored, credential)?; // steps 5 and 6

    let client_data = credential.client_data()?;
    ceremony::AUTHENTICATION.check_client_data(client_data, request.rp, request.challenge)?; // steps 10 to 14

    let data = AuthenticatorData::parse(credential.authenticator_data())?;
    // §6.1: for assertion signatures AT must not be set.
    demand(data.attested.is_none(), Step::AUTHENTICATOR_DATA, || Reason::AuthenticatorDataInvalid {
        why: "AT is set; an assertion has no attested credential data",
    })?;
    ceremony::AUTHENTICATION.check_authenticator_data(&data, request.rp, request.user_verification, true)?; // to 18
    demand(data.flags.be() == stored.backup_eligible, Step::BACKUP_ELIGIBILITY, || Reason::BackupEligibilityChanged {
        stored: stored.backup_eligible,
    })?; // step 19

    let client_data_hash = digest(&SHA256, credential.client_data_json()); // step 20
    let message = [credential.authenticator_data(), client_data_hash.as_ref()].concat();
    let key = PublicKey::parse(stored.public_key)
        .map_err(|error| Refusal::new(Step::CREDENTIAL_PUBLIC_KEY, Reason::KeyInvalid(error)))?;
    key.verify(&message, credential.signature())
        .map_err(|_| Refusal::new(Step::SIGNATURE, Reason::SignatureInvalid))?; // step 21

    let counter = check_counter(request.counter, stored, &data)?; // step 22

    Ok(Authentication {
        flags: data.flags,
        sign_count: data.sign_count,
        counter,
        attachment: credential.attachment(),
        origin: client_data.origin.clone(),
        cross_origin: client_data.cross_origin == Some(true),
        top_origin: client_data.top_origin.clone(),
        user_handle: credential.user_handle().map(<[u8]>::to_vec),
    })
}

/// §7.2 steps 5 and 6: the credential is one of those asked for, and its owner is the user.
fn check_credential(
    request: &AuthenticationRequest<'_>,
    stored: &StoredCredential<'_>,
    credential: &AuthenticationCredential,
) -> Result<(), Refusal> {
    let id = credential.raw_id();
    if let Some(allowed) = request.allow_credentials.filter(|allowed| !allowed.is_empty()) {
        demand(allowed.contains(&id), Step::ALLOWED_CREDENTIAL, || Reason::CredentialNotAllowed)?;
    }
    demand(stored.id == id, Step::CREDENTIAL_OWNER, || Reason::CredentialIdMismatch)?;
    match (credential.user_handle(), request.user_handles) {
        (None, _) => demand(!request.require_user_handle, Step::CREDENTIAL_OWNER, || Reason::UserHandleMissing),
        (Some(found), Some(accepted)) => {
            demand(accepted.contains(&found), Step::CREDENTIAL_OWNER, || Reason::UserHandleMismatch)
        }
        (Some(_), None) => Ok(()),
    }
}

/// §7.2 step 22.
fn check_counter(
    policy: CounterPolicy,
    stored: &StoredCredential<'_>,
    data: &AuthenticatorData<'_>,
) -> Result<CounterVerdict, Refusal> {
    let (stored_count, received) = (stored.sign_count, data.sign_count);
    if stored_count == 0 && received == 0 {
        return Ok(CounterVerdict::Unsupported);
    }
    if received > stored_count {
        return Ok(CounterVerdict::Advanced);
    }
    let refuse = match policy {
        CounterPolicy::RefuseSingleDevice => !stored.backup_eligible,
        CounterPolicy::Report => false,
        CounterPolicy::Refuse => true,
    };
    demand(!refuse, Step::SIGNATURE_COUNTER, || Reason::CounterFell { stored: stored_count, received })?;
    Ok(CounterVerdict::Fell { stored: stored_count, received })
}

#[cfg(test)]
mod tests;
