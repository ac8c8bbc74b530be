//! What packed attestation asks of the attestation certificate itself (§8.2.1).

use countersign_testkit::forger::{
    Algorithm, Attestation, Authenticator, BasicConstraints, Ca, CertificateDraft, Extension, NamePart,
};

use crate::ceremony::Server;
use crate::tables::{Case, Differences, Variant, case};

const STEP: &str = "8.2.1";
const INVALID: &str = "attestation_certificate_invalid";
const AAGUID: [u8; 16] = [7; 16];

/// An authenticator of the model above whose certificate has a fault, and the root above it.
fn forged(spoil: fn(&mut CertificateDraft)) -> (Authenticator, Ca) {
    let root = Ca::new();
    let attester = root.forge_attester(Algorithm::Es256, |draft| {
        draft.aaguid = Some((AAGUID.to_vec(), false));
        spoil(draft);
    });
    (Authenticator::new().aaguid(AAGUID).attestation(Attestation::Packed(attester)), root)
}

/// Refused by a server that trusts the root and by one that trusts nobody: the rules do not hang on trust.
fn refused(cases: &[Case<CertificateDraft>]) {
    let (key, root) = forged(|_| ());
    assert!(Server::trusting(root.certificate()).forged_registration(&key, |_| ()).unwrap().trusted);
    let mut differences = Differences::default();
    for case in cases {
        let (key, root) = forged(case.spoil());
        let trusting = Server::trusting(root.certificate()).forged_registration(&key, |_| ());
        differences.refused(case.what(), trusting, STEP, INVALID);
        differences.refused(case.what(), Server::new().forged_registration(&key, |_| ()), STEP, INVALID);
    }
    differences.none();
}

#[test]
fn the_subject_is_that_of_an_authenticator() {
    refused(&[
        case("another OU", STEP, INVALID, |d: &mut CertificateDraft| d.subject.set(NamePart::Unit, "Engineering")),
        case("OU in another case", STEP, INVALID, |d| d.subject.set(NamePart::Unit, "authenticator attestation")),
        case("OU with more behind it", STEP, INVALID, |d| {
            d.subject.set(NamePart::Unit, "Authenticator Attestation CA");
        }),
        case("no OU", STEP, INVALID, |d| d.subject.remove(NamePart::Unit)),
        case("no C", STEP, INVALID, |d| d.subject.remove(NamePart::Country)),
        case("C of three letters", STEP, INVALID, |d| d.subject.set(NamePart::Country, "ATA")),
        case("C empty", STEP, INVALID, |d| d.subject.set(NamePart::Country, "")),
        case("no O", STEP, INVALID, |d| d.subject.remove(NamePart::Organization)),
        case("O empty", STEP, INVALID, |d| d.subject.set(NamePart::Organization, "")),
        case("no CN", STEP, INVALID, |d| d.subject.remove(NamePart::CommonName)),
        case("no name at all", STEP, INVALID, |d| d.subject.0.clear()),
    ]);
}

#[test]
fn it_is_version_3_and_no_ca() {
    refused(&[
        case("version 1", STEP, INVALID, |d: &mut CertificateDraft| d.version = 1),
        case("version 2", STEP, INVALID, |d| d.version = 2),
        case("version 1, and no extensions either", STEP, INVALID, |d| {
            d.version = 1;
            d.basic_constraints = None;
            d.aaguid = None;
        }),
        case("a CA", STEP, INVALID, |d| {
            d.basic_constraints = Some(BasicConstraints { ca: true, path_length: None });
        }),
        case("no basic constraints", STEP, INVALID, |d| d.basic_constraints = None),
    ]);
}

#[test]
fn the_aaguid_extension_is_the_credentials_and_not_critical() {
    refused(&[
        case("another AAGUID", STEP, INVALID, |d: &mut CertificateDraft| d.aaguid = Some((vec![8; 16], false))),
        case("zero", STEP, INVALID, |d| d.aaguid = Some((vec![0; 16], false))),
        case("15 bytes", STEP, INVALID, |d| d.aaguid = Some((vec![7; 15], false))),
        case("17 bytes", STEP, INVALID, |d| d.aaguid = Some((vec![7; 17], false))),
        case("empty", STEP, INVALID, |d| d.aaguid = Some((vec![], false))),
        case("critical", STEP, INVALID, |d| d.aaguid = Some((AAGUID.to_vec(), true))),
        case("wrapped once", STEP, INVALID, |d| {
            d.aaguid = None;
            let oid = vec![1, 3, 6, 1, 4, 1, 45_724, 1, 1, 4];
            d.extensions = vec![Extension { oid, critical: false, value: AAGUID.to_vec() }];
        }),
        case("twice", STEP, INVALID, |d| {
            let oid = vec![1, 3, 6, 1, 4, 1, 45_724, 1, 1, 4];
            let value = [&[0x04, 16], &AAGUID[..]].concat();
            d.extensions = vec![Extension { oid, critical: false, value }];
        }),
    ]);
}

#[test]
fn what_real_attestation_certificates_have_passes() {
    let variants: [Variant<CertificateDraft>; 6] = [
        ("no AAGUID extension: one model under the root", |d| d.aaguid = None),
        ("a critical subject alternative name", |d| {
            // GeneralNames with one dNSName.
            let value = [&[0x30, 9, 0x82, 7][..], b"example"].concat();
            d.extensions = vec![Extension { oid: vec![2, 5, 29, 17], critical: true, value }];
        }),
        ("key usage for signatures", |d| d.key_usage = Some(0x80)),
        ("an unknown extension that is not critical", |d| {
            let oid = vec![1, 3, 6, 1, 4, 1, 41_482, 2];
            d.extensions = vec![Extension { oid, critical: false, value: b"\x04\x03key".to_vec() }];
        }),
        ("a further organizational unit after the right one", |d| {
            d.subject.0.push((NamePart::Unit, "Security Keys".to_owned()));
        }),
        ("valid beyond 2050", |d| d.not_after = "30240101000000Z".to_owned()),
    ];
    let mut differences = Differences::default();
    for (what, change) in variants {
        let (key, root) = forged(change);
        let mut server = Server::trusting(root.certificate());
        server.time = Some(1_790_000_000);
        differences.accepted(what, server.forged_registration(&key, |_| ()));
    }
    differences.none();
}
