//! The steps of the specification.

use std::fmt;

/// A step of the specification, WebAuthn Level 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Step {
    code: &'static str,
    title: &'static str,
}

impl Step {
    /// §7.1 step 7.
    pub const REGISTRATION_TYPE: Self = Self { code: "7.1.7", title: "client data type" };
    /// §7.2 step 10.
    pub const AUTHENTICATION_TYPE: Self = Self { code: "7.2.10", title: "client data type" };

    /// Its number: section and step, such as `7.1.9`.
    pub const fn code(self) -> &'static str {
        self.code
    }

    /// What it checks, in a few words.
    pub const fn title(self) -> &'static str {
        self.title
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)
    }
}
