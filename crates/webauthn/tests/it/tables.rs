//! Tables of what has to be refused, and of what has to pass.

use countersign_testkit::forger::{Authenticator, AuthenticatorData, ClientData, CreateDraft, GetDraft};
use countersign_webauthn::Refusal;

use crate::ceremony::Server;

/// One line of a table: what is wrong, who has to notice, and how it is made wrong.
pub(crate) struct Case<T: 'static, S = &'static str> {
    what: &'static str,
    step: S,
    reason: &'static str,
    spoil: fn(&mut T),
}

impl<T> Case<T> {
    pub(crate) fn what(&self) -> &'static str {
        self.what
    }

    pub(crate) fn spoil(&self) -> fn(&mut T) {
        self.spoil
    }
}

/// What is different, and how it is made so.
pub(crate) type Variant<T> = (&'static str, fn(&mut T));

/// The step of §7.1 and the step of §7.2 that check the same thing.
pub(crate) type Both = (&'static str, &'static str);

pub(crate) const fn case<T, S>(what: &'static str, step: S, reason: &'static str, spoil: fn(&mut T)) -> Case<T, S> {
    Case { what, step, reason, spoil }
}

/// Gathers what did not come out as the table says, so that one run shows all of it.
#[derive(Default)]
pub(crate) struct Differences(Vec<String>);

impl Differences {
    pub(crate) fn refused<T>(&mut self, what: &str, outcome: Result<T, Refusal>, step: &str, reason: &str) {
        match outcome {
            Ok(_) => self.0.push(format!("{what}: accepted, expected {step} {reason}")),
            Err(refusal) => {
                let sentence = refusal.to_string();
                let printable = sentence.len() <= 600 && !sentence.contains(char::is_control);
                assert!(printable, "{what}: a sentence that a log line holds: {sentence:?}");
                let found = (refusal.step.code(), refusal.reason.code());
                if found != (step, reason) {
                    self.0.push(format!("{what}: expected {step} {reason}, found {found:?}: {refusal}"));
                }
            }
        }
    }

    pub(crate) fn accepted<T>(&mut self, what: &str, outcome: Result<T, Refusal>) {
        if let Err(refusal) = outcome {
            let (step, reason) = (refusal.step.code(), refusal.reason.code());
            self.0.push(format!("{what}: refused by {step} {reason}: {refusal}"));
        }
    }

    pub(crate) fn none(self) {
        assert!(self.0.is_empty(), "\n{}\n", self.0.join("\n"));
    }
}

/// Every case is refused at registration; without its fault it passes.
pub(crate) fn registration_refuses(server: &Server, key: &Authenticator, cases: &[Case<CreateDraft>]) {
    server.forged_registration(key, |_| ()).unwrap();
    let mut differences = Differences::default();
    for case in cases {
        differences.refused(case.what, server.forged_registration(key, case.spoil), case.step, case.reason);
    }
    differences.none();
}

/// Every case is refused at authentication; without its fault it passes.
pub(crate) fn authentication_refuses(server: &Server, key: &Authenticator, cases: &[Case<GetDraft>]) {
    let record = server.enrol(key);
    server.forged_assertion(key, &record, |_| ()).unwrap();
    let mut differences = Differences::default();
    for case in cases {
        differences.refused(case.what, server.forged_assertion(key, &record, case.spoil), case.step, case.reason);
    }
    differences.none();
}

/// A part that both ceremonies have, reached in either draft.
pub(crate) trait Shared: Sized + 'static {
    fn in_create(draft: &mut CreateDraft, spoil: fn(&mut Self));
    fn in_get(draft: &mut GetDraft, spoil: fn(&mut Self));
}

impl Shared for ClientData {
    fn in_create(draft: &mut CreateDraft, spoil: fn(&mut Self)) {
        spoil(&mut draft.client);
    }
    fn in_get(draft: &mut GetDraft, spoil: fn(&mut Self)) {
        spoil(&mut draft.client);
    }
}

impl Shared for AuthenticatorData {
    fn in_create(draft: &mut CreateDraft, spoil: fn(&mut Self)) {
        spoil(&mut draft.data);
    }
    fn in_get(draft: &mut GetDraft, spoil: fn(&mut Self)) {
        spoil(&mut draft.data);
    }
}

/// The bytes of the client data.
impl Shared for Vec<u8> {
    fn in_create(draft: &mut CreateDraft, spoil: fn(&mut Self)) {
        draft.edit_client_data(spoil);
    }
    fn in_get(draft: &mut GetDraft, spoil: fn(&mut Self)) {
        draft.edit_client_data(spoil);
    }
}

/// Every case is refused in both ceremonies.
pub(crate) fn both_refuse<T: Shared>(server: &Server, key: &Authenticator, cases: &[Case<T, Both>]) {
    let record = server.enrol(key);
    server.forged_assertion(key, &record, |_| ()).unwrap();
    let mut differences = Differences::default();
    for case in cases {
        let registration = server.forged_registration(key, |draft| T::in_create(draft, case.spoil));
        differences.refused(&format!("registration, {}", case.what), registration, case.step.0, case.reason);
        let assertion = server.forged_assertion(key, &record, |draft| T::in_get(draft, case.spoil));
        differences.refused(&format!("authentication, {}", case.what), assertion, case.step.1, case.reason);
    }
    differences.none();
}

/// Every variant passes in both ceremonies.
pub(crate) fn both_accept<T: Shared>(server: &Server, key: &Authenticator, variants: &[Variant<T>]) {
    let record = server.enrol(key);
    let mut differences = Differences::default();
    for (what, change) in variants {
        let registration = server.forged_registration(key, |draft| T::in_create(draft, *change));
        differences.accepted(&format!("registration, {what}"), registration);
        let assertion = server.forged_assertion(key, &record, |draft| T::in_get(draft, *change));
        differences.accepted(&format!("authentication, {what}"), assertion);
    }
    differences.none();
}
