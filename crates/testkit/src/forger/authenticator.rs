//! The authenticator: what it is set up to be, and the credentials it remembers.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::attestation::Attestation;
use super::authenticator_data::Flags;
use super::key::{Algorithm, Key};

/// How the signature counter moves (`WebAuthn` L3 §6.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counter {
    /// Always zero: no counter, as synced passkeys have it.
    Zero,
    /// This number at registration, one more at each assertion.
    Start(u32),
}

/// A software authenticator together with the browser in front of it.
///
/// It remembers the credentials it makes, so that `get` can follow `create`. The origin is written as it is given, listed
/// or not: refusing it is for the server under test.
pub struct Authenticator {
    pub(crate) algorithm: Option<Algorithm>,
    pub(crate) aaguid: [u8; 16],
    pub(crate) backup: (bool, bool),
    pub(crate) counter: Counter,
    pub(crate) uv: bool,
    pub(crate) resident: bool,
    pub(crate) attestation: Attestation,
    pub(crate) transports: Vec<String>,
    pub(crate) attachment: &'static str,
    held: Mutex<Vec<Held>>,
}

/// A credential remembered.
#[derive(Clone)]
pub(crate) struct Held {
    pub(crate) id: Vec<u8>,
    pub(crate) rp_id: String,
    pub(crate) user_handle: Vec<u8>,
    pub(crate) resident: bool,
    pub(crate) key: Arc<Key>,
    pub(crate) counter: u32,
}

impl Default for Authenticator {
    fn default() -> Self {
        Self::new()
    }
}

impl Authenticator {
    /// A built-in authenticator: verifies its user, keeps discoverable single-device credentials, no counter, AAGUID zero,
    /// no attestation, takes the first algorithm offered that it knows.
    pub fn new() -> Self {
        Self {
            algorithm: None,
            aaguid: [0; 16],
            backup: (false, false),
            counter: Counter::Zero,
            uv: true,
            resident: true,
            attestation: Attestation::None,
            transports: vec!["internal".to_owned()],
            attachment: "platform",
            held: Mutex::new(vec![]),
        }
    }

    /// A plain USB security key: presence only, nothing discoverable, a counter that starts at 1.
    pub fn security_key() -> Self {
        Self { attachment: "cross-platform", ..Self::new() }
            .uv(false)
            .resident(false)
            .counter(Counter::Start(1))
            .transports(["usb"])
    }

    /// Signs with this algorithm alone; `create` is declined where it is not offered.
    #[must_use]
    pub fn algorithm(self, algorithm: Algorithm) -> Self {
        Self { algorithm: Some(algorithm), ..self }
    }

    /// The model identifier it tells.
    #[must_use]
    pub fn aaguid(self, aaguid: [u8; 16]) -> Self {
        Self { aaguid, ..self }
    }

    /// Whether its credentials are synced: sets backup eligibility and backup state together.
    #[must_use]
    pub fn synced(self, synced: bool) -> Self {
        Self { backup: (synced, synced), ..self }
    }

    /// Sets backup eligibility and backup state apart.
    #[must_use]
    pub fn backup(self, eligible: bool, state: bool) -> Self {
        Self { backup: (eligible, state), ..self }
    }

    /// How the counter moves for credentials made from here on.
    #[must_use]
    pub fn counter(self, counter: Counter) -> Self {
        Self { counter, ..self }
    }

    /// Whether it verifies its user; if so it always does.
    #[must_use]
    pub fn uv(self, uv: bool) -> Self {
        Self { uv, ..self }
    }

    /// Whether it can keep discoverable credentials; if so it does, unless discouraged.
    #[must_use]
    pub fn resident(self, resident: bool) -> Self {
        Self { resident, ..self }
    }

    /// The attestation it gives when the options ask for one.
    #[must_use]
    pub fn attestation(self, attestation: Attestation) -> Self {
        Self { attestation, ..self }
    }

    /// The transports it tells.
    #[must_use]
    pub fn transports<const N: usize>(self, transports: [&str; N]) -> Self {
        Self { transports: transports.map(str::to_owned).to_vec(), ..self }
    }

    /// Ids of the credentials it holds, oldest first.
    pub fn credentials(&self) -> Vec<Vec<u8>> {
        self.held().iter().map(|held| held.id.clone()).collect()
    }

    /// Forgets a credential; tells whether it was there.
    pub fn forget(&self, id: &[u8]) -> bool {
        let mut held = self.held();
        let before = held.len();
        held.retain(|credential| credential.id != id);
        held.len() < before
    }

    pub(crate) fn held(&self) -> MutexGuard<'_, Vec<Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// UP, and UV, BE and BS as set up.
    pub(crate) fn flags(&self) -> Flags {
        let (be, bs) = self.backup;
        Flags { up: true, uv: self.uv, be, bs, ..Flags::default() }
    }
}
