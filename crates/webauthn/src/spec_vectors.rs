//! The test vectors of Level 3 §16, for tests beside the code. The files are described in `tests/vectors/README.md`.

use serde_json::{Value, json};

use crate::base64url::encode;

const ROOT: &str = include_str!("../tests/vectors/attestation-root-cert.json");

const FILES: [&str; 11] = [
    include_str!("../tests/vectors/none-es256.json"),
    include_str!("../tests/vectors/packed-self-es256.json"),
    include_str!("../tests/vectors/none-es256-crossOrigin.json"),
    include_str!("../tests/vectors/none-es256-topOrigin.json"),
    include_str!("../tests/vectors/none-es256-long-credential-id.json"),
    include_str!("../tests/vectors/packed-es256.json"),
    include_str!("../tests/vectors/packed-es384.json"),
    include_str!("../tests/vectors/packed-es512.json"),
    include_str!("../tests/vectors/packed-rs256.json"),
    include_str!("../tests/vectors/packed-eddsa.json"),
    include_str!("../tests/vectors/fido-u2f-es256.json"),
];

/// One section: a registration and an authentication with the same credential.
pub(crate) struct Vector(Value);

/// The bytes of hexadecimal text, spaces passed over.
pub(crate) fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u32> = hex.chars().filter(|c| *c != ' ').map(|c| c.to_digit(16).unwrap()).collect();
    assert!(digits.len().is_multiple_of(2), "{hex}");
    digits.chunks(2).map(|pair| u8::try_from(pair[0] << 4 | pair[1]).unwrap()).collect()
}

/// The root under which the attestation certificates were issued, as DER.
pub(crate) fn attestation_root() -> Vec<u8> {
    let root: Value = serde_json::from_str(ROOT).unwrap();
    bytes(root["certificate"].as_str().unwrap())
}

/// All vectors.
pub(crate) fn all() -> Vec<Vector> {
    FILES.iter().map(|file| Vector(serde_json::from_str(file).unwrap())).collect()
}

/// The vector of the section whose anchor ends in this name, such as `packed-es256`.
pub(crate) fn vector(name: &str) -> Vector {
    all().into_iter().find(|vector| vector.name() == name).unwrap()
}

impl Vector {
    /// The end of the section's anchor.
    pub(crate) fn name(&self) -> &str {
        self.0["section"].as_str().unwrap().split_once("#sctn-test-vectors-").unwrap().1
    }

    pub(crate) fn credential_id(&self) -> Vec<u8> {
        self.member("/credentialId")
    }

    pub(crate) fn aaguid(&self) -> Vec<u8> {
        self.member("/aaguid")
    }

    pub(crate) fn attestation_object(&self) -> Vec<u8> {
        self.member("/registration/attestationObject")
    }

    pub(crate) fn registration_challenge(&self) -> Vec<u8> {
        self.member("/registration/challenge")
    }

    pub(crate) fn authentication_challenge(&self) -> Vec<u8> {
        self.member("/authentication/challenge")
    }

    /// The registration as `RegistrationResponseJSON`.
    pub(crate) fn registration(&self) -> Value {
        self.credential(&json!({
            "clientDataJSON": encode(&self.member("/registration/clientDataJSON")),
            "attestationObject": encode(&self.attestation_object()),
        }))
    }

    /// The authentication as `AuthenticationResponseJSON`.
    pub(crate) fn authentication(&self) -> Value {
        self.credential(&json!({
            "clientDataJSON": encode(&self.member("/authentication/clientDataJSON")),
            "authenticatorData": encode(&self.member("/authentication/authenticatorData")),
            "signature": encode(&self.member("/authentication/signature")),
        }))
    }

    fn credential(&self, response: &Value) -> Value {
        let id = encode(&self.credential_id());
        json!({"type": "public-key", "id": id, "rawId": id, "response": response, "clientExtensionResults": {}})
    }

    fn member(&self, path: &str) -> Vec<u8> {
        bytes(self.0.pointer(path).and_then(Value::as_str).unwrap())
    }
}
