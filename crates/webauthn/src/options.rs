//! The options that a server hands to the browser, in their JSON forms (Level 3 §5.1, §5.4, §5.5).
//!
//! `PublicKeyCredential.parseCreationOptionsFromJSON()` and `parseRequestOptionsFromJSON()` read them. Absent members
//! are left out, except `excludeCredentials` and `allowCredentials`, which are always arrays.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use crate::Attachment;
use crate::{Algorithm, UserVerification};

/// `PublicKeyCredentialCreationOptionsJSON` (§5.1).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreationOptions {
    /// The relying party.
    pub rp: RpEntity,
    /// The user.
    pub user: UserEntity,
    /// The challenge.
    #[serde(with = "base64url")]
    pub challenge: Vec<u8>,
    /// The algorithms offered, the preferred first.
    pub pub_key_cred_params: Vec<CredentialParameters>,
    /// How long the client may wait for the person, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u32>,
    /// The user's existing credentials: an authenticator that holds one of them refuses to make another.
    #[serde(default)]
    pub exclude_credentials: Vec<CredentialDescriptor>,
    /// What is asked of the authenticator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authenticator_selection: Option<AuthenticatorSelection>,
    /// Which authenticator the page should lead to: `client-device`, `security-key`, `hybrid` (§5.8).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
    /// `none`, `indirect`, `direct` or `enterprise` (§5.4.7).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attestation: Option<String>,
    /// The attestation formats preferred.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attestation_formats: Vec<String>,
    /// Client extension inputs (§9).
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extensions: Map<String, Value>,
}

/// `PublicKeyCredentialRequestOptionsJSON` (§5.1).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestOptions {
    /// The challenge.
    #[serde(with = "base64url")]
    pub challenge: Vec<u8>,
    /// How long the client may wait for the person, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u32>,
    /// The RP ID; the page's own host when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rp_id: Option<String>,
    /// The credentials that may answer; empty when any discoverable one may.
    #[serde(default)]
    pub allow_credentials: Vec<CredentialDescriptor>,
    /// Whether the authenticator has to verify the person.
    #[serde(default)]
    pub user_verification: UserVerification,
    /// Which authenticator the page should lead to: `client-device`, `security-key`, `hybrid` (§5.8).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
    /// Client extension inputs (§9).
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extensions: Map<String, Value>,
}

/// `PublicKeyCredentialRpEntity` (§5.4.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RpEntity {
    /// The RP ID; the page's own host when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The name that the person sees.
    pub name: String,
}

/// `PublicKeyCredentialUserEntityJSON` (§5.4.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserEntity {
    /// The user handle: 1 to 64 bytes without personal data.
    #[serde(with = "base64url")]
    pub id: Vec<u8>,
    /// The account's name, such as an e-mail address.
    pub name: String,
    /// The person's name; may be empty.
    pub display_name: String,
}

/// `PublicKeyCredentialParameters` (§5.3): one algorithm offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialParameters {
    /// Always `public-key`.
    #[serde(rename = "type")]
    pub kind: CredentialType,
    /// The algorithm.
    pub alg: Algorithm,
}

/// `PublicKeyCredentialType` (§5.8.2): there is one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum CredentialType {
    /// `public-key`.
    #[default]
    #[serde(rename = "public-key")]
    PublicKey,
}

/// `PublicKeyCredentialDescriptorJSON` (§5.8.3): a credential named in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialDescriptor {
    /// Always `public-key`.
    #[serde(rename = "type")]
    pub kind: CredentialType,
    /// The credential id.
    #[serde(with = "base64url")]
    pub id: Vec<u8>,
    /// How the authenticator is reached, as it said at registration; left out when unknown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transports: Vec<String>,
}

/// `AuthenticatorSelectionCriteria` (§5.4.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthenticatorSelection {
    /// Built in or roaming; left out when either will do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authenticator_attachment: Option<Attachment>,
    /// Whether the credential has to be discoverable.
    #[serde(default)]
    pub resident_key: ResidentKey,
    /// The Level 1 form of `residentKey: "required"`; true exactly then (§5.4.4).
    #[serde(default)]
    pub require_resident_key: bool,
    /// Whether the authenticator has to verify the person.
    #[serde(default)]
    pub user_verification: UserVerification,
}

/// Whether a credential has to be discoverable, that is usable without its id being named (§5.4.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ResidentKey {
    /// Rather not.
    #[default]
    Discouraged,
    /// Rather so.
    Preferred,
    /// It has to be.
    Required,
}

