//! Which page a user sees: one function of what is known.

use crate::action::ActionState;

/// A page of the pre-built UI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromptKind {
    /// Prove who you are.
    Challenge,
    /// Add a way to prove who you are.
    Enrol,
    /// Keep these codes.
    RecoveryCodes,
    /// Take a passkey from now on.
    Uplift,
    /// Your factors.
    Settings,
    /// Nothing is left to ask.
    Done,
    /// The action is refused.
    Blocked,
    /// A person has to look at it.
    Review,
    /// It was tried too often.
    Failed,
}

impl PromptKind {
    const ALL: [Self; 9] = [
        Self::Challenge,
        Self::Enrol,
        Self::RecoveryCodes,
        Self::Uplift,
        Self::Settings,
        Self::Done,
        Self::Blocked,
        Self::Review,
        Self::Failed,
    ];

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Challenge => "CHALLENGE",
            Self::Enrol => "ENROL",
            Self::RecoveryCodes => "RECOVERY_CODES",
            Self::Uplift => "UPLIFT",
            Self::Settings => "SETTINGS",
            Self::Done => "DONE",
            Self::Blocked => "BLOCKED",
            Self::Review => "REVIEW",
            Self::Failed => "FAILED",
        }
    }

    /// Reads what `as_str` writes.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// What the page would rather see.
#[derive(Debug, Default)]
pub struct PromptWish {
    /// Offer to add a factor, whatever the action asks.
    pub enrol: bool,
    /// Show the user's factors.
    pub settings: bool,
    /// Pages that were shown in this session and are not to be shown again.
    pub passed: Vec<PromptKind>,
}

/// What the decision rests on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts {
    pub(super) state: ActionState,
    pub(super) is_enrolled: bool,
    /// The proof still lets the user add and change factors.
    pub(super) is_fresh: bool,
    pub(super) may_enrol: bool,
    /// The backend lets the user change or remove factors without a proof.
    pub(super) may_change: bool,
    /// The user has just enrolled for the first time and has no recovery codes, which the tenant gives out.
    pub(super) wants_recovery_codes: bool,
    /// The user has just proved themselves, and could do so by a passkey from now on.
    pub(super) wants_passkey: bool,
}

pub(super) fn of(facts: Facts, wish: &PromptWish) -> PromptKind {
    let is_open = |kind: PromptKind| !wish.passed.contains(&kind);
    match facts.state {
        ActionState::Block => PromptKind::Blocked,
        ActionState::ReviewRequired | ActionState::ReviewFailed => PromptKind::Review,
        ActionState::ChallengeFailed => PromptKind::Failed,
        ActionState::Allow | ActionState::ChallengeRequired if !facts.is_enrolled => PromptKind::Enrol,
        ActionState::ChallengeRequired => PromptKind::Challenge,
        ActionState::Allow if wish.settings && facts.may_change => PromptKind::Settings,
        // Whoever sees their factors is about to change them, and that takes a proof.
        ActionState::Allow if wish.settings => PromptKind::Challenge,
        ActionState::Allow if wish.enrol && is_open(PromptKind::Enrol) => {
            if facts.may_enrol {
                PromptKind::Enrol
            } else {
                PromptKind::Challenge
            }
        }
        ActionState::Allow => PromptKind::Done,
        // The proof is too old for what is wished for, or its factor is gone.
        ActionState::ChallengeSucceeded if facts.needs_proof(wish) => PromptKind::Challenge,
        ActionState::ChallengeSucceeded | ActionState::ReviewSucceeded => {
            let offers = [
                (PromptKind::Enrol, wish.enrol && facts.may_enrol),
                (PromptKind::RecoveryCodes, facts.wants_recovery_codes),
                (PromptKind::Settings, wish.settings && facts.may_see_factors()),
                (PromptKind::Uplift, facts.wants_passkey),
            ];
            let next = offers.into_iter().find(|(kind, is_wanted)| *is_wanted && is_open(*kind));
            next.map_or(PromptKind::Done, |(kind, _)| kind)
        }
    }
}

impl Facts {
    /// Who has no factor can do no more there than enrol one.
    const fn may_see_factors(self) -> bool {
        self.is_fresh || self.may_change || !self.is_enrolled
    }

