//! No attestation (Level 3 §8.7).

use crate::{Reason, Refusal, Step};

/// An empty map is all that the format has.
pub(super) fn verify(statement: &[u8]) -> Result<(), Refusal> {
    match statement {
        [0xa0] => Ok(()),
        _ => Err(Refusal::new(Step::NONE, Reason::AttestationInvalid { why: "attStmt of format none is not empty" })),
    }
}
