//! An attestation authority: a root, intermediate ones below it, and the attestation keys they vouch for.

use std::sync::Arc;

use super::attestation::Attester;
use super::certificate::{BasicConstraints, CertificateDraft, Name};
use super::key::{Algorithm, Key};

/// keyCertSign and cRLSign (RFC 5280 §4.2.1.3).
const SIGNS_CERTIFICATES: u8 = 0x06;

/// A certificate authority.
#[derive(Clone)]
pub struct Ca {
    key: Arc<Key>,
    subject: Name,
    certificate: Vec<u8>,
    /// Below the root: its own certificate and those above it, nearest first.
    path: Vec<Vec<u8>>,
}

impl Default for Ca {
    fn default() -> Self {
        Self::new()
    }
}

impl Ca {
    /// A root on P-256, valid from 2020 to 2049 like all it issues.
    pub fn new() -> Self {
        Self::forge(Algorithm::Es256, |_| ())
    }

    /// A root with faults, or on another algorithm.
    pub fn forge(algorithm: Algorithm, spoil: impl FnOnce(&mut CertificateDraft)) -> Self {
        let key = Arc::new(Key::generate(algorithm));
        let name = Name::authority("Forger Root");
        let mut draft = authority(name.clone(), name);
        spoil(&mut draft);
        let certificate = draft.sign(&key, &key);
        Self { key, subject: draft.subject, certificate, path: vec![] }
    }

    /// An authority below this one, with faults.
    #[must_use]
    pub fn forge_intermediate(&self, algorithm: Algorithm, spoil: impl FnOnce(&mut CertificateDraft)) -> Self {
        let key = Arc::new(Key::generate(algorithm));
        let mut draft = authority(self.subject.clone(), Name::authority("Forger Intermediate"));
        spoil(&mut draft);
        let certificate = draft.sign(&key, &self.key);
        let path = [std::slice::from_ref(&certificate), &self.path].concat();
        Self { key, subject: draft.subject, certificate, path }
    }

    /// An authority below this one, on P-256.
    #[must_use]
    pub fn intermediate(&self) -> Self {
        self.forge_intermediate(Algorithm::Es256, |_| ())
    }

    /// Its own certificate as DER: the trust anchor, for a root.
    pub fn certificate(&self) -> Vec<u8> {
        self.certificate.clone()
    }

    /// An attestation key on P-256 with a certificate after §8.2.1 that names this model.
    pub fn attester(&self, aaguid: [u8; 16]) -> Attester {
        self.forge_attester(Algorithm::Es256, |draft| draft.aaguid = Some((aaguid.to_vec(), false)))
    }

    /// An attestation key with any certificate: `spoil` is given one after §8.2.1 without the AAGUID extension, which only
    /// makers with one root for several models need.
    pub fn forge_attester(&self, algorithm: Algorithm, spoil: impl FnOnce(&mut CertificateDraft)) -> Attester {
        let key = Arc::new(Key::generate(algorithm));
        let mut draft = CertificateDraft::new(self.subject.clone(), Name::attestation());
        draft.basic_constraints = Some(BasicConstraints { ca: false, path_length: None });
        spoil(&mut draft);
        let leaf = draft.sign(&key, &self.key);
        Attester { key, chain: [&[leaf], &self.path[..]].concat() }
    }
}

/// A certificate that may issue others.
fn authority(issuer: Name, subject: Name) -> CertificateDraft {
    let mut draft = CertificateDraft::new(issuer, subject);
    draft.basic_constraints = Some(BasicConstraints { ca: true, path_length: None });
    draft.key_usage = Some(SIGNS_CERTIFICATES);
    draft
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ParsedPublicKey};
    use x509_cert::Certificate;
    use x509_cert::certificate::Version;
    use x509_cert::der::{Decode as _, Encode as _};

    use super::*;
    use crate::forger::{NamePart, Tamper};

    fn parse(der: &[u8]) -> Certificate {
        Certificate::from_der(der).unwrap()
    }

    /// Whether the issuer's key verifies the certificate, read by another library than the one that wrote it.
    fn signed_by(certificate: &[u8], issuer: &[u8]) -> bool {
        let (certificate, issuer) = (parse(certificate), parse(issuer));
        let spki = issuer.tbs_certificate().subject_public_key_info().to_der().unwrap();
        let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, spki).unwrap();
        let message = certificate.tbs_certificate().to_der().unwrap();
        key.verify_sig(&message, certificate.signature().raw_bytes()).is_ok()
    }

    #[test]
    fn a_chain_is_signed_link_by_link() {
        let root = Ca::new();
        let attester = root.intermediate().intermediate().attester([7; 16]);
        assert_eq!(attester.chain.len(), 3);
        let chain = [&attester.chain[..], &[root.certificate()]].concat();
        for pair in chain.windows(2) {
            assert!(signed_by(&pair[0], &pair[1]));
            let (child, parent) = (parse(&pair[0]), parse(&pair[1]));
            assert_eq!(child.tbs_certificate().issuer(), parent.tbs_certificate().subject());
        }
        assert!(signed_by(&root.certificate(), &root.certificate()));
        assert!(!signed_by(&attester.chain[0], &Ca::new().certificate()));
    }

    #[test]
    fn an_attestation_certificate_reads_as_section_8_2_1_asks() {
        let leaf = parse(&Ca::new().attester([7; 16]).chain[0]);
        let body = leaf.tbs_certificate();
        assert_eq!(body.version(), Version::V3);
        assert_eq!(body.subject().to_string(), "CN=Forger Attestation,OU=Authenticator Attestation,O=Forger,C=AQ");
        let extensions = body.extensions().unwrap();
        let aaguid = extensions.iter().find(|e| e.extn_id.to_string() == "1.3.6.1.4.1.45724.1.1.4").unwrap();
        assert!(!aaguid.critical);
        assert_eq!(aaguid.extn_value.as_bytes(), [&[0x04, 16][..], &[7; 16]].concat());
        let constraints = extensions.iter().find(|e| e.extn_id.to_string() == "2.5.29.19").unwrap();
        assert_eq!(constraints.extn_value.as_bytes(), [0x30, 0x00]);
    }

    #[test]
    fn every_algorithm_makes_a_certificate_that_parses() {
        for algorithm in Algorithm::ALL {
            let root = Ca::forge(algorithm, |_| ());
            let attester = root.forge_attester(algorithm, |_| ());
            assert!(Certificate::from_der(&attester.chain[0]).is_ok(), "{algorithm:?}");
        }
    }

    #[test]
    fn knobs_show_in_the_certificate() {
        let root = Ca::new();
        let attester = root.forge_attester(Algorithm::Es256, |draft| {
            draft.version = 1;
            draft.basic_constraints = None;
            draft.subject.set(NamePart::Unit, "Something Else");
            draft.not_after = "20500101000000Z".to_owned();
            draft.signature = Tamper::OtherKey;
        });
        let leaf = parse(&attester.chain[0]);
        let body = leaf.tbs_certificate();
        assert_eq!(body.version(), Version::V1);
        assert!(body.extensions().is_none());
        assert!(body.subject().to_string().contains("OU=Something Else"));
        assert_eq!(body.validity().not_after.to_unix_duration().as_secs(), 2_524_608_000);
        assert!(!signed_by(&attester.chain[0], &root.certificate()));
    }
}
