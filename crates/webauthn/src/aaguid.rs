//! The identifier of an authenticator's make and model.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Authenticator Attestation GUID (Level 3 §6.5.1): 16 bytes that name the make and model of an authenticator.
///
/// All zero bytes mean that the authenticator, or the client on its behalf, does not tell. It proves nothing unless the
/// attestation is trusted. Text form: a UUID in lower case (`fcb1bcb4-f370-078c-6993-bc24d0ae3fbe`), also in JSON.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Aaguid(pub [u8; 16]);

/// A text that is not a UUID in its hyphenated form (8-4-4-4-12 hexadecimal digits).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseAaguidError;

impl Aaguid {
    /// The AAGUID of an authenticator that does not name its model.
    pub const ZERO: Self = Self([0; 16]);

    /// True when the authenticator does not name its model.
    pub const fn is_zero(&self) -> bool {
        u128::from_be_bytes(self.0) == 0
    }
}

impl fmt::Display for Aaguid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, byte) in self.0.iter().enumerate() {
            if matches!(i, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl FromStr for Aaguid {
    type Err = ParseAaguidError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.as_bytes();
        if text.len() != 36 || [8, 13, 18, 23].iter().any(|&at| text[at] != b'-') {
            return Err(ParseAaguidError);
        }
        let mut bytes = [0; 16];
        let mut digits = text.iter().enumerate().filter(|(at, _)| !matches!(at, 8 | 13 | 18 | 23)).map(|(_, d)| *d);
        for byte in &mut bytes {
            *byte = hex(digits.next())? << 4 | hex(digits.next())?;
        }
        Ok(Self(bytes))
    }
}

fn hex(digit: Option<u8>) -> Result<u8, ParseAaguidError> {
    match digit {
        Some(d @ b'0'..=b'9') => Ok(d - b'0'),
        Some(d @ b'a'..=b'f') => Ok(d - b'a' + 10),
        Some(d @ b'A'..=b'F') => Ok(d - b'A' + 10),
        _ => Err(ParseAaguidError),
    }
}

impl fmt::Display for ParseAaguidError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an AAGUID is written as a UUID: 8-4-4-4-12 hexadecimal digits")
    }
}

impl std::error::Error for ParseAaguidError {}

impl Serialize for Aaguid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Aaguid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_bytes_are_two_forms_of_the_same() {
        let text = "fcb1bcb4-f370-078c-6993-bc24d0ae3fbe";
        let aaguid: Aaguid = text.parse().unwrap();
        assert_eq!(aaguid.0[..4], [0xfc, 0xb1, 0xbc, 0xb4]);
        assert_eq!(aaguid.to_string(), text);
        assert_eq!("FCB1BCB4-F370-078C-6993-BC24D0AE3FBE".parse(), Ok(aaguid));
        assert!(!aaguid.is_zero() && Aaguid::ZERO.is_zero());
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "fcb1bcb4f370078c6993bc24d0ae3fbe",
            "fcb1bcb4-f370-078c-6993-bc24d0ae3fb",
            "fcb1bcb4-f370-078c-6993-bc24d0ae3fbeb",
            "gcb1bcb4-f370-078c-6993-bc24d0ae3fbe",
            "fcb1bcb4-f370-078c-6993bc24-d0ae3fbe",
            "{fcb1bcb4-f370-078c-6993-bc24d0ae3f}",
            "fcb1bcb4-f370-078c-6993-bc24d0ae3fé",
        ] {
            assert_eq!(text.parse::<Aaguid>(), Err(ParseAaguidError), "{text}");
        }
    }
}
