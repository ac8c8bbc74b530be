//! The forger's own ceremonies, checked without any server.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ParsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::*;

const ORIGIN: &str = "https://example.com";

fn creation() -> Value {
    json!({
        "rp": {"id": "example.com", "name": "Example"},
        "user": {"id": "dXNlcg", "name": "ada", "displayName": "Ada"},
        "challenge": "AAECAwQFBgcICQoLDA0ODw",
        "pubKeyCredParams": [{"type": "public-key", "alg": -7}, {"type": "public-key", "alg": -257}],
        "attestation": "direct",
        "extensions": {"credProps": true},
    })
}

fn request() -> Value {
    json!({"rpId": "example.com", "challenge": "Dw4NDAsKCQgHBgUEAwIBAA", "userVerification": "required"})
}

fn verifies(spki: &str, asserted: &Asserted) -> bool {
    let spki = URL_SAFE_NO_PAD.decode(spki).unwrap();
    let message = [&asserted.authenticator_data[..], &sha256(&asserted.client_data)].concat();
    ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, spki).unwrap().verify_sig(&message, &asserted.signature).is_ok()
}

/// Tests on several threads share one authenticator.
const _: fn() = || {
    fn shared<T: Send + Sync>() {}
    shared::<Authenticator>();
};

#[test]
fn an_assertion_is_signed_by_the_key_registered() {
    let key = Authenticator::new();
    let made = key.create(&creation(), ORIGIN).unwrap();
    let other = Authenticator::new();
    other.create(&creation(), ORIGIN).unwrap();
    let spki = made.credential["response"]["publicKey"].as_str().unwrap();
    assert!(verifies(spki, &key.get(&request(), ORIGIN).unwrap()));
    assert!(!verifies(spki, &other.get(&request(), ORIGIN).unwrap()));
    let forged = key.forge_get(&request(), ORIGIN, |draft| draft.signature = Tamper::FlipBit(77)).unwrap();
    assert!(!verifies(spki, &forged));
}

#[test]
fn a_fault_is_signed_over_so_that_nothing_else_is_wrong() {
    let key = Authenticator::new();
    let made = key.create(&creation(), ORIGIN).unwrap();
    let spki = made.credential["response"]["publicKey"].as_str().unwrap();
    let forged = key.forge_get(&request(), ORIGIN, |draft| {
        draft.client.set("origin", "https://evil.example");
        draft.data.flags.up = false;
        draft.edit_authenticator_data(|bytes| bytes.push(0));
    });
    let forged = forged.unwrap();
    assert!(verifies(spki, &forged));
    assert_eq!(forged.authenticator_data.len(), 38);
}

#[test]
fn the_browser_side_declines_what_browsers_decline() {
    let with = |pointer: &str, value: Value| {
        let mut options = creation();
        options["authenticatorSelection"] = json!({"userVerification": "preferred", "residentKey": "preferred"});
        *options.pointer_mut(pointer).unwrap() = value;
        options
    };
    let held = Authenticator::new();
    let id = held.create(&creation(), ORIGIN).unwrap().credential["id"].clone();
    let mut excluding = creation();
    excluding["excludeCredentials"] = json!([{"type": "public-key", "id": id}]);
    assert_eq!(held.create(&excluding, ORIGIN).unwrap_err(), Declined::InvalidState);

    let usb = Authenticator::security_key();
    let required = |member: &str| with(&format!("/authenticatorSelection/{member}"), "required".into());
    assert_eq!(usb.create(&required("userVerification"), ORIGIN).unwrap_err(), Declined::NotAllowed);
    assert_eq!(usb.create(&required("residentKey"), ORIGIN).unwrap_err(), Declined::NotAllowed);
    let ed25519 = Authenticator::new().algorithm(Algorithm::EdDsa);
    assert_eq!(ed25519.create(&creation(), ORIGIN).unwrap_err(), Declined::NotSupported);
    assert_eq!(usb.create(&with("/challenge", Value::Null), ORIGIN).unwrap_err(), Declined::TypeError("/challenge"));
    assert_eq!(Authenticator::new().get(&request(), ORIGIN).unwrap_err(), Declined::NotAllowed);
    assert!(ed25519.credentials().is_empty());
}

#[test]
fn a_security_key_answers_only_when_its_credential_is_named() {
    let usb = Authenticator::security_key();
    let made = usb.create(&creation(), ORIGIN).unwrap();
    assert_eq!(made.credential["clientExtensionResults"], json!({"credProps": {"rk": false}}));
    let mut options = json!({"rpId": "example.com", "challenge": "AAEC"});
    assert_eq!(usb.get(&options, ORIGIN).unwrap_err(), Declined::NotAllowed);
    options["allowCredentials"] = json!([{"type": "public-key", "id": made.credential["id"]}]);
    let said = usb.get(&options, ORIGIN).unwrap();
    assert_eq!(said.credential["response"].get("userHandle"), None);
    assert_eq!(said.authenticator_data[32..], [0x01, 0, 0, 0, 2]);
    assert_eq!(usb.get(&options, ORIGIN).unwrap().authenticator_data[36], 3);
    assert!(usb.forget(&made.id));
    assert_eq!(usb.get(&options, ORIGIN).unwrap_err(), Declined::NotAllowed);
}

#[test]
fn a_discoverable_credential_tells_whose_it_is() {
    let key = Authenticator::new().synced(true);
    key.create(&creation(), ORIGIN).unwrap();
    let said = key.get(&request(), ORIGIN).unwrap();
    assert_eq!(said.credential["response"]["userHandle"], "dXNlcg");
    assert_eq!(said.authenticator_data[32], 0x1d);
    assert_eq!(said.authenticator_data[33..], [0, 0, 0, 0]);
}

#[test]
fn attestation_is_given_only_where_it_is_asked_for() {
    let key = Authenticator::new().attestation(Attestation::Packed(Ca::new().attester([0; 16])));
    let asked = key.create(&creation(), ORIGIN).unwrap();
    let mut options = creation();
    options["attestation"] = "none".into();
    let not_asked = key.create(&options, ORIGIN).unwrap();
    assert_eq!(asked.attestation_object[..12], *b"\xa3cfmtfpacked");
    assert_eq!(not_asked.attestation_object[..10], *b"\xa3cfmtdnone");
}

#[test]
fn a_u2f_statement_is_signed_over_the_raw_point() {
    let attester = Ca::new().attester([0; 16]);
    let spki = attester.key.spki();
    let key = Authenticator::security_key().attestation(Attestation::FidoU2f(attester));
    let made = key.create(&creation(), ORIGIN).unwrap();
    // The signature is the first member of the statement: "sig", then a byte string of one length byte.
    let place = made.attestation_object.windows(4).position(|four| four == b"csig").unwrap() + 4;
    let signature = &made.attestation_object[place + 2..][..usize::from(made.attestation_object[place + 1])];
    let cose = &made.public_key;
    let (x, y) = (&cose[10..42], &cose[45..77]);
    let hash = sha256(&made.client_data);
    let message = [&[0], &sha256(b"example.com")[..], &hash, &made.id, &[4], x, y].concat();
    assert!(ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, spki).unwrap().verify_sig(&message, signature).is_ok());
}
