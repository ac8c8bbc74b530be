//! Access tokens: made, and read back (decisions §2, checklist 71).

use std::sync::Arc;

use jsonwebtoken::Validation;
use serde::Deserialize;
use serde_json::{Value, json};

use super::claims::{self, ELEVATED, NAMESPACE};
use super::{Session, claims::plain_json};
use crate::Countersign;
use crate::account::Account;
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::id::{SessionId, TenantId};
use crate::secret;
use crate::tenant::Tenant;
use crate::user::User;

const TYPE: &str = "JWT";
/// Longest token looked at, in bytes. Ours have about 900; a hundred roles and 2 KiB of custom claims, all escaped, make 26,000.
const MAX_LENGTH: usize = 32 * 1024;
/// How far ahead of our clock an `iat` may lie (decisions §2).
const MAX_AHEAD: i64 = 30;

/// What an access token says, once algorithm, type, key, signature and issuer are checked. Whether its time is over is the
/// caller's to ask: who ends a session may be late.
#[derive(Debug)]
pub(super) struct AccessToken {
    pub(super) session: SessionId,
    /// The user: the internal id on the Nhost door, the backend's for an app client.
    pub(super) subject: String,
    /// The app client; `None` on the Nhost door.
    pub(super) audience: Option<String>,
    pub(super) is_elevated: bool,
    pub(super) expires_at: Millis,
}

impl AccessToken {
    pub(super) fn require_unexpired(&self, now: Millis) -> Result<()> {
        if self.expires_at.seconds() <= now.seconds() { Err(Error::ExpiredToken) } else { Ok(()) }
    }
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    sid: String,
    iat: i64,
    exp: i64,
    /// Never set by us; one that lies ahead is honoured all the same (RFC 7519 §4.1.5).
    nbf: Option<i64>,
    /// A text where we set it; a list is nobody's.
    aud: Option<String>,
    #[serde(rename = "https://hasura.io/jwt/claims")]
    hasura: Option<Value>,
}

impl Countersign {
    /// The issuer of a tenant's access tokens: where its JWKS stands, without the path of it.
    fn session_issuer(&self, tenant: &TenantId) -> String {
        format!("{}/t/{tenant}/auth/v1", self.public_url())
    }

    pub(super) async fn sign_access_token(
        &self,
        tenant: &Arc<Tenant>,
        user: &User,
        account: Option<&Account>,
        session: &Session,
        elevated: bool,
        expires_at: Millis,
    ) -> Result<String> {
        let mut claims = json!({
            "iss": self.session_issuer(&tenant.id),
            "iat": self.now().seconds(),
            "exp": expires_at.seconds(),
            "sid": session.id,
            "jti": secret::base64url(&secret::random::<16>()),
        });
        if let Some(client) = &session.client {
            claims["sub"] = json!(user.external_id);
            claims["aud"] = json!(client);
        } else {
            claims["sub"] = json!(user.id);
            claims[NAMESPACE] = claims::hasura(tenant, user, account, elevated);
        }
        self.signing_key(tenant).await?.sign(&plain_json(&claims))
    }

    /// Checks a token of `tenant`: algorithm, type, key, signature, issuer, and that it does not come from the future. The algorithm is
    /// the key's, never the token's (RFC 8725 §3.1); a key that the header brings along is not looked at.
    pub(super) async fn read_access_token(&self, tenant: &TenantId, token: &str) -> Result<AccessToken> {
        if token.len() > MAX_LENGTH {
            return Err(Error::InvalidToken);
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| Error::InvalidToken)?;
        let id = header.kid.filter(|_| header.typ.as_deref() == Some(TYPE)).ok_or(Error::InvalidToken)?;
        let key = self.verifying_key(tenant, &id).await?.ok_or(Error::InvalidToken)?;
        let mut validation = Validation::new(key.algorithm.verifies());
        // Time and audience are checked by us: by our clock, and by what the door serves.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.set_required_spec_claims(&["iss", "sub", "exp"]);
        validation.set_issuer(&[self.session_issuer(tenant)]);
        let read = jsonwebtoken::decode::<Claims>(token, &key.decoding, &validation);
        let claims = read.map_err(|_| Error::InvalidToken)?.claims;
        if claims.iat.max(claims.nbf.unwrap_or(claims.iat)) > self.now().seconds() + MAX_AHEAD {
            return Err(Error::InvalidToken);
        }
        let elevated = claims.hasura.as_ref().and_then(|hasura| hasura.get(ELEVATED)).and_then(Value::as_str);
        Ok(AccessToken {
            session: SessionId::parse(&claims.sid).ok_or(Error::InvalidToken)?,
            is_elevated: elevated == Some(&claims.sub),
            subject: claims.sub,
            audience: claims.aud,
            expires_at: Millis(claims.exp.saturating_mul(1000)),
        })
    }
}
