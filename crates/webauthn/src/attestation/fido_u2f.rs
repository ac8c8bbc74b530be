//! FIDO U2F attestation (Level 3 §8.6).

use super::certificate::Certificate;
use super::statement::Statement;
use super::{Attested, Claim};
use crate::{Algorithm, AttestationType, Reason, Refusal, Step};

/// The AAGUID is not looked at: a U2F key has none, authenticators write zeros there (CTAP2), and the specification's own
/// test vector (§16.16) does not. Nothing signs it, see [`Registration::proven_aaguid`](crate::Registration).
pub(super) fn verify<'a>(statement: &'a [u8], claim: &Claim<'_>) -> Result<Attested<'a>, Refusal> {
    let statement = Statement::parse(statement, Step::FIDO_U2F)?;
    let invalid = |why| Refusal::new(Step::FIDO_U2F, Reason::AttestationInvalid { why });
    let certificate_invalid = |why| Refusal::new(Step::FIDO_U2F, Reason::AttestationCertificateInvalid { why });

    let certificates = statement.certificates.ok_or_else(|| invalid("x5c is absent"))?;
    let [der] = certificates[..] else { return Err(invalid("x5c does not have exactly one certificate")) };
    let leaf = Certificate::parse(der)
        .ok_or_else(|| certificate_invalid("the certificate of x5c is not an X.509 certificate in DER"))?;
    if !leaf.has_p256_key() {
        return Err(certificate_invalid("its public key is not an elliptic curve key on P-256"));
    }
    let point = claim.key.p256_point().ok_or_else(|| invalid("the credential public key is not an ES256 key"))?;

    // verificationData of FIDO U2F Raw Message Formats §4.3.
    let message = [&[0x00], &claim.rp_id_hash[..], claim.client_data_hash, claim.credential.id, point].concat();
    leaf.verify(Algorithm::Es256, &message, statement.signature)
        .map_err(|_| Refusal::new(Step::FIDO_U2F, Reason::AttestationSignatureInvalid))?;
    Ok(Attested { attestation_type: AttestationType::Basic, leaf: Some(leaf), certificates })
}
