//! Typed ids, all in one place. Each is a UUID written as text.
//!
//! The first three hex digits of a user's UUID are its *bucket*; every row of that user carries them too
//! (decisions §1, sql-rules §4), so that a shard can be read from any id without a look-up. Challenges, which come and go by the
//! thousand, stand in the order of time within it.

use std::fmt;
use std::sync::LazyLock;

use countersign_db::{FromValue, ToValue, Value};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Millis;
use crate::secret;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// A fresh random id.
            pub fn random() -> Self {
                Self(random_uuid(None))
            }

            /// A fresh id in the bucket of `user`.
            pub fn beside(user: &UserId) -> Self {
                Self(random_uuid(Some(user.bucket())))
            }

            /// The same id in the bucket of `user`: for ids made before the user is known.
            #[must_use]
            pub fn moved_beside(&self, user: &UserId) -> Self {
                let mut text = self.0.clone();
                text.replace_range(..3, user.bucket());
                Self(text)
            }

            /// Reads an id from outside: any UUID in canonical lower-case form. `None` for anything else,
            /// which callers answer as "no such row".
            pub fn parse(text: &str) -> Option<Self> {
                let uuid = Uuid::try_parse(text).ok()?;
                (uuid.as_hyphenated().to_string() == text).then(|| Self(text.to_owned()))
            }

            /// The UUID text, 36 characters.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The first three hex digits.
            pub fn bucket(&self) -> &str {
                &self.0[..3]
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl ToValue for $name {
            fn to_value(&self) -> Value<'_> {
                Value::Text(&self.0)
            }
        }

        impl FromValue for $name {
            fn from_value(value: Value<'_>) -> Option<Self> {
                String::from_value(value).map(Self)
            }
        }
    )+};
}

ids! {
    /// A tenant: one relying party with its settings and keys.
    TenantId,
    /// A user of a tenant; also the WebAuthn user handle (decisions §1).
    UserId,
    /// One enrolled factor of a user.
    AuthenticatorId,
    /// One run of the challenge lifecycle.
    ChallengeId,
    /// An API key's public name.
    KeyId,
    /// An application that sessions are made for.
    ClientId,
    /// One session of a user.
    SessionId,
    /// One message on its way to a person.
    OutboxId,
    /// One line of the audit trail.
    EventId,
}

impl ChallengeId {
    /// A fresh id of a challenge that has no user. Its bucket is this process's for this minute.
    pub fn fresh(now: Millis) -> Self {
        Self(timed_uuid(&lane(now), now))
    }

    /// A fresh id in the bucket of `user`.
    pub(crate) fn fresh_beside(user: &UserId, now: Millis) -> Self {
        Self(timed_uuid(user.bucket(), now))
    }

    /// The id that a secret always gives, which tells nothing of the secret: for challenges that are found by their secret alone. Its
    /// bucket is its own.
    pub(crate) fn of_secret(secret: &[u8]) -> Self {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&secret::sha256(&[&b"challenge\0"[..], secret].concat())[..16]);
        Self(uuid::Builder::from_custom_bytes(bytes).into_uuid().as_hyphenated().to_string())
    }

    /// The id that these words always give, in the bucket of `user`: for challenges of which a user has one at a time.
    pub(crate) fn of(user: &UserId, words: &[&str]) -> Self {
        Self(derived_uuid(user, words))
    }
}

impl SessionId {
    /// The id that these words always give, in the bucket of `user`: for sessions of which each is opened once.
    pub(crate) fn of(user: &UserId, words: &[&str]) -> Self {
        Self(derived_uuid(user, words))
    }
}

/// A version 8 UUID (RFC 9562 §5.8) from SHA-256, the same for the same words.
fn derived_uuid(user: &UserId, words: &[&str]) -> String {
    let mut text = user.as_str().to_owned();
    for word in words {
        // No word given here holds this character.
        text.push('\0');
        text.push_str(word);
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&secret::sha256(text.as_bytes())[..16]);
    let mut text = uuid::Builder::from_custom_bytes(bytes).into_uuid().as_hyphenated().to_string();
    text.replace_range(..3, user.bucket());
    text
}

