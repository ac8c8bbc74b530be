//! From the attestation certificate to a trust anchor (§7.1 steps 23 and 24).

use countersign_testkit::forger::{
    Algorithm, Attestation, Attester, Authenticator, BasicConstraints, Ca, CertificateDraft, Extension, Name, Tamper,
};

use crate::ceremony::Server;
use crate::tables::Differences;

const STEP: &str = "7.1.24";
const UNTRUSTED: &str = "attestation_untrusted";
/// 21 September 2026.
const NOW: i64 = 1_790_000_000;

fn with(attester: Attester) -> Authenticator {
    Authenticator::new().attestation(Attestation::Packed(attester))
}

/// Judges chains against trust anchors, and gathers what came out otherwise than expected.
struct Trust {
    anchors: Vec<Vec<u8>>,
    differences: Differences,
}

impl Trust {
    fn in_anchors(anchors: Vec<Vec<u8>>) -> Self {
        Self { anchors, differences: Differences::default() }
    }

    fn in_root(root: &Ca) -> Self {
        Self::in_anchors(vec![root.certificate()])
    }

    /// Refused where trust is demanded; where it is not, accepted and told to be untrusted.
    fn refuses(&mut self, what: &str, attester: Attester) {
        let key = with(attester);
        let anchors = self.anchors.clone();
        let strict = Server { anchors, require_trusted: true, time: Some(NOW), ..Server::new() };
        self.differences.refused(what, strict.forged_registration(&key, |_| ()), STEP, UNTRUSTED);
        let lenient = Server { require_trusted: false, ..strict };
        let told = lenient.forged_registration(&key, |_| ());
        assert!(told.as_ref().is_ok_and(|registration| !registration.trusted), "{what}: {told:?}");
    }

    fn accepts(&mut self, what: &str, attester: Attester) {
        let anchors = self.anchors.clone();
        let server = Server { anchors, require_trusted: true, time: Some(NOW), ..Server::new() };
        let outcome = server.forged_registration(&with(attester), |_| ());
        assert!(outcome.as_ref().map_or(true, |registration| registration.trusted), "{what}");
        self.differences.accepted(what, outcome);
    }

    fn end(self) {
        self.differences.none();
    }
}

#[test]
fn a_chain_that_does_not_reach_an_anchor_is_untrusted() {
    let root = Ca::new();
    let mut trust = Trust::in_root(&root);
    trust.refuses("another root", Ca::new().attester([0; 16]));
    trust.refuses("another root of the same name, and its intermediate", Ca::new().intermediate().attester([0; 16]));
    let mut without = root.intermediate().attester([0; 16]);
    without.chain.truncate(1);
    trust.refuses("the intermediate left out", without);
    let mut appended = Ca::new().attester([0; 16]);
    appended.chain.push(root.certificate());
    trust.refuses("the root appended, but not signed by it", appended);
    let mut garbage = root.intermediate().attester([0; 16]);
    garbage.chain[1] = vec![0x30, 3, 1, 2, 3];
    trust.refuses("garbage above the leaf", garbage);
    let sibling = root.forge_intermediate(Algorithm::Es256, |d| {
        d.basic_constraints = Some(BasicConstraints { ca: false, path_length: None });
    });
    trust.refuses("a sibling leaf as issuer", sibling.attester([0; 16]));
    trust.end();

    let mut nobody = Trust::in_anchors(vec![]);
    nobody.refuses("no anchors", root.attester([0; 16]));
    nobody.end();
    let mut garbage = Trust::in_anchors(vec![vec![], vec![0x30, 0]]);
    garbage.refuses("anchors that are no certificates", root.attester([0; 16]));
    garbage.end();
}

#[test]
fn a_broken_link_is_untrusted() {
    let root = Ca::new();
    let mut trust = Trust::in_root(&root);
    let leaf = |spoil: fn(&mut CertificateDraft)| root.forge_attester(Algorithm::Es256, spoil);
    trust.refuses("leaf signed by another key", leaf(|d| d.signature = Tamper::OtherKey));
    trust.refuses("leaf signed over other bytes", leaf(|d| d.signature = Tamper::OtherMessage));
    trust.refuses("leaf with a bit of its signature", leaf(|d| d.signature = Tamper::FlipBit(99)));
    trust.refuses("leaf that names another issuer", leaf(|d| d.issuer = Name::authority("Somebody Else")));
    trust.refuses("another algorithm inside", leaf(|d| d.inner_algorithm = Some(Algorithm::Es384)));
    trust.refuses("another algorithm outside", leaf(|d| d.outer_algorithm = Some(Algorithm::Es384)));
    let named_otherwise = root.intermediate().forge_attester(Algorithm::Es256, |d| {
        d.issuer = Name::authority("Somebody Else");
    });
    trust.refuses("leaf that names another issuer than the intermediate that signed it", named_otherwise);
    let through = |spoil: fn(&mut CertificateDraft)| root.forge_intermediate(Algorithm::Es256, spoil).attester([0; 16]);
    trust.refuses("intermediate signed by another key", through(|d| d.signature = Tamper::OtherKey));
    trust.refuses("intermediate that names another issuer", through(|d| d.issuer = Name::authority("Somebody Else")));
    trust.refuses("intermediate without basic constraints", through(|d| d.basic_constraints = None));
    let version_1 = through(|d| {
        d.version = 1;
        d.basic_constraints = None;
        d.key_usage = None;
    });
    trust.refuses("intermediate of version 1", version_1);
    let unknown = through(|d| {
        d.extensions = vec![Extension { oid: vec![1, 2, 3, 4], critical: true, value: vec![5, 0] }];
    });
    trust.refuses("intermediate with an unknown critical extension", unknown);
    trust.end();
}

