//! What a tenant can set. Stored as one JSON text; every field has a safe default, unknown fields are refused.

use serde::{Deserialize, Serialize};

use super::origin::Origin;
use crate::account::AccountSettings;
use crate::delivery::MessageSettings;
use crate::keys::GraphqlSettings;
use crate::methods::Method;
use crate::phone::Country;
use crate::prompt::PromptSettings;
use crate::session::SessionSettings;
use countersign_webauthn::{UserVerification, options::ResidentKey};

/// A tenant's settings, as far as the methods built so far need them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Settings {
    /// Origins of the tenant's pages: they may call the Client API and run ceremonies.
    pub origins: Vec<Origin>,
    /// Origins under other domains that share the RP ID (WebAuthn L3 §5.11); published at `/.well-known/webauthn`.
    pub related_origins: Vec<Origin>,
    /// Top-level origins that may frame a page which runs a ceremony.
    pub embedding_origins: Vec<Origin>,
    /// Where mails and prompts send a user back to.
    pub client_url: Option<String>,
    /// Host name of the pre-built UI, when it is not the server's own.
    pub custom_domain: Option<String>,
    /// Methods that are off. All others are on as soon as their delivery is configured.
    pub disabled_methods: Vec<Method>,
    /// Whether users are told by mail of changes to their factors and addresses.
    pub notices: bool,
    /// Whether a user may remove the last factor that they can be asked for. Their backend always may.
    pub may_remove_last_factor: bool,
    /// Outcome of an action without configuration. `None`: ALLOW for a user without factors, else CHALLENGE_REQUIRED.
    pub default_outcome: Option<Outcome>,
    /// Life of a client token in minutes, 1 to 60.
    pub token_minutes: i64,
    /// Life of a challenge that carries no token (passkey autofill) in minutes, 1 to 60.
    pub anonymous_challenge_minutes: i64,
    /// Security keys: what to ask of them.
    pub security_key: SecurityKeySettings,
    /// Codes to phones: where, and how many.
    pub sms: SmsSettings,
    /// Links by e-mail.
    pub magic_link: MagicLinkSettings,
    /// Android apps that share credentials with the RP ID; published at `/.well-known/assetlinks.json`.
    pub android_apps: Vec<AndroidApp>,
    /// Apple app ids (`TEAMID.bundle.id`), published at `/.well-known/apple-app-site-association`.
    pub apple_apps: Vec<String>,
    /// E-mails and messages to phones: sender, words, templates.
    pub messages: MessageSettings,
    /// The pre-built UI: looks, words, offers.
    pub prompts: PromptSettings,
    /// Who signs up and in by themselves.
    pub accounts: AccountSettings,
    /// Sessions.
    pub sessions: SessionSettings,
    /// Security keys as rows of GraphQL, and who may see and change which.
    pub graphql: GraphqlSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            origins: Vec::new(),
            related_origins: Vec::new(),
            embedding_origins: Vec::new(),
            client_url: None,
            custom_domain: None,
            disabled_methods: Vec::new(),
            notices: true,
            may_remove_last_factor: false,
            default_outcome: None,
            token_minutes: 10,
            anonymous_challenge_minutes: 10,
            security_key: SecurityKeySettings::default(),
            sms: SmsSettings::default(),
            magic_link: MagicLinkSettings::default(),
            android_apps: Vec::new(),
            apple_apps: Vec::new(),
            messages: MessageSettings::default(),
            prompts: PromptSettings::default(),
            accounts: AccountSettings::default(),
            sessions: SessionSettings::default(),
            graphql: GraphqlSettings::default(),
        }
    }
}

/// The outcome of a decision about an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Outcome {
    /// Nothing is asked.
    Allow,
    /// The user has to prove who they are.
    Challenge,
    /// A person has to look at it.
    Review,
    /// Refused.
    Block,
}

/// What is asked of security keys (decisions §6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct SecurityKeySettings {
    /// Whether the key has to keep the credential itself.
    pub resident_key: ResidentKey,
    /// Whether the key has to ask for a PIN or a finger.
    pub user_verification: UserVerification,
}

impl Default for SecurityKeySettings {
    fn default() -> Self {
        Self { resident_key: ResidentKey::Discouraged, user_verification: UserVerification::Discouraged }
    }
}

/// Where codes by SMS and WhatsApp go, and how many in all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct SmsSettings {
    /// Countries whose numbers get codes. None by default: each has its price, and some are asked for by fraud alone.
    pub countries: Vec<Country>,
    /// Most codes in an hour to the numbers that share all but their last four digits.
    pub per_prefix_per_hour: u32,
    /// Most codes in a day (UTC) to all numbers together.
    pub per_day: u32,
}

impl Default for SmsSettings {
    fn default() -> Self {
        Self { countries: Vec::new(), per_prefix_per_hour: 50, per_day: 5000 }
    }
}

/// What follows when a link by e-mail was confirmed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct MagicLinkSettings {
    /// Who goes on.
    pub mode: LinkMode,
}

/// Who goes on when a link was confirmed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LinkMode {
    /// The page that asked, which polls; the link's page says that one can go back.
    #[default]
    OriginalTab,
    /// The browser that opened the link, too: to the action's `redirectUrl`, else the tenant's client URL, with a token.
    NewTab,
}

/// An Android app allowed to use the tenant's credentials (Digital Asset Links).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AndroidApp {
    /// Such as `com.example.app`.
    pub package: String,
    /// SHA-256 of the signing certificate, as `AB:CD:…`.
    pub sha256_fingerprints: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_text_gives_the_defaults_and_they_survive_a_round_trip() {
        let settings: Settings = serde_json::from_str("{}").unwrap();
        assert_eq!(settings, Settings::default());
        let text = serde_json::to_string(&settings).unwrap();
        assert_eq!(serde_json::from_str::<Settings>(&text).unwrap(), settings);
    }

    #[test]
    fn unknown_fields_and_bad_origins_are_refused() {
        for text in [r#"{"orgins":[]}"#, r#"{"origins":["https://example.com/path"]}"#, r#"{"defaultOutcome":"MAYBE"}"#]
        {
            assert!(serde_json::from_str::<Settings>(text).is_err(), "{text}");
        }
        for text in [r#"{"sms":{"countries":["nz"]}}"#, r#"{"sms":{"perDay":-1}}"#, r#"{"sms":{"perHour":1}}"#] {
            assert!(serde_json::from_str::<Settings>(text).is_err(), "{text}");
        }
    }
}
