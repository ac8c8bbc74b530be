//! What the ceremonies of accounts share: options in the form that the original gives them, and what comes back.

use countersign_webauthn::options::{
    AuthenticatorSelection, CreationOptions, CredentialDescriptor, RequestOptions, ResidentKey, RpEntity, UserEntity,
};
use countersign_webauthn::{AuthenticationCredential, RegistrationCredential, UserVerification};
use serde_json::{Map, Value};

use super::Kept;
use crate::Countersign;
use crate::authenticator::{Authenticator, Credential, FactorName};
use crate::challenge::{self, Ceremony, Challenge, Note, Purpose, State, Step};
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::id::{ChallengeId, UserId};
use crate::methods::{
    ALGORITHMS, Method, ParsedAnswer, ParsedCredential, Rules, TOKEN_CHALLENGE, parse_authentication,
    parse_registration, user_handle_forms,
};
use crate::secret;
use crate::tenant::Tenant;

/// What this door asks of a key (decisions §6, third column).
pub(super) const RULES: Rules = Rules {
    method: Method::SecurityKey,
    resident_key: ResidentKey::Preferred,
    user_verification: UserVerification::Preferred,
    creation_user_verification: UserVerification::Preferred,
};

/// A new credential as a page sent it.
#[derive(Debug)]
pub struct CredentialSent(RegistrationCredential);

impl CredentialSent {
    /// Reads the JSON form. Old clients say `transports` beside `response`.
    pub fn parse(mut credential: Value) -> Result<Self> {
        let transports = credential.get("transports").cloned();
        if let Some(response) = credential.get_mut("response").and_then(Value::as_object_mut)
            && let Some(transports @ Value::Array(_)) = transports
        {
            response.entry("transports").or_insert(transports);
        }
        parse_registration(credential).map(Self)
    }

    pub(super) fn answered(&self) -> Result<Vec<u8>> {
        Ok(self.0.challenge()?)
    }

    pub(super) fn parsed(self) -> ParsedCredential {
        ParsedCredential { challenge: None, credential: self.0, conditional: false, device_id: None }
    }
}

/// An assertion as a page sent it.
#[derive(Debug)]
pub struct AssertionSent(AuthenticationCredential);

impl AssertionSent {
    /// Reads the JSON form. A handle that is none of ours in any form is taken for absent: some clients make text of it that
    /// nobody can read back (docs/reference/nhost.md §2).
    pub fn parse(mut credential: Value) -> Result<Self> {
        if let Some(handle) = credential.pointer_mut("/response/userHandle") {
            let bytes = handle.as_str().and_then(secret::from_base64url);
            if !bytes.is_some_and(|bytes| is_handle(&bytes)) {
                *handle = Value::Null;
            }
        }
        parse_authentication(credential).map(Self)
    }

    pub(super) fn answered(&self) -> Result<Vec<u8>> {
        Ok(self.0.challenge()?)
    }

    pub(super) fn raw_id(&self) -> &[u8] {
        self.0.raw_id()
    }

    pub(super) fn parsed(self) -> ParsedAnswer {
        ParsedAnswer { challenge: None, credential: self.0, device_id: None }
    }
}

/// The 36 characters of a UUID, or the 27 bytes that they are when read as base64url.
fn is_handle(bytes: &[u8]) -> bool {
    let text = match bytes.len() {
        36 => String::from_utf8(bytes.to_vec()).unwrap_or_default(),
        27 => secret::base64url(bytes),
        _ => return false,
    };
    UserId::parse(&text).is_some()
}

/// A name for a key; blank is none.
pub(super) fn nickname(text: Option<&str>) -> Result<Option<FactorName>> {
    text.filter(|text| !text.trim().is_empty()).map(FactorName::parse).transpose()
}

/// Options for a new key. Nothing but what the original says, so that clients of each age read them.
pub(super) fn creation_options(
    tenant: &Tenant,
    (user, name): (&UserId, &str),
    held: &[Authenticator<Credential>],
    challenge: Vec<u8>,
) -> CreationOptions {
    let [_, id] = user_handle_forms(user);
    let named = |factor: &Authenticator<Credential>| CredentialDescriptor::new(factor.detail.id.clone(), Vec::new());
    CreationOptions {
        rp: RpEntity { id: Some(tenant.rp_id.to_string()), name: tenant.name.clone() },
        // These bytes are the UUID's text once they are written as base64url.
        user: UserEntity { id, name: name.to_owned(), display_name: name.to_owned() },
        challenge,
        pub_key_cred_params: ALGORITHMS.map(Into::into).to_vec(),
        timeout: u32::try_from(TOKEN_CHALLENGE.0).ok(),
        exclude_credentials: held.iter().map(named).collect(),
        authenticator_selection: Some(AuthenticatorSelection::new(
            None,
            RULES.resident_key,
            RULES.creation_user_verification,
        )),
        hints: Vec::new(),
        attestation: Some("none".to_owned()),
        attestation_formats: Vec::new(),
        extensions: Map::new(),
    }
}

/// Options for an assertion by one of these credentials; by any discoverable one where there are none.
pub(super) fn request_options(tenant: &Tenant, credentials: Vec<Vec<u8>>, challenge: Vec<u8>) -> RequestOptions {
    RequestOptions {
        challenge,
        timeout: u32::try_from(TOKEN_CHALLENGE.0).ok(),
        rp_id: Some(tenant.rp_id.to_string()),
        allow_credentials: credentials.into_iter().map(|id| CredentialDescriptor::new(id, Vec::new())).collect(),
        user_verification: RULES.user_verification,
        hints: Vec::new(),
        extensions: Map::new(),
    }
}

/// A challenge of `user` for one step, and the bytes that have to come back.
pub(super) fn opened(user: &UserId, step: Step, kept: Option<Kept>, now: Millis) -> (Challenge, Vec<u8>) {
    let id = ChallengeId::fresh_beside(user, now);
    let Ceremony { bytes, hash } = Ceremony::mint(&id);
    let open = Challenge {
        id,
        user: Some(user.clone()),
        action_code: "account".to_owned(),
        idempotency_key: None,
        method: Some(RULES.method),
        purpose: Purpose::Account(step),
        state: State::Pending,
        secret_hash: Some(hash),
        note: Note { account: kept.map(Box::new), ..Note::default() },
        expires_at: now.plus(TOKEN_CHALLENGE),
        is_stored: true,
    };
    (open, bytes)
}

impl Countersign {
    /// The open challenge that these bytes answer, for this step and no other. To all else it is as if there were none.
    pub(super) async fn account_challenge(&self, tenant: &Tenant, answered: &[u8], step: Step) -> Result<Challenge> {
        let unknown =
            || Error::invalid("This challenge is not known here. Ask for new options and start the ceremony again.");
        let id = Ceremony::id_in(answered).ok_or_else(unknown)?;
        let open = match challenge::find(self.db(), &tenant.id, &id).await {
            Err(Error::NotFound(_)) => return Err(unknown()),
            found => found?,
        };
        if open.purpose != Purpose::Account(step) || !open.is_answered_by(answered) {
            return Err(unknown());
        }
        self.require_open(&tenant.id, &open).await?;
        Ok(open)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_are_known_in_both_forms_and_garbage_is_not() {
        let user = UserId::random();
        for form in user_handle_forms(&user) {
            assert!(is_handle(&form));
        }
        for bad in [&b""[..], &[0; 27], &[b'x'; 36], &user.as_str().as_bytes()[..35]] {
            assert!(!is_handle(bad), "{bad:?}");
        }
    }
}
