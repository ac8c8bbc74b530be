//! Nothing is half done: whatever was in flight, the tables agree with each other and with the audit trail.

use std::collections::{BTreeMap, BTreeSet};

use super::seen::{Event, Seen};

/// Compares table against table.
pub(super) fn examine(seen: &Seen) {
    factors_and_their_owners(seen);
    factors_and_their_events(seen);
    challenges_and_what_came_of_them(seen);
    actions_and_their_proofs(seen);
    users_who_are_gone(seen);
    counters_and_grants(seen);
}

fn factors_and_their_owners(seen: &Seen) {
    let mut credentials: Vec<_> = seen.credentials.clone();
    let mut factors: Vec<_> = seen.factors.values().map(|row| row[..2].to_vec()).collect();
    credentials.sort();
    factors.sort();
    assert_eq!(credentials, factors, "each factor has one credential, of the same user");
    for (id, user) in &seen.users {
        let held = seen.factors.values().filter(|row| row[1].as_ref() == Some(id) && row[2].is_some()).count();
        assert_eq!(user[3], Some(held.to_string()), "user {id} counts their factors wrongly");
    }
}

fn factors_and_their_events(seen: &Seen) {
    let created = by(seen, "authenticator.created", |event| event.factor.clone());
    let deleted = by(seen, "authenticator.deleted", |event| event.factor.clone());
    for (factor, events) in &created {
        assert_eq!(events.len(), 1, "factor {factor} was created {} times", events.len());
        let owner_is_gone = events[0].user.as_ref().is_some_and(|user| !seen.users.contains_key(user));
        let removals = deleted.get(factor).map_or(0, Vec::len);
        let is_there = seen.factors.contains_key(factor);
        // There, or removed once, or gone with its owner, who may have removed it before.
        let sound = if is_there { removals == 0 } else { removals == 1 || (owner_is_gone && removals == 0) };
        assert!(sound, "factor {factor}: there: {is_there}, removals: {removals}, owner gone: {owner_is_gone}");
    }
    for factor in seen.factors.keys() {
        assert!(created.contains_key(factor), "factor {factor} without the event of its making");
    }
}

fn challenges_and_what_came_of_them(seen: &Seen) {
    let created = by(seen, "authenticator.created", |event| event.challenge.clone());
    let proved = by(seen, "action.proved", |event| event.challenge.clone());
    let refused = by(seen, "challenge.refused", |event| event.challenge.clone());
    let (enrolment, started) = (by_challenge(seen, "enrolment.started"), by_challenge(seen, "challenge.started"));
    let count = |events: &BTreeMap<String, Vec<&Event>>, id: &str| events.get(id).map_or(0, Vec::len);
    for (id, row) in &seen.challenges {
        let (purpose, is_verified) = (row[2].as_deref().unwrap(), row[3].as_deref() == Some("verified"));
        let results = match purpose {
            "enrol" => count(&created, id),
            _ => count(&proved, id),
        };
        assert_eq!(results, usize::from(is_verified), "challenge {id} ({purpose}) is {:?}", row[3]);
        assert_eq!(row[4], Some(count(&refused, id).to_string()), "challenge {id} counts its wrong answers wrongly");
        let begun = (count(&enrolment, id), count(&started, id));
        let expected = match (purpose, &row[1]) {
            ("enrol", _) => (1, 0),
            (_, Some(_)) => (0, 1),
            // A stranger's challenge leaves no event until it is answered.
            (_, None) => (0, 0),
        };
        assert_eq!(begun, expected, "challenge {id} ({purpose}) and the events of its beginning");
    }
    for id in created.keys().chain(proved.keys()).chain(refused.keys()) {
        assert!(seen.challenges.contains_key(id), "an event of challenge {id}, which is not there");
    }
}

