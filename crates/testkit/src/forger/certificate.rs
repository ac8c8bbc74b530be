//! X.509 certificates (RFC 5280 §4.1) with a knob for everything an attestation has to check.

use super::der::{self, tag};
use super::key::{Algorithm, Key};
use super::tamper::Tamper;

/// id-fido-gen-ce-aaguid (`WebAuthn` L3 §8.2.1).
const AAGUID: &[u32] = &[1, 3, 6, 1, 4, 1, 45_724, 1, 1, 4];
const BASIC_CONSTRAINTS: &[u32] = &[2, 5, 29, 19];
const KEY_USAGE: &[u32] = &[2, 5, 29, 15];

/// One part of a distinguished name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamePart {
    /// countryName, a `PrintableString`.
    Country,
    /// organizationName.
    Organization,
    /// organizationalUnitName.
    Unit,
    /// commonName.
    CommonName,
}

/// A distinguished name, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(pub Vec<(NamePart, String)>);

impl Name {
    /// The subject §8.2.1 asks of an attestation certificate.
    pub fn attestation() -> Self {
        let unit = (NamePart::Unit, "Authenticator Attestation".to_owned());
        let mut name = Self::authority("Forger Attestation");
        name.0.insert(2, unit);
        name
    }

    /// Country, organization and this common name.
    pub fn authority(common_name: &str) -> Self {
        let parts =
            [(NamePart::Country, "AQ"), (NamePart::Organization, "Forger"), (NamePart::CommonName, common_name)];
        Self(parts.map(|(part, text)| (part, text.to_owned())).to_vec())
    }

    /// Sets a part in its place, or appends it.
    pub fn set(&mut self, part: NamePart, text: &str) {
        match self.0.iter_mut().find(|(known, _)| *known == part) {
            Some((_, old)) => text.clone_into(old),
            None => self.0.push((part, text.to_owned())),
        }
    }

    /// Takes a part away.
    pub fn remove(&mut self, part: NamePart) {
        self.0.retain(|(known, _)| *known != part);
    }

    fn encode(&self) -> Vec<u8> {
        let part = |(part, text): &(NamePart, String)| {
            let (arc, string) = match part {
                NamePart::Country => (6, tag::PRINTABLE_STRING),
                NamePart::Organization => (10, tag::UTF8_STRING),
                NamePart::Unit => (11, tag::UTF8_STRING),
                NamePart::CommonName => (3, tag::UTF8_STRING),
            };
            der::set(&der::sequence(&[der::oid(&[2, 5, 4, arc]), der::element(string, text.as_bytes())]))
        };
        der::sequence(&self.0.iter().map(part).collect::<Vec<_>>())
    }
}

/// The basic constraints extension (RFC 5280 §4.2.1.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BasicConstraints {
    /// Whether the subject may issue certificates.
    pub ca: bool,
    /// How many intermediate certificates may follow.
    pub path_length: Option<u8>,
}

/// Any extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// The object identifier, by its arcs.
    pub oid: Vec<u32>,
    /// Whether a reader that does not know it has to refuse.
    pub critical: bool,
    /// The DER value that goes into the octet string.
    pub value: Vec<u8>,
}

/// A certificate in the making.
#[derive(Clone, Debug)]
pub struct CertificateDraft {
    /// 1, 2 or 3; 1 is the default of the standard and leaves the field out.
    pub version: u8,
    /// The serial number, big-endian.
    pub serial: Vec<u8>,
    /// Who signs.
    pub issuer: Name,
    /// Whose key it is.
    pub subject: Name,
    /// `YYYYMMDDhhmmssZ`; years from 2050 become a `GeneralizedTime` (RFC 5280 §4.1.2.5).
    pub not_before: String,
    /// As `not_before`.
    pub not_after: String,
    /// Basic constraints; `None` leaves the extension out.
    pub basic_constraints: Option<BasicConstraints>,
    /// The key usage bits (RFC 5280 §4.2.1.3: 0x80 digitalSignature, 0x04 keyCertSign); `None` leaves the extension out.
    pub key_usage: Option<u8>,
    /// The AAGUID extension: the content of its inner octet string, and whether it is critical.
    pub aaguid: Option<(Vec<u8>, bool)>,
    /// Further extensions, in order.
    pub extensions: Vec<Extension>,
    /// What becomes of the issuer's signature.
    pub signature: Tamper,
    /// Whether hash identifiers inside RSASSA-PSS parameters carry NULL; both spellings are legal (RFC 4055 §2.1).
    pub pss_null: bool,
    /// The algorithm written inside what is signed, when it is to be a lie.
    pub inner_algorithm: Option<Algorithm>,
    /// The algorithm written beside the signature, when it is to be a lie.
    pub outer_algorithm: Option<Algorithm>,
}

