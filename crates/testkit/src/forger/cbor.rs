//! Writing CBOR (RFC 8949) by hand, so that a test can also write what no encoder would.

/// A CBOR data item. [`Cbor::encode`] writes the shortest definite form and keeps map members in the order given.
///
/// `Map` is a list and may repeat a key; `Raw` puts any bytes where an item belongs (indefinite lengths, floats, tags).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cbor {
    /// Major types 0 and 1.
    Int(i64),
    /// Major type 2.
    Bytes(Vec<u8>),
    /// Major type 3.
    Text(String),
    /// Major type 4.
    Array(Vec<Self>),
    /// Major type 5, in the order given, repeated keys and all.
    Map(Vec<(Self, Self)>),
    /// Simple values 20 and 21.
    Bool(bool),
    /// Simple value 22.
    Null,
    /// Bytes written as they are.
    Raw(Vec<u8>),
}

impl Cbor {
    /// A map, from pairs of anything that becomes an item.
    pub fn map<K: Into<Self>, V: Into<Self>>(pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        Self::Map(pairs.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }

    /// The value of the first member of that key; `None` if there is none or this is no map.
    pub fn get(&self, key: impl Into<Self>) -> Option<&Self> {
        let key = key.into();
        self.members()?.iter().find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    /// Sets a member in its place, or appends it. Does nothing to an item that is no map.
    pub fn set(&mut self, key: impl Into<Self>, value: impl Into<Self>) {
        let key = key.into();
        let Self::Map(members) = self else { return };
        match members.iter_mut().find(|(name, _)| *name == key) {
            Some((_, old)) => *old = value.into(),
            None => members.push((key, value.into())),
        }
    }

    /// Appends a member even if the key is there already.
    pub fn repeat(&mut self, key: impl Into<Self>, value: impl Into<Self>) {
        if let Self::Map(members) = self {
            members.push((key.into(), value.into()));
        }
    }

    /// Takes every member of that key away.
    pub fn remove(&mut self, key: impl Into<Self>) {
        let key = key.into();
        if let Self::Map(members) = self {
            members.retain(|(name, _)| *name != key);
        }
    }

    /// The bytes of a byte string; `None` for any other item.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        if let Self::Bytes(bytes) = self { Some(bytes) } else { None }
    }

    /// The item as bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out);
        out
    }

    fn members(&self) -> Option<&[(Self, Self)]> {
        if let Self::Map(members) = self { Some(members) } else { None }
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Int(n) if *n >= 0 => head(out, 0, n.unsigned_abs()),
            // RFC 8949 §3.1: major type 1 holds −1 − n.
            Self::Int(n) => head(out, 1, n.unsigned_abs() - 1),
            Self::Bytes(bytes) => {
                head(out, 2, bytes.len() as u64);
                out.extend_from_slice(bytes);
            }
            Self::Text(text) => {
                head(out, 3, text.len() as u64);
                out.extend_from_slice(text.as_bytes());
            }
            Self::Array(items) => {
                head(out, 4, items.len() as u64);
                for item in items {
                    item.write(out);
                }
            }
            Self::Map(members) => {
                head(out, 5, members.len() as u64);
                for (key, value) in members {
                    key.write(out);
                    value.write(out);
                }
            }
            Self::Bool(value) => out.push(if *value { 0xf5 } else { 0xf4 }),
            Self::Null => out.push(0xf6),
            Self::Raw(bytes) => out.extend_from_slice(bytes),
        }
    }
}

/// The head of an item: the major type in the top three bits, then its argument in the fewest bytes.
fn head(out: &mut Vec<u8>, major: u8, argument: u64) {
    let top = major << 5;
    let bytes = argument.to_be_bytes();
    let (short, length) = match argument {
        0..=23 => return out.push(top | bytes[7]),
        24..=0xff => (24, 1),
        0x100..=0xffff => (25, 2),
        0x1_0000..=0xffff_ffff => (26, 4),
        _ => (27, 8),
    };
    out.push(top | short);
    out.extend_from_slice(&bytes[8 - length..]);
}

impl From<i64> for Cbor {
    fn from(n: i64) -> Self {
        Self::Int(n)
    }
}

impl From<&str> for Cbor {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Vec<u8>> for Cbor {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<&[u8]> for Cbor {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl From<Vec<Self>> for Cbor {
    fn from(items: Vec<Self>) -> Self {
        Self::Array(items)
    }
}

impl From<bool> for Cbor {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8949 Appendix A.
    #[test]
    fn writes_the_examples_of_the_standard() {
        let examples: [(Cbor, &[u8]); 17] = [
            (0.into(), &[0x00]),
            (23.into(), &[0x17]),
            (24.into(), &[0x18, 0x18]),
            (100.into(), &[0x18, 0x64]),
            (1000.into(), &[0x19, 0x03, 0xe8]),
            (1_000_000.into(), &[0x1a, 0x00, 0x0f, 0x42, 0x40]),
            (1_000_000_000_000.into(), &[0x1b, 0x00, 0x00, 0x00, 0xe8, 0xd4, 0xa5, 0x10, 0x00]),
            ((-1).into(), &[0x20]),
            ((-10).into(), &[0x29]),
            ((-1000).into(), &[0x39, 0x03, 0xe7]),
            (false.into(), &[0xf4]),
            (Cbor::Null, &[0xf6]),
            (vec![1, 2, 3, 4].into(), &[0x44, 1, 2, 3, 4]),
            ("IETF".into(), &[0x64, 0x49, 0x45, 0x54, 0x46]),
            (Cbor::Array(vec![1.into(), Cbor::Array(vec![2.into(), 3.into()])]), &[0x82, 0x01, 0x82, 0x02, 0x03]),
            (Cbor::map([(1, 2), (3, 4)]), &[0xa2, 0x01, 0x02, 0x03, 0x04]),
            (i64::MIN.into(), &[0x3b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
        ];
        for (item, bytes) in examples {
            assert_eq!(item.encode(), bytes, "{item:?}");
        }
    }

    #[test]
    fn long_strings_take_two_length_bytes() {
        assert_eq!(Cbor::Bytes(vec![7; 300]).encode()[..3], [0x59, 0x01, 0x2c]);
    }

    #[test]
    fn a_map_can_be_changed_member_by_member() {
        let mut map = Cbor::map([(1, 2), (3, -7)]);
        map.set(3, -257);
        map.repeat(1, 2);
        assert_eq!(map.encode(), [0xa3, 0x01, 0x02, 0x03, 0x39, 0x01, 0x00, 0x01, 0x02]);
        map.remove(1);
        assert_eq!(map, Cbor::map([(3, -257)]));
        assert_eq!(map.get(1), None);
    }

    #[test]
    fn raw_bytes_go_through_as_they_are() {
        // RFC 8949 §3.2.2: an array of indefinite length, which no other variant writes.
        assert_eq!(Cbor::Raw(vec![0x9f, 0xff]).encode(), [0x9f, 0xff]);
    }
}
