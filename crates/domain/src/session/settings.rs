//! What a tenant can set about sessions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::signing::Algorithm;

/// Lives and claims of sessions (decisions §2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct SessionSettings {
    /// What signs access tokens.
    pub algorithm: Algorithm,
    /// Life of an access token in minutes, 1 to 60.
    pub access_minutes: i64,
    /// After so many hours without a refresh a session ends, 1 to 8,760.
    pub idle_hours: i64,
    /// After so many hours a session ends, whatever happens, 1 to 8,760.
    pub absolute_hours: i64,
    /// How long after its exchange a refresh token gives the same successor again, in seconds, 0 to 60. On the Nhost door alone.
    pub refresh_grace_seconds: i64,
    /// Further claims of access tokens: their names without `x-hasura-`, and which member of an account's metadata each takes.
    pub claims: BTreeMap<String, String>,
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self {
            algorithm: Algorithm::default(),
            access_minutes: 15,
            idle_hours: 30 * 24,
            absolute_hours: 90 * 24,
            refresh_grace_seconds: 10,
            claims: BTreeMap::new(),
        }
    }
}

impl SessionSettings {
    /// `InvalidRequest` that names the setting and what it may be.
    pub(crate) fn check(&self) -> Result<()> {
        for (what, value, most) in [
            ("accessMinutes", self.access_minutes, 60),
            ("idleHours", self.idle_hours, 8_760),
            ("absoluteHours", self.absolute_hours, 8_760),
        ] {
            if !(1..=most).contains(&value) {
                return Err(Error::invalid(format!("sessions.{what} must lie between 1 and {most}.")));
            }
        }
        if !(0..=60).contains(&self.refresh_grace_seconds) {
            return Err(Error::invalid("sessions.refreshGraceSeconds must lie between 0 and 60."));
        }
        let is_name = |name: &String| {
            (1..=64).contains(&name.len())
                && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        };
        if self.claims.len() > 50 || !self.claims.keys().all(is_name) {
            return Err(Error::invalid(
                "sessions.claims are at most 50; their names are of small letters, digits and hyphens, without x-hasura-.",
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_allowed_and_what_lies_outside_is_not() {
        SessionSettings::default().check().unwrap();
        for text in [
            r#"{"accessMinutes":0}"#,
            r#"{"idleHours":9000}"#,
            r#"{"absoluteHours":-1}"#,
            r#"{"refreshGraceSeconds":61}"#,
            r#"{"claims":{"User-Id":"id"}}"#,
        ] {
            let settings: SessionSettings = serde_json::from_str(text).unwrap();
            assert!(settings.check().is_err(), "{text}");
        }
        assert!(serde_json::from_str::<SessionSettings>(r#"{"algorithm":"none"}"#).is_err());
        assert!(serde_json::from_str::<SessionSettings>(r#"{"algorithm":"HS256"}"#).is_err());
    }
}
