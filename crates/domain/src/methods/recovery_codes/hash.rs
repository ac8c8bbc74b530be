//! Slow hashes: Argon2id, a few at a time, off the threads that serve (docs/adr/0021-codes-of-apps-and-recovery.md).

use std::sync::Arc;

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use crate::error::{Error, Result};
use crate::secret::{self, Secret};

/// How many are computed at once in this process: each takes a core and its memory.
const AT_ONCE: usize = 2;

/// Of the equal choices that OWASP gives for Argon2id, the one with the least memory: 7 MiB, five passes, one lane.
const MEMORY_KIB: u32 = 7 * 1024;
const PASSES: u32 = 5;
const LANES: u32 = 1;

/// Where slow hashes are computed.
#[derive(Debug)]
pub(crate) struct SlowHasher {
    turns: Arc<Semaphore>,
}

impl Default for SlowHasher {
    fn default() -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl SlowHasher {
    /// The hash of a secret as a PHC string, with a salt of its own.
    pub(super) async fn hash(&self, secret: Secret) -> Result<String> {
        self.run(move || hash(&secret)).await?
    }

    /// Whether `stored` is the hash of the secret. Without one it takes as long and says no.
    pub(super) async fn is_hash_of(&self, stored: Option<String>, secret: Secret) -> Result<bool> {
        self.run(move || match stored {
            Some(stored) => Ok(argon2()?.verify_password(secret.expose().as_bytes(), stored.as_str()).is_ok()),
            None => hash(&secret).map(|_| false),
        })
        .await?
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let broken = |what: String| Error::Internal(format!("a slow hash: {what}"));
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|closed| broken(closed.to_string()))?;
        // The turn ends with the work, also where nobody waits for it any more.
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        done.await.map_err(|panic| broken(panic.to_string()))
    }
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None);
    let params = params.map_err(|error| Error::Internal(format!("a slow hash: {error}")))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(secret: &Secret) -> Result<String> {
    let hash = argon2()?.hash_password_with_salt(secret.expose().as_bytes(), &secret::random::<16>());
    hash.map(|hash| hash.to_string()).map_err(|error| Error::Internal(format!("a slow hash: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    #[tokio::test]
    async fn a_hash_knows_its_secret_and_no_other() {
        let hasher = SlowHasher::default();
        let (one, two) = (hasher.hash(secret("a")).await.unwrap(), hasher.hash(secret("a")).await.unwrap());
        assert_ne!(one, two, "each has a salt of its own");
        assert!(one.starts_with("$argon2id$v=19$m=7168,t=5,p=1$"), "{one}");
        assert!(hasher.is_hash_of(Some(one.clone()), secret("a")).await.unwrap());
        assert!(!hasher.is_hash_of(Some(one), secret("b")).await.unwrap());
        assert!(!hasher.is_hash_of(None, secret("a")).await.unwrap());
        assert!(!hasher.is_hash_of(Some("no hash".to_owned()), secret("a")).await.unwrap());
    }

    #[tokio::test]
    async fn no_more_run_than_have_a_turn_and_a_turn_ends_with_its_work() {
        let hasher = SlowHasher::default();
        let (running, wait) = (Arc::new(Semaphore::new(0)), Arc::new(std::sync::Barrier::new(AT_ONCE + 1)));
        let mut calls = Vec::new();
        for _ in 0..AT_ONCE {
            let (running, wait) = (Arc::clone(&running), Arc::clone(&wait));
            let work = hasher.run(move || {
                running.add_permits(1);
                wait.wait();
            });
            calls.push(Box::pin(work));
        }
        for call in &mut calls {
            assert!(futures_poll(call.as_mut()).await.is_none(), "it waits for the others");
        }
        let all = u32::try_from(AT_ONCE).unwrap();
        drop(running.acquire_many(all).await.unwrap());
        // Nobody waits for the answers any more, and the turns are taken still.
        drop(calls);
        assert_eq!(hasher.turns.available_permits(), 0);
        tokio::task::spawn_blocking(move || wait.wait()).await.unwrap();
        hasher.run(|| ()).await.unwrap();
    }

    /// What a future has now.
    async fn futures_poll<F: Future + Unpin>(mut future: F) -> Option<F::Output> {
        std::future::poll_fn(|cx| {
            let polled = std::pin::Pin::new(&mut future).poll(cx);
            std::task::Poll::Ready(match polled {
                std::task::Poll::Ready(done) => Some(done),
                std::task::Poll::Pending => None,
            })
        })
        .await
    }
}
