//! Shapes that all methods with codes share (docs/reference/authsignal.md §3.3).

use countersign_domain::methods::{self, Checked};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::authenticator::UserAuthenticator;
use crate::problem::Problem;

/// Most characters of an answer, with the spaces people type.
const LONGEST: usize = 64;

/// A code as the user typed it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Typed {
    /// Spaces and dashes do not count.
    #[schema(max_length = 64)]
    verification_code: String,
}

impl Typed {
    /// The answer, of a length that may be looked at.
    pub(super) fn code(&self) -> Result<&str, Problem> {
        if (1..=LONGEST).contains(&self.verification_code.chars().count()) {
            return Ok(&self.verification_code);
        }
        Err(Problem::invalid("verificationCode must have 1 to 64 characters."))
    }
}

/// An enrolment that waits for its code.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Enrolling {
    /// The authenticator that the right code makes.
    user_authenticator_id: String,
    /// The user as the backend calls them.
    user_id: String,
}

impl From<methods::Begun> for Enrolling {
    fn from(begun: methods::Begun) -> Self {
        Self { user_authenticator_id: begun.factor.to_string(), user_id: begun.user.external_id }
    }
}

/// A code is on its way.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Begun {
    /// The challenge that it answers; verifying need not name it.
    challenge_id: String,
}

impl From<methods::Begun> for Begun {
    fn from(begun: methods::Begun) -> Self {
        Self { challenge_id: begun.challenge.to_string() }
    }
}

/// The answer to a code.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CodeReply {
    is_verified: bool,
    /// The token that proves it, for the backend to validate.
    #[serde(skip_serializing_if = "Option::is_none")]
    access_token: Option<String>,
    /// `CODE_INVALID_OR_EXPIRED` or `MAX_ATTEMPTS_EXCEEDED`.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_reason: Option<&'static str>,
    /// The new authenticator, when this answer enrolled it.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_authenticator: Option<UserAuthenticator>,
}

impl CodeReply {
    /// No answer yet.
    pub(super) fn awaited() -> Self {
        Self { is_verified: false, access_token: None, failure_reason: None, user_authenticator: None }
    }
}

impl From<Checked> for CodeReply {
    fn from(checked: Checked) -> Self {
        match checked {
            Checked::Right(proved) => Self {
                is_verified: true,
                user_authenticator: proved.is_enrolment.then(|| UserAuthenticator::from(&proved.factor)),
                access_token: Some(proved.token),
                failure_reason: None,
            },
            Checked::Wrong(because) => Self {
                is_verified: false,
                access_token: None,
                failure_reason: Some(because.as_str()),
                user_authenticator: None,
            },
        }
    }
}
