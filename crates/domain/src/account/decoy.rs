//! What a sign-in is offered for an address that nobody can sign in with: the same each time, like what others are offered
//! (checklist 42).

use uuid::Uuid;

use super::Address;
use crate::id::UserId;
use crate::tenant::Tenant;

/// Lengths that credential ids of common authenticators have, in bytes.
const LENGTHS: [usize; 4] = [64, 32, 20, 16];

/// Somebody who is not there.
pub(super) struct Decoy {
    pub(super) user: UserId,
    pub(super) credentials: Vec<Vec<u8>>,
}

impl Decoy {
    /// The one of this address. Without the tenant's key nobody tells it from a real account.
    pub(super) fn of(tenant: &Tenant, address: &Address) -> Self {
        let tag = |what: &str| tenant.seal_keys.sign(format!("decoy\0{what}\0{}", address.as_str()).as_bytes());
        let seed = tag("shape");
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&tag("user")[..16]);
        let user = uuid::Builder::from_random_bytes(bytes).into_uuid();
        let credential = |n: usize| {
            let length = LENGTHS[usize::from(seed[n]) % LENGTHS.len()];
            [tag(&format!("{n}a")), tag(&format!("{n}b"))].concat()[..length].to_vec()
        };
        // Most people have one key, some have two.
        let count = if seed[31].is_multiple_of(4) { 2 } else { 1 };
        Self { user: id(user), credentials: (0..count).map(credential).collect() }
    }
}

fn id(uuid: Uuid) -> UserId {
    UserId::parse(&uuid.as_hyphenated().to_string()).unwrap_or_else(UserId::random)
}
