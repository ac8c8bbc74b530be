//! What several methods share.

pub(super) mod code;
mod enrolment;
pub(super) mod permission;
pub(super) mod webauthn;
