//! The eight states of an action.

use serde::{Deserialize, Serialize};

/// Where an action stands (docs/reference/authsignal.md §7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ActionState {
    /// Nothing is asked.
    Allow,
    /// Refused, for good.
    Block,
    /// The user has to prove who they are.
    ChallengeRequired,
    /// They did.
    ChallengeSucceeded,
    /// They failed too often.
    ChallengeFailed,
    /// A person has to look at it.
    ReviewRequired,
    /// A person said yes.
    ReviewSucceeded,
    /// A person said no.
    ReviewFailed,
}

impl ActionState {
    /// All states.
    pub const ALL: [Self; 8] = [
        Self::Allow,
        Self::Block,
        Self::ChallengeRequired,
        Self::ChallengeSucceeded,
        Self::ChallengeFailed,
        Self::ReviewRequired,
        Self::ReviewSucceeded,
        Self::ReviewFailed,
    ];

    /// The name on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "ALLOW",
            Self::Block => "BLOCK",
            Self::ChallengeRequired => "CHALLENGE_REQUIRED",
            Self::ChallengeSucceeded => "CHALLENGE_SUCCEEDED",
            Self::ChallengeFailed => "CHALLENGE_FAILED",
            Self::ReviewRequired => "REVIEW_REQUIRED",
            Self::ReviewSucceeded => "REVIEW_SUCCEEDED",
            Self::ReviewFailed => "REVIEW_FAILED",
        }
    }

    /// Reads what `as_str` writes.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether `validate` may say that the action was proved.
    pub const fn is_proved(self) -> bool {
        matches!(self, Self::ChallengeSucceeded | Self::ReviewSucceeded)
    }

    /// Whether a right answer makes it CHALLENGE_SUCCEEDED. A blocked, reviewed or failed action is decided by others.
    pub const fn admits_proof(self) -> bool {
        matches!(self, Self::Allow | Self::ChallengeRequired | Self::ChallengeSucceeded)
    }

    /// Whether the first factor's enrolment completes it (decisions §3).
    pub const fn admits_enrolment_as_proof(self) -> bool {
        matches!(self, Self::Allow | Self::ChallengeRequired)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_and_match_the_wire() {
        for state in ActionState::ALL {
            assert_eq!(ActionState::parse(state.as_str()), Some(state));
            assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
        }
        assert_eq!(ActionState::parse("REVIEW"), None);
    }

    #[test]
    fn what_is_blocked_or_failed_admits_no_proof() {
        for state in
            [ActionState::Block, ActionState::ChallengeFailed, ActionState::ReviewRequired, ActionState::ReviewFailed]
        {
            assert!(!state.admits_proof() && !state.is_proved() && !state.admits_enrolment_as_proof(), "{state:?}");
        }
    }
}
