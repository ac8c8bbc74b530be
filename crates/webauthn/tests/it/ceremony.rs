//! The two ceremonies as every test runs them: a server and what it keeps.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_testkit::forger::{Authenticator, CreateDraft, GetDraft};
use countersign_webauthn::{
    Algorithm, AttestationPolicy, Authentication, AuthenticationCredential, AuthenticationRequest, CounterPolicy,
    Refusal, Registration, RegistrationCredential, RegistrationRequest, RelyingParty, StoredCredential,
    UserVerification, verify_authentication, verify_registration,
};
use serde_json::{Value, json};

/// The origin of the relying party, whose RP ID is `example.com`.
pub(crate) const ORIGIN: &str = "https://example.com";
/// The user handle in the creation options.
pub(crate) const HANDLE: &[u8] = b"2f6b2a1c-0d5e-4c8a-9b7e-1a2b3c4d5e6f";

/// A relying party and what it asks for; each test changes what it is about.
pub(crate) struct Server {
    pub(crate) rp: RelyingParty,
    pub(crate) user_verification: UserVerification,
    pub(crate) conditional: bool,
    pub(crate) algorithms: Vec<Algorithm>,
    pub(crate) anchors: Vec<Vec<u8>>,
    pub(crate) require_trusted: bool,
    pub(crate) time: Option<i64>,
    pub(crate) allowed: Option<Vec<Vec<u8>>>,
    pub(crate) handles: Option<Vec<Vec<u8>>>,
    pub(crate) require_handle: bool,
    pub(crate) counter: CounterPolicy,
}

/// What a server keeps of a registration.
#[derive(Clone)]
pub(crate) struct Record {
    pub(crate) id: Vec<u8>,
    pub(crate) public_key: Vec<u8>,
    pub(crate) sign_count: u32,
    pub(crate) backup_eligible: bool,
    pub(crate) backup_state: bool,
}

impl Server {
    pub(crate) fn new() -> Self {
        Self {
            rp: RelyingParty {
                id: "example.com".to_owned(),
                origins: vec![ORIGIN.to_owned(), "https://login.example.com".to_owned()],
                allow_cross_origin: false,
                top_origins: vec![],
            },
            user_verification: UserVerification::Preferred,
            conditional: false,
            algorithms: vec![Algorithm::EdDsa, Algorithm::Es256, Algorithm::Rs256, Algorithm::Es384, Algorithm::Es512],
            anchors: vec![],
            require_trusted: false,
            time: None,
            allowed: None,
            handles: None,
            require_handle: false,
            counter: CounterPolicy::default(),
        }
    }

    /// Trusts this root and demands that attestation leads to it.
    pub(crate) fn trusting(anchor: Vec<u8>) -> Self {
        Self { anchors: vec![anchor], require_trusted: true, ..Self::new() }
    }

    fn challenge(ceremony: u8) -> Vec<u8> {
        vec![ceremony; 32]
    }

    /// Creation options as a browser gets them.
    pub(crate) fn creation(&self) -> Value {
        let offered: Vec<Value> =
            self.algorithms.iter().map(|alg| json!({"type": "public-key", "alg": alg.to_cose()})).collect();
        json!({
            "rp": {"id": self.rp.id, "name": "Example"},
            "user": {"id": URL_SAFE_NO_PAD.encode(HANDLE), "name": "ada", "displayName": "Ada"},
            "challenge": URL_SAFE_NO_PAD.encode(Self::challenge(1)),
            "pubKeyCredParams": offered,
            "attestation": "direct",
            "extensions": {"credProps": true},
        })
    }

    /// Request options as a browser gets them, naming one credential.
    pub(crate) fn request(&self, id: &[u8]) -> Value {
        json!({
            "rpId": self.rp.id,
            "challenge": URL_SAFE_NO_PAD.encode(Self::challenge(2)),
            "allowCredentials": [{"type": "public-key", "id": URL_SAFE_NO_PAD.encode(id)}],
        })
    }

    pub(crate) fn register(&self, credential: &Value) -> Result<Registration, Refusal> {
        let request = RegistrationRequest {
            rp: &self.rp,
            challenge: &Self::challenge(1),
            user_verification: self.user_verification,
            conditional: self.conditional,
            algorithms: &self.algorithms,
            attestation: AttestationPolicy {
                trust_anchors: &self.anchors,
                require_trusted: self.require_trusted,
                verification_time: self.time,
            },
        };
        verify_registration(&request, &RegistrationCredential::from_value(credential.clone())?)
    }

    pub(crate) fn authenticate(&self, record: &Record, credential: &Value) -> Result<Authentication, Refusal> {
        let slices = |list: &Option<Vec<Vec<u8>>>| list.clone().unwrap_or_default();
        let (allowed, handles) = (slices(&self.allowed), slices(&self.handles));
        let allowed: Vec<&[u8]> = allowed.iter().map(Vec::as_slice).collect();
        let handles: Vec<&[u8]> = handles.iter().map(Vec::as_slice).collect();
        let request = AuthenticationRequest {
            rp: &self.rp,
            challenge: &Self::challenge(2),
            user_verification: self.user_verification,
            allow_credentials: self.allowed.is_some().then_some(&allowed),
            user_handles: self.handles.is_some().then_some(&handles),
            require_user_handle: self.require_handle,
            counter: self.counter,
        };
        let stored = StoredCredential {
            id: &record.id,
            public_key: &record.public_key,
            sign_count: record.sign_count,
            backup_eligible: record.backup_eligible,
            backup_state: record.backup_state,
        };
        verify_authentication(&request, &stored, &AuthenticationCredential::from_value(credential.clone())?)
    }

    /// Registers with an honest authenticator; the record to sign in with.
    pub(crate) fn enrol(&self, key: &Authenticator) -> Record {
        let made = key.create(&self.creation(), ORIGIN).unwrap();
        Record::from(&self.register(&made.credential).unwrap())
    }

    /// A registration with one fault.
    pub(crate) fn forged_registration(
        &self,
        key: &Authenticator,
        spoil: impl FnOnce(&mut CreateDraft),
    ) -> Result<Registration, Refusal> {
        self.register(&key.forge_create(&self.creation(), ORIGIN, spoil).unwrap().credential)
    }

    /// An assertion with one fault.
    pub(crate) fn forged_assertion(
        &self,
        key: &Authenticator,
        record: &Record,
        spoil: impl FnOnce(&mut GetDraft),
    ) -> Result<Authentication, Refusal> {
        self.authenticate(record, &key.forge_get(&self.request(&record.id), ORIGIN, spoil).unwrap().credential)
    }
}

impl From<&Registration> for Record {
    fn from(registration: &Registration) -> Self {
        Self {
            id: registration.credential_id.clone(),
            public_key: registration.public_key.clone(),
            sign_count: registration.sign_count,
            backup_eligible: registration.flags.be(),
            backup_state: registration.flags.bs(),
        }
    }
}
