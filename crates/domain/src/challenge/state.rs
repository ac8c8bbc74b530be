//! The states of a challenge and what may follow what.

use crate::clock::Millis;

/// Wrong answers a challenge takes before it fails.
pub(crate) const MAX_ATTEMPTS: i64 = 5;

/// Where a challenge stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// An answer is awaited.
    Pending,
    /// Answered rightly, once.
    Verified,
    /// Answered wrongly too often.
    Failed,
    /// Not answered in time.
    Expired,
    /// Replaced by a newer one, or withdrawn.
    Cancelled,
}

impl State {
    /// All states.
    pub const ALL: [Self; 5] = [Self::Pending, Self::Verified, Self::Failed, Self::Expired, Self::Cancelled];

    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Verified => "verified",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// What the stored state means at `now`: a pending challenge past its time is expired whether or not the sweeper
    /// came by (sql-rules Q12).
    #[must_use]
    pub fn at(self, now: Millis, expires_at: Millis) -> Self {
        if self == Self::Pending && now >= expires_at { Self::Expired } else { self }
    }

    /// The sentence for a caller whose answer comes too late; `None` while one is awaited.
    pub const fn refusal(self) -> Option<&'static str> {
        match self {
            Self::Pending => None,
            Self::Verified => {
                Some("This challenge was already used. Ask for new options and start the ceremony again.")
            }
            Self::Failed => Some("This challenge was answered wrongly too often. Ask for new options."),
            Self::Expired => Some("This challenge has expired. Ask for new options and start the ceremony again."),
            Self::Cancelled => Some("This challenge was replaced by a newer one. Use the options you asked for last."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_pending_challenge_expires_and_only_a_pending_one_awaits_an_answer() {
        let expires_at = Millis(1000);
        for state in State::ALL {
            assert_eq!(State::parse(state.as_str()), Some(state));
            let late = state.at(Millis(1000), expires_at);
            assert_eq!(late, if state == State::Pending { State::Expired } else { state });
            assert_eq!(state.at(Millis(999), expires_at), state);
            assert_eq!(state.refusal().is_none(), state == State::Pending);
        }
    }
}
