//! What a tenant can set for those who sign up and in by themselves.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::tenant::is_web_url;

/// Most entries of a list.
const MOST: usize = 100;

/// Sign-up and sign-in without an app's backend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct AccountSettings {
    /// Whether anybody may sign up.
    pub sign_up: bool,
    /// Whether an address has to be verified before its user gets a session.
    pub verify_email: bool,
    /// Whether strangers are told which addresses have accounts, as the original does.
    pub reveal_accounts: bool,
    /// Where links may send people, beside the client URL: each with everything below its path (checklist 79).
    pub redirect_urls: Vec<String>,
    /// The role of a new account's sessions.
    pub default_role: String,
    /// The roles that a new account may ask for; all of them where it asks for none.
    pub roles: Vec<String>,
    /// Languages of accounts, the default first.
    pub locales: Vec<String>,
    /// When a further key, or the removal of one, wants a session that was elevated.
    pub elevation: Elevation,
}

impl Default for AccountSettings {
    fn default() -> Self {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Self {
            sign_up: true,
            verify_email: true,
            reveal_accounts: false,
            redirect_urls: Vec::new(),
            default_role: "user".to_owned(),
            roles: words(&["user", "me"]),
            locales: words(&["en", "de", "fr", "es", "ja", "ar"]),
            elevation: Elevation::default(),
        }
    }
}

/// When an elevated session is wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Elevation {
    /// Never.
    #[default]
    Disabled,
    /// Of a user who has a key.
    Recommended,
    /// Of everybody, but for the first key.
    Required,
}

impl AccountSettings {
    /// `InvalidRequest` that names the setting and what it may be.
    pub(crate) fn check(&self) -> Result<()> {
        let is_word = |word: &String| {
            (1..=64).contains(&word.len())
                && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        };
        let lists = [&self.redirect_urls, &self.roles, &self.locales];
        if lists.iter().any(|list| list.len() > MOST) {
            return Err(Error::invalid(format!("A list of accounts has at most {MOST} entries.")));
        }
        if let Some(bad) = self.redirect_urls.iter().find(|url| !is_web_url(url)) {
            return Err(Error::invalid(format!("accounts.redirectUrls: {bad} is not an http or https URL.")));
        }
        if !self.roles.iter().chain([&self.default_role]).all(is_word) || !self.roles.contains(&self.default_role) {
            return Err(Error::invalid(
                "accounts.roles are words of letters, digits, hyphen, underscore and dot, and accounts.defaultRole is one of them.",
            ));
        }
        if self.locales.is_empty()
            || !self.locales.iter().all(|locale| matches!(locale.len(), 2 | 3) && is_word(locale))
        {
            return Err(Error::invalid("accounts.locales are languages of two or three letters, at least one."));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_allowed_and_what_is_no_word_or_address_is_not() {
        AccountSettings::default().check().unwrap();
        for text in [
            r#"{"redirectUrls":["javascript:alert(1)"]}"#,
            r#"{"redirectUrls":["https://shop@evil.example"]}"#,
            r#"{"roles":["user","me too"]}"#,
            r#"{"defaultRole":"admin"}"#,
            r#"{"locales":[]}"#,
            r#"{"locales":["english"]}"#,
        ] {
            let settings: AccountSettings = serde_json::from_str(text).unwrap();
            assert!(settings.check().is_err(), "{text}");
        }
    }
}
