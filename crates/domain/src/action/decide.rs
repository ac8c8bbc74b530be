//! The decision of `track` for an action without rules (decisions §3).

use super::ActionState;
use crate::tenant::Outcome;

/// The state a new action begins in.
pub(crate) fn decide(outcome: Option<Outcome>, enrolled: bool) -> ActionState {
    match outcome {
        Some(Outcome::Block) => ActionState::Block,
        Some(Outcome::Review) => ActionState::ReviewRequired,
        // A challenge needs a factor: without one the backend reads `isEnrolled: false` and asks for enrolment.
        Some(Outcome::Challenge) | None if enrolled => ActionState::ChallengeRequired,
        Some(Outcome::Challenge | Outcome::Allow) | None => ActionState::Allow,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_outcomes() {
        use ActionState as S;
        let table = [
            (None, false, S::Allow),
            (None, true, S::ChallengeRequired),
            (Some(Outcome::Challenge), false, S::Allow),
            (Some(Outcome::Challenge), true, S::ChallengeRequired),
            (Some(Outcome::Allow), true, S::Allow),
            (Some(Outcome::Review), false, S::ReviewRequired),
            (Some(Outcome::Block), false, S::Block),
            (Some(Outcome::Block), true, S::Block),
        ];
        for (outcome, enrolled, state) in table {
            assert_eq!(decide(outcome, enrolled), state, "{outcome:?} enrolled={enrolled}");
        }
    }
}
