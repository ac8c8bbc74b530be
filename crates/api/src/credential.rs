//! `webauthnCredential`, the same in the Client and the Server API (docs/reference/authsignal.md §3.8).

use countersign_domain::authenticator::{
    Authenticator, Browser, Credential, ParsedUserAgent, parse_user_agent, provider_of,
};
use countersign_domain::secret::base64url;
use countersign_webauthn::Attachment;
use serde::Serialize;
use utoipa::ToSchema;

/// A WebAuthn credential and what is known of the device it was made on.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WebauthnCredential {
    /// base64url.
    credential_id: String,
    /// The app's id of the device; empty where it gave none.
    device_id: String,
    /// Label, provider or kind.
    name: String,
    /// Whether it is backed up now (BS).
    credential_backed_up: bool,
    verified_at: String,
    /// Model or provider, as a UUID; absent where the authenticator does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    aaguid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aaguid_mapping: Option<AaguidMapping>,
    /// `singleDevice` or `multiDevice` (BE); absent for an imported one until its first use.
    #[serde(skip_serializing_if = "Option::is_none")]
    credential_device_type: Option<&'static str>,
    /// `platform` or `cross-platform`.
    #[serde(skip_serializing_if = "Option::is_none")]
    authenticator_attachment: Option<&'static str>,
    /// How to reach it: `internal`, `hybrid`, `usb`, …
    transports: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parsed_user_agent: Option<UserAgent>,
}

/// How a model or provider presents itself.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct AaguidMapping {
    name: &'static str,
    /// Data URI.
    #[serde(skip_serializing_if = "Option::is_none")]
    svg_icon_light: Option<&'static str>,
    /// Data URI.
    #[serde(skip_serializing_if = "Option::is_none")]
    svg_icon_dark: Option<&'static str>,
}

/// A user agent, in the shape of ua-parser-js.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserAgent {
    ua: String,
    browser: AgentBrowser,
    device: AgentDevice,
    engine: Named,
    os: Named,
    cpu: Cpu,
}

#[derive(Debug, Default, Serialize, ToSchema)]
struct AgentBrowser {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    major: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct AgentDevice {
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vendor: Option<&'static str>,
}

#[derive(Debug, Default, Serialize, ToSchema)]
struct Named {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Cpu {
    #[serde(skip_serializing_if = "Option::is_none")]
    architecture: Option<&'static str>,
}

impl WebauthnCredential {
    pub(crate) fn new(factor: &Authenticator<Credential>) -> Self {
        let credential = &factor.detail;
        let parsed_user_agent = credential.user_agent.as_deref().map(|text| UserAgent::from(parse_user_agent(text)));
        let provider = provider_of(credential.aaguid);
        let says_model = credential.aaguid.0 != [0; 16];
        Self {
            credential_id: base64url(&credential.id),
            device_id: credential.device_id.clone().unwrap_or_default(),
            name: factor.name(),
            credential_backed_up: credential.backup_state,
            verified_at: factor.verified_at.unwrap_or(factor.created_at).rfc3339(),
            aaguid: says_model.then(|| credential.aaguid.to_string()),
            aaguid_mapping: provider.map(|provider| AaguidMapping {
                name: &provider.name,
                svg_icon_light: provider.svg_icon_light.as_deref(),
                svg_icon_dark: provider.svg_icon_dark.as_deref(),
            }),
            credential_device_type: credential
                .backup_eligible
                .map(|be| if be { "multiDevice" } else { "singleDevice" }),
            authenticator_attachment: credential.attachment.map(|attachment| match attachment {
                Attachment::Platform => "platform",
                Attachment::CrossPlatform => "cross-platform",
            }),
            transports: credential.transports.clone(),
            parsed_user_agent,
        }
    }

    pub(crate) fn attachment(&self) -> Option<&'static str> {
        self.authenticator_attachment
    }
}

impl From<ParsedUserAgent> for UserAgent {
    fn from(parsed: ParsedUserAgent) -> Self {
        let named = |pair: Option<(String, Option<String>)>| {
            pair.map(|(name, version)| Named { name: Some(name), version }).unwrap_or_default()
        };
        Self {
            browser: parsed.browser.map(AgentBrowser::from).unwrap_or_default(),
            device: AgentDevice { model: parsed.device.model, kind: parsed.device.kind, vendor: parsed.device.vendor },
            engine: named(parsed.engine),
            os: named(parsed.os),
            cpu: Cpu { architecture: parsed.architecture },
            ua: parsed.ua,
        }
    }
}

impl From<Browser> for AgentBrowser {
    fn from(browser: Browser) -> Self {
        let major = Some(browser.major().to_owned());
        Self { name: Some(browser.name), version: Some(browser.version), major }
    }
}
