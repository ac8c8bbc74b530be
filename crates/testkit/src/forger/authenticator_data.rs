//! Authenticator data, byte by byte (`WebAuthn` L3 §6.1).

use aws_lc_rs::digest::{SHA256, digest};

use super::cbor::Cbor;

/// The flag bits of byte 32 (§6.1, table of authenticator data).
#[expect(clippy::struct_excessive_bools, reason = "each is one bit of the specification and set on its own in tests")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// Bit 0: user present.
    pub up: bool,
    /// Bit 2: user verified.
    pub uv: bool,
    /// Bit 3: backup eligible.
    pub be: bool,
    /// Bit 4: backed up now.
    pub bs: bool,
    /// Bit 6: attested credential data included.
    pub at: bool,
    /// Bit 7: extension data included.
    pub ed: bool,
    /// Bit 1, reserved for future use.
    pub rfu1: bool,
    /// Bit 5, reserved for future use.
    pub rfu2: bool,
}

impl Flags {
    /// The flags as their byte.
    pub fn byte(self) -> u8 {
        [self.up, self.rfu1, self.uv, self.be, self.bs, self.rfu2, self.at, self.ed]
            .iter()
            .rev()
            .fold(0, |byte, bit| (byte << 1) | u8::from(*bit))
    }
}

impl From<u8> for Flags {
    fn from(byte: u8) -> Self {
        let bit = |place: u8| byte & (1 << place) != 0;
        Self { up: bit(0), rfu1: bit(1), uv: bit(2), be: bit(3), bs: bit(4), rfu2: bit(5), at: bit(6), ed: bit(7) }
    }
}

/// Attested credential data (§6.5.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attested {
    /// The model of the authenticator.
    pub aaguid: [u8; 16],
    /// The credential id; its length is written before it in two bytes.
    pub credential_id: Vec<u8>,
    /// The length written, when it is to be a lie.
    pub credential_id_length: Option<u16>,
    /// The COSE key (RFC 9052 §7): a map, or anything else in its place.
    pub public_key: Cbor,
}

impl Attested {
    /// Data that tells its length truly.
    pub fn new(aaguid: [u8; 16], credential_id: Vec<u8>, public_key: Cbor) -> Self {
        Self { aaguid, credential_id, credential_id_length: None, public_key }
    }
}

/// Authenticator data before it becomes bytes. Nothing ties the parts together: flags and content may disagree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthenticatorData {
    /// SHA-256 of the RP ID.
    pub rp_id_hash: [u8; 32],
    /// The flags byte.
    pub flags: Flags,
    /// The signature counter.
    pub counter: u32,
    /// Attested credential data, written if present, whatever the AT flag says.
    pub attested: Option<Attested>,
    /// Extension outputs, written if present, whatever the ED flag says.
    pub extensions: Option<Cbor>,
    /// Bytes after the end.
    pub trailing: Vec<u8>,
}

impl AuthenticatorData {
    /// Data of an assertion: 37 bytes, no attested credential, no extensions.
    pub fn new(rp_id: &str, flags: Flags, counter: u32) -> Self {
        Self {
            rp_id_hash: sha256(rp_id.as_bytes()),
            flags,
            counter,
            attested: None,
            extensions: None,
            trailing: vec![],
        }
    }

    /// Makes the data speak of another RP ID.
    pub fn set_rp_id(&mut self, rp_id: &str) {
        self.rp_id_hash = sha256(rp_id.as_bytes());
    }

    /// Adds extension outputs and the flag that announces them.
    pub fn set_extensions(&mut self, extensions: Cbor) {
        self.flags.ed = true;
        self.extensions = Some(extensions);
    }

    /// The attested credential data to be changed; an empty one is put in place if there was none.
    pub fn attested(&mut self) -> &mut Attested {
        self.attested.get_or_insert_with(|| Attested::new([0; 16], vec![], Cbor::Null))
    }

    /// The bytes: hash, flags, counter, attested credential, extensions, what trails.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = self.rp_id_hash.to_vec();
        out.push(self.flags.byte());
        out.extend_from_slice(&self.counter.to_be_bytes());
        if let Some(attested) = &self.attested {
            let id = &attested.credential_id;
            let length = attested.credential_id_length.unwrap_or(u16::try_from(id.len()).unwrap_or(u16::MAX));
            out.extend_from_slice(&attested.aaguid);
            out.extend_from_slice(&length.to_be_bytes());
            out.extend_from_slice(id);
            out.extend(attested.public_key.encode());
        }
        out.extend(self.extensions.iter().flat_map(Cbor::encode));
        out.extend_from_slice(&self.trailing);
        out
    }
}

/// SHA-256.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, bytes).as_ref());
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_flag_has_its_own_bit() {
        for byte in 0..=255 {
            assert_eq!(Flags::from(byte).byte(), byte);
        }
        assert_eq!(Flags { up: true, ..Flags::default() }.byte(), 0x01);
        assert_eq!(Flags { uv: true, ..Flags::default() }.byte(), 0x04);
        assert_eq!(Flags { be: true, bs: true, ..Flags::default() }.byte(), 0x18);
        assert_eq!(Flags { at: true, ..Flags::default() }.byte(), 0x40);
        assert_eq!(Flags { ed: true, ..Flags::default() }.byte(), 0x80);
    }

    #[test]
    fn the_parts_lie_where_the_specification_puts_them() {
        let mut data = AuthenticatorData::new("example.com", Flags::from(0x01), 258);
        assert_eq!(data.encode().len(), 37);
        assert_eq!(data.encode()[32..], [0x01, 0, 0, 1, 2]);
        data.attested = Some(Attested::new([0xaa; 16], vec![0xcc; 300], Cbor::map([(1, 2)])));
        data.set_extensions(Cbor::map([("uvm", true)]));
        data.trailing = vec![0xee];
        let bytes = data.encode();
        assert_eq!(bytes[32], 0x81);
        assert_eq!(bytes[37..53], [0xaa; 16]);
        assert_eq!(bytes[53..55], [0x01, 0x2c]);
        assert_eq!(bytes[355..], [0xa1, 0x01, 0x02, 0xa1, 0x63, b'u', b'v', b'm', 0xf5, 0xee]);
    }
}
