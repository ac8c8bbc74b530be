//! A second software authenticator, by other hands and on other cryptography (passkey-rs): what it makes passes, and it reads
//! what the forger makes.

use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_testkit::forger::{Attestation, Authenticator, Ca};
use countersign_webauthn::options::{
    AuthenticatorSelection, CreationOptions, CredentialDescriptor, RequestOptions, ResidentKey, RpEntity, UserEntity,
};
use countersign_webauthn::{Algorithm, UserVerification};
use passkey::authenticator::{Authenticator as PeerAuthenticator, UiHint, UserCheck, UserValidationMethod};
use passkey::client::{Client, DefaultClientData, DefaultClientDataWithExtra};
use passkey::crypto::rust_crypto::RustCryptoBackend;
use passkey::types::Passkey;
use passkey::types::ctap2::{Aaguid, Ctap2Error};
use passkey::types::webauthn::{AuthenticatedPublicKeyCredential, CreatedPublicKeyCredential};
use serde_json::{Value, json};
use url::Url;

use crate::ceremony::{HANDLE, ORIGIN, Record, Server};

/// Somebody who always consents.
struct Present;

type Answer<'a> = Pin<Box<dyn Future<Output = Result<UserCheck, Ctap2Error>> + Send + 'a>>;

impl UserValidationMethod for Present {
    type PasskeyItem = Passkey;

    fn check_user<'a, 'life0, 'async_trait>(
        &'life0 self,
        _: UiHint<'a, Passkey>,
        presence: bool,
        verification: bool,
    ) -> Answer<'async_trait>
    where
        'life0: 'async_trait,
        'a: 'async_trait,
        Self: 'async_trait,
    {
        Box::pin(std::future::ready(Ok(UserCheck { presence, verification })))
    }

    fn is_presence_enabled(&self) -> bool {
        true
    }

    fn is_verification_enabled(&self) -> Option<bool> {
        Some(true)
    }
}

fn authenticator() -> PeerAuthenticator<Option<Passkey>, Present, RustCryptoBackend> {
    PeerAuthenticator::new(Aaguid::new_empty(), None, Present, RustCryptoBackend)
}

/// Runs a future that never waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => panic!("nothing here waits"),
    }
}

fn text(bytes: &[u8]) -> Value {
    json!(URL_SAFE_NO_PAD.encode(bytes))
}

/// `toJSON()` of what the peer made.
fn created_json(made: &CreatedPublicKeyCredential) -> Value {
    let response = &made.response;
    json!({
        "id": made.id,
        "rawId": text(&made.raw_id),
        "type": "public-key",
        "response": {
            "clientDataJSON": text(&response.client_data_json),
            "attestationObject": text(&response.attestation_object),
            "authenticatorData": text(&response.authenticator_data),
            "publicKey": response.public_key.as_ref().map(|key| text(key)),
            "publicKeyAlgorithm": response.public_key_algorithm,
            "transports": response.transports,
        },
        "authenticatorAttachment": made.authenticator_attachment,
        "clientExtensionResults": made.client_extension_results,
    })
}

fn asserted_json(said: &AuthenticatedPublicKeyCredential) -> Value {
    let response = &said.response;
    json!({
        "id": said.id,
        "rawId": text(&said.raw_id),
        "type": "public-key",
        "response": {
            "clientDataJSON": text(&response.client_data_json),
            "authenticatorData": text(&response.authenticator_data),
            "signature": text(&response.signature),
            "userHandle": response.user_handle.as_ref().map(|handle| text(handle)),
        },
        "authenticatorAttachment": said.authenticator_attachment,
        "clientExtensionResults": said.client_extension_results,
    })
}

/// The options as this crate writes them.
fn creation(algorithm: Algorithm) -> Value {
    let options = CreationOptions {
        rp: RpEntity { id: Some("example.com".to_owned()), name: "Example".to_owned() },
        user: UserEntity { id: HANDLE.to_vec(), name: "ada".to_owned(), display_name: "Ada".to_owned() },
        challenge: vec![1; 32],
        pub_key_cred_params: vec![algorithm.into()],
        timeout: Some(300_000),
        exclude_credentials: vec![CredentialDescriptor::new(vec![1, 2, 3], vec!["internal".to_owned()])],
        authenticator_selection: Some(AuthenticatorSelection::new(
            None,
            ResidentKey::Required,
            UserVerification::Required,
        )),
        hints: vec!["client-device".to_owned()],
        attestation: Some("none".to_owned()),
        attestation_formats: vec![],
        extensions: json!({"credProps": true}).as_object().unwrap().clone(),
    };
    serde_json::to_value(options).unwrap()
}

