//! The client data a browser signs over (`WebAuthn` L3 §5.8.1).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// `CollectedClientData` as an ordered list of members, so that one can be changed, dropped, or written twice.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientData {
    /// Names and values in the order they are written.
    pub members: Vec<(String, Value)>,
}

impl ClientData {
    /// What a browser writes: `type`, `challenge` (base64url text as in the options), `origin`, `crossOrigin: false`.
    pub fn new(kind: &str, challenge: &str, origin: &str) -> Self {
        let members = [("type", kind.into()), ("challenge", challenge.into()), ("origin", origin.into())];
        let mut data = Self { members: members.map(|(name, value): (&str, Value)| (name.to_owned(), value)).to_vec() };
        data.set("crossOrigin", false);
        data
    }

    /// Sets a member in its place, or appends it.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        match self.members.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value.into(),
            None => self.repeat(name, value),
        }
    }

    /// Sets the challenge to the base64url text of these bytes.
    pub fn set_challenge(&mut self, challenge: &[u8]) {
        self.set("challenge", URL_SAFE_NO_PAD.encode(challenge));
    }

    /// Appends a member even if the name is there already.
    pub fn repeat(&mut self, name: &str, value: impl Into<Value>) {
        self.members.push((name.to_owned(), value.into()));
    }

    /// Takes every member of that name away.
    pub fn remove(&mut self, name: &str) {
        self.members.retain(|(known, _)| known != name);
    }

    /// The value of the first member of that name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.members.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The JSON text as bytes, without white space (§5.8.1.1).
    pub fn encode(&self) -> Vec<u8> {
        let members: Vec<String> =
            self.members.iter().map(|(name, value)| format!("{}:{value}", Value::from(name.as_str()))).collect();
        format!("{{{}}}", members.join(",")).into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_as_the_specification_serializes_it() {
        let data = ClientData::new("webauthn.get", "AAEC", "https://example.com");
        let text = r#"{"type":"webauthn.get","challenge":"AAEC","origin":"https://example.com","crossOrigin":false}"#;
        assert_eq!(String::from_utf8(data.encode()).unwrap(), text);
    }

    #[test]
    fn members_can_be_changed_dropped_and_doubled() {
        let mut data = ClientData::new("webauthn.get", "AAEC", "https://example.com");
        data.set("origin", Value::Null);
        data.remove("crossOrigin");
        data.repeat("type", "webauthn.create");
        data.set_challenge(&[0xff]);
        let text = r#"{"type":"webauthn.get","challenge":"_w","origin":null,"type":"webauthn.create"}"#;
        assert_eq!(String::from_utf8(data.encode()).unwrap(), text);
    }
}
