//! Client data: what the browser says of the ceremony (Level 3 §5.8.1).

use serde::Deserialize;

use crate::base64url;

/// The most bytes of client data that are read. Real ones have 100 to 300, some clients add members.
const LONGEST: usize = 8 * 1024;

/// The members of `CollectedClientData` that a relying party checks. Others, `tokenBinding` among them, are ignored.
///
/// A member that stands twice is refused: JSON readers differ in which one they take, and the browser writes each once.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ClientData {
    /// `webauthn.create` or `webauthn.get`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The challenge as base64url text.
    pub challenge: String,
    /// The origin of the page that ran the ceremony.
    pub origin: String,
    /// Whether that page was framed by another origin; absent means no.
    #[serde(default)]
    pub cross_origin: Option<bool>,
    /// The origin of the top-level page when it is another one.
    #[serde(default)]
    pub top_origin: Option<String>,
}

impl ClientData {
    /// Reads client data, or says what is wrong with it.
    ///
    /// A byte order mark at its head is passed over, as UTF-8 decode of the Encoding standard does (§7.1 step 5); the
    /// signature still covers it.
    pub(crate) fn parse(json: &[u8]) -> Result<Self, String> {
        if json.len() > LONGEST {
            return Err(format!("it has {} bytes; at most {LONGEST} are read", json.len()));
        }
        let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
        // An array would do for serde's derived reader; the specification has an object.
        if json.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
            return Err("it is not a JSON object".into());
        }
        serde_json::from_slice(json).map_err(|error| error.to_string())
    }

    /// The challenge as bytes, or what is wrong with its text.
    pub(crate) fn challenge_bytes(&self) -> Result<Vec<u8>, &'static str> {
        base64url::decode(&self.challenge)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GOOD: &str = r#"{"type":"webauthn.get","challenge":"AQID","origin":"https://example.org"}"#;

    #[test]
    fn the_members_are_read_and_others_ignored() {
        let data = ClientData::parse(GOOD.as_bytes()).unwrap();
        assert_eq!((&*data.kind, &*data.origin), ("webauthn.get", "https://example.org"));
        assert_eq!(data.challenge_bytes(), Ok(vec![1, 2, 3]));
        assert_eq!((data.cross_origin, &data.top_origin), (None, &None));

        let with_more = GOOD.replace(
            '}',
            r#","crossOrigin":true,"topOrigin":"https://top.example","tokenBinding":{"status":"supported"},"x":[1,{}]}"#,
        );
        let data = ClientData::parse(with_more.as_bytes()).unwrap();
        assert_eq!((data.cross_origin, data.top_origin.as_deref()), (Some(true), Some("https://top.example")));
    }

    #[test]
    fn a_byte_order_mark_is_passed_over_once() {
        assert!(ClientData::parse(format!("\u{feff}{GOOD}").as_bytes()).is_ok());
        assert!(ClientData::parse(format!("\u{feff}\u{feff}{GOOD}").as_bytes()).is_err());
    }

    #[test]
    fn what_is_not_client_data_is_refused() {
        let twice = |member: &str| GOOD.replace('}', &format!(",{member}}}"));
        for json in [
            String::new(),
            "null".into(),
            "[]".into(),
            r#"["webauthn.get","AQID","https://example.org",false,null]"#.into(),
            "\"webauthn.get\"".into(),
            GOOD.replace('}', ""),
            format!("{GOOD}{{}}"),
            format!("{GOOD} x"),
            GOOD.replace("origin", "Origin"),
            GOOD.replace("challenge", "Challenge"),
            GOOD.replace("\"type\"", "\"kind\""),
            GOOD.replace("\"AQID\"", "[1,2,3]"),
            GOOD.replace("\"AQID\"", "null"),
            GOOD.replace("\"https://example.org\"", "[\"https://example.org\"]"),
            twice(r#""type":"webauthn.get""#),
            twice(r#""origin":"https://evil.example""#),
            twice(r#""or\u0069gin":"https://evil.example""#),
            twice(r#""challenge":"AQID""#),
            twice(r#""crossOrigin":"false""#),
            twice(r#""crossOrigin":1"#),
            twice(r#""crossOrigin":true,"crossOrigin":false"#),
            twice(r#""topOrigin":["https://example.org"]"#),
            twice(&format!(r#""x":{}"#, "[".repeat(500))),
        ] {
            assert!(ClientData::parse(json.as_bytes()).is_err(), "{json}");
        }
        assert!(ClientData::parse(b"{\"type\":\"\xff\",\"challenge\":\"\",\"origin\":\"\"}").is_err(), "not UTF-8");
    }

    #[test]
    fn eight_kibibytes_are_read_and_no_more() {
        let padded = |bytes| GOOD.replace('}', &" ".repeat(bytes - GOOD.len())) + "}";
        assert!(ClientData::parse(padded(LONGEST).as_bytes()).is_ok());
        let refused = ClientData::parse(padded(LONGEST + 1).as_bytes()).unwrap_err();
        assert_eq!(refused, "it has 8193 bytes; at most 8192 are read");
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
            let _ = ClientData::parse(&bytes);
        }
    }
}
