//! API keys: a revocation by the command line, itself killed now and then, holds or has not happened.

use std::process::{Child, Stdio};

use countersign_domain::id::TenantId;
use countersign_testkit::app::TestTenant;
use countersign_testkit::nodes::Deployment;
use http::Method;
use serde_json::Value;

use super::chance::Chance;
use super::seen::Seen;

struct Key {
    id: String,
    secret: String,
    /// What the command line said, or the store after it was killed.
    revoked: Option<bool>,
}

/// The keys of a tenant.
pub(super) struct Keys {
    tenant: TenantId,
    keys: Vec<Key>,
}

impl Keys {
    pub(super) fn new(tenant: TenantId) -> Self {
        Self { tenant, keys: Vec::new() }
    }

    /// Now and then begins to revoke a key that was made for it.
    pub(super) fn maybe_revoke(&mut self, deployment: &Deployment, chance: &mut Chance) -> Option<Child> {
        if chance.below(10) != 0 {
            return None;
        }
        let made = deployment.json(&["key", "create", "--tenant", self.tenant.as_str(), "--kind", "server"]);
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        let key = Key { id: text("keyId"), secret: text("key"), revoked: None };
        let mut revoke = deployment.command(&["key", "revoke", "--tenant", self.tenant.as_str(), "--key", &key.id]);
        self.keys.push(key);
        Some(revoke.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }

    /// Lets it end, or kills it.
    pub(super) fn end(&mut self, revoking: Option<Child>, chance: &mut Chance) {
        let Some(mut revoking) = revoking else { return };
        if chance.below(2) == 0 {
            std::thread::sleep(std::time::Duration::from_millis(chance.below(30)));
            let _ = revoking.kill();
        }
        let ended = revoking.wait().unwrap();
        // Who was killed has said nothing.
        let key = self.keys.last_mut().unwrap();
        key.revoked = ended.code().map(|code| code == 0);
        assert_ne!(key.revoked, Some(false), "key revoke failed");
    }

    /// Compares with the store: key and event.
    pub(super) fn examine(&mut self, seen: &Seen) {
        let mut revoked = 0;
        for key in &mut self.keys {
            let is_revoked = seen.keys[&key.id][1].is_some();
            assert_eq!(*key.revoked.get_or_insert(is_revoked), is_revoked, "key {}", key.id);
            revoked += usize::from(is_revoked);
        }
        assert_eq!(seen.events(|event| event.kind == "key.revoked").len(), revoked, "events of revocations");
    }

    /// A revoked key opens nothing; one that was not revoked does.
    pub(super) async fn try_again(&self, tenant: &TestTenant) {
        for key in self.keys.iter().rev().take(3) {
            let answer = tenant.server_as(&key.secret, Method::GET, "/users", Value::Null).await;
            assert_eq!(answer.status, if key.revoked == Some(true) { 401 } else { 200 }, "key {}", key.id);
        }
    }
}
