//! X.509 certificates (RFC 5280) as attestation uses them.

use x509_cert::der::asn1::{AnyRef, ObjectIdentifier};
use x509_cert::der::{Decode as _, Reader as _, SliceReader};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::BasicConstraints;
use x509_cert::{TbsCertificate, Version};

use super::signature::{KeyKind, Scheme};
use crate::Algorithm;
use crate::cose::BadSignature;

/// The critical extensions that a chain may carry: those of RFC 5280 that this crate looks at, or that say nothing about
/// whether an attestation can be trusted. Makers mark names (SAN) and usages critical, which web rules would refuse.
const TOLERATED_WHEN_CRITICAL: [ObjectIdentifier; 8] = [
    ObjectIdentifier::new_unwrap("2.5.29.14"), // subject key identifier
    ObjectIdentifier::new_unwrap("2.5.29.15"), // key usage
    ObjectIdentifier::new_unwrap("2.5.29.17"), // subject alternative name
    ObjectIdentifier::new_unwrap("2.5.29.19"), // basic constraints
    ObjectIdentifier::new_unwrap("2.5.29.31"), // CRL distribution points
    ObjectIdentifier::new_unwrap("2.5.29.32"), // certificate policies
    ObjectIdentifier::new_unwrap("2.5.29.35"), // authority key identifier
    ObjectIdentifier::new_unwrap("2.5.29.37"), // extended key usage
];

/// A certificate, parsed, with the bytes that were signed.
pub(super) struct Certificate<'a> {
    der: &'a [u8],
    signed: &'a [u8],
    parsed: x509_cert::Certificate,
}

impl<'a> Certificate<'a> {
    /// Parses a certificate in DER, with nothing left over.
    pub(super) fn parse(der: &'a [u8]) -> Option<Self> {
        let parsed = x509_cert::Certificate::from_der(der).ok()?;
        // The signature covers the bytes as they stand, which writing the parsed form again need not give.
        let content = AnyRef::from_der(der).ok()?.value();
        let signed = SliceReader::new(content).ok()?.tlv_bytes().ok()?;
        Some(Self { der, signed, parsed })
    }

    /// The bytes it was parsed from.
    pub(super) fn der(&self) -> &'a [u8] {
        self.der
    }

    pub(super) fn is_version_3(&self) -> bool {
        self.tbs().version() == Version::V3
    }

    /// The subject as RFC 4514 text.
    pub(super) fn subject(&self) -> String {
        self.tbs().subject().to_string()
    }

    /// The issuer as RFC 4514 text.
    pub(super) fn issuer(&self) -> String {
        self.tbs().issuer().to_string()
    }

    /// The subject's attributes of this type, as the bytes of whatever string type they have.
    pub(super) fn subject_attributes(&self, oid: ObjectIdentifier) -> impl Iterator<Item = &[u8]> {
        let attributes = self.tbs().subject().iter().filter(move |attribute| attribute.oid == oid);
        attributes.map(|attribute| attribute.value.value())
    }

    /// The extensions of this type; a certificate in order has at most one.
    pub(super) fn extensions(&self, oid: ObjectIdentifier) -> impl Iterator<Item = &Extension> {
        self.all_extensions().iter().filter(move |extension| extension.extn_id == oid)
    }

    /// Basic constraints: whether it is a CA, and how many intermediates may follow it. `None` when absent, twice there
    /// or malformed.
    pub(super) fn basic_constraints(&self) -> Option<(bool, Option<u8>)> {
        let (_, constraints) = self.tbs().get_extension::<BasicConstraints>().ok()??;
        Some((constraints.ca, constraints.path_len_constraint))
    }

    /// Whether it carries a critical extension that this crate cannot judge (RFC 5280 §4.2).
    pub(super) fn has_unknown_critical_extension(&self) -> bool {
        let mut critical = self.all_extensions().iter().filter(|extension| extension.critical);
        critical.any(|extension| !TOLERATED_WHEN_CRITICAL.contains(&extension.extn_id))
    }

    /// Whether it is valid at this moment, in Unix seconds (RFC 5280 §4.1.2.5: both ends included).
    pub(super) fn is_valid_at(&self, moment: i64) -> bool {
        let validity = self.tbs().validity();
        let seconds = |time: x509_cert::time::Time| time.to_unix_duration().as_secs();
        u64::try_from(moment)
            .is_ok_and(|now| (seconds(validity.not_before)..=seconds(validity.not_after)).contains(&now))
    }

    /// Whether its subject and issuer are the same name.
    pub(super) fn is_self_issued(&self) -> bool {
        self.tbs().subject() == self.tbs().issuer()
    }

    /// Whether `child` names it as its issuer.
    pub(super) fn is_named_by(&self, child: &Certificate<'_>) -> bool {
        child.tbs().issuer() == self.tbs().subject()
    }

    /// Whether the signature of `child` was made with its key.
    pub(super) fn signed(&self, child: &Certificate<'_>) -> bool {
        // RFC 5280 §4.1.1.2: the algorithm stands twice, inside and outside what is signed.
        if child.parsed.signature_algorithm() != child.tbs().signature() {
            return false;
        }
        let Some(signature) = child.parsed.signature().as_bytes() else { return false };
        let Some(scheme) = Scheme::of(child.parsed.signature_algorithm()) else { return false };
        self.key().is_some_and(|(kind, key)| scheme.verify(kind, key, child.signed, signature).is_ok())
    }

    /// Whether its public key is on P-256.
    pub(super) fn has_p256_key(&self) -> bool {
        matches!(self.key(), Some((KeyKind::P256, _)))
    }

    /// Verifies a signature that was made with its key, by the algorithm that a statement names.
    pub(super) fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
        let (kind, key) = self.key().ok_or(BadSignature)?;
        let (wanted, scheme) = match algorithm {
            Algorithm::Es256 => (KeyKind::P256, Scheme::EcdsaSha256),
            Algorithm::Es384 => (KeyKind::P384, Scheme::EcdsaSha384),
            Algorithm::Es512 => (KeyKind::P521, Scheme::EcdsaSha512),
            Algorithm::EdDsa => (KeyKind::Ed25519, Scheme::Ed25519),
            Algorithm::Rs256 => (KeyKind::Rsa, Scheme::RsaPkcs1Sha256),
        };
        if kind == wanted { scheme.verify(kind, key, message, signature) } else { Err(BadSignature) }
    }

    fn key(&self) -> Option<(KeyKind, &[u8])> {
        let info = self.tbs().subject_public_key_info();
        Some((KeyKind::of(&info.algorithm)?, info.subject_public_key.as_bytes()?))
    }

    fn tbs(&self) -> &TbsCertificate {
        self.parsed.tbs_certificate()
    }

    fn all_extensions(&self) -> &[Extension] {
        self.tbs().extensions().map_or(&[], Vec::as_slice)
    }
}
