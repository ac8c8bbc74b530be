//! The signature algorithms that a credential may have.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A signature algorithm of the IANA COSE registry, as `pubKeyCredParams` names it (Level 3 §5.8.5).
///
/// In JSON it is the registered integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// ECDSA with SHA-256 on P-256 (−7).
    Es256,
    /// ECDSA with SHA-384 on P-384 (−35).
    Es384,
    /// ECDSA with SHA-512 on P-521 (−36).
    Es512,
    /// `EdDSA` on Ed25519 (−8).
    EdDsa,
    /// RSASSA-PKCS1-v1_5 with SHA-256 (−257).
    Rs256,
}

impl Algorithm {
    /// The algorithms that a relying party offers by default, in the order of its preference: −8, −7, −257.
    pub const DEFAULT: [Self; 3] = [Self::EdDsa, Self::Es256, Self::Rs256];

    /// The algorithm with this COSE identifier; `None` for one that this crate does not verify.
    pub const fn from_cose(id: i64) -> Option<Self> {
        match id {
            -7 => Some(Self::Es256),
            -35 => Some(Self::Es384),
            -36 => Some(Self::Es512),
            -8 => Some(Self::EdDsa),
            -257 => Some(Self::Rs256),
            _ => None,
        }
    }

    /// Its COSE identifier.
    pub const fn to_cose(self) -> i64 {
        match self {
            Self::Es256 => -7,
            Self::Es384 => -35,
            Self::Es512 => -36,
            Self::EdDsa => -8,
            Self::Rs256 => -257,
        }
    }

    /// Its name in the IANA COSE registry.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
            Self::EdDsa => "EdDSA",
            Self::Rs256 => "RS256",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name(), self.to_cose())
    }
}

impl Serialize for Algorithm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.to_cose())
    }
}

impl<'de> Deserialize<'de> for Algorithm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = i64::deserialize(deserializer)?;
        Self::from_cose(id).ok_or_else(|| de::Error::custom(format_args!("COSE algorithm {id} is not one we verify")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_those_of_the_registry() {
        for (id, name) in [(-7, "ES256"), (-35, "ES384"), (-36, "ES512"), (-8, "EdDSA"), (-257, "RS256")] {
            let algorithm = Algorithm::from_cose(id).unwrap();
            assert_eq!((algorithm.to_cose(), algorithm.name()), (id, name));
        }
        for unknown in [0, 7, -1, -9, -37, -65535, i64::MIN] {
            assert_eq!(Algorithm::from_cose(unknown), None);
        }
    }
}
