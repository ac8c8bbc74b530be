//! Which origins any tenant lists, in memory, at most a second old (decisions §7). Asked before anybody is known, so both
//! answers are kept and their number is bounded.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::store;
use crate::Countersign;
use crate::error::Result;

const MAX_AGE: Duration = Duration::from_secs(1);
const MAX_ORIGINS: usize = 4096;
/// No host name is longer than 253 characters; scheme and port come on top. A longer text is nobody's origin.
const MAX_LENGTH: usize = 300;

/// The origins asked about within the last second.
#[derive(Default)]
pub(crate) struct OriginCache {
    entries: Mutex<HashMap<Box<str>, (Instant, bool)>>,
}

impl OriginCache {
    fn get(&self, origin: &str) -> Option<bool> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let (asked, is_listed) = entries.get(origin)?;
        (asked.elapsed() < MAX_AGE).then_some(*is_listed)
    }

    /// `asked` is the moment before the database was read: what changed since may be missing.
    fn put(&self, origin: &str, asked: Instant, is_listed: bool) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= MAX_ORIGINS {
            entries.retain(|_, (asked, _)| asked.elapsed() < MAX_AGE);
        }
        if entries.len() < MAX_ORIGINS {
            entries.insert(origin.into(), (asked, is_listed));
        }
    }

    pub(super) fn clear(&self) {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Countersign {
    /// Whether any tenant lists `origin`: enough for a preflight, which names no tenant (decisions §5, *CORS*).
    pub async fn any_tenant_lists(&self, origin: &str) -> Result<bool> {
        if let Some(known) = self.is_known_to_be_listed(origin) {
            return Ok(known);
        }
        let asked = Instant::now();
        let is_listed = store::find_named(self.db(), store::NameKind::Origin, origin).await?.is_some();
        self.origin_cache().put(origin, asked, is_listed);
        Ok(is_listed)
    }

    /// The same from memory alone; `None` when it would have to be looked up.
    pub fn is_known_to_be_listed(&self, origin: &str) -> Option<bool> {
        if origin.len() > MAX_LENGTH { Some(false) } else { self.origin_cache().get(origin) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_answers_are_kept_for_a_second() {
        let cache = OriginCache::default();
        let now = Instant::now();
        cache.put("https://shop.example", now, true);
        cache.put("https://evil.example", now, false);
        assert!(cache.get("https://other.example").is_none());
        let known = [cache.get("https://shop.example"), cache.get("https://evil.example")];
        // A machine that stood still for a second has forgotten them.
        assert!(known == [Some(true), Some(false)] || now.elapsed() >= MAX_AGE, "{known:?}");
        let past = now.checked_sub(MAX_AGE).unwrap();
        cache.put("https://shop.example", past, true);
        assert_eq!(cache.get("https://shop.example"), None);
    }

    #[test]
    fn a_flood_of_names_is_not_kept() {
        let cache = OriginCache::default();
        let now = Instant::now();
        for n in 0..3 * MAX_ORIGINS {
            cache.put(&format!("https://{n}.example"), now, false);
        }
        assert!(cache.entries.lock().unwrap().len() <= MAX_ORIGINS);
    }
}
