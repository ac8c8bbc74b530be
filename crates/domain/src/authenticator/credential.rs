//! The WebAuthn credential behind a passkey or security key.

use countersign_webauthn::{Aaguid, Attachment};

use super::{Authenticator, provider_of};
use crate::methods::Method;

/// A WebAuthn credential record (WebAuthn L3 §4, *credential record*).
#[derive(Debug, Clone)]
pub struct Credential {
    /// Credential id.
    pub id: Vec<u8>,
    /// COSE key as the authenticator sent it.
    pub public_key: Vec<u8>,
    /// COSE algorithm.
    pub algorithm: i64,
    /// Last signature counter; 0 where the authenticator has none.
    pub sign_count: u32,
    /// BE at registration, fixed for life; `None` for an imported credential until its first use.
    pub backup_eligible: Option<bool>,
    /// BS when last seen.
    pub backup_state: bool,
    /// Whether UV was ever set: *uvInitialized* of the specification.
    pub user_verified: bool,
    /// `credProps.rk`, where the browser said it.
    pub discoverable: Option<bool>,
    /// Model or provider.
    pub aaguid: Aaguid,
    /// How to reach it.
    pub transports: Vec<String>,
    /// Built in or roaming, where the browser said it.
    pub attachment: Option<Attachment>,
    /// `none`, `packed`, `fido-u2f`, …; [`IMPORTED`] where the registration was another server's.
    pub attestation_format: String,
    /// Whether the statement leads to a trust anchor.
    pub attestation_trusted: bool,
    /// The app's id of the device it was enrolled on.
    pub device_id: Option<String>,
    /// Agent it was enrolled with.
    pub user_agent: Option<String>,
    /// Name shown by the authenticator.
    pub username: Option<String>,
    /// Name shown by the authenticator.
    pub display_name: Option<String>,
}

/// The attestation format of a credential whose registration we never saw.
pub(crate) const IMPORTED: &str = "imported";

impl Credential {
    /// Whether it was registered with another server: it hands back that server's user handle.
    pub(crate) fn is_imported(&self) -> bool {
        self.attestation_format == IMPORTED
    }
}

/// Transports worth keeping: they are stored side by side, so each is one word, and an authenticator has few.
pub(crate) fn words(transports: Vec<String>) -> Vec<String> {
    let is_word =
        |text: &String| (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    transports.into_iter().filter(is_word).take(8).collect()
}

impl Authenticator<Credential> {
    /// What to call it before people: its label, its provider's name, or what kind of thing it is (decisions §8).
    pub fn name(&self) -> String {
        let known =
            self.label.clone().or_else(|| provider_of(self.detail.aaguid).map(|provider| provider.name.clone()));
        known.unwrap_or_else(|| self.default_label().to_owned())
    }

    fn default_label(&self) -> &'static str {
        let by_transport = |name: &str| self.detail.transports.iter().any(|transport| transport == name);
        match self.detail.attachment {
            _ if self.method == Method::SecurityKey => "Security key",
            Some(Attachment::Platform) => "Passkey (this device)",
            Some(Attachment::CrossPlatform) if by_transport("hybrid") => "Passkey (phone or tablet)",
            Some(Attachment::CrossPlatform) => "Passkey (security key)",
            None => "Passkey",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transports_are_single_words() {
        let sent = ["internal", "smart-card", "", "a b", "\0", "\u{fc}", &"x".repeat(33)].map(str::to_owned);
        assert_eq!(words(sent.to_vec()), ["internal", "smart-card"]);
        assert_eq!(words(vec!["usb".to_owned(); 20]).len(), 8);
    }
}