#[test]
fn path_lengths_are_kept() {
    let limited = |length| {
        Ca::forge(Algorithm::Es256, |d| {
            d.basic_constraints = Some(BasicConstraints { ca: true, path_length: Some(length) });
        })
    };
    let none = limited(0);
    let mut trust = Trust::in_root(&none);
    trust.accepts("0 of 0", none.attester([0; 16]));
    trust.refuses("1 of 0", none.intermediate().attester([0; 16]));
    trust.end();

    let one = limited(1);
    let below = one.intermediate();
    let second = below.forge_intermediate(Algorithm::Es256, |d| d.subject = Name::authority("Second Intermediate"));
    let mut trust = Trust::in_root(&one);
    trust.accepts("1 of 1", below.attester([0; 16]));
    trust.refuses("2 of 1", second.attester([0; 16]));
    // RFC 5280 §4.2.1.9: a self-issued certificate, with which an authority changes its key, is not counted.
    trust.accepts("1 of 1 and a self-issued one", below.intermediate().attester([0; 16]));
    trust.end();

    let free = Ca::new();
    let closed = free.forge_intermediate(Algorithm::Es256, |d| {
        d.basic_constraints = Some(BasicConstraints { ca: true, path_length: Some(0) });
        d.subject = Name::authority("Closed");
    });
    let mut trust = Trust::in_root(&free);
    trust.accepts("0 of 0 at the intermediate", closed.attester([0; 16]));
    trust.refuses("1 of 0 at the intermediate", closed.intermediate().attester([0; 16]));
    trust.end();
}

#[test]
fn dates_hold_at_the_time_of_verification() {
    let root = Ca::new();
    let expired = |d: &mut CertificateDraft| d.not_after = "20210101000000Z".to_owned();
    let early = |d: &mut CertificateDraft| d.not_before = "20480101000000Z".to_owned();
    let old = Ca::forge(Algorithm::Es256, expired);
    let mut trust = Trust::in_anchors(vec![root.certificate(), old.certificate()]);
    trust.refuses("leaf expired", root.forge_attester(Algorithm::Es256, expired));
    trust.refuses("leaf not yet valid", root.forge_attester(Algorithm::Es256, early));
    let between = root.forge_intermediate(Algorithm::Es256, expired);
    trust.refuses("intermediate expired", between.attester([0; 16]));
    trust.refuses("root expired", old.attester([0; 16]));
    trust.end();

    // Without a time nothing about dates is checked.
    let mut differences = Differences::default();
    let key = with(root.forge_attester(Algorithm::Es256, expired));
    let timeless = Server::trusting(root.certificate()).forged_registration(&key, |_| ());
    differences.accepted("expired, no time given", timeless);
    let at =
        |time| Server { time: Some(time), ..Server::trusting(root.certificate()) }.forged_registration(&key, |_| ());
    // 1 January 2020 and 1 January 2021, 00:00:00: the first and the last second.
    differences.refused("a second before", at(1_577_836_799), STEP, UNTRUSTED);
    differences.accepted("at its first second", at(1_577_836_800));
    differences.accepted("at its last second", at(1_609_459_200));
    differences.refused("a second later", at(1_609_459_201), STEP, UNTRUSTED);
    differences.none();
}

#[test]
fn chains_that_makers_build_are_trusted() {
    let root = Ca::new();
    let deep = root.intermediate();
    let mut trust = Trust::in_root(&root);
    trust.accepts("leaf under the root", root.attester([0; 16]));
    trust.accepts("an intermediate between", deep.attester([0; 16]));
    let mut with_root = deep.attester([0; 16]);
    with_root.chain.push(root.certificate());
    trust.accepts("the root sent along", with_root);
    trust.end();

    let leaf = Ca::new().attester([0; 16]);
    let anchors = vec![Ca::new().certificate(), vec![0x30, 0], deep.certificate(), leaf.chain[0].clone()];
    let mut trust = Trust::in_anchors(anchors);
    trust.accepts("the intermediate is one of the anchors", deep.attester([0; 16]));
    trust.accepts("the leaf itself is one of the anchors", leaf);
    trust.end();
}

#[test]
fn authorities_may_sign_with_what_makers_use() {
    let of_the_makers = [
        Algorithm::Es256,
        Algorithm::Es384,
        Algorithm::EdDsa,
        Algorithm::Rs256,
        Algorithm::Rs384,
        Algorithm::Rs512,
        Algorithm::Ps256,
    ];
    for algorithm in of_the_makers {
        let root = Ca::forge(algorithm, |_| ());
        let mut trust = Trust::in_root(&root);
        trust.accepts(&format!("{algorithm:?}"), root.attester([0; 16]));
        let spoiled = root.forge_attester(Algorithm::Es256, |d| d.signature = Tamper::OtherKey);
        trust.refuses(&format!("{algorithm:?}, another key"), spoiled);
        trust.end();
    }
    let root = Ca::forge(Algorithm::Ps256, |d| d.pss_null = false);
    let mut trust = Trust::in_root(&root);
    let leaf = root.forge_attester(Algorithm::Es256, |d| d.pss_null = false);
    trust.accepts("PSS parameters without NULL", leaf);
    trust.end();
}

#[test]
fn no_certificate_is_never_trusted() {
    let mut differences = Differences::default();
    let server = Server::trusting(Ca::new().certificate());
    for (what, attestation) in [("none", Attestation::None), ("self", Attestation::PackedSelf)] {
        let key = Authenticator::new().attestation(attestation);
        differences.refused(what, server.forged_registration(&key, |_| ()), STEP, UNTRUSTED);
    }
    differences.none();
}
