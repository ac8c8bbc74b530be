//! Who asks for the ceremony, and how strictly.

use serde::{Deserialize, Serialize};

/// The relying party as its server knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelyingParty {
    /// The RP ID: a host name such as `example.com`, without scheme or port (Level 3 §4).
    pub id: String,
    /// The origins whose pages may run ceremonies, such as `https://login.example.com`. Compared as exact strings, so a
    /// native app's `android:apk-key-hash:…` is listed in the same way.
    pub origins: Vec<String>,
    /// Whether a ceremony may come from a page framed by another origin. When false, client data with `crossOrigin:
    /// true` or with a `topOrigin` is refused.
    pub allow_cross_origin: bool,
    /// The origins that may frame ours, compared as exact strings with `topOrigin`. A browser that omits `topOrigin`
    /// is accepted when `allow_cross_origin` is set.
    pub top_origins: Vec<String>,
}

/// Whether the authenticator has to verify the person, by PIN or biometrics (Level 3 §5.8.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UserVerification {
    /// Without the UV flag the ceremony is refused.
    Required,
    /// Asked for; the UV flag is reported and not demanded.
    #[default]
    Preferred,
    /// Not asked for; the UV flag is reported and not demanded.
    Discouraged,
}

/// How the authenticator was reached, by the client's word (Level 3 §5.4.5). A wish or a hint, never a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Attachment {
    /// Part of the client device.
    Platform,
    /// Roaming: a security key, or a phone beside the client device.
    CrossPlatform,
}
