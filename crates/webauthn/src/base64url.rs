//! base64url without padding (RFC 4648 §5), the form in which the credentials' JSON carries bytes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The bytes that `text` stands for, or what is wrong with it.
///
/// Strict: one text for each value. `toJSON()` and the SDKs write no padding, so a padded text is a sign of a client that
/// encodes by hand, and is told so.
pub(crate) fn decode(text: &str) -> Result<Vec<u8>, &'static str> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| {
        if text.contains('=') {
            "leave out the padding (=)"
        } else if text.contains(['+', '/']) {
            "it is base64; write - for + and _ for /"
        } else {
            "it has a character or a length that base64url never has"
        }
    })
}

/// The text of `bytes`.
pub(crate) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_and_its_bytes() {
        for (text, bytes) in [("", &[][..]), ("AA", &[0]), ("_-8", &[0xff, 0xef]), ("AQID", &[1, 2, 3])] {
            assert_eq!(decode(text), Ok(bytes.to_vec()));
            assert_eq!(encode(bytes), text);
        }
    }

    #[test]
    fn other_texts_are_refused_with_advice() {
        for (text, why) in [
            ("AA==", "padding"),
            ("_+8", "base64;"),
            ("/-8", "base64;"),
            ("A", "length"),
            ("AB", "length"), // the unused bits are not zero
            ("A A", "character"),
            ("AAAA\n", "character"),
            ("ÄÄÄÄ", "character"),
        ] {
            let refused = decode(text).expect_err(text);
            assert!(refused.contains(why), "{text:?}: {refused}");
        }
    }
}
