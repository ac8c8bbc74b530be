//! Action codes and idempotency keys, parsed at the edge.

use crate::secret;

/// Why a code or key was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Action code.
    #[error("An action code must match ^[a-zA-Z0-9_-]{{1,64}}$.")]
    Code,
    /// Idempotency key.
    #[error("idempotencyKey must have 1 to 256 characters and no control characters.")]
    Key,
}

/// An action code: `^[a-zA-Z0-9_-]{1,64}$`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionCode(String);

impl ActionCode {
    /// Reads a code.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let known = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
        if known && (1..=64).contains(&text.len()) { Ok(Self(text.to_owned())) } else { Err(CodeError::Code) }
    }

    /// The action of a sign-in that names none.
    pub fn sign_in() -> Self {
        Self("signIn".to_owned())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Names one instance of an action: whoever tracks with the same key means the same instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Reads a key.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let length = text.chars().count();
        let known = (1..=256).contains(&length) && !text.chars().any(char::is_control);
        if known { Ok(Self(text.to_owned())) } else { Err(CodeError::Key) }
    }

    /// A fresh one: a random UUID.
    pub fn random() -> Self {
        Self(uuid::Builder::from_random_bytes(secret::random()).into_uuid().as_hyphenated().to_string())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_follow_their_pattern() {
        for text in ["signIn", "a", "with_draw-1", &"x".repeat(64)] {
            assert!(ActionCode::parse(text).is_ok(), "{text}");
        }
        for text in ["", "a b", "a/b", "ü", "a.b", &"x".repeat(65)] {
            assert_eq!(ActionCode::parse(text), Err(CodeError::Code), "{text}");
        }
        for text in ["", "a\u{7}", &"x".repeat(257)] {
            assert_eq!(IdempotencyKey::parse(text), Err(CodeError::Key));
        }
    }
}
