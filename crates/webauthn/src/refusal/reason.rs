//! The reasons for a refusal.

use std::fmt;

use super::Kind;

/// Why a credential was refused, with the data that explains it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// Not verified by this version.
    NotSupported,
}

impl Reason {
    /// A stable name in `snake_case`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotSupported => "not_supported",
        }
    }

    /// What sort of refusal it is.
    pub const fn kind(&self) -> Kind {
        Kind::Ceremony
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this version cannot verify the credential")
    }
}
