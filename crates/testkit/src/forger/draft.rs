//! A ceremony before it becomes bytes: filled in as an honest client would, open to be spoiled.

use serde_json::Value;

use super::attestation::Attestation;
use super::authenticator_data::AuthenticatorData;
use super::cbor::Cbor;
use super::client_data::ClientData;
use super::tamper::Tamper;

type Edit<T> = Option<Box<dyn FnOnce(&mut T)>>;

/// A registration in the making. Signatures are made last, over whatever stands here, so that one change is one fault.
pub struct CreateDraft {
    /// The client data.
    pub client: ClientData,
    /// The authenticator data, with the new credential attested.
    pub data: AuthenticatorData,
    /// The statement to make; what the authenticator can do and the options ask, unless changed.
    pub attestation: Attestation,
    /// What becomes of the statement's signature.
    pub signature: Tamper,
    /// `response.transports`; `None` leaves the member out.
    pub transports: Option<Vec<String>>,
    /// `authenticatorAttachment`; `None` leaves the member out.
    pub attachment: Option<String>,
    /// `clientExtensionResults`.
    pub extension_results: Value,
    pub(crate) client_bytes: Edit<Vec<u8>>,
    pub(crate) data_bytes: Edit<Vec<u8>>,
    pub(crate) statement: Edit<Cbor>,
    pub(crate) object: Edit<Cbor>,
    pub(crate) object_bytes: Edit<Vec<u8>>,
}

impl CreateDraft {
    pub(crate) fn new(client: ClientData, data: AuthenticatorData, attestation: Attestation) -> Self {
        Self {
            client,
            data,
            attestation,
            signature: Tamper::Nothing,
            transports: None,
            attachment: None,
            extension_results: Value::Object(serde_json::Map::new()),
            client_bytes: None,
            data_bytes: None,
            statement: None,
            object: None,
            object_bytes: None,
        }
    }

    /// The COSE key inside the attested credential data.
    pub fn cose(&mut self) -> &mut Cbor {
        &mut self.data.attested().public_key
    }

    /// The id inside the attested credential data; the credential is remembered, and named in the JSON, by what stands here.
    pub fn credential_id(&mut self) -> &mut Vec<u8> {
        &mut self.data.attested().credential_id
    }

    /// Changes the bytes of the client data before they are hashed and signed.
    pub fn edit_client_data(&mut self, edit: impl FnOnce(&mut Vec<u8>) + 'static) {
        self.client_bytes = Some(Box::new(edit));
    }

    /// Changes the bytes of the authenticator data before they are signed.
    pub fn edit_authenticator_data(&mut self, edit: impl FnOnce(&mut Vec<u8>) + 'static) {
        self.data_bytes = Some(Box::new(edit));
    }

    /// Changes the attestation statement after it was signed.
    pub fn edit_statement(&mut self, edit: impl FnOnce(&mut Cbor) + 'static) {
        self.statement = Some(Box::new(edit));
    }

    /// Changes the attestation object (`fmt`, `attStmt`, `authData`) before it is encoded.
    pub fn edit_attestation_object(&mut self, edit: impl FnOnce(&mut Cbor) + 'static) {
        self.object = Some(Box::new(edit));
    }

    /// Changes the bytes of the attestation object at the very end.
    pub fn edit_attestation_bytes(&mut self, edit: impl FnOnce(&mut Vec<u8>) + 'static) {
        self.object_bytes = Some(Box::new(edit));
    }
}

/// An assertion in the making, signed last.
pub struct GetDraft {
    /// The client data.
    pub client: ClientData,
    /// The authenticator data.
    pub data: AuthenticatorData,
    /// What becomes of the signature.
    pub signature: Tamper,
    /// The id in the JSON.
    pub credential_id: Vec<u8>,
    /// `response.userHandle`; `None` leaves the member out.
    pub user_handle: Option<Vec<u8>>,
    /// `authenticatorAttachment`; `None` leaves the member out.
    pub attachment: Option<String>,
    /// `clientExtensionResults`.
    pub extension_results: Value,
    pub(crate) client_bytes: Edit<Vec<u8>>,
    pub(crate) data_bytes: Edit<Vec<u8>>,
}

impl GetDraft {
    pub(crate) fn new(client: ClientData, data: AuthenticatorData, credential_id: Vec<u8>) -> Self {
        Self {
            client,
            data,
            signature: Tamper::Nothing,
            credential_id,
            user_handle: None,
            attachment: None,
            extension_results: Value::Object(serde_json::Map::new()),
            client_bytes: None,
            data_bytes: None,
        }
    }

    /// Changes the bytes of the client data before they are hashed and signed.
    pub fn edit_client_data(&mut self, edit: impl FnOnce(&mut Vec<u8>) + 'static) {
        self.client_bytes = Some(Box::new(edit));
    }

    /// Changes the bytes of the authenticator data before they are signed.
    pub fn edit_authenticator_data(&mut self, edit: impl FnOnce(&mut Vec<u8>) + 'static) {
        self.data_bytes = Some(Box::new(edit));
    }
}

/// Applies an edit, if there is one.
pub(crate) fn apply<T>(edit: Edit<T>, mut to: T) -> T {
    if let Some(edit) = edit {
        edit(&mut to);
    }
    to
}