impl CertificateDraft {
    pub(crate) fn new(issuer: Name, subject: Name) -> Self {
        Self {
            version: 3,
            serial: super::random(16),
            issuer,
            subject,
            not_before: "20200101000000Z".to_owned(),
            not_after: "20491231235959Z".to_owned(),
            basic_constraints: None,
            key_usage: None,
            aaguid: None,
            extensions: vec![],
            signature: Tamper::Nothing,
            pss_null: true,
            inner_algorithm: None,
            outer_algorithm: None,
        }
    }

    /// The certificate of `key`, signed by `issuer`, as DER.
    pub(crate) fn sign(&self, key: &Key, issuer: &Key) -> Vec<u8> {
        let written = |lie: Option<Algorithm>| algorithm_identifier(lie.unwrap_or(issuer.algorithm()), self.pss_null);
        let mut fields = vec![
            der::unsigned(&self.serial),
            written(self.inner_algorithm),
            self.issuer.encode(),
            der::sequence(&[time(&self.not_before), time(&self.not_after)]),
            self.subject.encode(),
            key.spki(),
        ];
        if self.version > 1 {
            fields.insert(0, der::explicit(0, &der::unsigned(&[self.version - 1])));
        }
        let extensions = self.extension_list();
        if !extensions.is_empty() {
            fields.push(der::explicit(3, &der::sequence(&extensions)));
        }
        let to_be_signed = der::sequence(&fields);
        let signature = self.signature.sign(issuer, &to_be_signed);
        der::sequence(&[to_be_signed, written(self.outer_algorithm), der::bit_string(&signature)])
    }

    fn extension_list(&self) -> Vec<Vec<u8>> {
        let mut list = vec![];
        if let Some(BasicConstraints { ca, path_length }) = self.basic_constraints {
            // DER leaves out a value that is the default: CA false.
            let mut value = if ca { der::boolean(true) } else { vec![] };
            value.extend(path_length.into_iter().flat_map(|length| der::unsigned(&[length])));
            list.push(extension(BASIC_CONSTRAINTS, true, &der::element(tag::SEQUENCE, &value)));
        }
        if let Some(bits) = self.key_usage {
            // X.690 §11.2.2: a named bit list drops its trailing zero bits.
            let unused = u8::try_from(bits.trailing_zeros().min(7)).unwrap_or(0);
            list.push(extension(KEY_USAGE, true, &der::element(tag::BIT_STRING, &[unused, bits])));
        }
        if let Some((value, critical)) = &self.aaguid {
            list.push(extension(AAGUID, *critical, &der::octet_string(value)));
        }
        list.extend(self.extensions.iter().map(|further| extension(&further.oid, further.critical, &further.value)));
        list
    }
}

fn extension(oid: &[u32], critical: bool, value: &[u8]) -> Vec<u8> {
    let flag = if critical { der::boolean(true) } else { vec![] };
    der::sequence(&[der::oid(oid), flag, der::octet_string(value)])
}

/// `Time`: two digits of the year until 2049, four from 2050 on.
fn time(text: &str) -> Vec<u8> {
    match text.strip_prefix("20") {
        Some(short) if short < "50" => der::element(tag::UTC_TIME, short.as_bytes()),
        _ => der::element(tag::GENERALIZED_TIME, text.as_bytes()),
    }
}

/// `AlgorithmIdentifier` of a signature (RFC 5758 §3.2, RFC 8410 §3, RFC 4055 §5 and §3.1).
fn algorithm_identifier(algorithm: Algorithm, pss_null: bool) -> Vec<u8> {
    let pkcs1 = |last| der::oid(&[1, 2, 840, 113_549, 1, 1, last]);
    let ecdsa = |last| der::sequence(&[der::oid(&[1, 2, 840, 10_045, 4, 3, last])]);
    let rsa = |last| der::sequence(&[pkcs1(last), der::element(tag::NULL, &[])]);
    match algorithm {
        Algorithm::Es256 | Algorithm::Es256K | Algorithm::Es256OnP521 => ecdsa(2),
        Algorithm::Es384 => ecdsa(3),
        Algorithm::Es512 => ecdsa(4),
        Algorithm::EdDsa => der::sequence(&[der::oid(&[1, 3, 101, 112])]),
        Algorithm::Rs256 => rsa(11),
        Algorithm::Rs384 => rsa(12),
        Algorithm::Rs512 => rsa(13),
        Algorithm::Ps256 => {
            let null = if pss_null { der::element(tag::NULL, &[]) } else { vec![] };
            let sha256 = der::sequence(&[der::oid(&[2, 16, 840, 1, 101, 3, 4, 2, 1]), null]);
            let mask = der::sequence(&[pkcs1(8), sha256.clone()]);
            let parameters =
                [der::explicit(0, &sha256), der::explicit(1, &mask), der::explicit(2, &der::unsigned(&[32]))];
            der::sequence(&[pkcs1(10), der::sequence(&parameters)])
        }
    }
}
