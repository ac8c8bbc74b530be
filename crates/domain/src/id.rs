//! Typed ids, all in one place. Each is a UUID written as text.
//!
//! The first three hex digits of a user's UUID are its *bucket*; every row of that user carries them too
//! (decisions §1, sql-rules §4), so that a shard can be read from any id without a look-up.

use std::fmt;

use countersign_db::{FromValue, ToValue, Value};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

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
    /// One message on its way to a person.
    OutboxId,
    /// One line of the audit trail.
    EventId,
}

impl ChallengeId {
    /// The id that these words always give, in the bucket of `user`: for challenges of which a user has one at a time. A
    /// version 8 UUID (RFC 9562 §5.8) from SHA-256.
    pub(crate) fn of(user: &UserId, words: &[&str]) -> Self {
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
        Self(text)
    }
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
