//! Names and icons of known authenticator models and passkey providers, by AAGUID. Community data: for showing, never for
//! deciding (its licence: `data/LICENSE-aaguids.md`).

use std::collections::HashMap;
use std::sync::LazyLock;

use countersign_webauthn::Aaguid;
use serde::Deserialize;

/// How a model or provider presents itself.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Provider {
    /// Such as "iCloud Keychain".
    pub name: String,
    /// Data URI of an icon for light backgrounds.
    pub svg_icon_light: Option<String>,
    /// Data URI of an icon for dark backgrounds.
    pub svg_icon_dark: Option<String>,
}

static PROVIDERS: LazyLock<HashMap<String, Provider>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../data/aaguids.json")).unwrap_or_default());

/// The provider of an AAGUID, where one is known. The zero AAGUID says nothing.
pub fn provider_of(aaguid: Aaguid) -> Option<&'static Provider> {
    PROVIDERS.get(&aaguid.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_common_providers_and_not_the_zero_aaguid() {
        let name = |text: &str| provider_of(text.parse().unwrap()).map(|provider| provider.name.as_str());
        assert_eq!(name("ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4"), Some("Google Password Manager"));
        assert!(
            name("fbfc3007-154e-4ecc-8c0b-6e020557d7bd")
                .is_some_and(|name| name.contains("iCloud") || name.contains("Apple"))
        );
        assert_eq!(name("00000000-0000-0000-0000-000000000000"), None);
        assert!(PROVIDERS.len() > 100);
    }
}
