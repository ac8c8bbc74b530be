//! Addresses that accounts are found by.

use crate::error::{Error, Result};
use crate::secret;
use crate::user::UserChange;

/// An e-mail address in the form in which two are the same: lower-cased, without blanks around it (decisions §1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address(String);

impl Address {
    /// Reads one. `InvalidRequest` where it is none.
    pub fn parse(text: &str) -> Result<Self> {
        let form = text.trim().to_lowercase();
        UserChange::email(form).map(Self).map_err(|error| Error::invalid(error.to_string()))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key of a counter of this address. Counters outlive accounts, and need not tell whose they were.
    pub(super) fn counter(&self, what: &str) -> String {
        format!("{what}:{}", secret::base64url(&secret::sha256(self.0.as_bytes())))
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn two_writings_of_an_address_are_one() {
        for text in ["ada@example.com", "Ada@Example.COM", " ada@example.com\n"] {
            assert_eq!(Address::parse(text).unwrap().as_str(), "ada@example.com");
        }
        for text in ["", "ada", "a b@example.com", "ada@example.com\r\nBcc: eve@example.com", &"x".repeat(300)] {
            assert!(Address::parse(text).is_err(), "{text:?}");
        }
    }
}
