//! The JSON forms in which a client sends a credential (WebAuthn Level 3 §5.1).

use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

use crate::{Reason, Refusal, Step};

/// A new credential in its JSON form, `RegistrationResponseJSON`.
#[derive(Clone, Debug)]
pub struct RegistrationCredential {
    raw_id: Vec<u8>,
}

impl RegistrationCredential {
    /// Reads the JSON form. Members that this crate does not know are ignored; optional ones may be absent or null.
    pub fn from_value(_value: Value) -> Result<Self, Refusal> {
        Err(Refusal { step: Step::REGISTRATION_TYPE, reason: Reason::NotSupported })
    }

    /// The credential id.
    pub fn raw_id(&self) -> &[u8] {
        &self.raw_id
    }

    /// The challenge that the client data names, so that a server can find the ceremony. Nothing is verified yet.
    pub fn challenge(&self) -> Result<Vec<u8>, Refusal> {
        Err(Refusal { step: Step::REGISTRATION_TYPE, reason: Reason::NotSupported })
    }
}

/// An assertion in its JSON form, `AuthenticationResponseJSON`.
#[derive(Clone, Debug)]
pub struct AuthenticationCredential {
    raw_id: Vec<u8>,
    user_handle: Option<Vec<u8>>,
}

impl AuthenticationCredential {
    /// Reads the JSON form. Members that this crate does not know are ignored; optional ones may be absent or null.
    pub fn from_value(_value: Value) -> Result<Self, Refusal> {
        Err(Refusal { step: Step::AUTHENTICATION_TYPE, reason: Reason::NotSupported })
    }

    /// The credential id, by which the server finds the record.
    pub fn raw_id(&self) -> &[u8] {
        &self.raw_id
    }

    /// The challenge that the client data names, so that a server can find the ceremony. Nothing is verified yet.
    pub fn challenge(&self) -> Result<Vec<u8>, Refusal> {
        Err(Refusal { step: Step::AUTHENTICATION_TYPE, reason: Reason::NotSupported })
    }

    /// The user handle of the response; `None` when absent, null or empty.
    pub fn user_handle(&self) -> Option<&[u8]> {
        self.user_handle.as_deref()
    }
}

impl<'de> Deserialize<'de> for RegistrationCredential {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_value(Value::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for AuthenticationCredential {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_value(Value::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}
