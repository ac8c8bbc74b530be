//! Key pairs of a tenant that sign access tokens, public at its JWKS (decisions §2, checklist 72).
//!
//! A tenant has none until its first session. A pair that was replaced signs nothing new and verifies for as long as a token
//! that it signed may live; then it leaves the JWKS.

mod commands;
mod keys;
mod pair;
mod store;

use serde::{Deserialize, Serialize};

use crate::clock::Span;

pub(crate) use keys::{SigningCache, SigningKey};
pub(crate) use store::STATEMENTS;

/// How long a replaced pair verifies: the longest life of an access token, and a minute for processes that have not seen the new
/// pair yet and for their clocks.
const OVERLAP: Span = Span::minutes(61);

/// What access tokens are signed with (RFC 7518 §3.1, RFC 8037 §3.1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Algorithm {
    /// RSA PKCS #1 v1.5 with SHA-256, 2048 bits: what every library reads.
    #[default]
    #[serde(rename = "RS256")]
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl Algorithm {
    /// The name in a token's header, in a JWK and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// Reads what `as_str` writes.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Rs256, Self::Es256, Self::EdDsa].into_iter().find(|algorithm| algorithm.as_str() == text)
    }

    /// The one that a token under a pair of this kind may name (RFC 8725 §3.1).
    pub(crate) const fn verifies(self) -> jsonwebtoken::Algorithm {
        match self {
            Self::Rs256 => jsonwebtoken::Algorithm::RS256,
            Self::Es256 => jsonwebtoken::Algorithm::ES256,
            Self::EdDsa => jsonwebtoken::Algorithm::EdDSA,
        }
    }
}
