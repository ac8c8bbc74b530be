//! What an access token says on the Nhost door: the claims that Nhost Auth gives and Hasura reads.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::account::Account;
use crate::tenant::Tenant;
use crate::user::User;

/// Where Hasura looks for its claims.
pub(super) const NAMESPACE: &str = "https://hasura.io/jwt/claims";
/// Says that the session's user has just proved who they are.
pub(super) const ELEVATED: &str = "x-hasura-auth-elevated";
/// Most bytes of all custom claims together: a token travels in a header. What does not fit is left out.
const CUSTOM: usize = 2048;

/// The roles that the user's sessions may take, and the one that they have where none is asked for.
pub(super) fn roles(tenant: &Tenant, account: Option<&Account>) -> (Vec<String>, String) {
    let settings = &tenant.settings.accounts;
    match account {
        Some(account) => (account.roles.clone(), account.default_role.clone()),
        None => (settings.roles.clone(), settings.default_role.clone()),
    }
}

/// The claims in Hasura's namespace. All values are text, but for the list of roles.
pub(super) fn hasura(tenant: &Tenant, user: &User, account: Option<&Account>, elevated: bool) -> Value {
    let (roles, default_role) = roles(tenant, account);
    let mut claims = custom(&tenant.settings.sessions.claims, account.and_then(|account| account.metadata.as_ref()));
    // After the custom ones, which never stand in for these.
    claims.insert("x-hasura-allowed-roles".to_owned(), json!(roles));
    claims.insert("x-hasura-default-role".to_owned(), json!(default_role));
    claims.insert("x-hasura-user-id".to_owned(), json!(user.id));
    claims.insert("x-hasura-user-is-anonymous".to_owned(), json!("false"));
    claims.remove(ELEVATED);
    if elevated {
        claims.insert(ELEVATED.to_owned(), json!(user.id));
    }
    Value::Object(claims)
}

fn custom(settings: &BTreeMap<String, String>, metadata: Option<&Value>) -> Map<String, Value> {
    let mut claims = Map::new();
    let mut room = CUSTOM;
    for (name, member) in settings {
        let Some(text) = metadata.and_then(|metadata| metadata.get(member)).and_then(text) else { continue };
        let name = format!("x-hasura-{name}");
        if let Some(left) = room.checked_sub(name.len() + text.len()) {
            room = left;
            claims.insert(name, Value::String(text));
        }
    }
    claims
}

/// A value as Hasura reads it: text, and lists as `PostgreSQL` writes arrays.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(items) => {
            let quoted = |item: &Value| {
                let text = text(item).unwrap_or_default();
                format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
            };
            Some(format!("{{{}}}", items.iter().map(quoted).collect::<Vec<_>>().join(",")))
        }
        other => Some(other.to_string()),
    }
}

/// JSON of which base64url has no `-` and no `_`: Nhost's SDK up to 4.3 decodes a token with `atob`, which knows neither. The two come
/// from six bits that are all ones but perhaps the last; in ASCII these are the last six of `>`, `?`, `~` and DEL alone. So these and
/// what is not ASCII are written `\uXXXX` (RFC 8259 §7): all of them can only stand inside texts.
pub(super) fn plain_json(value: &Value) -> String {
    let mut out = String::new();
    for c in value.to_string().chars() {
        if c.is_ascii() && !matches!(c, '>' | '?' | '~' | '\u{7f}') {
            out.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing to a text does not fail.
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::base64url;

    #[test]
    fn a_token_is_read_by_those_who_know_only_plain_base64() {
        let text: String = (1..0x180).chain([0x20ac, 0x1_f511]).filter_map(char::from_u32).collect();
        for shift in ["", "a", "ab"] {
            let value = json!({ "claim": format!("{shift}{text}") });
            let plain = plain_json(&value);
            assert_eq!(serde_json::from_str::<Value>(&plain).unwrap(), value);
            assert!(!base64url(plain.as_bytes()).contains(['-', '_']), "{plain}");
        }
        assert!(base64url(json!("~~~???").to_string().as_bytes()).contains(['-', '_']), "the test can fail");
    }

    #[test]
    fn custom_claims_are_text_and_never_stand_in_for_ours() {
        let names = ["plan", "teams", "age", "none", "void", "user-id"];
        let settings = names.map(|name| (name.to_owned(), name.to_owned())).into();
        let metadata = json!({
            "plan": "pro", "teams": ["a", "b \"x\" \\", 3], "age": 7, "void": null, "user-id": "somebody",
        });
        let claims = custom(&settings, Some(&metadata));
        assert_eq!(claims["x-hasura-plan"], "pro");
        assert_eq!(claims["x-hasura-teams"], r#"{"a","b \"x\" \\","3"}"#);
        assert_eq!(claims["x-hasura-age"], "7");
        assert!(!claims.contains_key("x-hasura-none") && !claims.contains_key("x-hasura-void"), "{claims:?}");
        assert!(custom(&settings, None).is_empty());
        let huge = custom(&settings, Some(&json!({ "plan": "x".repeat(CUSTOM), "age": 7 })));
        assert_eq!(huge.keys().collect::<Vec<_>>(), ["x-hasura-age"]);
    }
}
