//! From an attestation certificate to a trust anchor.
//!
//! Attestation certificates break the rules of the web's PKI (critical names, no extended key usage, a root given as leaf), so
//! what is checked is what carries the proof: names, signatures, dates, the CA flag and the path length.

use super::AttestationPolicy;
use super::certificate::Certificate;
use crate::Untrusted;

/// Follows `x5c` from its leaf until a certificate is a trust anchor, or was issued by one.
///
/// Certificates after that one are not looked at. A leaf that is itself an anchor is accepted (§7.1 step 24).
pub(super) fn find_anchor(
    leaf: Certificate<'_>,
    x5c: &[&[u8]],
    policy: &AttestationPolicy<'_>,
) -> Result<(), Untrusted> {
    let anchors: Vec<_> = policy.trust_anchors.iter().filter_map(|der| Certificate::parse(der)).collect();
    let mut current = leaf;
    let mut rest = x5c.iter().skip(1);
    // RFC 5280 §4.2.1.9: intermediates below the issuer, the leaf and self-issued ones not counted.
    let mut below = 0;
    loop {
        check_alone(&current, policy)?;
        if anchors.iter().any(|anchor| anchor.der() == current.der()) {
            return Ok(());
        }
        // An anchor of the right name that does not fit explains more than that there is none.
        let mut unfit = None;
        for anchor in anchors.iter().filter(|anchor| anchor.is_named_by(&current)) {
            match check_alone(anchor, policy).and_then(|()| check_link(anchor, &current, below)) {
                Ok(()) => return Ok(()),
                Err(why) => unfit = Some(why),
            }
        }
        let Some(der) = rest.next() else {
            return Err(unfit.unwrap_or_else(|| Untrusted::NoAnchor { issuer: current.issuer() }));
        };
        let Some(issuer) = Certificate::parse(der) else {
            let subject = current.issuer();
            return Err(Untrusted::Certificate { subject, why: "it is not an X.509 certificate in DER" });
        };
        check_link(&issuer, &current, below)?;
        below += u8::from(!issuer.is_self_issued());
        current = issuer;
    }
}

/// What a certificate has to hold by itself.
fn check_alone(certificate: &Certificate<'_>, policy: &AttestationPolicy<'_>) -> Result<(), Untrusted> {
    let refuse = |why| Err(Untrusted::Certificate { subject: certificate.subject(), why });
    if policy.verification_time.is_some_and(|moment| !certificate.is_valid_at(moment)) {
        return refuse("it is not valid at the time of verification");
    }
    if certificate.has_unknown_critical_extension() {
        return refuse("it has a critical extension that is not known");
    }
    Ok(())
}

/// Whether `issuer` may have issued `subject`, and did.
fn check_link(issuer: &Certificate<'_>, subject: &Certificate<'_>, below: u8) -> Result<(), Untrusted> {
    let refuse = |why| Err(Untrusted::Certificate { subject: issuer.subject(), why });
    if !issuer.is_named_by(subject) {
        return refuse("it is not the issuer that the certificate before it names");
    }
    match issuer.basic_constraints() {
        Some((true, path_length)) if path_length.is_none_or(|most| below <= most) => {}
        Some((true, _)) => return refuse("more certificates follow it than its path length allows"),
        _ => return refuse("it is not a CA certificate"),
    }
    if !issuer.signed(subject) {
        return refuse("its key did not sign the certificate before it");
    }
    Ok(())
}
