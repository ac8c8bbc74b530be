//! `navigator.credentials.get()` (`WebAuthn` L3 §5.1.4, §6.3.3).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::Declined;
use super::authenticator::{Authenticator, Counter, Held};
use super::authenticator_data::{AuthenticatorData, sha256};
use super::client_data::ClientData;
use super::draft::{GetDraft, apply};
use super::key::Key;
use super::options::Options;

/// An assertion as it would leave the browser.
#[derive(Clone, Debug)]
pub struct Asserted {
    /// `AuthenticationResponseJSON` (§5.1.9).
    pub credential: Value,
    /// The id of the credential used.
    pub id: Vec<u8>,
    /// The bytes of the client data.
    pub client_data: Vec<u8>,
    /// The bytes of the authenticator data.
    pub authenticator_data: Vec<u8>,
    /// The signature.
    pub signature: Vec<u8>,
}

impl Authenticator {
    /// Signs with a credential it remembers: the first one named in `allowCredentials`, or, where none is named, the newest
    /// discoverable one of the RP ID.
    ///
    /// # Errors
    /// What a browser would answer: no such credential, or user verification demanded of an authenticator that has none.
    pub fn get(&self, options: &Value, origin: &str) -> Result<Asserted, Declined> {
        if Options(options).text("/userVerification") == Some("required") && !self.uv {
            return Err(Declined::NotAllowed);
        }
        self.forge_get(options, origin, |_| ())
    }

    /// Signs with faults: `spoil` is given what [`Self::get`] would make, before it is signed.
    ///
    /// # Errors
    /// If no credential fits, the options lack a challenge, or a member that should be base64url is not.
    pub fn forge_get(
        &self,
        options: &Value,
        origin: &str,
        spoil: impl FnOnce(&mut GetDraft),
    ) -> Result<Asserted, Declined> {
        let options = Options(options);
        let challenge = URL_SAFE_NO_PAD.encode(options.bytes("/challenge")?);
        let held = self.pick(&options.rp_id("/rpId", origin), &options.ids("allowCredentials")?)?;

        let data = AuthenticatorData::new(&held.rp_id, self.flags(), held.counter);
        let mut draft = GetDraft::new(ClientData::new("webauthn.get", &challenge, origin), data, held.id);
        // §6.3.3 step 13: credentials that are not discoverable need not know whose they are.
        draft.user_handle = held.resident.then_some(held.user_handle);
        draft.attachment = Some(self.attachment.to_owned());
        spoil(&mut draft);
        Ok(finish(draft, &held.key))
    }

    /// Chooses a credential and moves its counter.
    fn pick(&self, rp_id: &str, allowed: &[Vec<u8>]) -> Result<Held, Declined> {
        let mut all = self.held();
        let fits = |held: &Held| {
            held.rp_id == rp_id && if allowed.is_empty() { held.resident } else { allowed.contains(&held.id) }
        };
        let held = all.iter_mut().rev().find(|held| fits(held)).ok_or(Declined::NotAllowed)?;
        if self.counter != Counter::Zero {
            held.counter = held.counter.wrapping_add(1);
        }
        Ok(held.clone())
    }
}

/// Signs, encodes and wraps up a draft.
fn finish(draft: GetDraft, key: &Key) -> Asserted {
    let client_data = apply(draft.client_bytes, draft.client.encode());
    let authenticator_data = apply(draft.data_bytes, draft.data.encode());
    let signature = draft.signature.sign(key, &[&authenticator_data[..], &sha256(&client_data)].concat());
    let id = draft.credential_id;
    let mut credential = json!({
        "id": URL_SAFE_NO_PAD.encode(&id),
        "rawId": URL_SAFE_NO_PAD.encode(&id),
        "type": "public-key",
        "response": {
            "clientDataJSON": URL_SAFE_NO_PAD.encode(&client_data),
            "authenticatorData": URL_SAFE_NO_PAD.encode(&authenticator_data),
            "signature": URL_SAFE_NO_PAD.encode(&signature),
        },
        "clientExtensionResults": draft.extension_results,
    });
    if let Some(handle) = draft.user_handle {
        credential["response"]["userHandle"] = json!(URL_SAFE_NO_PAD.encode(handle));
    }
    if let Some(attachment) = draft.attachment {
        credential["authenticatorAttachment"] = json!(attachment);
    }
    Asserted { credential, id, client_data, authenticator_data, signature }
}
