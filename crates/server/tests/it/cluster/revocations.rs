//! What one process ends, no other goes on with; what one changes, the others see within a second or so.

use std::time::{Duration, Instant};

use countersign_testkit::app::{Engine, TestTenant, Who};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::Value;

use super::Two;

on_both_engines!(
    item_61_a_revoked_key_a_removed_factor_and_a_deleted_user_end_at_once_on_every_node,
    a_setting_changed_by_the_command_line_is_soon_seen_by_every_node,
);

async fn item_61_a_revoked_key_a_removed_factor_and_a_deleted_user_end_at_once_on_every_node(engine: Engine) {
    let two = Two::on(engine);
    let (here, there) = (&two.here, &two.there);

    // A key that both processes have just taken.
    let made = two.deployment.json(&["key", "create", "--tenant", here.id.as_str(), "--kind", "server"]);
    let (id, secret) = (made["keyId"].as_str().unwrap(), made["key"].as_str().unwrap());
    let call = async |tenant: &TestTenant| tenant.server_as(secret, Method::GET, "/users", Value::Null).await;
    for tenant in [here, there] {
        call(tenant).await.ok();
    }
    two.deployment.json(&["key", "revoke", "--tenant", here.id.as_str(), "--key", id]);
    for tenant in [here, there] {
        call(tenant).await.refused(401, "unauthorized");
    }

    // A passkey that both have just taken.
    let key = Authenticator::new();
    here.user_with_passkey("ada", &key).await;
    for tenant in [here, there] {
        tenant.sign_in(&key).await.ok();
    }
    let held = here.server(Method::GET, "/users/ada/authenticators", Value::Null).await.ok();
    let factor = held[0]["userAuthenticatorId"].as_str().unwrap();
    let begun = there.assertion_options(Who::Tenant).await;
    here.server(Method::DELETE, &format!("/users/ada/authenticators/{factor}"), Value::Null).await.ok();
    // Neither a ceremony that had begun nor a new one ends well.
    there.answer_passkey(Who::Tenant, &begun, &key).await.refused(400, "unknown_credential");
    for tenant in [there, here] {
        tenant.sign_in(&key).await.refused(400, "unknown_credential");
    }

    // A user whose token both have just taken.
    let token = here.track("grace", "sign-up").await.token;
    let factors = "/user-authenticators";
    for tenant in [here, there] {
        tenant.client(Who::Token(&token), Method::GET, factors, Value::Null).await.ok();
    }
    here.server(Method::DELETE, "/users/grace", Value::Null).await.ok();
    for tenant in [there, here] {
        tenant.client(Who::Token(&token), Method::GET, factors, Value::Null).await.refused(401, "invalid_token");
        assert_eq!(tenant.validate(&token).await["error"], "invalid_token");
    }
}

async fn a_setting_changed_by_the_command_line_is_soon_seen_by_every_node(engine: Engine) {
    let two = Two::on(engine);
    let token = two.here.track("ada", "sign-up").await.token;
    let tenant = two.here.id.as_str();
    let new = "https://new.example";
    assert_eq!(statuses(&two, &token, new).await, [403, 403]);
    two.deployment.json(&["tenant", "update", "--tenant", tenant, "--origin", new]);
    until(&two, &token, new, 200).await;
    two.deployment.json(&["tenant", "update", "--tenant", tenant, "--remove-origin", new]);
    until(&two, &token, new, 403).await;
    assert_eq!(statuses(&two, &token, &two.here.origin).await, [200, 200]);
}

/// Calls both processes from a page of `origin` until both answer with `status`. A second is promised; the rest is for a
/// busy machine.
async fn until(two: &Two, token: &str, origin: &str, status: u16) {
    let begin = Instant::now();
    while statuses(two, token, origin).await != [status, status] {
        assert!(begin.elapsed() < Duration::from_secs(15), "no {status} for {origin}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn statuses(two: &Two, token: &str, origin: &str) -> [u16; 2] {
    let call = async |tenant: &TestTenant| {
        tenant
            .client_from(Some(origin), Who::Token(token), Method::GET, "/user-authenticators", Value::Null)
            .await
            .status
    };
    [call(&two.here).await, call(&two.there).await]
}
