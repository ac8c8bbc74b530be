//! Attestation statements (`WebAuthn` L3 §8).

use std::sync::Arc;

use super::authenticator_data::{AuthenticatorData, sha256};
use super::cbor::Cbor;
use super::key::Key;
use super::tamper::Tamper;

/// How an authenticator proves its make.
#[derive(Clone, Default)]
pub enum Attestation {
    /// Not at all (§8.7).
    #[default]
    None,
    /// `packed`, signed by the credential's own key (§8.2).
    PackedSelf,
    /// `packed`, signed by an attestation key with a certificate (§8.2.1).
    Packed(Attester),
    /// `fido-u2f` (§8.6).
    FidoU2f(Attester),
}

/// An attestation key and the certificates that speak for it.
#[derive(Clone)]
pub struct Attester {
    /// The private key.
    pub key: Arc<Key>,
    /// DER certificates as they go into `x5c`: the key's own first, then the intermediate ones, without the root.
    pub chain: Vec<Vec<u8>>,
}

/// What a statement is made over.
pub(crate) struct Subject<'a> {
    pub(crate) credential_key: &'a Key,
    pub(crate) data: &'a AuthenticatorData,
    pub(crate) data_bytes: &'a [u8],
    pub(crate) client_data: &'a [u8],
}

impl Attestation {
    /// The attestation statement format identifier.
    pub fn format(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::PackedSelf | Self::Packed(_) => "packed",
            Self::FidoU2f(_) => "fido-u2f",
        }
    }

    /// The statement, signed and then spoiled as asked.
    pub(crate) fn statement(&self, subject: &Subject<'_>, tamper: &Tamper) -> Cbor {
        match self {
            Self::None => Cbor::Map(vec![]),
            Self::PackedSelf => {
                let key = subject.credential_key;
                let sig = tamper.sign(key, &subject.packed_message());
                let members: [(&str, Cbor); 2] = [("alg", key.algorithm().cose().into()), ("sig", sig.into())];
                Cbor::map(members)
            }
            Self::Packed(attester) => {
                let sig = tamper.sign(&attester.key, &subject.packed_message());
                let alg = attester.key.algorithm().cose();
                let members: [(&str, Cbor); 3] = [("alg", alg.into()), ("sig", sig.into()), ("x5c", attester.x5c())];
                Cbor::map(members)
            }
            Self::FidoU2f(attester) => {
                let sig = tamper.sign(&attester.key, &subject.u2f_message());
                let members: [(&str, Cbor); 2] = [("sig", sig.into()), ("x5c", attester.x5c())];
                Cbor::map(members)
            }
        }
    }
}

impl Attester {
    fn x5c(&self) -> Cbor {
        Cbor::Array(self.chain.iter().map(|certificate| certificate.as_slice().into()).collect())
    }
}

impl Subject<'_> {
    /// §8.2: authenticator data and the hash of the client data.
    fn packed_message(&self) -> Vec<u8> {
        [self.data_bytes, &sha256(self.client_data)].concat()
    }

    /// §8.6 step 5: `0x00 || rpIdHash || clientDataHash || credentialId || publicKeyU2F`.
    fn u2f_message(&self) -> Vec<u8> {
        let id = self.data.attested.as_ref().map_or(&[][..], |attested| &attested.credential_id);
        let point = self.credential_key.uncompressed_point();
        [&[0], &self.data.rp_id_hash[..], &sha256(self.client_data), id, &point].concat()
    }
}
