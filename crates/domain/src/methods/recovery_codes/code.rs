//! One recovery code: 16 characters of 32, 80 bits.

use crate::secret::{self, Secret};

/// Crockford's base 32: no I, L, O or U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

const LENGTH: usize = 16;

/// Characters that are kept readable, to find the code by: 15 bits. The other 65 are in the hash alone (checklist 20).
const PREFIX: usize = 3;

/// A code in capitals, without the dashes it is shown with.
pub(super) struct RecoveryCode(Secret);

impl RecoveryCode {
    /// A fresh one.
    pub(super) fn random() -> Self {
        let drawn = secret::random::<LENGTH>().map(|byte| char::from(ALPHABET[usize::from(byte % 32)]));
        Self(Secret::new(drawn.iter().collect()))
    }

    /// Reads one as people type it: in any case, with O for 0 and I or L for 1. `None` for what is no code.
    pub(super) fn parse(typed: &str) -> Option<Self> {
        let meant = typed.chars().map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            c => c,
        });
        let text: String = meant.filter(|c| c.is_ascii() && ALPHABET.contains(&(*c as u8))).take(LENGTH + 1).collect();
        (text.len() == LENGTH && typed.chars().count() == LENGTH).then(|| Self(Secret::new(text)))
    }

    /// What it is found by.
    pub(super) fn prefix(&self) -> &str {
        &self.0.expose()[..PREFIX]
    }

    /// All of it, for the hash.
    pub(super) fn whole(&self) -> Secret {
        self.0.clone()
    }

    /// As it is shown: four groups of four.
    pub(super) fn shown(&self) -> Secret {
        let groups: Vec<&str> = (0..LENGTH).step_by(4).map(|at| &self.0.expose()[at..at + 4]).collect();
        Secret::new(groups.join("-"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::challenge::typed;

    fn read(text: &str) -> Option<String> {
        RecoveryCode::parse(&typed(text)).map(|code| code.0.expose().to_owned())
    }

    #[test]
    fn what_is_shown_reads_back_however_it_is_typed() {
        let code = RecoveryCode::random();
        let (shown, whole) = (code.shown().expose().to_owned(), code.0.expose().to_owned());
        for text in [shown.clone(), shown.to_lowercase(), shown.replace('-', " "), format!(" {whole}\n")] {
            assert_eq!(read(&text), Some(whole.clone()), "{text}");
        }
        assert_eq!(read("OOOO-IIII-LLLL-oil0"), Some("0000111111110110".to_owned()));
    }

    #[test]
    fn what_is_no_code_does_not_read() {
        for text in
            ["", "0123", "0123-4567-89AB-CDE", "0123-4567-89AB-CDEFG", "0123-4567-89AB-CDEU", "０123-4567-89AB-CDEF"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn every_character_of_the_alphabet_is_drawn_anywhere() {
        let codes: Vec<_> = (0..2000).map(|_| RecoveryCode::random()).collect();
        for at in 0..LENGTH {
            let mut seen: Vec<u8> = codes.iter().map(|code| code.0.expose().as_bytes()[at]).collect();
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen, ALPHABET, "at {at}");
        }
    }
}
