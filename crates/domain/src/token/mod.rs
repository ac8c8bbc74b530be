//! Client tokens: what `track` hands to a page and what a completed challenge gives back (decisions §2).
//!
//! A JWT, HS256 under a key derived per tenant from the key ring, `typ: cst+jwt`. Nothing is decided by a claim that a
//! row can decide: a token names a user and an action, the rows say what they are worth.

mod scope;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::Countersign;
use crate::clock::{Millis, Span};
use crate::error::{Error, Result};
use crate::id::TenantId;
use crate::ring::KeyRing;
use crate::secret;
use crate::tenant::Tenant;

pub use scope::Scope;

const TYPE: &str = "cst+jwt";
/// Longest token looked at, in bytes. Ours have about 700; user id (twice), username and idempotency key of 256 characters
/// that take four bytes each make 6,400.
const MAX_LENGTH: usize = 8192;
/// How far ahead of our clock an `iat` may lie (decisions §2).
const MAX_AHEAD: i64 = 30;

/// What a client token says, once its signature, type, issuer, audience and time are checked.
#[derive(Debug, Clone)]
pub struct ClientToken {
    /// The user as the backend names them.
    pub external_id: String,
    /// The action it belongs to.
    pub action_code: String,
    /// Which instance of the action.
    pub idempotency_key: String,
    /// What it may do to factors.
    pub scope: Scope,
    /// Unique id of the token.
    pub id: String,
    /// Beginning of its life.
    pub issued_at: Millis,
    /// End of its life.
    pub expires_at: Millis,
    /// What was proved, when it is a result token.
    pub proof: Option<Proof>,
}

/// What a completed challenge proved; claims of a result token and part of `/validate`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Authentication context: `aal1`, `aal2`, `aal3` (NIST SP 800-63B; decisions §6).
    pub acr: String,
    /// Authentication methods (RFC 8176 names; decisions §6).
    pub amr: Vec<String>,
    /// When it was proved.
    pub at: Millis,
}

/// What to put into a token.
#[derive(Debug)]
pub(crate) struct NewToken<'a> {
    pub(crate) external_id: &'a str,
    pub(crate) username: Option<&'a str>,
    pub(crate) action_code: &'a str,
    pub(crate) idempotency_key: &'a str,
    pub(crate) scope: Scope,
    pub(crate) proof: Option<&'a Proof>,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    iat: i64,
    exp: i64,
    /// Never set by us; one that lies ahead is honoured all the same (RFC 7519 §4.1.5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
    jti: String,
    scope: String,
    other: Other,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    amr: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Other {
    tenant_id: String,
    user_id: String,
    action_code: String,
    idempotency_key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
}

/// The keys that sign and check one tenant's client tokens: one a ring key, the current one first.
pub(crate) struct ClientTokenKeys {
    keys: Vec<TokenKey>,
}

struct TokenKey {
    id: String,
    encoding: EncodingKey,
    decoding: DecodingKey,
}

impl std::fmt::Debug for ClientTokenKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClientTokenKeys(…)")
    }
}

impl ClientTokenKeys {
    pub(crate) fn new(ring: &KeyRing, tenant: &TenantId) -> Result<Self> {
        let derive = |id: &str| {
            let key: Zeroizing<[u8; 32]> = ring
                .derive(id, &[b"client-token", tenant.as_str().as_bytes()])
                .ok_or_else(|| Error::Internal(format!("ring key {id} is gone")))?;
            let (encoding, decoding) = (EncodingKey::from_secret(&*key), DecodingKey::from_secret(&*key));
            Ok(TokenKey { id: id.to_owned(), encoding, decoding })
        };
        Ok(Self { keys: ring.fingerprints().iter().map(|(id, _)| derive(id)).collect::<Result<_>>()? })
    }
}

impl Countersign {
    /// The audience of every client token.
    fn client_audience(&self) -> String {
        format!("{}/v1/client", self.public_url())
    }

    /// Signs a token that lives as long as the tenant says.
    pub(crate) fn issue_client_token(&self, tenant: &Tenant, new: &NewToken<'_>, now: Millis) -> Result<String> {
        let key = &tenant.token_keys.keys[0];
        let header = Header { typ: Some(TYPE.into()), kid: Some(key.id.clone()), ..Header::new(Algorithm::HS256) };
        let claims = Claims {
            iss: self.public_url().to_owned(),
            aud: self.client_audience(),
            sub: new.external_id.to_owned(),
            iat: now.seconds(),
            exp: now.plus(Span::minutes(tenant.settings.token_minutes)).seconds(),
            nbf: None,
            jti: secret::base64url(&secret::random::<16>()),
            scope: new.scope.to_string(),
            other: Other {
                tenant_id: tenant.id.to_string(),
                user_id: new.external_id.to_owned(),
                action_code: new.action_code.to_owned(),
                idempotency_key: new.idempotency_key.to_owned(),
                username: new.username.map(str::to_owned),
            },
            acr: new.proof.map(|proof| proof.acr.clone()),
            amr: new.proof.map(|proof| proof.amr.clone()),
            auth_time: new.proof.map(|proof| proof.at.seconds()),
        };
        jsonwebtoken::encode(&header, &claims, &key.encoding).map_err(|error| Error::Internal(error.to_string()))
    }

    /// Which tenant a token claims to be of. Proves nothing; `read_client_token` does.
    pub fn tenant_named_by(&self, token: &str) -> Option<TenantId> {
        if token.len() > MAX_LENGTH {
            return None;
        }
        let payload = secret::from_base64url(token.split('.').nth(1)?)?;
        TenantId::parse(&serde_json::from_slice::<Claims>(&payload).ok()?.other.tenant_id)
    }

    /// Checks a token of `tenant`: algorithm, type, key, signature, issuer, audience, tenant and time, no leeway on `exp`.
    pub fn read_client_token(&self, tenant: &Tenant, token: &str) -> Result<ClientToken> {
        if token.len() > MAX_LENGTH {
            return Err(Error::InvalidToken);
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| Error::InvalidToken)?;
        let key = tenant.token_keys.keys.iter().find(|key| header.kid.as_deref() == Some(&key.id));
        let key = key.filter(|_| header.typ.as_deref() == Some(TYPE)).ok_or(Error::InvalidToken)?;
        let mut validation = Validation::new(Algorithm::HS256);
        // Time is checked below, by our clock.
        validation.validate_exp = false;
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        validation.set_issuer(&[self.public_url()]);
        validation.set_audience(&[self.client_audience()]);
        let claims =
            jsonwebtoken::decode::<Claims>(token, &key.decoding, &validation).map_err(|_| Error::InvalidToken)?.claims;
        let now = self.now().seconds();
        let ahead = claims.iat.max(claims.nbf.unwrap_or(claims.iat)) > now + MAX_AHEAD;
        if claims.other.tenant_id != tenant.id.as_str() || ahead {
            return Err(Error::InvalidToken);
        }
        if claims.exp <= now {
            return Err(Error::ExpiredToken);
        }
        let proof = match (claims.acr, claims.amr, claims.auth_time) {
            (Some(acr), Some(amr), Some(at)) => Some(Proof { acr, amr, at: Millis(at.saturating_mul(1000)) }),
            _ => None,
        };
        Ok(ClientToken {
            external_id: claims.sub,
            action_code: claims.other.action_code,
            idempotency_key: claims.other.idempotency_key,
            scope: Scope::parse(&claims.scope),
            id: claims.jti,
            issued_at: Millis(claims.iat.saturating_mul(1000)),
            expires_at: Millis(claims.exp.saturating_mul(1000)),
            proof,
        })
    }
}
