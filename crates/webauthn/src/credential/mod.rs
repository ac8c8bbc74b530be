//! The JSON forms in which a client sends a credential: `RegistrationResponseJSON` and `AuthenticationResponseJSON`, what
//! `PublicKeyCredential.toJSON()` gives (Level 3 §5.1).

use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

use crate::{Attachment, ClientData, Reason, Refusal, ceremony};

mod members;

use members::Members;

/// The longest user handle (Level 3 §5.4.3).
const LONGEST_USER_HANDLE: usize = 64;
/// How many transports are kept, and how long one may be: more than any authenticator has, too little to fill a disk.
const MOST_TRANSPORTS: usize = 16;
const LONGEST_TRANSPORT: usize = 64;

/// A new credential in its JSON form.
///
/// Members unknown to this crate are ignored, and so are the client's own readings of the attestation object
/// (`authenticatorData`, `publicKey`, `publicKeyAlgorithm`): the attestation object says the same.
#[derive(Clone, Debug)]
pub struct RegistrationCredential {
    raw_id: Vec<u8>,
    client_data_json: Vec<u8>,
    client_data: Result<ClientData, Refusal>,
    attestation_object: Vec<u8>,
    transports: Vec<String>,
    attachment: Option<Attachment>,
    discoverable: Option<bool>,
}

impl RegistrationCredential {
    /// Reads the JSON form. Optional members may be absent or null; what is unknown in them is passed over.
    ///
    /// Refused are a member missing or of a wrong type, a `type` other than `public-key`, an `id` that is not the text of
    /// `rawId`, and texts that are not base64url without padding. Client data that cannot be read is refused when it is
    /// looked at.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a caller parses the message for this and has no other use for it"
    )]
    pub fn from_value(value: Value) -> Result<Self, Refusal> {
        let value = &value;
        let members = Members::of(value)?;
        let raw_id = members.raw_id()?;
        let response = members.response()?;
        let client_data_json = response.bytes("clientDataJSON", "response.clientDataJSON")?;
        let client_data = read_client_data(&ceremony::REGISTRATION, &client_data_json);
        let attestation_object = response.bytes("attestationObject", "response.attestationObject")?;
        let transports = response.texts("transports");
        let kept = transports.filter(|transport| transport.len() <= LONGEST_TRANSPORT).take(MOST_TRANSPORTS);
        Ok(Self {
            raw_id,
            client_data_json,
            client_data,
            attestation_object,
            transports: kept.map(str::to_owned).collect(),
            attachment: members.attachment(),
            discoverable: value.pointer("/clientExtensionResults/credProps/rk").and_then(Value::as_bool),
        })
    }

    /// The credential id.
    pub fn raw_id(&self) -> &[u8] {
        &self.raw_id
    }

    /// The challenge that the client data names, so that a server can find the ceremony. Nothing is verified yet.
    pub fn challenge(&self) -> Result<Vec<u8>, Refusal> {
        challenge(&ceremony::REGISTRATION, self.client_data()?)
    }

    /// The client data, read. Nothing is verified yet.
    pub fn client_data(&self) -> Result<&ClientData, Refusal> {
        self.client_data.as_ref().map_err(Clone::clone)
    }

    /// The client data as bytes, over whose hash the authenticator signs.
    pub fn client_data_json(&self) -> &[u8] {
        &self.client_data_json
    }

    /// The attestation object as bytes, for [`AttestationObject::parse`](crate::AttestationObject::parse).
    pub fn attestation_object(&self) -> &[u8] {
        &self.attestation_object
    }

    /// `response.transports`, values unknown to the specification included.
    pub fn transports(&self) -> &[String] {
        &self.transports
    }

    /// `authenticatorAttachment`, when it has a known value.
    pub fn attachment(&self) -> Option<Attachment> {
        self.attachment
    }

    /// `clientExtensionResults.credProps.rk`.
    pub fn discoverable(&self) -> Option<bool> {
        self.discoverable
    }
}

/// An assertion in its JSON form.
#[derive(Clone, Debug)]
pub struct AuthenticationCredential {
    raw_id: Vec<u8>,
    client_data_json: Vec<u8>,
    client_data: Result<ClientData, Refusal>,
    authenticator_data: Vec<u8>,
    signature: Vec<u8>,
    user_handle: Option<Vec<u8>>,
    attachment: Option<Attachment>,
}

impl AuthenticationCredential {
    /// Reads the JSON form, by the same rules as [`RegistrationCredential::from_value`]. A user handle longer than 64 bytes
    /// is refused.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a caller parses the message for this and has no other use for it"
    )]
    pub fn from_value(value: Value) -> Result<Self, Refusal> {
        let value = &value;
        let members = Members::of(value)?;
        let raw_id = members.raw_id()?;
        let response = members.response()?;
        let client_data_json = response.bytes("clientDataJSON", "response.clientDataJSON")?;
        let client_data = read_client_data(&ceremony::AUTHENTICATION, &client_data_json);
        let user_handle = response.optional_bytes("userHandle", "response.userHandle")?;
        if user_handle.as_ref().is_some_and(|handle| handle.len() > LONGEST_USER_HANDLE) {
            return Err(members::refuse(Reason::MemberInvalid {
                member: "response.userHandle",
                expected: "at most 64 bytes long",
            }));
        }
        Ok(Self {
            raw_id,
            client_data_json,
            client_data,
            authenticator_data: response.bytes("authenticatorData", "response.authenticatorData")?,
            signature: response.bytes("signature", "response.signature")?,
            user_handle: user_handle.filter(|handle| !handle.is_empty()),
            attachment: members.attachment(),
        })
    }

    /// The credential id, by which the server finds the record.
    pub fn raw_id(&self) -> &[u8] {
        &self.raw_id
    }

    /// The challenge that the client data names, so that a server can find the ceremony. Nothing is verified yet.
    pub fn challenge(&self) -> Result<Vec<u8>, Refusal> {
        challenge(&ceremony::AUTHENTICATION, self.client_data()?)
    }

    /// The user handle of the response; `None` when absent, null or empty.
    pub fn user_handle(&self) -> Option<&[u8]> {
        self.user_handle.as_deref()
    }

    /// The client data, read. Nothing is verified yet.
    pub fn client_data(&self) -> Result<&ClientData, Refusal> {
        self.client_data.as_ref().map_err(Clone::clone)
    }

    /// The client data as bytes, over whose hash the authenticator signs.
    pub fn client_data_json(&self) -> &[u8] {
        &self.client_data_json
    }

    /// The authenticator data as bytes, for [`AuthenticatorData::parse`](crate::AuthenticatorData::parse).
    pub fn authenticator_data(&self) -> &[u8] {
        &self.authenticator_data
    }

    /// The signature over the authenticator data and the hash of the client data.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// `authenticatorAttachment`, when it has a known value.
    pub fn attachment(&self) -> Option<Attachment> {
        self.attachment
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

fn read_client_data(ceremony: &ceremony::Ceremony, json: &[u8]) -> Result<ClientData, Refusal> {
    ClientData::parse(json).map_err(|why| Refusal::new(ceremony.client_data, Reason::ClientDataInvalid { why }))
}

fn challenge(ceremony: &ceremony::Ceremony, data: &ClientData) -> Result<Vec<u8>, Refusal> {
    data.challenge_bytes().map_err(|why| {
        Refusal::new(ceremony.client_data, Reason::Base64UrlInvalid { member: "the challenge of the client data", why })
    })
}

#[cfg(test)]
mod tests;