/// A version 8 UUID (RFC 9562 §5.8) of a bucket, of the time to 4.1 seconds in nine hex digits, of the rest of it in three, and of 62
/// random bits. What is made at one time stands together in an index, and goes together: challenges live for minutes, and each
/// would touch a page of its own (docs/adr/0017-ids-in-the-order-of-time.md).
fn timed_uuid(bucket: &str, now: Millis) -> String {
    let mut bytes: [u8; 16] = secret::random();
    let time = now.0.cast_unsigned();
    // Hex digits 3 to 11 and 13 to 15 of the first sixteen.
    let high = (time >> 12 << 16) & 0x000f_ffff_ffff_0000 | time & 0xfff;
    bytes[..8].copy_from_slice(&high.to_be_bytes());
    let mut text = uuid::Builder::from_custom_bytes(bytes).into_uuid().as_hyphenated().to_string();
    text.replace_range(..3, bucket);
    text
}

/// The bucket of challenges without a user, another one each minute: what is made at one time stands together, and what is made
/// over time is spread.
fn lane(now: Millis) -> String {
    static PROCESS: LazyLock<u32> = LazyLock::new(|| u32::from_be_bytes(secret::random()));
    let minute = u32::try_from(now.0 / 60_000).unwrap_or_default();
    // Fibonacci hashing: neighbouring minutes lie far apart.
    let hashed = PROCESS.wrapping_add(minute).wrapping_mul(2_654_435_769);
    format!("{:03x}", hashed >> 20)
}

/// A version 4 UUID whose first three hex digits are `bucket` where one is given.
fn random_uuid(bucket: Option<&str>) -> String {
    let mut text = uuid::Builder::from_random_bytes(secret::random()).into_uuid().as_hyphenated().to_string();
    if let Some(bucket) = bucket {
        text.replace_range(..3, bucket);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_a_users_rows_share_its_bucket() {
        let user = UserId::random();
        let challenge = ChallengeId::beside(&user);
        assert_eq!(challenge.bucket(), user.bucket());
        assert_ne!(challenge.as_str(), user.as_str());
        assert_eq!(ChallengeId::parse(challenge.as_str()), Some(challenge));
    }

    #[test]
    fn challenges_stand_in_the_order_of_time_within_a_bucket() {
        let user = UserId::random();
        let now = Millis(1_763_856_000_000);
        let ids: Vec<_> =
            (0..10_000).step_by(7).map(|ms| ChallengeId::fresh_beside(&user, Millis(now.0 + ms))).collect();
        assert!(ids.is_sorted() && ids.iter().all(|id| id.bucket() == user.bucket()));
        assert!(ids.iter().all(|id| ChallengeId::parse(id.as_str()).as_ref() == Some(id)));
        let minute = now.0 - now.0.rem_euclid(60_000);
        let alone: Vec<_> = (0..60_000).step_by(99).map(|ms| ChallengeId::fresh(Millis(minute + ms))).collect();
        assert!(alone.is_sorted(), "one bucket a minute");
    }

    #[test]
    fn the_time_stands_in_the_id_and_the_rest_is_random() {
        let (one, two) = (ChallengeId::fresh(Millis(0x1234_5678_9abc)), ChallengeId::fresh(Millis(0x1234_5678_9abc)));
        assert_eq!(&one.as_str()[3..19], "12345-6789-8abc-", "{one}");
        assert_ne!(one.as_str()[19..], two.as_str()[19..]);
    }

    #[test]
    fn challenges_without_a_user_are_spread_over_the_buckets() {
        let buckets: std::collections::BTreeSet<_> =
            (0..1_000).map(|minute| ChallengeId::fresh(Millis(minute * 60_000)).bucket().to_owned()).collect();
        assert!(buckets.len() > 700, "{}", buckets.len());
    }

    #[test]
    fn the_same_words_of_a_user_give_the_same_id_and_no_others_do() {
        let (user, other) = (UserId::random(), UserId::random());
        let id = ChallengeId::of(&user, &["a", "b"]);
        assert_eq!(id, ChallengeId::of(&user, &["a", "b"]));
        assert_eq!((id.bucket(), ChallengeId::parse(id.as_str())), (user.bucket(), Some(id.clone())));
        let near = [(&user, &["ab"][..]), (&user, &["a", "b", ""]), (&user, &["b", "a"]), (&other, &["a", "b"])];
        for (user, words) in near {
            assert_ne!(ChallengeId::of(user, words), id, "{words:?}");
        }
    }

    #[test]
    fn only_canonical_uuids_are_ids() {
        for text in ["", "1", "6F9619FF-8B86-4D01-B42D-00CF4FC964FF", "{6f9619ff-8b86-4d01-b42d-00cf4fc964ff}"] {
            assert_eq!(UserId::parse(text), None, "{text}");
        }
        assert!(UserId::parse("6f9619ff-8b86-4d01-b42d-00cf4fc964ff").is_some());
    }
}
