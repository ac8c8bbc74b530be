//! What happened since the start, counted in memory for whoever watches the server. The record is the audit trail.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::error::{Error, Result};
use crate::methods::{Checked, Method};

/// What a ceremony is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ceremony {
    /// A new factor.
    Enrolment,
    /// A proof with one that is there.
    Authentication,
}

/// How far a ceremony came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Options were given: a challenge is open.
    Opened,
    /// The answer was right.
    Verified,
    /// The options or the answer were refused.
    Refused,
    /// We could not say: the database was away, or a bug.
    Failed,
}

impl Ceremony {
    const ALL: [Self; 2] = [Self::Enrolment, Self::Authentication];

    /// The name in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enrolment => "enrolment",
            Self::Authentication => "authentication",
        }
    }
}

impl Stage {
    const ALL: [Self; 4] = [Self::Opened, Self::Verified, Self::Refused, Self::Failed];

    /// The name in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Verified => "verified",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

/// One count of ceremonies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CeremonyCount {
    /// By which method.
    pub method: Method,
    /// What for.
    pub ceremony: Ceremony,
    /// How far they came.
    pub stage: Stage,
    /// How many, since the start of this process.
    pub count: u64,
}

/// The counts of one process.
#[derive(Debug, Default)]
pub struct Tally {
    ceremonies: [[[AtomicU64; Stage::ALL.len()]; Ceremony::ALL.len()]; Method::ALL.len()],
    swept: AtomicU64,
}

impl Tally {
    /// Counts the outcome of options (`Opened` when it went well) or of an answer (`Verified`), and hands it on.
    pub(crate) fn ceremony<T>(&self, method: Method, ceremony: Ceremony, well: Stage, outcome: Result<T>) -> Result<T> {
        let stage = match &outcome {
            Ok(_) => well,
            Err(Error::Unavailable(_) | Error::Internal(_)) => Stage::Failed,
            Err(_) => Stage::Refused,
        };
        self.count(method, ceremony, stage);
        outcome
    }

    /// Counts an answer to a code, which enrols or proves, and hands it on.
    pub(crate) fn code(&self, method: Method, outcome: Result<Checked>) -> Result<Checked> {
        let (ceremony, stage) = match &outcome {
            Ok(Checked::Right(proved)) if proved.is_enrolment => (Ceremony::Enrolment, Stage::Verified),
            Ok(Checked::Right(_)) => (Ceremony::Authentication, Stage::Verified),
            Err(Error::Unavailable(_) | Error::Internal(_)) => (Ceremony::Authentication, Stage::Failed),
            Ok(Checked::Wrong(_)) | Err(_) => (Ceremony::Authentication, Stage::Refused),
        };
        self.count(method, ceremony, stage);
        outcome
    }

    fn count(&self, method: Method, ceremony: Ceremony, stage: Stage) {
        self.ceremonies[method as usize][ceremony as usize][stage as usize].fetch_add(1, Relaxed);
    }

    pub(crate) fn swept(&self, rows: u64) {
        self.swept.fetch_add(rows, Relaxed);
    }

    /// All counts of ceremonies, also those that are zero.
    pub fn ceremonies(&self) -> impl Iterator<Item = CeremonyCount> {
        Method::ALL.into_iter().flat_map(move |method| {
            Ceremony::ALL.into_iter().flat_map(move |ceremony| {
                Stage::ALL.into_iter().map(move |stage| {
                    let count = self.ceremonies[method as usize][ceremony as usize][stage as usize].load(Relaxed);
                    CeremonyCount { method, ceremony, stage, count }
                })
            })
        })
    }

    /// Expired rows removed.
    pub fn swept_rows(&self) -> u64 {
        self.swept.load(Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_outcome_has_its_own_count() {
        let tally = Tally::default();
        let (passkey, enrolment) = (Method::Passkey, Ceremony::Enrolment);
        assert_eq!(tally.ceremony(passkey, enrolment, Stage::Opened, Ok(7)).ok(), Some(7));
        let outcomes = [Ok(()), Ok(()), Err(Error::UnknownCredential), Err(Error::Unavailable("away".to_owned()))];
        for outcome in outcomes {
            let _ = tally.ceremony(passkey, enrolment, Stage::Verified, outcome);
        }
        let _ = tally.ceremony(Method::SecurityKey, Ceremony::Authentication, Stage::Verified, Ok(()));
        let counts: Vec<_> = tally.ceremonies().filter(|row| row.count > 0).collect();
        let of = |method, ceremony, stage, count| CeremonyCount { method, ceremony, stage, count };
        assert_eq!(counts[..4].iter().map(|row| row.count).collect::<Vec<_>>(), [1, 2, 1, 1]);
        assert_eq!(counts[4], of(Method::SecurityKey, Ceremony::Authentication, Stage::Verified, 1));
        assert_eq!(tally.ceremonies().count(), Method::ALL.len() * 8);
    }
}