    fn needs_proof(self, wish: &PromptWish) -> bool {
        let enrols = wish.enrol && !self.may_enrol && !wish.passed.contains(&PromptKind::Enrol);
        let looks = wish.settings && !self.may_see_factors() && !wish.passed.contains(&PromptKind::Settings);
        !self.is_fresh && (enrols || looks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::ActionState as S;
    use PromptKind as K;

    const PLAIN: Facts = Facts {
        state: S::Allow,
        is_enrolled: true,
        is_fresh: false,
        may_enrol: false,
        may_change: false,
        wants_recovery_codes: false,
        wants_passkey: false,
    };

    fn shown(facts: Facts, wish: &PromptWish) -> K {
        of(facts, wish)
    }

    #[test]
    fn each_state_has_its_page() {
        let table = [
            (S::Allow, K::Done),
            (S::Block, K::Blocked),
            (S::ChallengeRequired, K::Challenge),
            (S::ChallengeSucceeded, K::Done),
            (S::ChallengeFailed, K::Failed),
            (S::ReviewRequired, K::Review),
            (S::ReviewSucceeded, K::Done),
            (S::ReviewFailed, K::Review),
        ];
        for (state, kind) in table {
            assert_eq!(shown(Facts { state, ..PLAIN }, &PromptWish::default()), kind, "{state:?}");
        }
    }

    #[test]
    fn who_has_no_factor_is_asked_to_enrol_unless_the_action_is_decided() {
        for state in S::ALL {
            let kind = shown(Facts { state, is_enrolled: false, may_enrol: true, ..PLAIN }, &PromptWish::default());
            let may = matches!(state, S::Allow | S::ChallengeRequired);
            assert_eq!(kind == K::Enrol, may, "{state:?} gives {kind:?}");
        }
    }

    #[test]
    fn adding_a_factor_takes_a_proof_first() {
        let wish = PromptWish { enrol: true, ..PromptWish::default() };
        assert_eq!(shown(PLAIN, &wish), K::Challenge);
        assert_eq!(shown(Facts { may_enrol: true, ..PLAIN }, &wish), K::Enrol);
        let proved = Facts { state: S::ChallengeSucceeded, is_fresh: true, may_enrol: true, ..PLAIN };
        assert_eq!(shown(proved, &wish), K::Enrol);
        // A proof of the last hour does not do; no room for a further factor is no reason for one.
        assert_eq!(shown(Facts { state: S::ChallengeSucceeded, ..PLAIN }, &wish), K::Challenge);
        assert_eq!(shown(Facts { may_enrol: false, ..proved }, &wish), K::Done);
        assert_eq!(shown(proved, &PromptWish { passed: vec![K::Enrol], ..wish }), K::Done);
    }

    #[test]
    fn settings_take_a_proof_first_unless_the_backend_says_otherwise() {
        let wish = PromptWish { settings: true, ..PromptWish::default() };
        assert_eq!(shown(PLAIN, &wish), K::Challenge);
        assert_eq!(shown(Facts { may_change: true, ..PLAIN }, &wish), K::Settings);
        let proved = Facts { state: S::ChallengeSucceeded, is_fresh: true, ..PLAIN };
        assert_eq!(shown(proved, &wish), K::Settings);
        assert_eq!(shown(Facts { is_fresh: false, ..proved }, &wish), K::Challenge);
        assert_eq!(shown(Facts { is_fresh: false, may_change: true, ..proved }, &wish), K::Settings);
        assert_eq!(shown(Facts { is_fresh: false, is_enrolled: false, ..proved }, &wish), K::Settings);
        // No challenge moves an action that a person has decided.
        assert_eq!(shown(Facts { is_fresh: false, state: S::ReviewSucceeded, ..proved }, &wish), K::Done);
        assert_eq!(shown(Facts { state: S::ChallengeRequired, may_change: true, ..PLAIN }, &wish), K::Challenge);
        assert_eq!(shown(Facts { is_enrolled: false, ..PLAIN }, &wish), K::Enrol);
    }

    #[test]
    fn offers_follow_a_proof_one_after_the_other_and_once() {
        let proved = Facts {
            state: S::ChallengeSucceeded,
            may_enrol: true,
            wants_recovery_codes: true,
            wants_passkey: true,
            ..PLAIN
        };
        let mut wish = PromptWish::default();
        for kind in [K::RecoveryCodes, K::Uplift, K::Done] {
            assert_eq!(shown(proved, &wish), kind);
            wish.passed.push(kind);
        }
        // Before the proof nothing is offered.
        assert_eq!(shown(Facts { state: S::ChallengeRequired, ..proved }, &PromptWish::default()), K::Challenge);
        assert_eq!(shown(Facts { state: S::Allow, ..proved }, &PromptWish::default()), K::Done);
    }

    #[test]
    fn a_wish_never_opens_what_was_decided_otherwise() {
        let wish = PromptWish { enrol: true, settings: true, passed: PromptKind::ALL.to_vec() };
        for (state, kind) in
            [(S::Block, K::Blocked), (S::ReviewRequired, K::Review), (S::ChallengeRequired, K::Challenge)]
        {
            assert_eq!(shown(Facts { state, may_enrol: true, ..PLAIN }, &wish), kind);
        }
    }
}
