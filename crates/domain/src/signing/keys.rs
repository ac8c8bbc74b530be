//! A tenant's key pairs in memory, at most a second old (decisions §7).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jsonwebtoken::DecodingKey;
use serde_json::Value;

use super::pair::Pair;
use super::store::KeyRow;
use super::{Algorithm, OVERLAP};
use crate::clock::Millis;
use crate::error::{Error, Result};
use crate::id::TenantId;
use crate::ring::KeyRing;
use crate::secret::base64url;

const MAX_AGE: Duration = Duration::from_secs(1);
const MAX_TENANTS: usize = 4096;

/// One key pair, opened.
pub(crate) struct SigningKey {
    /// Its thumbprint (RFC 7638), in a token's header as `kid`.
    pub(crate) id: String,
    /// What it signs with, and nothing else.
    pub(crate) algorithm: Algorithm,
    /// Verifies what it signed.
    pub(crate) decoding: DecodingKey,
    public: Value,
    pair: Pair,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.id)
    }
}

impl SigningKey {
    /// A fresh pair, and the row to keep it in. Not for an async thread.
    pub(super) fn make(ring: &KeyRing, tenant: &TenantId, algorithm: Algorithm, generation: i64) -> Result<KeyRow> {
        let made = || {
            let pair = Pair::generate(algorithm)?;
            let (id, public) = pair.jwk()?;
            let sealed = ring.seal(&place(tenant, &id), &pair.to_pkcs8()?);
            Ok::<_, aws_lc_rs::error::Unspecified>(KeyRow {
                algorithm,
                generation,
                id,
                public,
                sealed,
                retired_at: None,
            })
        };
        made().map_err(|error| Error::Internal(format!("a signing key could not be made: {error}")))
    }

    fn open(ring: &KeyRing, tenant: &TenantId, row: KeyRow) -> Result<Self> {
        let broken = |what: String| Error::Internal(format!("signing key {}: {what}", row.id));
        let bytes = ring.open(&place(tenant, &row.id), &row.sealed).map_err(|error| broken(error.to_string()))?;
        let pair = Pair::from_pkcs8(row.algorithm, &bytes).map_err(|error| broken(error.to_string()))?;
        let jwk = serde_json::from_value(row.public.clone()).map_err(|error| broken(error.to_string()))?;
        let decoding = DecodingKey::from_jwk(&jwk).map_err(|error| broken(error.to_string()))?;
        Ok(Self { id: row.id, algorithm: row.algorithm, decoding, public: row.public, pair })
    }

    /// A JWT of these claims, which are JSON (RFC 7519 §7.1).
    pub(crate) fn sign(&self, claims: &str) -> Result<String> {
        let header = format!(r#"{{"typ":"JWT","alg":"{}","kid":"{}"}}"#, self.algorithm.as_str(), self.id);
        let message = format!("{}.{}", base64url(header.as_bytes()), base64url(claims.as_bytes()));
        let signature = self.pair.sign(message.as_bytes());
        let signature = signature.map_err(|error| Error::Internal(format!("signing failed: {error}")))?;
        Ok(format!("{message}.{}", base64url(&signature)))
    }
}

/// Where a pair is sealed for.
fn place<'a>(tenant: &'a TenantId, id: &'a str) -> [&'a [u8]; 3] {
    [b"signing_keys", tenant.as_str().as_bytes(), id.as_bytes()]
}

/// All pairs of a tenant, also those that were replaced.
#[derive(Default)]
pub(super) struct SigningKeys(Vec<Kept>);

struct Kept {
    key: Arc<SigningKey>,
    generation: i64,
    retired_at: Option<Millis>,
}

impl Kept {
    fn verifies(&self, now: Millis) -> bool {
        self.retired_at.is_none_or(|at| now < at.plus(OVERLAP))
    }
}

impl SigningKeys {
    /// Opens rows. What `known` has open already is not opened again: it takes its time.
    pub(super) fn open(ring: &KeyRing, tenant: &TenantId, rows: Vec<KeyRow>, known: &Self) -> Result<Self> {
        let kept = rows.into_iter().map(|row| {
            let (generation, retired_at) = (row.generation, row.retired_at);
            let key = match known.0.iter().find(|kept| kept.key.id == row.id) {
                Some(kept) => kept.key.clone(),
                None => Arc::new(SigningKey::open(ring, tenant, row)?),
            };
            Ok(Kept { key, generation, retired_at })
        });
        Ok(Self(kept.collect::<Result<_>>()?))
    }

    /// The pair that signs.
    pub(super) fn current(&self, algorithm: Algorithm) -> Option<&Arc<SigningKey>> {
        let of_kind = self.0.iter().filter(|kept| kept.key.algorithm == algorithm && kept.retired_at.is_none());
        of_kind.max_by_key(|kept| kept.generation).map(|kept| &kept.key)
    }

    /// The pair of this id, as long as what it signed may live.
    pub(super) fn verifying(&self, id: &str, now: Millis) -> Option<&Arc<SigningKey>> {
        self.0.iter().find(|kept| kept.key.id == id && kept.verifies(now)).map(|kept| &kept.key)
    }

    /// What the JWKS shows.
    pub(super) fn published(&self, now: Millis) -> Vec<Value> {
        self.0.iter().filter(|kept| kept.verifies(now)).map(|kept| kept.key.public.clone()).collect()
    }

    /// The generation of the next pair of this kind.
    pub(super) fn next_generation(&self, algorithm: Algorithm) -> i64 {
        let of_kind = self.0.iter().filter(|kept| kept.key.algorithm == algorithm);
        of_kind.map(|kept| kept.generation).max().unwrap_or(0) + 1
    }
}

/// The pairs of the tenants that were asked for within the last second.
#[derive(Default)]
pub(crate) struct SigningCache {
    entries: Mutex<HashMap<TenantId, (Instant, Arc<SigningKeys>)>>,
}

impl SigningCache {
    pub(super) fn get(&self, id: &TenantId) -> Option<Arc<SigningKeys>> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let (asked, keys) = entries.get(id)?;
        (asked.elapsed() < MAX_AGE).then(|| keys.clone())
    }

    /// Whatever was open last, however old: to be opened no second time.
    pub(super) fn last(&self, id: &TenantId) -> Arc<SigningKeys> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.get(id).map(|(_, keys)| keys.clone()).unwrap_or_default()
    }

    /// `asked` is the moment before the database was read.
    pub(super) fn put(&self, id: &TenantId, asked: Instant, keys: Arc<SigningKeys>) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= MAX_TENANTS && !entries.contains_key(id) {
            entries.retain(|_, (asked, _)| asked.elapsed() < MAX_AGE);
        }
        if entries.len() < MAX_TENANTS || entries.contains_key(id) {
            entries.insert(id.clone(), (asked, keys));
        }
    }
}
