//! What the shop remembers, in memory and bounded: the oldest makes room for the newest.

use std::collections::{HashMap, VecDeque};

/// Accounts, sessions and unfinished business, each.
const LIMIT: usize = 1000;

/// A customer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Account {
    /// The userId of the Server API.
    pub user_id: String,
    pub email: String,
    pub name: String,
}

/// What a tracked action was for, kept until its challenge is done. The page cannot alter it in between.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Intent {
    SignUp(Account),
    AddFactor { user_id: String },
    RemoveFactor { user_id: String, user_authenticator_id: String },
    Checkout { user_id: String, total_cents: u32 },
}

/// All of it.
#[derive(Default)]
pub(super) struct Store {
    /// By userId.
    pub accounts: Bounded<Account>,
    /// userId by e-mail address.
    pub emails: Bounded<String>,
    /// userId by session id.
    pub sessions: Bounded<String>,
    /// By the action's idempotency key.
    pub intents: Bounded<Intent>,
}

impl Store {
    /// Makes or renews an account and lets it be found by e-mail address.
    pub(super) fn remember(&mut self, account: Account) {
        self.emails.insert(account.email.clone(), account.user_id.clone());
        self.accounts.insert(account.user_id.clone(), account);
    }
}

/// A map of at most [`LIMIT`] entries.
pub(super) struct Bounded<V> {
    entries: HashMap<String, V>,
    /// Keys, oldest first. A removed key may stay until its turn comes.
    order: VecDeque<String>,
}

impl<V> Default for Bounded<V> {
    fn default() -> Self {
        Self { entries: HashMap::new(), order: VecDeque::new() }
    }
}

impl<V: Clone> Bounded<V> {
    pub(super) fn get(&self, key: &str) -> Option<V> {
        self.entries.get(key).cloned()
    }

    pub(super) fn insert(&mut self, key: String, value: V) {
        if self.entries.insert(key.clone(), value).is_none() {
            self.order.push_back(key);
        }
        while self.order.len() > LIMIT {
            if let Some(oldest) = self.order.pop_front() {
                self.entries.remove(&oldest);
            }
        }
    }

    /// Removes and returns: of two takers, one gets it.
    pub(super) fn take(&mut self, key: &str) -> Option<V> {
        let value = self.entries.remove(key)?;
        self.order.retain(|other| other != key);
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_makes_room() {
        let mut map = Bounded::default();
        for n in 0..=LIMIT {
            map.insert(n.to_string(), n);
        }
        assert_eq!(map.get("0"), None);
        assert_eq!(map.get("1"), Some(1));
        assert_eq!(map.entries.len(), LIMIT);
    }

    #[test]
    fn an_entry_is_taken_once() {
        let mut map = Bounded::default();
        map.insert("key".into(), 1);
        assert_eq!(map.take("key"), Some(1));
        assert_eq!(map.take("key"), None);
        assert!(map.order.is_empty());
    }

    #[test]
    fn replacing_an_entry_does_not_push_another_out() {
        let mut map = Bounded::default();
        for n in 0..LIMIT {
            map.insert(n.to_string(), n);
        }
        map.insert("5".into(), 55);
        assert_eq!(map.get("0"), Some(0));
        assert_eq!(map.get("5"), Some(55));
    }
}