fn actions_and_their_proofs(seen: &Seen) {
    let proved = by(seen, "action.proved", |event| event.key.clone());
    let refused = by(seen, "challenge.refused", |event| event.key.clone());
    let consumed = by(seen, "action.consumed", |event| event.key.clone());
    let tracked = by(seen, "action.tracked", |event| event.key.clone());
    for (key, row) in &seen.actions {
        let proofs = proved.get(key).map_or(&[][..], Vec::as_slice);
        let succeeded = row[3].as_deref() == Some("CHALLENGE_SUCCEEDED");
        assert_eq!(succeeded, !proofs.is_empty(), "action {key} is {:?} with {} proofs", row[3], proofs.len());
        let newest = proofs.iter().map(|event| &event.at).max();
        assert_eq!(row[5].as_ref(), newest, "action {key} and the time of its newest proof");
        assert_eq!(row[6].is_some(), succeeded, "action {key} and its method");
        let wrong = refused.get(key).map_or(0, Vec::len);
        assert_eq!(row[7], Some(wrong.to_string()), "action {key} counts its wrong answers wrongly");
        let takings = consumed.get(key).map_or(0, Vec::len);
        assert_eq!(usize::from(row[8].is_some()), takings, "action {key} and the taking of its result");
        let trackings = tracked.get(key).map_or(0, Vec::len);
        assert_eq!(usize::from(row[4].is_some()), trackings, "action {key} and its tracking");
    }
    // By this the sweeper finds actions that have become old (docs/adr/0013-retention.md).
    let moments: BTreeSet<(&str, &str)> =
        seen.events.iter().filter_map(|event| Some((event.key.as_deref()?, event.at.as_str()))).collect();
    for (key, row) in &seen.actions {
        let changed = row[9].as_deref().unwrap();
        assert!(moments.contains(&(key, changed)), "action {key} changed at {changed}, and no event tells of it");
    }
    for (key, events) in tracked.iter().chain(&proved).chain(&consumed) {
        let owner_is_there =
            events.iter().any(|event| event.user.as_ref().is_some_and(|id| seen.users.contains_key(id)));
        assert_eq!(seen.actions.contains_key(key), owner_is_there, "action {key} and its events");
    }
}

fn users_who_are_gone(seen: &Seen) {
    for event in seen.events(|event| event.kind == "user.deleted") {
        let user = event.user.as_ref().unwrap();
        assert!(!seen.users.contains_key(user), "user {user} was deleted and is there");
        assert_eq!(seen.events(|other| other.kind == "user.deleted" && other.user == event.user).len(), 1);
    }
    for event in seen.events(|event| event.kind == "action.tracked") {
        let user = event.user.as_ref().unwrap();
        let is_deleted = !seen.events(|other| other.kind == "user.deleted" && other.user == event.user).is_empty();
        assert_ne!(seen.users.contains_key(user), is_deleted, "user {user} is there, or their deletion is");
    }
    let rows = seen.factors.values().map(|row| &row[1]).chain(seen.actions.values().map(|row| &row[0]));
    for owner in rows.flatten() {
        assert!(seen.users.contains_key(owner), "user {owner} is gone and has left something");
    }
}

fn counters_and_grants(seen: &Seen) {
    for id in seen.users.keys() {
        let key = format!("options:{id}");
        let counted = seen.counters.iter().filter(|row| row[0].as_ref() == Some(&key));
        let counted: usize = counted.map(|row| row[1].as_ref().unwrap().parse::<usize>().unwrap()).sum();
        let asked = seen.challenges.values().filter(|row| row[1].as_ref() == Some(id)).count();
        assert_eq!(counted, asked, "user {id} and the options they asked for");
    }
    // Every factor but a first one was added by a grant, and each grant is good for one.
    let proved = by(seen, "action.proved", |event| event.challenge.clone());
    let created = by(seen, "authenticator.created", |event| event.challenge.clone());
    let further = created.keys().filter(|challenge| !proved.contains_key(*challenge)).count();
    assert_eq!(seen.spent.len(), further, "grants spent, and factors added by one");
}

/// The events of a kind by what they are about.
fn by<'a>(seen: &'a Seen, kind: &str, about: impl Fn(&Event) -> Option<String>) -> BTreeMap<String, Vec<&'a Event>> {
    let mut found: BTreeMap<String, Vec<&Event>> = BTreeMap::new();
    for event in &seen.events {
        if let Some(about) = about(event).filter(|_| event.kind == kind) {
            found.entry(about).or_default().push(event);
        }
    }
    found
}

fn by_challenge<'a>(seen: &'a Seen, kind: &str) -> BTreeMap<String, Vec<&'a Event>> {
    by(seen, kind, |event| event.challenge.clone())
}
