//! `navigator.credentials.create()` (`WebAuthn` L3 §5.1.3, §6.3.2).

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::attestation::{Attestation, Subject};
use super::authenticator::{Authenticator, Counter, Held};
use super::authenticator_data::{Attested, AuthenticatorData};
use super::cbor::Cbor;
use super::client_data::ClientData;
use super::draft::{CreateDraft, apply};
use super::key::{Algorithm, Key};
use super::options::Options;
use super::{Declined, random};

/// A registration as it would leave the browser.
#[derive(Clone, Debug)]
pub struct Created {
    /// `RegistrationResponseJSON` (§5.1.8).
    pub credential: Value,
    /// The credential id as attested.
    pub id: Vec<u8>,
    /// The COSE key as attested.
    pub public_key: Vec<u8>,
    /// The bytes of the client data.
    pub client_data: Vec<u8>,
    /// The bytes of the authenticator data.
    pub authenticator_data: Vec<u8>,
    /// The bytes of the attestation object.
    pub attestation_object: Vec<u8>,
}

impl Authenticator {
    /// Makes a credential for `options` (`PublicKeyCredentialCreationOptionsJSON` as the server sent it) and remembers it.
    ///
    /// # Errors
    /// What a browser would answer: `excludeCredentials` names a credential held here, no algorithm in common, user
    /// verification or a discoverable credential demanded of an authenticator that has none.
    pub fn create(&self, options: &Value, origin: &str) -> Result<Created, Declined> {
        self.agree(&Options(options))?;
        self.forge_create(options, origin, |_| ())
    }

    /// An automatic upgrade (§5.1.3, `mediation: "conditional"`): nobody touched anything, UP and UV are 0.
    ///
    /// # Errors
    /// As [`Self::create`], but user verification is not asked of it.
    pub fn create_conditionally(&self, options: &Value, origin: &str) -> Result<Created, Declined> {
        self.forge_create(options, origin, |draft| {
            draft.data.flags.up = false;
            draft.data.flags.uv = false;
        })
    }

    /// Makes a credential with faults: `spoil` is given what [`Self::create`] would make, before anything is signed. No
    /// wish of the options is refused; the credential is remembered as it was made.
    ///
    /// # Errors
    /// Only if the options lack a challenge, or a member that should be base64url is not.
    pub fn forge_create(
        &self,
        options: &Value,
        origin: &str,
        spoil: impl FnOnce(&mut CreateDraft),
    ) -> Result<Created, Declined> {
        let options = Options(options);
        let challenge = URL_SAFE_NO_PAD.encode(options.bytes("/challenge")?);
        let rp_id = options.rp_id("/rp/id", origin);
        let key = Arc::new(Key::generate(self.choose(&options.algorithms())));
        let counter = if let Counter::Start(first) = self.counter { first } else { 0 };
        let resident = self.resident && options.text("/authenticatorSelection/residentKey") != Some("discouraged");

        let mut data = AuthenticatorData::new(&rp_id, self.flags(), counter);
        data.flags.at = true;
        data.attested = Some(Attested::new(self.aaguid, random(32), key.cose()));
        let attestation = match options.text("/attestation") {
            // §5.1.3 step 24: without a wish for it the browser drops every statement.
            None | Some("none") => Attestation::None,
            Some(_) => self.attestation.clone(),
        };
        let mut draft = CreateDraft::new(ClientData::new("webauthn.create", &challenge, origin), data, attestation);
        draft.transports = Some(self.transports.clone());
        draft.attachment = Some(self.attachment.to_owned());
        if options.0.pointer("/extensions/credProps") == Some(&Value::Bool(true)) {
            draft.extension_results = json!({"credProps": {"rk": resident}});
        }
        spoil(&mut draft);

        let user_handle = options.bytes("/user/id").unwrap_or_default();
        let created = finish(draft, &key);
        self.held().push(Held { id: created.id.clone(), rp_id, user_handle, resident, key, counter });
        Ok(created)
    }

    /// What a browser checks before it asks the authenticator.
    fn agree(&self, options: &Options<'_>) -> Result<(), Declined> {
        let excluded = options.ids("excludeCredentials")?;
        let offered = options.algorithms();
        let demands = |member| options.text(member) == Some("required");
        if self.held().iter().any(|held| excluded.contains(&held.id)) {
            Err(Declined::InvalidState)
        } else if !offered.contains(&self.choose(&offered).cose()) {
            Err(Declined::NotSupported)
        } else if demands("/authenticatorSelection/userVerification") && !self.uv
            || demands("/authenticatorSelection/residentKey") && !self.resident
        {
            Err(Declined::NotAllowed)
        } else {
            Ok(())
        }
    }

    /// The algorithm set, else the first one offered that the forger knows, else ES256.
    fn choose(&self, offered: &[i64]) -> Algorithm {
        let known = |alg: &i64| Algorithm::ALL.into_iter().find(|algorithm| algorithm.cose() == *alg);
        self.algorithm.or_else(|| offered.iter().find_map(known)).unwrap_or(Algorithm::Es256)
    }
}

/// Signs, encodes and wraps up a draft.
fn finish(mut draft: CreateDraft, key: &Key) -> Created {
    let client_data = apply(draft.client_bytes.take(), draft.client.encode());
    let authenticator_data = apply(draft.data_bytes.take(), draft.data.encode());
    let subject =
        Subject { credential_key: key, data: &draft.data, data_bytes: &authenticator_data, client_data: &client_data };
    let statement = apply(draft.statement.take(), draft.attestation.statement(&subject, &draft.signature));
    // CTAP 2.2 §8: canonical CBOR orders map keys by length.
    let members: [(&str, Cbor); 3] = [
        ("fmt", draft.attestation.format().into()),
        ("attStmt", statement),
        ("authData", authenticator_data.as_slice().into()),
    ];
    let object = apply(draft.object.take(), Cbor::map(members));
    let attestation_object = apply(draft.object_bytes.take(), object.encode());

    let attested = draft.data.attested();
    let (id, public_key) = (attested.credential_id.clone(), attested.public_key.encode());
    let mut credential = json!({
        "id": URL_SAFE_NO_PAD.encode(&id),
        "rawId": URL_SAFE_NO_PAD.encode(&id),
        "type": "public-key",
        "response": {
            "clientDataJSON": URL_SAFE_NO_PAD.encode(&client_data),
            "attestationObject": URL_SAFE_NO_PAD.encode(&attestation_object),
            "authenticatorData": URL_SAFE_NO_PAD.encode(&authenticator_data),
            "publicKey": URL_SAFE_NO_PAD.encode(key.spki()),
            "publicKeyAlgorithm": key.algorithm().cose(),
        },
        "clientExtensionResults": draft.extension_results,
    });
    if let Some(transports) = draft.transports {
        credential["response"]["transports"] = json!(transports);
    }
    if let Some(attachment) = draft.attachment {
        credential["authenticatorAttachment"] = json!(attachment);
    }
    Created { credential, id, public_key, client_data, authenticator_data, attestation_object }
}
