//! One of many users: everything about them follows from a number.

use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::passkey::{Passkey, Seeded, hash};

/// A user by number, of so many.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BulkUser {
    pub(crate) number: u64,
    pub(crate) of: u64,
}

impl BulkUser {
    /// Six bytes that grow with the number, evenly over all there are: they begin each id, so that the bucket (its first
    /// three hex digits) is the same for all rows of a user (sql-rules §4).
    fn prefix(self) -> [u8; 6] {
        let place = (u128::from(self.number) << 48) / u128::from(self.of.max(1));
        let mut prefix = [0; 6];
        prefix.copy_from_slice(&place.to_be_bytes()[10..]);
        prefix
    }

    /// A version 4 UUID.
    fn id(self, kind: &str) -> String {
        let tail = hash(&[kind.as_bytes(), &self.number.to_be_bytes()]);
        let mut bytes = [0; 16];
        bytes[..6].copy_from_slice(&self.prefix());
        bytes[6..].copy_from_slice(&tail[..10]);
        uuid(&bytes)
    }

    pub(crate) fn user_id(self) -> String {
        self.id("user")
    }

    pub(crate) fn authenticator_id(self) -> String {
        self.id("authenticator")
    }

    pub(crate) fn event_id(self) -> String {
        self.id("event")
    }

    pub(crate) fn idempotency_key(self) -> String {
        self.id("action")
    }

    /// What the backend calls them.
    pub(crate) fn name(self) -> String {
        format!("user-{:09}", self.number)
    }

    pub(crate) fn seeded(self) -> Result<Seeded> {
        let mut seeded = Seeded::new(self.number)?;
        seeded.credential_id[..6].copy_from_slice(&self.prefix());
        Ok(seeded)
    }

    pub(crate) fn passkey(self) -> Result<Passkey> {
        self.seeded()?.held_by(&URL_SAFE_NO_PAD.encode(self.user_id()))
    }
}

/// The first 16 bytes as the text of a version 4 UUID.
pub(super) fn uuid(bytes: &[u8]) -> String {
    let mut id = [0; 16];
    id.copy_from_slice(&bytes[..16]);
    id[6] = id[6] & 0x0f | 0x40;
    id[8] = id[8] & 0x3f | 0x80;
    let hex = format!("{:032x}", u128::from_be_bytes(id));
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

#[cfg(test)]
mod tests {
    use countersign_domain::id::UserId;

    use super::*;

    #[test]
    fn ids_are_uuids_in_the_order_of_the_numbers_and_share_their_bucket() {
        let users: Vec<BulkUser> = (0..1_000).map(|number| BulkUser { number, of: 1_000 }).collect();
        for (user, next) in users.iter().zip(&users[1..]) {
            let id = UserId::parse(&user.user_id()).expect("a UUID");
            assert_eq!(id.bucket(), &user.authenticator_id()[..3]);
            assert!(user.user_id() < next.user_id() && user.name() < next.name());
            assert!(user.seeded().unwrap().credential_id < next.seeded().unwrap().credential_id);
        }
    }
}
