//! The signature counter (§6.1.1, §7.2 step 22).

use countersign_testkit::forger::{Authenticator, Counter};
use countersign_webauthn::{CounterPolicy, CounterVerdict};

use crate::ceremony::{Record, Server};
use crate::tables::Differences;

/// What the policy makes of a counter that was stored and one that is received.
fn verdict(policy: CounterPolicy, synced: bool, stored: u32, received: u32) -> Result<CounterVerdict, String> {
    let server = Server { counter: policy, ..Server::new() };
    let key = Authenticator::new().synced(synced);
    let record = Record { sign_count: stored, ..server.enrol(&key) };
    let said = server.forged_assertion(&key, &record, |f| f.data.counter = received);
    said.map(|said| said.counter).map_err(|refusal| {
        assert_eq!(refusal.step.code(), "7.2.22");
        refusal.reason.code().to_owned()
    })
}

#[test]
fn a_counter_that_rises_or_does_not_exist_passes_everywhere() {
    for policy in [CounterPolicy::RefuseSingleDevice, CounterPolicy::Report, CounterPolicy::Refuse] {
        for synced in [false, true] {
            assert_eq!(verdict(policy, synced, 0, 0), Ok(CounterVerdict::Unsupported));
            for (stored, received) in [(0, 1), (5, 6), (5, 5000), (0, u32::MAX), (u32::MAX - 1, u32::MAX)] {
                assert_eq!(verdict(policy, synced, stored, received), Ok(CounterVerdict::Advanced));
            }
        }
    }
}

#[test]
fn a_fall_is_refused_or_reported_as_policy_says() {
    let refused = || Err("counter_fell".to_owned());
    for (stored, received) in [(5, 5), (5, 3), (5, 0), (1, 0), (u32::MAX, 0), (u32::MAX, u32::MAX)] {
        let reported = Ok(CounterVerdict::Fell { stored, received });
        let by_default = |synced| verdict(CounterPolicy::default(), synced, stored, received);
        assert_eq!(by_default(false), refused(), "{stored} → {received}, single-device");
        assert_eq!(by_default(true), reported, "{stored} → {received}, synced");
        for synced in [false, true] {
            assert_eq!(verdict(CounterPolicy::Refuse, synced, stored, received), refused());
            assert_eq!(verdict(CounterPolicy::Report, synced, stored, received), reported);
        }
    }
}

#[test]
fn the_counter_is_looked_at_only_under_a_good_signature() {
    let server = Server::new();
    let key = Authenticator::new();
    let record = Record { sign_count: 9, ..server.enrol(&key) };
    let outcome = server.forged_assertion(&key, &record, |f| {
        f.data.counter = 3;
        f.signature = countersign_testkit::forger::Tamper::FlipBit(40);
    });
    let mut differences = Differences::default();
    differences.refused("both wrong", outcome, "7.2.21", "signature_invalid");
    differences.none();
}

#[test]
fn a_key_that_counts_is_followed_through_its_life() {
    let server = Server::new();
    let key = Authenticator::security_key().counter(Counter::Start(7));
    let mut record = server.enrol(&key);
    assert_eq!(record.sign_count, 7);
    for expected in 8..12 {
        let said = server.forged_assertion(&key, &record, |_| ()).unwrap();
        assert_eq!((said.sign_count, said.counter), (expected, CounterVerdict::Advanced));
        record.sign_count = said.sign_count;
    }
    // A copy of the key that was made at 7 comes in with 8.
    let cloned = server.forged_assertion(&key, &record, |f| f.data.counter = 8);
    assert_eq!(cloned.unwrap_err().reason.code(), "counter_fell");
}