impl AuthenticatorSelection {
    /// The criteria, with `requireResidentKey` as `resident_key` demands.
    pub const fn new(
        attachment: Option<Attachment>,
        resident_key: ResidentKey,
        user_verification: UserVerification,
    ) -> Self {
        Self {
            authenticator_attachment: attachment,
            resident_key,
            require_resident_key: matches!(resident_key, ResidentKey::Required),
            user_verification,
        }
    }
}

impl CredentialDescriptor {
    /// A descriptor of the credential with this id and these transports.
    pub const fn new(id: Vec<u8>, transports: Vec<String>) -> Self {
        Self { kind: CredentialType::PublicKey, id, transports }
    }
}

impl From<Algorithm> for CredentialParameters {
    fn from(alg: Algorithm) -> Self {
        Self { kind: CredentialType::PublicKey, alg }
    }
}

/// Bytes as base64url without padding.
mod base64url {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

    use crate::base64url::{decode, encode};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        encode(bytes).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        decode(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn creation_options_are_what_the_browser_parses() {
        let options = CreationOptions {
            rp: RpEntity { id: Some("example.org".into()), name: "Example".into() },
            user: UserEntity { id: vec![1, 2, 3], name: "ada@example.org".into(), display_name: String::new() },
            challenge: vec![0xff; 3],
            pub_key_cred_params: Algorithm::DEFAULT.map(Into::into).to_vec(),
            timeout: Some(300_000),
            exclude_credentials: vec![CredentialDescriptor::new(vec![9], vec!["usb".into()])],
            authenticator_selection: Some(AuthenticatorSelection::new(
                Some(Attachment::CrossPlatform),
                ResidentKey::Required,
                UserVerification::Required,
            )),
            hints: vec!["security-key".into()],
            attestation: Some("direct".into()),
            attestation_formats: vec![],
            extensions: json!({"credProps": true}).as_object().cloned().unwrap(),
        };
        let value = json!({
            "rp": {"id": "example.org", "name": "Example"},
            "user": {"id": "AQID", "name": "ada@example.org", "displayName": ""},
            "challenge": "____",
            "pubKeyCredParams": [
                {"type": "public-key", "alg": -8},
                {"type": "public-key", "alg": -7},
                {"type": "public-key", "alg": -257},
            ],
            "timeout": 300_000,
            "excludeCredentials": [{"type": "public-key", "id": "CQ", "transports": ["usb"]}],
            "authenticatorSelection": {
                "authenticatorAttachment": "cross-platform",
                "residentKey": "required",
                "requireResidentKey": true,
                "userVerification": "required",
            },
            "hints": ["security-key"],
            "attestation": "direct",
            "extensions": {"credProps": true},
        });
        assert_eq!(serde_json::to_value(&options).unwrap(), value);
        assert_eq!(serde_json::from_value::<CreationOptions>(value).unwrap(), options);
    }

    #[test]
    fn absent_members_are_left_out_and_lists_of_credentials_never() {
        let options = CreationOptions {
            rp: RpEntity { id: None, name: "Example".into() },
            user: UserEntity { id: vec![1], name: "ada".into(), display_name: "Ada".into() },
            challenge: vec![0],
            pub_key_cred_params: vec![],
            timeout: None,
            exclude_credentials: vec![],
            authenticator_selection: None,
            hints: vec![],
            attestation: None,
            attestation_formats: vec![],
            extensions: Map::new(),
        };
        let value = json!({
            "rp": {"name": "Example"},
            "user": {"id": "AQ", "name": "ada", "displayName": "Ada"},
            "challenge": "AA",
            "pubKeyCredParams": [],
            "excludeCredentials": [],
        });
        assert_eq!(serde_json::to_value(&options).unwrap(), value);

        let options = RequestOptions {
            challenge: vec![0],
            timeout: None,
            rp_id: None,
            allow_credentials: vec![],
            user_verification: UserVerification::Discouraged,
            hints: vec![],
            extensions: Map::new(),
        };
        let value = json!({"challenge": "AA", "allowCredentials": [], "userVerification": "discouraged"});
        assert_eq!(serde_json::to_value(&options).unwrap(), value);
        assert_eq!(serde_json::from_value::<RequestOptions>(value).unwrap(), options);
    }

    #[test]
    fn resident_key_has_an_older_member_that_says_the_same() {
        for (resident_key, required) in
            [(ResidentKey::Discouraged, false), (ResidentKey::Preferred, false), (ResidentKey::Required, true)]
        {
            let selection = AuthenticatorSelection::new(None, resident_key, UserVerification::Preferred);
            assert_eq!(selection.require_resident_key, required, "{resident_key:?}");
        }
    }
}
