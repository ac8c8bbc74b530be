//! Packed attestation (Level 3 §8.2).

use x509_cert::der::asn1::ObjectIdentifier;

use super::certificate::Certificate;
use super::statement::Statement;
use super::{Attested, Claim};
use crate::refusal::demand;
use crate::{Aaguid, Algorithm, AttestationType, Reason, Refusal, Step};

/// The extension in which a maker names the AAGUID (§8.2.1): id-fido-gen-ce-aaguid.
const ID_FIDO_GEN_CE_AAGUID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.45724.1.1.4");

/// Attributes of a name (X.520): C, O, OU, CN.
const COUNTRY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.6");
const ORGANIZATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
const ORGANIZATIONAL_UNIT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.11");
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

pub(super) fn verify<'a>(statement: &'a [u8], claim: &Claim<'_>) -> Result<Attested<'a>, Refusal> {
    let statement = Statement::parse(statement, Step::PACKED)?;
    let invalid = |why| Refusal::new(Step::PACKED, Reason::AttestationInvalid { why });
    let alg = statement.alg.ok_or_else(|| invalid("alg is absent"))?;
    let message = claim.signed_message();
    let unsigned = |_| Refusal::new(Step::PACKED, Reason::AttestationSignatureInvalid);

    let Some(certificates) = statement.certificates else {
        // Self attestation: the credential's own key signed.
        demand(alg == claim.key.algorithm().to_cose(), Step::PACKED, || Reason::AttestationInvalid {
            why: "alg is not the algorithm of the credential public key, as self attestation demands",
        })?;
        claim.key.verify(&message, statement.signature).map_err(unsigned)?;
        return Ok(Attested { attestation_type: AttestationType::SelfAttestation, leaf: None, certificates: vec![] });
    };

    let algorithm = Algorithm::from_cose(alg).ok_or_else(|| invalid("alg is not an algorithm that is supported"))?;
    let leaf = Certificate::parse(certificates[0])
        .ok_or_else(|| certificate_invalid("the first certificate of x5c is not an X.509 certificate in DER"))?;
    leaf.verify(algorithm, &message, statement.signature).map_err(unsigned)?;
    check_certificate(&leaf, claim.credential.aaguid)?;
    Ok(Attested { attestation_type: AttestationType::Basic, leaf: Some(leaf), certificates })
}

/// §8.2.1: certificate requirements for packed attestation statements.
fn check_certificate(leaf: &Certificate<'_>, aaguid: Aaguid) -> Result<(), Refusal> {
    let demand = |holds, why| if holds { Ok(()) } else { Err(certificate_invalid(why)) };
    demand(leaf.is_version_3(), "its version is not 3")?;

    let subject_has = |oid, fits: fn(&[u8]) -> bool| leaf.subject_attributes(oid).any(fits);
    demand(
        subject_has(COUNTRY, |value| value.len() == 2 && value.iter().all(u8::is_ascii_alphabetic)),
        "its subject has no country (C) of two letters",
    )?;
    demand(subject_has(ORGANIZATION, |value| !value.is_empty()), "its subject has no organization (O)")?;
    demand(
        subject_has(ORGANIZATIONAL_UNIT, |value| value == b"Authenticator Attestation"),
        "its subject's organizational unit (OU) is not \"Authenticator Attestation\"",
    )?;
    demand(subject_has(COMMON_NAME, |value| !value.is_empty()), "its subject has no common name (CN)")?;

    demand(leaf.basic_constraints().is_some_and(|(ca, _)| !ca), "it has no basic constraints that say CA false")?;

    let mut extensions = leaf.extensions(ID_FIDO_GEN_CE_AAGUID);
    if let Some(extension) = extensions.next() {
        demand(extensions.next().is_none(), "it has the AAGUID extension twice")?;
        demand(!extension.critical, "its AAGUID extension is marked critical")?;
        // The AAGUID is an OCTET STRING inside the extension's own.
        let expected = [&[0x04, 16], &aaguid.0[..]].concat();
        demand(
            extension.extn_value.as_bytes() == expected,
            "its AAGUID extension does not hold the AAGUID of the credential",
        )?;
    }
    Ok(())
}

fn certificate_invalid(why: &'static str) -> Refusal {
    Refusal::new(Step::PACKED_CERTIFICATE, Reason::AttestationCertificateInvalid { why })
}
