//! Why a credential was refused.

use std::fmt;

mod reason;
mod step;

pub use reason::{Part, Reason, Untrusted};
pub use step::Step;

/// A refusal: which step of the specification failed, and why.
///
/// Its text is a sentence that an integrator can act on, with the step's number at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The step of the specification that failed.
    pub step: Step,
    /// Why it failed.
    pub reason: Reason,
}

/// What sort of refusal it is, for callers that answer differently to each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The message does not have the form that the specification gives it.
    Malformed,
    /// The message is well formed and not what this ceremony asked for.
    Ceremony,
    /// The assertion's signature does not verify.
    Signature,
    /// The attestation does not satisfy the specification or the policy.
    Attestation,
}

impl Refusal {
    /// A refusal at this step for this reason; also for the steps that only a caller can check.
    pub const fn new(step: Step, reason: Reason) -> Self {
        Self { step, reason }
    }

    /// The caller found the credential id among those registered already (§7.1 step 26).
    pub const fn already_registered() -> Self {
        Self::new(Step::CREDENTIAL_ID_UNIQUE, Reason::CredentialAlreadyRegistered)
    }

    /// The caller found no record for the credential id (§7.2 step 6).
    pub const fn unknown_credential() -> Self {
        Self::new(Step::CREDENTIAL_OWNER, Reason::CredentialUnknown)
    }

    /// What sort of refusal it is.
    pub const fn kind(&self) -> Kind {
        self.reason.kind()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (WebAuthn {})", self.reason, self.step)
    }
}

impl std::error::Error for Refusal {}

/// Refuses with `reason` at `step` unless `holds`.
pub(crate) fn demand(holds: bool, step: Step, reason: impl FnOnce() -> Reason) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(Refusal::new(step, reason())) }
}
