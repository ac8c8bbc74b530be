//! What was acknowledged is there, once; what is there and was not acknowledged was in flight.

use std::collections::BTreeMap;

use super::life::{Deed, Life};
use super::seen::{Event, Seen};

impl Life {
    /// Settles what was in flight by what the store says. What happened has happened: from now on it has to stay.
    pub(super) fn settle(&mut self, seen: &Seen) {
        let Some(mut deed) = self.doubtful.take() else { return };
        let has_happened = match &mut deed {
            Deed::Track { key } => seen.actions.contains_key(key),
            Deed::Update { email } => self.row(seen).is_some_and(|row| row[2].as_ref() == Some(email)),
            Deed::Enrol { challenge, held, .. } => {
                let created = seen.events(|event| is(event, "authenticator.created", challenge));
                if let Some(event) = created.first() {
                    event.factor.as_ref().unwrap().clone_into(&mut held.factor);
                }
                !created.is_empty()
            }
            Deed::Prove { challenge, .. } => {
                seen.challenges.get(challenge).is_some_and(|row| row[3].as_deref() == Some("verified"))
            }
            Deed::Refuse { challenge } => {
                let counted = seen.challenges.get(challenge).map_or(0, |row| row[4].as_ref().unwrap().parse().unwrap());
                counted > self.wrong_answers(challenge)
            }
            Deed::Consume { key, .. } => seen.actions.get(key).is_some_and(|row| row[8].is_some()),
            Deed::Remove { factor } => !seen.factors.contains_key(factor),
            Deed::Delete => self.row(seen).is_none(),
        };
        if has_happened {
            self.happened(deed);
        }
    }

    fn row<'a>(&self, seen: &'a Seen) -> Option<&'a super::seen::Row> {
        seen.user_id(&self.user).and_then(|id| seen.users.get(id))
    }

    fn wrong_answers(&self, challenge: &str) -> usize {
        let wrong = |deed: &&Deed| matches!(deed, Deed::Refuse { challenge: other } if other == challenge);
        self.done.iter().filter(wrong).count()
    }

    /// Compares all that was done with the store. To be called when nothing is in doubt.
    pub(super) fn examine(&self, seen: &Seen) {
        let user = &self.user;
        let row = self.row(seen);
        let is_there = !self.done.is_empty() && !self.is_deleted;
        assert_eq!(row.is_some(), is_there, "{user}: deleted: {}", self.is_deleted);
        let mut email = None;
        for deed in &self.done {
            match deed {
                Deed::Track { key } => assert_eq!(seen.actions.contains_key(key), is_there, "{user}: action {key}"),
                Deed::Update { email: set } => email = Some(set),
                Deed::Enrol { challenge, .. } | Deed::Prove { challenge, .. } => {
                    let state = seen.challenges.get(challenge).and_then(|row| row[3].as_deref());
                    assert_eq!(state, Some("verified"), "{user}: challenge {challenge}");
                }
                Deed::Refuse { challenge } => {
                    let counted = seen.challenges.get(challenge).and_then(|row| row[4].clone());
                    assert_eq!(counted, Some(self.wrong_answers(challenge).to_string()), "{user}: {challenge}");
                }
                Deed::Consume { key, .. } => {
                    let taken = seen.actions.get(key).is_some_and(|row| row[8].is_some());
                    assert_eq!(taken, is_there, "{user}: the result of {key}");
                }
                Deed::Remove { factor } => assert!(!seen.factors.contains_key(factor), "{user}: {factor} is back"),
                Deed::Delete => {}
            }
        }
        if let Some(row) = row {
            assert_eq!(row[2].as_ref(), email, "{user}: address");
            let id = row[0].as_ref();
            let mut kept: Vec<_> =
                seen.factors.iter().filter(|(_, row)| row[1].as_ref() == id).map(|(id, _)| id).collect();
            let mut held: Vec<_> = self.held.iter().map(|held| &held.factor).collect();
            kept.sort();
            held.sort();
            assert_eq!(kept, held, "{user}: factors");
        }
        self.examine_events(seen);
    }

    /// One event of each thing done, and no other.
    fn examine_events(&self, seen: &Seen) {
        let mut expected: BTreeMap<(&str, String), usize> = BTreeMap::new();
        let mut expect = |kind, about: &str| *expected.entry((kind, about.to_owned())).or_default() += 1;
        let mut is_first = true;
        for deed in &self.done {
            match deed {
                Deed::Track { key } => expect("action.tracked", key),
                Deed::Update { .. } => expect("user.updated", ""),
                Deed::Enrol { challenge, grant, .. } => {
                    expect("authenticator.created", challenge);
                    // The first factor proves the action it was enrolled for; a grant proves nothing.
                    if grant.is_none() {
                        assert!(std::mem::take(&mut is_first), "{}: two factors were the first", self.user);
                        expect("action.proved", challenge);
                    }
                }
                Deed::Prove { challenge, .. } => expect("action.proved", challenge),
                Deed::Refuse { challenge } => expect("challenge.refused", challenge),
                Deed::Consume { key, .. } => expect("action.consumed", key),
                Deed::Remove { factor } => expect("authenticator.deleted", factor),
                Deed::Delete => expect("user.deleted", ""),
            }
        }
        let Some(id) = self.id(seen) else { return assert!(expected.is_empty(), "{}: no event at all", self.user) };
        let mut found: BTreeMap<(&str, String), usize> = BTreeMap::new();
        let challenges: Vec<&String> = self.challenges().collect();
        for event in &seen.events {
            let about = match event.kind.as_str() {
                "action.tracked" | "action.consumed" => event.key.clone(),
                "authenticator.created" | "action.proved" | "challenge.refused" => event.challenge.clone(),
                "authenticator.deleted" => event.factor.clone(),
                "user.updated" | "user.deleted" => Some(String::new()),
                _ => continue,
            };
            // A refusal without a token names no user.
            let is_ours = match &event.user {
                Some(user) => *user == id,
                None => event.challenge.as_ref().is_some_and(|challenge| challenges.contains(&challenge)),
            };
            if is_ours {
                *found.entry((event.kind.as_str(), about.unwrap_or_default())).or_default() += 1;
            }
        }
        assert_eq!(found, expected, "{}: the audit trail", self.user);
    }

    fn challenges(&self) -> impl Iterator<Item = &String> {
        self.done.iter().filter_map(|deed| match deed {
            Deed::Enrol { challenge, .. } | Deed::Prove { challenge, .. } | Deed::Refuse { challenge } => {
                Some(challenge)
            }
            _ => None,
        })
    }

    /// The internal id, also of one who was deleted.
    fn id(&self, seen: &Seen) -> Option<String> {
        let tracked = self.done.iter().find_map(|deed| match deed {
            Deed::Track { key } => Some(key),
            _ => None,
        })?;
        let events = seen.events(|event| event.kind == "action.tracked" && event.key.as_ref() == Some(tracked));
        events.first().and_then(|event| event.user.clone())
    }
}

fn is(event: &Event, kind: &str, challenge: &str) -> bool {
    event.kind == kind && event.challenge.as_deref() == Some(challenge)
}
