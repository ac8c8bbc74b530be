//! countersign-webauthn
