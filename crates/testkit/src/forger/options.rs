//! Reading the options a server sends, as `PublicKeyCredential.parseCreationOptionsFromJSON()` and
//! `parseRequestOptionsFromJSON()` would (`WebAuthn` L3 §5.1.8, §5.1.9).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::Declined;

/// Options of either kind.
pub(crate) struct Options<'a>(pub(crate) &'a Value);

impl<'a> Options<'a> {
    /// The text at a JSON pointer.
    pub(crate) fn text(&self, pointer: &str) -> Option<&'a str> {
        self.0.pointer(pointer)?.as_str()
    }

    /// The bytes of the base64url text at a JSON pointer.
    pub(crate) fn bytes(&self, pointer: &'static str) -> Result<Vec<u8>, Declined> {
        self.text(pointer).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok()).ok_or(Declined::TypeError(pointer))
    }

    /// The RP ID at `pointer`, or by default the host of the origin (§5.1.3 step 8, §5.1.4.1 step 7).
    pub(crate) fn rp_id(&self, pointer: &str, origin: &str) -> String {
        let host = origin.split_once("://").map_or(origin, |(_, host)| host);
        self.text(pointer).unwrap_or(host.split([':', '/']).next().unwrap_or(host)).to_owned()
    }

    /// The ids of a list of credential descriptors; absent is empty.
    pub(crate) fn ids(&self, member: &'static str) -> Result<Vec<Vec<u8>>, Declined> {
        let list = self.0.get(member).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        list.iter().map(|descriptor| Options(descriptor).bytes("/id")).collect()
    }

    /// The COSE identifiers offered, in the server's order; an empty or absent list means ES256 and RS256 (§5.1.3 step 10).
    pub(crate) fn algorithms(&self) -> Vec<i64> {
        let offered = self.0.get("pubKeyCredParams").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        if offered.is_empty() {
            return vec![-7, -257];
        }
        offered.iter().filter_map(|parameter| parameter.get("alg")?.as_i64()).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_host_of_the_origin_stands_in_for_a_missing_rp_id() {
        for origin in ["https://example.com", "https://example.com:8443", "https://example.com/page"] {
            assert_eq!(Options(&json!({})).rp_id("/rp/id", origin), "example.com");
        }
        assert_eq!(Options(&json!({"rp": {"id": "a.test"}})).rp_id("/rp/id", "https://b.a.test"), "a.test");
    }

    #[test]
    fn what_is_not_base64url_is_a_type_error() {
        for bad in [json!({}), json!({"challenge": 7}), json!({"challenge": "a+b="})] {
            assert_eq!(Options(&bad).bytes("/challenge"), Err(Declined::TypeError("/challenge")));
        }
        let list = json!({"allowCredentials": [{"type": "public-key", "id": "not base64"}]});
        assert!(Options(&list).ids("allowCredentials").is_err());
    }

    #[test]
    fn no_algorithms_means_the_two_defaults() {
        assert_eq!(Options(&json!({"pubKeyCredParams": []})).algorithms(), [-7, -257]);
        let offered =
            json!({"pubKeyCredParams": [{"type": "public-key", "alg": -8}, {"type": "public-key", "alg": -7}]});
        assert_eq!(Options(&offered).algorithms(), [-8, -7]);
    }
}
