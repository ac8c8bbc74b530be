//! The theme on the wire: Authsignal's names for what we have, ours for the font. A member that we do not have is refused by its name,
//! so that nobody believes that it holds.

use countersign_domain::prompt::{Appearance, Theme, ThemeError};
use countersign_domain::{Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::extract::told;

/// How prompts look. What is absent is ours.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::management) struct ThemeBody {
    /// The tenant's name, which people read in prompts: 1 to 100 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Buttons and links, as `#rrggbb`.
    #[serde(skip_serializing_if = "Option::is_none")]
    primary_color: Option<String>,
    /// Above the prompt: a data URL (base64) of an SVG, PNG or WebP picture of at most 36 KB. Nothing is loaded from elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    logo_url: Option<String>,
    /// Names of fonts that users have, separated by commas.
    #[serde(skip_serializing_if = "Option::is_none")]
    font: Option<String>,
    #[serde(skip_serializing_if = "is_absent")]
    colors: Colors,
    #[serde(skip_serializing_if = "is_absent")]
    borders: Borders,
    #[serde(skip_serializing_if = "is_absent")]
    page_background: PageBackground,
    #[serde(skip_serializing_if = "is_absent")]
    dark_mode: DarkMode,
}

/// The same for people who prefer dark pages.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
struct DarkMode {
    #[serde(skip_serializing_if = "Option::is_none")]
    primary_color: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logo_url: Option<String>,
    #[serde(skip_serializing_if = "is_absent")]
    colors: Colors,
    #[serde(skip_serializing_if = "is_absent")]
    page_background: PageBackground,
}

/// Colours beside the first, as `#rrggbb`.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
struct Colors {
    /// Text on buttons; black or white, whichever reads better, when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    button_primary_text: Option<String>,
}

/// Corners, in CSS pixels.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
struct Borders {
    /// Of buttons, 0 to 255; those of fields and of the sheet follow.
    #[serde(skip_serializing_if = "Option::is_none")]
    button_border_radius: Option<u8>,
}

/// What the sheet lies on.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
struct PageBackground {
    #[serde(skip_serializing_if = "Option::is_none")]
    background_color: Option<String>,
}

fn is_absent<T: Default + PartialEq>(part: &T) -> bool {
    *part == T::default()
}

impl ThemeBody {
    pub(in crate::management) fn of(appearance: &Appearance) -> Self {
        fn text<T: Clone + Into<String>>(value: Option<&T>) -> Option<String> {
            value.cloned().map(Into::into)
        }
        let theme = &appearance.theme;
        Self {
            name: Some(appearance.name.clone()),
            primary_color: text(theme.primary.as_ref()),
            logo_url: text(theme.logo.as_ref()),
            font: text(theme.font.as_ref()),
            colors: Colors { button_primary_text: text(theme.on_primary.as_ref()) },
            borders: Borders { button_border_radius: theme.radius },
            page_background: PageBackground { background_color: text(theme.background.as_ref()) },
            dark_mode: DarkMode {
                primary_color: text(theme.primary_dark.as_ref()),
                logo_url: text(theme.logo_dark.as_ref()),
                colors: Colors { button_primary_text: text(theme.on_primary_dark.as_ref()) },
                page_background: PageBackground { background_color: text(theme.background_dark.as_ref()) },
            },
        }
    }

    fn appearance(self, present: &Appearance) -> Result<Appearance> {
        let name = self.name.ok_or_else(|| Error::invalid("name: a tenant has one."))?;
        let dark = self.dark_mode;
        let theme = Theme {
            primary: read("primaryColor", self.primary_color)?,
            on_primary: read("colors.buttonPrimaryText", self.colors.button_primary_text)?,
            primary_dark: read("darkMode.primaryColor", dark.primary_color)?,
            on_primary_dark: read("darkMode.colors.buttonPrimaryText", dark.colors.button_primary_text)?,
            background: read("pageBackground.backgroundColor", self.page_background.background_color)?,
            background_dark: read("darkMode.pageBackground.backgroundColor", dark.page_background.background_color)?,
            radius: self.borders.button_border_radius,
            font: read("font", self.font)?,
            logo: read("logoUrl", self.logo_url)?,
            logo_dark: read("darkMode.logoUrl", dark.logo_url)?,
        };
        Ok(Appearance { name, theme, messages: present.messages.clone() })
    }
}

/// The appearance with what a patch says of its theme.
pub(in crate::management) fn patched(present: &Appearance, patch: &Map<String, Value>) -> Result<Appearance> {
    let mut merged =
        serde_json::to_value(ThemeBody::of(present)).map_err(|error| Error::Internal(error.to_string()))?;
    merge(&mut merged, &Value::Object(patch.clone()));
    let body: ThemeBody = serde_json::from_value(merged).map_err(|error| {
        let words = error.to_string();
        // The name of a member is no secret, and who wrote it looks for it.
        let words = if words.starts_with("unknown field") { words } else { told(&words) };
        let words: String = words.chars().filter(|c| !c.is_control()).take(300).collect();
        Error::invalid(format!("This is no theme: {words}."))
    })?;
    body.appearance(present)
}

/// JSON merge patch (RFC 7396 §2): objects are merged, null removes, anything else replaces.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        target.clone_from(patch);
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Some(target) = target.as_object_mut() else { return };
    for (name, value) in patch {
        if value.is_null() {
            target.remove(name);
        } else {
            merge(target.entry(name.clone()).or_insert(Value::Null), value);
        }
    }
}

fn read<T: TryFrom<String, Error = ThemeError>>(name: &str, text: Option<String>) -> Result<Option<T>> {
    text.map(T::try_from).transpose().map_err(|error| Error::invalid(format!("{name}: {error}.")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The examples of RFC 7396, appendix A.
    #[test]
    fn merges_as_the_standard_says() {
        for (target, patch, merged) in [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": {"b": "c"}}), json!({"a": {"b": "d", "c": null}}), json!({"a": {"b": "d"}})),
            (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
            (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
            (json!([1, 2]), json!({"a": "b", "c": null}), json!({"a": "b"})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ] {
            let mut result = target.clone();
            merge(&mut result, &patch);
            assert_eq!(result, merged, "{target} {patch}");
        }
    }
}
