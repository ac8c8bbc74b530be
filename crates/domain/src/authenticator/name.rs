//! What users call their factors.

use crate::error::{Error, Result};
use crate::user::is_unseen;

/// A name of 1 to 64 characters, one of which is seen, without control characters and without those that turn or break the line it
/// stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactorName(String);

impl FactorName {
    /// Blanks around it are dropped. `InvalidRequest` says what a name is.
    pub fn parse(text: &str) -> Result<Self> {
        let name = text.trim();
        let fits = (1..=64).contains(&name.chars().count()) && !name.chars().all(is_blank);
        if fits && !name.chars().any(|c| c.is_control() || bends_lines(c)) {
            return Ok(Self(name.to_owned()));
        }
        Err(Error::invalid("name must have 1 to 64 characters and no control characters."))
    }

    /// The name itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Line breaks of Unicode, and the characters that turn the direction of what follows them.
const fn bends_lines(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Characters that leave nothing on the page: what has no width, selects a form, or is drawn as a blank.
const fn is_blank(c: char) -> bool {
    is_unseen(c)
        || c.is_whitespace()
        || matches!(
            c,
            '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{2800}'
        )
        || matches!(c, '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_people_write() {
        for (text, name) in [
            ("Work laptop", "Work laptop"),
            ("  \u{e9}\u{1f469}\u{200d}\u{1f4bb} ", "\u{e9}\u{1f469}\u{200d}\u{1f4bb}"),
            ("مفتاحي", "مفتاحي"),
        ] {
            assert_eq!(FactorName::parse(text).unwrap().as_str(), name);
        }
        assert!(FactorName::parse(&"\u{e9}".repeat(64)).is_ok());
    }

    #[test]
    fn what_is_empty_long_or_bends_the_line_is_none() {
        let long = "x".repeat(65);
        for text in [
            "",
            "   ",
            &long,
            "a\nb",
            "a\0",
            "\u{7f}x",
            "a\u{202e}b",
            "a\u{2028}b",
            "\u{2066}a",
            "\u{200b}",
            "\u{3164} \u{2800}",
            "\u{feff}\u{fe0f}",
            "\u{e0041}",
        ] {
            assert!(FactorName::parse(text).is_err(), "{text:?}");
        }
    }
}
