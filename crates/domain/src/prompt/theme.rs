//! How a tenant's prompts look and what they say. Nothing of it is markup, and nothing is loaded from elsewhere.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Longest text of a message, in characters.
const LONGEST_MESSAGE: usize = 500;
/// Most messages of a tenant, over all locales.
const MOST_MESSAGES: usize = 1000;
/// Largest picture, in characters of its data URL.
const LARGEST_PICTURE: usize = 48 * 1024;

/// Texts in place of ours: by locale (BCP 47, or `*` for all), then by the text's key.
pub type Messages = BTreeMap<String, BTreeMap<String, String>>;

/// The pre-built UI's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct PromptSettings {
    /// Colours, corners, font, logo.
    pub theme: Theme,
    /// Texts in place of ours.
    pub messages: Messages,
    /// After how many days a user who has no passkey and turned one down is offered one again; 0: never.
    pub uplift_every_days: u16,
}

impl Default for PromptSettings {
    fn default() -> Self {
        Self { theme: Theme::default(), messages: BTreeMap::new(), uplift_every_days: 14 }
    }
}

impl PromptSettings {
    /// Refuses texts without bounds.
    pub(crate) fn check(&self) -> Result<(), ThemeError> {
        if !self.messages.keys().all(|locale| is_locale(locale)) {
            return Err(ThemeError("prompts.messages go by locale, such as en or de-AT, or * for all"));
        }
        let texts = self.messages.values().flat_map(BTreeMap::iter);
        if texts.clone().count() > MOST_MESSAGES {
            return Err(ThemeError("prompts.messages must not hold more than 1,000 texts"));
        }
        let fits = |text: &str| !text.is_empty() && text.chars().count() <= LONGEST_MESSAGE;
        if texts.into_iter().all(|(key, text)| fits(text) && key.len() <= 100) {
            return Ok(());
        }
        Err(ThemeError("each text of prompts.messages must have 1 to 500 characters"))
    }
}

/// Whether a text has the form of a language tag (RFC 5646 §2.1), as far as letters, digits and lengths go, or means all languages.
fn is_locale(text: &str) -> bool {
    let is_part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    text == "*" || text.len() <= 35 && text.split(['-', '_']).all(is_part)
}

/// How prompts look. What is absent is ours.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Theme {
    /// Buttons and links.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary: Option<Color>,
    /// Text on buttons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_primary: Option<Color>,
    /// Buttons and links in dark mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary_dark: Option<Color>,
    /// Text on buttons in dark mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_primary_dark: Option<Color>,
    /// The page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background: Option<Color>,
    /// The page in dark mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background_dark: Option<Color>,
    /// Corners, in CSS pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub radius: Option<u8>,
    /// A font that the user's system has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub font: Option<Font>,
    /// Above the prompt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<Picture>,
    /// Above the prompt in dark mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo_dark: Option<Picture>,
}

/// Why a part of a theme is refused.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ThemeError(&'static str);

/// A text that keeps to a rule.
macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $rule:expr, $refusal:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = ThemeError;

            fn try_from(text: String) -> Result<Self, ThemeError> {
                let keeps: fn(&str) -> bool = $rule;
                if keeps(&text) { Ok(Self(text)) } else { Err(ThemeError($refusal)) }
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }
    };
}

text!(
    /// `#rgb` or `#rrggbb`.
    Color,
    |text| {
        let hex = text.strip_prefix('#').unwrap_or_default();
        matches!(hex.len(), 3 | 6) && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
    },
    "a colour is written as #rrggbb"
);

text!(
    /// Names of font families, separated by commas.
    Font,
    |text| {
        let is_plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | ',' | '-');
        (1..=200).contains(&text.len()) && text.chars().all(is_plain)
    },
    "a font is written as names separated by commas, without quotes"
);

text!(
    /// A picture as a data URL: an SVG, PNG or WebP of at most 36 KB.
    Picture,
    |text| {
        let kinds = ["data:image/svg+xml;base64,", "data:image/png;base64,", "data:image/webp;base64,"];
        let data = kinds.iter().find_map(|kind| text.strip_prefix(kind)).unwrap_or_default();
        let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
        !data.is_empty() && text.len() <= LARGEST_PICTURE && data.bytes().all(is_base64)
    },
    "a logo is a data URL (base64) of an SVG, PNG or WebP picture of at most 36 KB"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_theme_survives_a_round_trip_and_is_small_when_nothing_is_set() {
        let text = r##"{"primary":"#0a7","radius":8,"font":"Inter, Noto Sans","logo":"data:image/png;base64,AAAA"}"##;
        let theme: Theme = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&theme).unwrap(), text);
        assert_eq!(serde_json::to_string(&Theme::default()).unwrap(), "{}");
    }

    #[test]
    fn what_could_load_or_style_something_else_is_refused() {
        let bad = [
            r#"{"primary":"red;background:url(//evil.example)"}"#,
            r##"{"primary":"#12345"}"##,
            r#"{"font":"\"x\";}"}"#,
            r#"{"font":""}"#,
            r#"{"logo":"https://evil.example/logo.png"}"#,
            r#"{"logo":"data:text/html;base64,AAAA"}"#,
            r#"{"logo":"data:image/png;base64,"}"#,
            r#"{"logo":"data:image/png;base64,<svg>"}"#,
            r#"{"radius":300}"#,
            r##"{"colour":"#fff"}"##,
        ];
        for text in bad {
            assert!(serde_json::from_str::<Theme>(text).is_err(), "{text}");
        }
        let large = format!("data:image/png;base64,{}", "A".repeat(LARGEST_PICTURE));
        assert!(Picture::try_from(large).is_err());
    }

    #[test]
    fn messages_have_bounds() {
        let with = |text: &str| PromptSettings {
            messages: BTreeMap::from([("en".to_owned(), BTreeMap::from([("title".to_owned(), text.to_owned())]))]),
            ..PromptSettings::default()
        };
        assert!(with("Hello").check().is_ok());
        assert!(with("").check().is_err());
        assert!(with(&"x".repeat(501)).check().is_err());
        let under = |locale: &str| PromptSettings {
            messages: BTreeMap::from([(locale.to_owned(), BTreeMap::new())]),
            ..PromptSettings::default()
        };
        for (locale, is_one) in
            [("*", true), ("de-AT", true), ("zh_Hant", true), ("", false), ("de AT", false), ("de-", false)]
        {
            assert_eq!(under(locale).check().is_ok(), is_one, "{locale}");
        }
        assert!(under(&"x".repeat(100_000)).check().is_err());
    }
}
