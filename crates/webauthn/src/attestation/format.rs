//! The names of attestation: formats, types, and the policy that a relying party sets.

use std::fmt;

/// The format of an attestation statement: its identifier in the IANA registry (Level 3 §8.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AttestationFormat {
    /// `none`, §8.7.
    None,
    /// `packed`, §8.2.
    Packed,
    /// `fido-u2f`, §8.6.
    FidoU2f,
    /// `tpm`, §8.3. Known by name; refused.
    Tpm,
    /// `android-key`, §8.4. Known by name; refused.
    AndroidKey,
    /// `android-safetynet`, §8.5. Known by name; refused.
    AndroidSafetyNet,
    /// `apple`, §8.8. Known by name; refused.
    Apple,
    /// `compound`, §8.9. Known by name; refused.
    Compound,
}

impl AttestationFormat {
    /// The format with this identifier, compared case-sensitively (§7.1 step 21).
    pub fn from_identifier(identifier: &str) -> Option<Self> {
        Some(match identifier {
            "none" => Self::None,
            "packed" => Self::Packed,
            "fido-u2f" => Self::FidoU2f,
            "tpm" => Self::Tpm,
            "android-key" => Self::AndroidKey,
            "android-safetynet" => Self::AndroidSafetyNet,
            "apple" => Self::Apple,
            "compound" => Self::Compound,
            _ => return None,
        })
    }

    /// Its identifier, such as `fido-u2f`.
    pub const fn identifier(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Packed => "packed",
            Self::FidoU2f => "fido-u2f",
            Self::Tpm => "tpm",
            Self::AndroidKey => "android-key",
            Self::AndroidSafetyNet => "android-safetynet",
            Self::Apple => "apple",
            Self::Compound => "compound",
        }
    }

    /// Whether a statement of this format, when it is trusted, proves the AAGUID.
    ///
    /// FIDO U2F predates the AAGUID: its signature does not cover it (§8.6), so whoever relays the message can write any.
    pub(crate) const fn signs_aaguid(self) -> bool {
        !matches!(self, Self::None | Self::FidoU2f)
    }
}

impl fmt::Display for AttestationFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.identifier())
    }
}

/// What an attestation statement amounts to (Level 3 §6.5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AttestationType {
    /// Nothing is said.
    None,
    /// Signed by the new key itself: proof of possession, none of the model.
    SelfAttestation,
    /// Signed by an attestation key with a certificate (`x5c`); what it proves hangs on the chain.
    Basic,
}

/// `none`, `self` or `basic`.
impl fmt::Display for AttestationType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::SelfAttestation => "self",
            Self::Basic => "basic",
        })
    }
}

/// What the relying party asks of attestation. The default verifies the statement and demands no chain.
#[derive(Clone, Copy, Debug, Default)]
pub struct AttestationPolicy<'a> {
    /// Trust anchors as DER certificates: roots, intermediates or leaves. One that cannot be read is passed over.
    ///
    /// Any of them vouches for any AAGUID. Where each model has anchors of its own, as in the FIDO Metadata Service, read
    /// the AAGUID first ([`AttestationObject`](crate::AttestationObject)) and give those of that model.
    pub trust_anchors: &'a [Vec<u8>],
    /// Whether a credential whose attestation does not lead to a trust anchor is refused.
    pub require_trusted: bool,
    /// The moment at which the certificates have to be valid, in Unix seconds; `None` leaves their dates unchecked.
    pub verification_time: Option<i64>,
}
