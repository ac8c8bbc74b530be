//! The test vectors of the specification (§16); see `tests/vectors/README.md`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_webauthn::{
    Algorithm, AttestationPolicy, AttestationType, AuthenticationCredential, AuthenticationRequest, CounterPolicy,
    CounterVerdict, Refusal, Registration, RegistrationCredential, RegistrationRequest, RelyingParty, StoredCredential,
    UserVerification, verify_authentication, verify_registration,
};
use serde_json::{Value, json};

const ROOT: &str = include_str!("../vectors/attestation-root-cert.json");
const VECTORS: [&str; 11] = [
    include_str!("../vectors/none-es256.json"),
    include_str!("../vectors/packed-self-es256.json"),
    include_str!("../vectors/none-es256-crossOrigin.json"),
    include_str!("../vectors/none-es256-topOrigin.json"),
    include_str!("../vectors/none-es256-long-credential-id.json"),
    include_str!("../vectors/packed-es256.json"),
    include_str!("../vectors/packed-es384.json"),
    include_str!("../vectors/packed-es512.json"),
    include_str!("../vectors/packed-rs256.json"),
    include_str!("../vectors/packed-eddsa.json"),
    include_str!("../vectors/fido-u2f-es256.json"),
];
/// 1 January 2026: the certificates are valid from 2024 to 3024.
const NOW: i64 = 1_767_225_600;

fn hex(value: &Value) -> Vec<u8> {
    let digits = value.as_str().unwrap();
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn rp(vector: &Value) -> RelyingParty {
    let framed = vector["section"].as_str().unwrap().ends_with("Origin");
    RelyingParty {
        id: "example.org".to_owned(),
        origins: vec!["https://example.org".to_owned()],
        allow_cross_origin: framed,
        top_origins: vec!["https://example.com".to_owned()],
    }
}

/// The vector's response with its members as a browser would send them.
fn credential(vector: &Value, ceremony: &str, members: &[&str]) -> Value {
    let id = URL_SAFE_NO_PAD.encode(hex(&vector["credentialId"]));
    let member = |name: &&str| ((*name).to_owned(), json!(URL_SAFE_NO_PAD.encode(hex(&vector[ceremony][*name]))));
    let response: Value = members.iter().map(member).collect::<serde_json::Map<_, _>>().into();
    json!({"id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {}})
}

fn register(vector: &Value, challenge: &[u8]) -> Result<Registration, Refusal> {
    let anchors = [hex(&read(ROOT)["certificate"])];
    let rp = rp(vector);
    let request = RegistrationRequest {
        rp: &rp,
        challenge,
        user_verification: UserVerification::Preferred,
        conditional: false,
        algorithms: &[Algorithm::Es256, Algorithm::Es384, Algorithm::Es512, Algorithm::EdDsa, Algorithm::Rs256],
        attestation: AttestationPolicy {
            trust_anchors: &anchors,
            require_trusted: false,
            verification_time: Some(NOW),
        },
    };
    let credential = credential(vector, "registration", &["clientDataJSON", "attestationObject"]);
    verify_registration(&request, &RegistrationCredential::from_value(credential)?)
}

#[test]
fn the_vectors_register_as_they_say() {
    for text in VECTORS {
        let vector = read(text);
        let section = vector["section"].as_str().unwrap();
        let challenge = hex(&vector["registration"]["challenge"]);
        let told = register(&vector, &challenge).unwrap_or_else(|refusal| panic!("{section}: {refusal}"));
        assert_eq!(told.algorithm.name(), vector["algorithm"], "{section}");
        assert_eq!(told.format.identifier(), vector["format"], "{section}");
        assert_eq!(told.aaguid.0.to_vec(), hex(&vector["aaguid"]), "{section}");
        assert_eq!(told.credential_id, hex(&vector["credentialId"]), "{section}");
        let x5c = section.contains("-packed-es") || section.contains("-packed-rs") || section.contains("eddsa");
        let basic = x5c || section.contains("fido-u2f");
        assert_eq!(told.attestation_type == AttestationType::Basic, basic, "{section}");
        assert_eq!(told.trusted, basic, "{section}: every certificate is under the root of the vectors");
        assert_eq!(told.cross_origin, section.ends_with("Origin"), "{section}");
        let top = section.ends_with("topOrigin").then_some("https://example.com");
        assert_eq!(told.top_origin.as_deref(), top, "{section}");
        // The same bytes for another challenge.
        assert_eq!(register(&vector, &[0; 32]).unwrap_err().reason.code(), "challenge_mismatch", "{section}");
    }
}

#[test]
fn the_vectors_authenticate_as_they_say() {
    for text in VECTORS {
        let vector = read(text);
        let section = vector["section"].as_str().unwrap();
        let told = register(&vector, &hex(&vector["registration"]["challenge"])).unwrap();
        let (rp, challenge) = (rp(&vector), hex(&vector["authentication"]["challenge"]));
        let request = AuthenticationRequest {
            rp: &rp,
            challenge: &challenge,
            user_verification: UserVerification::Preferred,
            allow_credentials: None,
            user_handles: None,
            require_user_handle: false,
            counter: CounterPolicy::Refuse,
        };
        let stored = StoredCredential {
            id: &told.credential_id,
            public_key: &told.public_key,
            sign_count: told.sign_count,
            backup_eligible: told.flags.be(),
            backup_state: told.flags.bs(),
        };
        let members = ["clientDataJSON", "authenticatorData", "signature"];
        let credential = credential(&vector, "authentication", &members);
        let verify = |value: Value| {
            let credential = AuthenticationCredential::from_value(value)?;
            verify_authentication(&request, &stored, &credential)
        };
        let said = verify(credential.clone()).unwrap_or_else(|refusal| panic!("{section}: {refusal}"));
        assert_eq!(said.counter, CounterVerdict::Unsupported, "{section}");
        // The same with the first bit of the signature's last byte turned.
        let mut signature = hex(&vector["authentication"]["signature"]);
        *signature.last_mut().unwrap() ^= 0x80;
        let mut spoiled = credential;
        spoiled["response"]["signature"] = json!(URL_SAFE_NO_PAD.encode(signature));
        assert_eq!(verify(spoiled).unwrap_err().reason.code(), "signature_invalid", "{section}");
    }
}
