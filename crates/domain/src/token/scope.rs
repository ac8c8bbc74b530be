//! Scopes of client tokens (docs/reference/authsignal.md §2).

use std::fmt;

/// What a token may do to its user's factors, besides using them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    /// `read:authenticators`
    pub read: bool,
    /// `add:authenticators`
    pub add: bool,
    /// `update:authenticators`
    pub update: bool,
    /// `remove:authenticators`
    pub remove: bool,
}

impl Scope {
    /// What every token has.
    pub const READ: Self = Self { read: true, add: false, update: false, remove: false };
    /// What the token of a completed challenge has; the action's `verifiedAt` says for how long (decisions §2).
    pub const ALL: Self = Self { read: true, add: true, update: true, remove: true };

    /// Reads a space-separated list; unknown words are ignored, because `track` takes whatever a backend asks for.
    pub fn parse(text: &str) -> Self {
        let has = |word: &str| text.split(' ').any(|part| part == word);
        Self {
            read: has("read:authenticators"),
            add: has("add:authenticators"),
            update: has("update:authenticators"),
            remove: has("remove:authenticators"),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = [
            (self.read, "read:authenticators"),
            (self.add, "add:authenticators"),
            (self.update, "update:authenticators"),
            (self.remove, "remove:authenticators"),
        ];
        let held: Vec<&str> = words.into_iter().filter_map(|(has, word)| has.then_some(word)).collect();
        f.write_str(&held.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes_and_grants_nothing_else() {
        assert_eq!(Scope::parse(&Scope::ALL.to_string()), Scope::ALL);
        assert_eq!(Scope::parse("read:authenticators admin"), Scope::READ);
        let none = Scope { read: false, add: false, update: false, remove: false };
        for text in ["", "add:authenticatorsx", "ADD:AUTHENTICATORS", "add:authenticators,read:authenticators"] {
            assert_eq!(Scope::parse(text), none, "{text}");
        }
    }
}
