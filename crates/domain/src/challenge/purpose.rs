//! What a challenge is for: an answer meant for one thing is no answer to another (checklist 30).

/// What a challenge is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To make a factor.
    Enrol,
    /// To prove with a factor.
    Verify,
    /// A step of a user who signs up and in by themselves.
    Account(Step),
}

/// What users do who sign up and in by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// To make an account with its first key.
    SignUp,
    /// To open a session with a key.
    SignIn,
    /// To add a key.
    AddKey,
    /// To prove anew in a session that is there.
    Elevate,
    /// To show that an address is one's own: the ticket of a link.
    VerifyAddress,
    /// To fetch the session that a followed link has earned.
    Exchange,
}

impl Purpose {
    const ALL: [Self; 8] = [
        Self::Enrol,
        Self::Verify,
        Self::Account(Step::SignUp),
        Self::Account(Step::SignIn),
        Self::Account(Step::AddKey),
        Self::Account(Step::Elevate),
        Self::Account(Step::VerifyAddress),
        Self::Account(Step::Exchange),
    ];

    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enrol => "enrol",
            Self::Verify => "verify",
            Self::Account(Step::SignUp) => "sign-up",
            Self::Account(Step::SignIn) => "sign-in",
            Self::Account(Step::AddKey) => "add-key",
            Self::Account(Step::Elevate) => "elevate",
            Self::Account(Step::VerifyAddress) => "verify-address",
            Self::Account(Step::Exchange) => "exchange",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_purpose_is_read_back_as_itself_and_nothing_else_is_one() {
        for purpose in Purpose::ALL {
            assert_eq!(Purpose::parse(purpose.as_str()), Some(purpose));
        }
        assert_eq!(Purpose::parse("sign"), None);
        assert_eq!(Purpose::parse(""), None);
    }
}
