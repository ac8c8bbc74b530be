//! What several methods share.

pub(super) mod webauthn;
