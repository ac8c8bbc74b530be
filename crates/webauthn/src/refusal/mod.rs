//! Why a credential was refused.

use std::fmt;

mod reason;
mod step;

pub use reason::Reason;
pub use step::Step;

/// A refusal: which step failed, and why.
///
/// Its text is a sentence that an integrator can act on.
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
    /// A signature does not verify.
    Signature,
    /// The attestation does not satisfy the specification or the policy.
    Attestation,
}

impl Refusal {
    /// What sort of refusal it is.
    pub fn kind(&self) -> Kind {
        self.reason.kind()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (WebAuthn {})", self.reason, self.step)
    }
}

impl std::error::Error for Refusal {}
