//! The test vectors of Level 3 §16, as JSON of hexadecimal text.
//!
//! They are those of the formats and algorithms that this crate knows, and §16.12 (Ed448) as one it does not. The
//! specification derives each from a seed that it prints.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::base64url::encode;

/// The vectors, and the root under which their attestation certificates were issued (§16.1).
#[derive(Deserialize)]
pub(crate) struct SpecVectors {
    attestation_root: String,
    pub(crate) vectors: Vec<Vector>,
}

/// One section: a registration and an authentication with the same credential.
#[derive(Deserialize)]
pub(crate) struct Vector {
    pub(crate) section: String,
    pub(crate) name: String,
    registration: RegistrationVector,
    authentication: AuthenticationVector,
}

#[derive(Deserialize)]
struct RegistrationVector {
    challenge: String,
    credential_id: String,
    aaguid: String,
    client_data_json: String,
    attestation_object: String,
}

#[derive(Deserialize)]
struct AuthenticationVector {
    challenge: String,
    client_data_json: String,
    authenticator_data: String,
    signature: String,
}

/// The bytes of hexadecimal text, spaces passed over.
pub(crate) fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u32> = hex.chars().filter(|c| *c != ' ').map(|c| c.to_digit(16).unwrap()).collect();
    assert!(digits.len().is_multiple_of(2), "{hex}");
    digits.chunks(2).map(|pair| u8::try_from(pair[0] << 4 | pair[1]).unwrap()).collect()
}

impl SpecVectors {
    pub(crate) fn read() -> Self {
        serde_json::from_str(include_str!("spec_vectors.json")).unwrap()
    }

    /// The vector of this name, such as `packed.ES256`.
    pub(crate) fn of(name: &str) -> Vector {
        Self::read().vectors.into_iter().find(|vector| vector.name == name).unwrap()
    }

    pub(crate) fn attestation_root(&self) -> Vec<u8> {
        bytes(&self.attestation_root)
    }
}

impl Vector {
    pub(crate) fn credential_id(&self) -> Vec<u8> {
        bytes(&self.registration.credential_id)
    }

    pub(crate) fn aaguid(&self) -> Vec<u8> {
        bytes(&self.registration.aaguid)
    }

    pub(crate) fn attestation_object(&self) -> Vec<u8> {
        bytes(&self.registration.attestation_object)
    }

    pub(crate) fn registration_challenge(&self) -> Vec<u8> {
        bytes(&self.registration.challenge)
    }

    pub(crate) fn authentication_challenge(&self) -> Vec<u8> {
        bytes(&self.authentication.challenge)
    }

    /// The registration as `RegistrationResponseJSON`.
    pub(crate) fn registration(&self) -> Value {
        let id = encode(&self.credential_id());
        json!({
            "type": "public-key",
            "id": id,
            "rawId": id,
            "response": {
                "clientDataJSON": encode(&bytes(&self.registration.client_data_json)),
                "attestationObject": encode(&self.attestation_object()),
            },
            "clientExtensionResults": {},
        })
    }

    /// The authentication as `AuthenticationResponseJSON`.
    pub(crate) fn authentication(&self) -> Value {
        let id = encode(&self.credential_id());
        json!({
            "type": "public-key",
            "id": id,
            "rawId": id,
            "response": {
                "clientDataJSON": encode(&bytes(&self.authentication.client_data_json)),
                "authenticatorData": encode(&bytes(&self.authentication.authenticator_data)),
                "signature": encode(&bytes(&self.authentication.signature)),
            },
            "clientExtensionResults": {},
        })
    }
}
