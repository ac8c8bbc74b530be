//! How long history is kept.

use std::fmt;

use crate::clock::{Millis, Span};

/// How long actions and the audit trail are kept; `None` is for good (docs/adr/0013-retention.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    actions: Option<Span>,
    audit: Option<Span>,
}

impl Retention {
    /// The shortest that either may be. A token outlives the last change of its action by less: `track` marks one that has not
    /// changed for an hour, its token lives an hour at most, and so does the one that an enrolment gives for it.
    pub const LEAST: Span = Span::hours(4);

    /// Actions since their last change, events since they happened.
    ///
    /// # Errors
    ///
    /// When one of them is shorter than [`LEAST`](Self::LEAST), or the audit trail would end before the actions it tells of.
    pub fn new(actions: Option<Span>, audit: Option<Span>) -> Result<Self, RetentionError> {
        if [actions, audit].iter().flatten().any(|kept| *kept < Self::LEAST) {
            return Err(RetentionError::TooShort);
        }
        match (actions, audit) {
            (None, Some(_)) => Err(RetentionError::AuditBeforeActions),
            (Some(actions), Some(audit)) if audit < actions => Err(RetentionError::AuditBeforeActions),
            _ => Ok(Self { actions, audit }),
        }
    }

    /// Actions that last changed before this are over.
    pub(super) fn actions_before(&self, now: Millis) -> Option<Millis> {
        self.actions.map(|kept| now.minus(kept))
    }

    /// Events that happened before this are over.
    pub(super) fn audit_before(&self, now: Millis) -> Option<Millis> {
        self.audit.map(|kept| now.minus(kept))
    }
}

impl Default for Retention {
    /// Actions for 90 days, the audit trail for 400.
    fn default() -> Self {
        Self { actions: Some(Span::days(90)), audit: Some(Span::days(400)) }
    }
}

/// Why history cannot be kept like that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetentionError {
    /// Shorter than [`Retention::LEAST`].
    TooShort,
    /// The audit trail would end before the actions it tells of.
    AuditBeforeActions,
}

impl fmt::Display for RetentionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooShort => {
                "actions and the audit trail are kept for four hours at least, because tokens name actions"
            }
            Self::AuditBeforeActions => "the audit trail is kept for as long as the actions it tells of, or longer",
        })
    }
}

impl std::error::Error for RetentionError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_audit_trail_outlives_actions_and_both_outlive_tokens() {
        let (day, week) = (Some(Span::days(1)), Some(Span::days(7)));
        for (actions, audit) in [(day, week), (day, day), (day, None), (None, None)] {
            assert!(Retention::new(actions, audit).is_ok(), "{actions:?} {audit:?}");
        }
        for (actions, audit) in [(week, day), (None, week)] {
            assert_eq!(Retention::new(actions, audit), Err(RetentionError::AuditBeforeActions));
        }
        let short = Some(Span(Retention::LEAST.0 - 1));
        for (actions, audit) in
            [(short, day), (short, None), (short, short), (Some(Span(0)), week), (Some(Span(-1)), week)]
        {
            assert_eq!(Retention::new(actions, audit), Err(RetentionError::TooShort));
        }
        assert!(Retention::new(Some(Retention::LEAST), Some(Retention::LEAST)).is_ok());
        let usual = Retention::default();
        assert_eq!(Retention::new(usual.actions, usual.audit), Ok(usual));
    }
}
