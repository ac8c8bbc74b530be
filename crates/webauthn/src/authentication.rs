//! Verifying an assertion (WebAuthn Level 3 §7.2).

use crate::{Attachment, AuthenticationCredential, Flags, Reason, Refusal, RelyingParty, Step, UserVerification};

/// The credential record that the relying party stored at registration (WebAuthn Level 3 §4).
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

/// What to do when the signature counter did not rise (WebAuthn Level 3 §6.1.1): the authenticator may have been cloned.
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

/// Verifies an assertion against the stored credential and what was asked for.
pub fn verify_authentication(
    _request: &AuthenticationRequest<'_>,
    _stored: &StoredCredential<'_>,
    _credential: &AuthenticationCredential,
) -> Result<Authentication, Refusal> {
    Err(Refusal { step: Step::AUTHENTICATION_TYPE, reason: Reason::NotSupported })
}
