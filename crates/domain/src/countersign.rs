//! The handle that every door holds.

use std::sync::Arc;

use countersign_db::{Db, Tx};

use crate::clock::{Clock, Millis};
use crate::delivery::{Carriers, Sender};
use crate::error::{Error, Result};
use crate::methods::recovery_codes::SlowHasher;
use crate::ring::KeyRing;
use crate::signing::SigningCache;
use crate::sweep::Retention;
use crate::tally::Tally;
use crate::tenant::{Origin, OriginCache, TenantCache};

/// What the domain has to be told.
#[derive(Debug, Clone)]
pub struct Options {
    /// `server.public_url` without a trailing slash; issuer of client tokens and base of prompts.
    pub public_url: String,
    /// What messages to people are sent with.
    pub carriers: Carriers,
    /// How long history is kept.
    pub retention: Retention,
}

/// The product without its doors: clones share everything.
#[derive(Clone)]
pub struct Countersign {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    clock: Clock,
    ring: KeyRing,
    public_url: String,
    public_origin: Origin,
    retention: Retention,
    tenants: TenantCache,
    origins: OriginCache,
    signing: SigningCache,
    tally: Tally,
    sender: Sender,
    slow_hasher: SlowHasher,
}

impl Countersign {
    /// Takes a migrated database and the ring that belongs to it (see [`KeyRing::for_database`]).
    pub fn new(db: Db, ring: KeyRing, clock: Clock, options: &Options) -> Result<Self> {
        let public_url = options.public_url.trim_end_matches('/').to_owned();
        let public_origin =
            Origin::of_url(&public_url).map_err(|error| Error::InvalidConfiguration(error.to_string()))?;
        let (tenants, origins) = (TenantCache::default(), OriginCache::default());
        Ok(Self {
            inner: Arc::new(Inner {
                db,
                clock,
                ring,
                public_url,
                public_origin,
                retention: options.retention,
                tenants,
                origins,
                signing: SigningCache::default(),
                tally: Tally::default(),
                sender: Sender::new(options.carriers.clone()),
                slow_hasher: SlowHasher::default(),
            }),
        })
    }

    /// The clock; tests and `--dev` move it.
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// The present time.
    pub fn now(&self) -> Millis {
        self.inner.clock.now()
    }

    /// `server.public_url`, no trailing slash.
    pub fn public_url(&self) -> &str {
        &self.inner.public_url
    }

    /// The origin of `public_url`.
    pub fn public_origin(&self) -> &Origin {
        &self.inner.public_origin
    }

    /// How long history is kept.
    pub(crate) fn retention(&self) -> &Retention {
        &self.inner.retention
    }

    /// What happened since the start.
    pub fn tally(&self) -> &Tally {
        &self.inner.tally
    }

    pub(crate) fn sender(&self) -> &Sender {
        &self.inner.sender
    }

    pub(crate) fn slow_hasher(&self) -> &SlowHasher {
        &self.inner.slow_hasher
    }

    pub(crate) fn db(&self) -> &Db {
        &self.inner.db
    }

    pub(crate) fn ring(&self) -> &KeyRing {
        &self.inner.ring
    }

    pub(crate) fn tenant_cache(&self) -> &TenantCache {
        &self.inner.tenants
    }

    pub(crate) fn origin_cache(&self) -> &OriginCache {
        &self.inner.origins
    }

    pub(crate) fn signing_cache(&self) -> &SigningCache {
        &self.inner.signing
    }

    /// One transaction. The closure may run again (sql-rules X1): only SQL is awaited in it, and nothing random or timed is
    /// made in it.
    pub(crate) async fn write<T, F>(&self, change: F) -> Result<T>
    where
        T: Send + 'static,
        F: AsyncFn(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        self.inner.db.write(change).await
    }
}
