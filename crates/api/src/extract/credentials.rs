//! `Authorization` in every form that clients send (docs/reference/authsignal.md §1.2).

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use http::{HeaderMap, header};

const FORGIVING: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, FORGIVING);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, FORGIVING);

/// What `Authorization` holds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Credentials {
    /// `Bearer <token>`.
    Bearer(String),
    /// `Basic …`: the user part, with base64 and percent-encoding undone. Standard and URL-safe alphabet, with and without
    /// padding, with and without the colon.
    Basic(String),
    /// Nothing, or a form we do not know.
    None,
}

pub(crate) fn of(headers: &HeaderMap) -> Credentials {
    let text = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (scheme, rest) = text.split_once(' ').unwrap_or((text, ""));
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") && !rest.is_empty() {
        return Credentials::Bearer(rest.to_owned());
    }
    if scheme.eq_ignore_ascii_case("basic") {
        return basic(rest).map_or(Credentials::None, Credentials::Basic);
    }
    Credentials::None
}

fn basic(text: &str) -> Option<String> {
    let bytes = STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text)).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let user = text.split_once(':').map_or(text.as_str(), |(user, _)| user);
    let user = percent_encoding::percent_decode_str(user).decode_utf8().ok()?;
    (!user.is_empty()).then(|| user.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn parse(text: &str) -> Credentials {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, HeaderValue::from_str(text).unwrap());
        of(&headers)
    }

    #[test]
    fn reads_every_form_that_clients_send() {
        let tenant = Credentials::Basic("9a2e0b1c-aaaa".into());
        for text in ["9a2e0b1c-aaaa", "9a2e0b1c-aaaa:", "9a2e0b1c%2Daaaa"] {
            assert_eq!(parse(&format!("Basic {}", STANDARD.encode(text))), tenant, "{text}");
            assert_eq!(parse(&format!("basic {}", URL_SAFE.encode(text).trim_end_matches('='))), tenant, "{text}");
        }
        assert_eq!(parse(&format!("Basic {}", STANDARD.encode("a/b+c=:"))), Credentials::Basic("a/b+c=".into()));
        assert_eq!(parse("Bearer a.b.c"), Credentials::Bearer("a.b.c".into()));
    }

    #[test]
    fn anything_else_is_no_credential() {
        for text in ["", "Basic", "Basic !!!", "Basic Og==", "Bearer", "Bearer ", "Digest x", "Basic //79"] {
            assert_eq!(parse(text), Credentials::None, "{text}");
        }
    }
}
