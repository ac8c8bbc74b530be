//! The flags byte of authenticator data.

use std::fmt;

/// The flags of authenticator data (Level 3 §6.1).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Flags(u8);

impl Flags {
    /// Flags from the byte at offset 32 of authenticator data. The two reserved bits are kept and mean nothing.
    pub const fn from_byte(byte: u8) -> Self {
        Self(byte)
    }

    /// The byte as the authenticator sent it.
    pub const fn byte(self) -> u8 {
        self.0
    }

    /// UP, bit 0: a person was present.
    pub const fn up(self) -> bool {
        self.0 & 0x01 != 0
    }

    /// UV, bit 2: the authenticator verified the person, by PIN or biometrics.
    pub const fn uv(self) -> bool {
        self.0 & 0x04 != 0
    }

    /// BE, bit 3: the credential may be backed up, so it is a multi-device (synced) credential. Fixed for life.
    pub const fn be(self) -> bool {
        self.0 & 0x08 != 0
    }

    /// BS, bit 4: the credential is backed up at present.
    pub const fn bs(self) -> bool {
        self.0 & 0x10 != 0
    }

    /// AT, bit 6: attested credential data follows.
    pub const fn at(self) -> bool {
        self.0 & 0x40 != 0
    }

    /// ED, bit 7: extension outputs follow.
    pub const fn ed(self) -> bool {
        self.0 & 0x80 != 0
    }
}

impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Flags({self})")
    }
}

/// The names of the set flags with a space between, `UP UV BE`; `-` when none is set.
impl fmt::Display for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = [
            (self.up(), "UP"),
            (self.uv(), "UV"),
            (self.be(), "BE"),
            (self.bs(), "BS"),
            (self.at(), "AT"),
            (self.ed(), "ED"),
        ];
        let mut set = all.iter().filter(|(set, _)| *set).map(|(_, name)| name);
        f.write_str(set.next().unwrap_or(&"-"))?;
        set.try_for_each(|name| write!(f, " {name}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bit_is_its_flag() {
        let names = [(0x01, "UP"), (0x04, "UV"), (0x08, "BE"), (0x10, "BS"), (0x40, "AT"), (0x80, "ED")];
        for (bit, name) in names {
            assert_eq!(Flags::from_byte(bit).to_string(), name);
        }
        assert_eq!(Flags::from_byte(0x22).to_string(), "-", "the reserved bits mean nothing");
        assert_eq!(Flags::from_byte(0xdd).to_string(), "UP UV BE BS AT ED");
    }
}