fn request(id: &[u8]) -> Value {
    let options = RequestOptions {
        challenge: vec![2; 32],
        timeout: Some(300_000),
        rp_id: Some("example.com".to_owned()),
        allow_credentials: vec![CredentialDescriptor::new(id.to_vec(), vec![])],
        user_verification: UserVerification::Required,
        hints: vec![],
        extensions: serde_json::Map::new(),
    };
    serde_json::to_value(options).unwrap()
}

#[test]
fn what_the_peer_makes_passes() {
    let origin = Url::parse(ORIGIN).unwrap();
    let server = Server { user_verification: UserVerification::Required, ..Server::new() };
    for algorithm in [Algorithm::Es256, Algorithm::EdDsa] {
        let mut peer = Client::new(authenticator());
        let options = serde_json::from_value(json!({"publicKey": creation(algorithm)})).unwrap();
        let made = now(peer.register(&origin, options, DefaultClientData)).unwrap();
        let told = server.register(&created_json(&made)).unwrap();
        assert_eq!((told.algorithm, told.discoverable), (algorithm, Some(true)));
        assert_eq!(told.transports, ["internal", "hybrid"]);
        let record = Record::from(&told);
        let options = serde_json::from_value(json!({"publicKey": request(&record.id)})).unwrap();
        let said = now(peer.authenticate(&origin, options, DefaultClientData)).unwrap();
        let said = server.authenticate(&record, &asserted_json(&said)).unwrap();
        assert_eq!(said.user_handle.as_deref(), Some(HANDLE));
        assert!(said.flags.uv());
    }
}

#[test]
fn what_the_peer_makes_is_held_to_the_same_rules() {
    let server = Server::new();
    let mut peer = Client::new(authenticator());
    let elsewhere = Url::parse("https://www.example.com").unwrap();
    let options = serde_json::from_value(json!({"publicKey": creation(Algorithm::Es256)})).unwrap();
    let extra = DefaultClientDataWithExtra(json!({"extra": "data"}));
    let made = now(peer.register(&elsewhere, options, extra)).unwrap();
    assert_eq!(server.register(&created_json(&made)).unwrap_err().reason.code(), "origin_mismatch");

    let origin = Url::parse(ORIGIN).unwrap();
    let options = serde_json::from_value(json!({"publicKey": creation(Algorithm::Es256)})).unwrap();
    let extra = DefaultClientDataWithExtra(json!({"extra": "data"}));
    let made = now(peer.register(&origin, options, extra)).unwrap();
    let record = Record::from(&server.register(&created_json(&made)).unwrap());
    let options = serde_json::from_value(json!({"publicKey": request(&record.id)})).unwrap();
    let mut said = now(peer.authenticate(&origin, options, DefaultClientData)).unwrap();
    let mut signature = said.response.signature.to_vec();
    signature[20] ^= 1;
    said.response.signature = signature.into();
    assert_eq!(server.authenticate(&record, &asserted_json(&said)).unwrap_err().reason.code(), "signature_invalid");
}

#[test]
fn the_peer_reads_what_the_forger_makes() {
    let server = Server::new();
    let attestations = [Attestation::None, Attestation::PackedSelf, Attestation::Packed(Ca::new().attester([7; 16]))];
    for attestation in attestations {
        let key = Authenticator::new().aaguid([7; 16]).attestation(attestation);
        let made = key.create(&server.creation(), ORIGIN).unwrap();
        let read: CreatedPublicKeyCredential = serde_json::from_value(made.credential.clone()).unwrap();
        assert_eq!(read.raw_id.to_vec(), made.id);
        let data = passkey::types::ctap2::AuthenticatorData::from_slice(&read.response.authenticator_data).unwrap();
        let attested = data.attested_credential_data.unwrap();
        assert_eq!(attested.credential_id(), made.id);
        assert_eq!(attested.aaguid.0, [7; 16]);
        let record = server.enrol(&key);
        let said = key.get(&server.request(&record.id), ORIGIN).unwrap();
        let read: AuthenticatedPublicKeyCredential = serde_json::from_value(said.credential).unwrap();
        assert_eq!(read.response.signature.to_vec(), said.signature);
        assert_eq!(read.response.user_handle.unwrap().to_vec(), HANDLE);
    }
}
