//! Writing DER (ITU-T X.690) by hand: as much as an X.509 certificate needs.

/// Tag bytes of the universal types used here (X.680 §8.4).
pub(crate) mod tag {
    pub(crate) const BOOLEAN: u8 = 0x01;
    pub(crate) const INTEGER: u8 = 0x02;
    pub(crate) const BIT_STRING: u8 = 0x03;
    pub(crate) const OCTET_STRING: u8 = 0x04;
    pub(crate) const NULL: u8 = 0x05;
    pub(crate) const OID: u8 = 0x06;
    pub(crate) const UTF8_STRING: u8 = 0x0c;
    pub(crate) const PRINTABLE_STRING: u8 = 0x13;
    pub(crate) const UTC_TIME: u8 = 0x17;
    pub(crate) const GENERALIZED_TIME: u8 = 0x18;
    pub(crate) const SEQUENCE: u8 = 0x30;
    pub(crate) const SET: u8 = 0x31;
}

/// One element: tag, length in the fewest bytes, content.
pub(crate) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let length = content.len().to_be_bytes();
    let significant = &length[length.iter().take_while(|byte| **byte == 0).count()..];
    match significant {
        [] => out.push(0),
        [short] if *short < 0x80 => out.push(*short),
        long => {
            // A length has at most eight bytes on every machine Rust runs on.
            out.push(0x80 | u8::try_from(long.len()).unwrap_or(8));
            out.extend_from_slice(long);
        }
    }
    out.extend_from_slice(content);
    out
}

/// SEQUENCE of elements already written.
pub(crate) fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    element(tag::SEQUENCE, &parts.concat())
}

/// SET of one element.
pub(crate) fn set(part: &[u8]) -> Vec<u8> {
    element(tag::SET, part)
}

/// INTEGER of a non-negative number given big-endian; leading zeros are dropped, the sign byte added.
pub(crate) fn unsigned(bytes: &[u8]) -> Vec<u8> {
    let bytes = &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..];
    let sign = bytes.first().is_none_or(|first| *first >= 0x80);
    let content = if sign { [&[0], bytes].concat() } else { bytes.to_vec() };
    element(tag::INTEGER, &content)
}

/// BIT STRING of whole bytes.
pub(crate) fn bit_string(bytes: &[u8]) -> Vec<u8> {
    element(tag::BIT_STRING, &[&[0], bytes].concat())
}

/// OCTET STRING.
pub(crate) fn octet_string(bytes: &[u8]) -> Vec<u8> {
    element(tag::OCTET_STRING, bytes)
}

/// BOOLEAN.
pub(crate) fn boolean(value: bool) -> Vec<u8> {
    element(tag::BOOLEAN, &[if value { 0xff } else { 0x00 }])
}

/// OBJECT IDENTIFIER from its arcs (X.690 §8.19); at least two arcs.
pub(crate) fn oid(arcs: &[u32]) -> Vec<u8> {
    let [first, second, rest @ ..] = arcs else { return element(tag::OID, &[]) };
    let mut content = Vec::new();
    for arc in std::iter::once(&(first * 40 + second)).chain(rest) {
        // Seven bits a byte, the highest first; every byte but the last has its top bit set.
        let groups = (1..5).take_while(|group| arc >> (7 * group) != 0).count();
        for group in (0..=groups).rev() {
            let more = if group == 0 { 0 } else { 0x80 };
            content.push(more | ((arc >> (7 * group)) & 0x7f).to_be_bytes()[3]);
        }
    }
    element(tag::OID, &content)
}

/// `[n] EXPLICIT`: a constructed context-specific element around another.
pub(crate) fn explicit(number: u8, inner: &[u8]) -> Vec<u8> {
    element(0xa0 | number, inner)
}

/// Takes one element off the front: its tag, its content and what follows. `None` if the bytes are cut short.
pub(crate) fn read(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = if *first < 0x80 {
        (usize::from(*first), rest)
    } else {
        let (long, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
        (long.iter().fold(0, |length, byte| (length << 8) | usize::from(*byte)), rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_take_the_fewest_bytes() {
        assert_eq!(octet_string(&[9; 3])[..2], [0x04, 0x03]);
        assert_eq!(octet_string(&[9; 127])[..2], [0x04, 0x7f]);
        assert_eq!(octet_string(&[9; 128])[..3], [0x04, 0x81, 0x80]);
        assert_eq!(octet_string(&[9; 300])[..4], [0x04, 0x82, 0x01, 0x2c]);
        assert_eq!(octet_string(&[]), [0x04, 0x00]);
    }

    #[test]
    fn integers_stay_positive() {
        assert_eq!(unsigned(&[0x7f]), [0x02, 0x01, 0x7f]);
        assert_eq!(unsigned(&[0x80]), [0x02, 0x02, 0x00, 0x80]);
        assert_eq!(unsigned(&[0, 0, 5]), [0x02, 0x01, 0x05]);
        assert_eq!(unsigned(&[0]), [0x02, 0x01, 0x00]);
    }

    #[test]
    fn object_identifiers_pack_seven_bits_a_byte() {
        // 1.2.840.113549 is the example of X.690's readers everywhere: RSADSI.
        assert_eq!(oid(&[1, 2, 840, 113_549]), [0x06, 0x06, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d]);
        assert_eq!(oid(&[2, 5, 4, 3]), [0x06, 0x03, 0x55, 0x04, 0x03]);
    }

    #[test]
    fn reads_back_what_it_wrote_and_no_more() {
        let long = octet_string(&[1; 400]);
        assert_eq!(read(&[&long[..], &[5, 0]].concat()), Some((0x04, &[1; 400][..], &[5, 0][..])));
        assert_eq!(read(&long[..399]), None);
        assert_eq!(read(&[]), None);
        assert_eq!(read(&[0x04]), None);
    }
}
