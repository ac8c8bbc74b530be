//! The closed list of refusals (decisions §4). What happened; each dialect decides what it is called and which status it has.

use countersign_webauthn as webauthn;

use crate::account::Refused;
use crate::clock::Span;

/// Result of a domain command.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a command refused. Texts say what to do and never hold a secret.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Missing or wrong API key, unknown tenant.
    #[error("The request is unauthorized. Check that your API key and region base URL are correctly configured.")]
    Unauthorized,
    /// A client token that is malformed, forged, or of another tenant.
    #[error("The token is not valid. Ask your backend to track the action again and use the token of its answer.")]
    InvalidToken,
    /// A client token past its time.
    #[error("The token has expired. Ask your backend to track the action again and use the token of its answer.")]
    ExpiredToken,
    /// The caller is known but may not do this; the text says what would let it.
    #[error("{0}")]
    InsufficientScope(&'static str),
    /// A browser origin that the tenant does not list.
    #[error("The origin {0} is not allowed. Add it to the tenant's origins: countersign tenant update --origin {0}")]
    OriginNotAllowed(String),
    /// Unknown, foreign, or of another tenant: indistinguishable.
    #[error("There is no such {0}.")]
    NotFound(&'static str),
    /// A change that was meant for a state which is no more: somebody else changed it since.
    #[error("This was changed since you read it. Read it again, then make your change anew.")]
    ChangedSince,
    /// Malformed, out of bounds, or in a state that does not admit it.
    #[error("{0}")]
    InvalidRequest(String),
    /// A ceremony step refused; the step is part of the answer.
    #[error("{0}")]
    Ceremony(webauthn::Refusal),
    /// The credential is known but did not prove what was asked.
    #[error("{0}")]
    InvalidCredential(String),
    /// No credential with this id in the tenant.
    #[error("This credential is not known. It may have been removed: register a new one.")]
    UnknownCredential,
    /// The tenant is not set up for this call.
    #[error("{0}")]
    InvalidConfiguration(String),
    /// The attestation policy refused.
    #[error("{0}")]
    AttestationRefused(String),
    /// A user may not remove the last factor that they can be asked for.
    #[error("This is the last authenticator that can confirm the user. Add another one first, then remove this one.")]
    LastFactor,
    /// The provider did not take the message at the first try. The reason is for the log and the audit trail: it may name the
    /// operator's machines.
    #[error("The message could not be sent. Try again shortly, or use another method.")]
    DeliveryFailed(String),
    /// An account may not do this, or not yet.
    #[error(transparent)]
    Account(#[from] Refused),
    /// A limit is reached.
    #[error("Too many requests. Try again in {} seconds.", (.retry_after.0 + 999) / 1000)]
    TooMany {
        /// How long to wait.
        retry_after: Span,
    },
    /// The database is away; trying again may help. The text is for the log.
    #[error("{0}")]
    Unavailable(String),
    /// A bug. The text is for the log.
    #[error("{0}")]
    Internal(String),
}

impl Error {
    /// `InvalidRequest` from anything that reads as a sentence.
    pub fn invalid(text: impl Into<String>) -> Self {
        Self::InvalidRequest(text.into())
    }
}

impl From<countersign_db::Error> for Error {
    fn from(error: countersign_db::Error) -> Self {
        match error {
            countersign_db::Error::Unavailable(_) => Self::Unavailable(error.to_string()),
            // What the row belongs to, a user or a factor, was removed at the same moment. Asked again, the answer says so.
            countersign_db::Error::ForeignKey => Self::Unavailable("what this belongs to is being removed".to_owned()),
            _ => Self::Internal(error.to_string()),
        }
    }
}

impl From<webauthn::Refusal> for Error {
    fn from(refusal: webauthn::Refusal) -> Self {
        match refusal.kind() {
            webauthn::Kind::Malformed | webauthn::Kind::Ceremony => Self::Ceremony(refusal),
            webauthn::Kind::Signature => Self::InvalidCredential(refusal.to_string()),
            webauthn::Kind::Attestation => Self::AttestationRefused(refusal.to_string()),
        }
    }
}
