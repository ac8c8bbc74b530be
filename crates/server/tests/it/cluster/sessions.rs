//! Sessions are the deployment's, not a process's: what one opens the other knows, what one ends is over on both.

use countersign_testkit::app::{Answer, Engine, TestTenant};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::Two;

on_both_engines!(
    item_61_a_session_ends_on_every_node_at_once,
    item_63_of_twenty_exchanges_on_two_nodes_one_wins_and_the_session_ends,
    item_72_a_replaced_key_signs_and_verifies_on_every_node,
);

async fn call(tenant: &TestTenant, path: &str, body: Value) -> Answer {
    tenant.server(Method::POST, &format!("/sessions{path}"), body).await
}

async fn validate(tenant: &TestTenant, tokens: &Value) -> Answer {
    call(tenant, "/validate", json!({ "accessToken": tokens["accessToken"] })).await
}

async fn refresh(tenant: &TestTenant, tokens: &Value) -> Answer {
    call(tenant, "/refresh", json!({ "refreshToken": tokens["refreshToken"] })).await
}

async fn opened(tenant: &TestTenant, key: &Authenticator) -> Value {
    let token = tenant.sign_in(key).await.ok()["accessToken"].clone();
    call(tenant, "", json!({ "clientId": tenant.client, "token": token })).await.ok()
}

async fn item_61_a_session_ends_on_every_node_at_once(engine: Engine) {
    let two = Two::on(engine);
    let (here, there) = (&two.here, &two.there);
    let key = Authenticator::new();
    here.user_with_passkey("ada", &key).await;
    // The first session makes the tenant's key: the other node, which has not seen it, takes its token at once.
    let (one, other) = (opened(here, &key).await, opened(there, &key).await);
    for (tenant, tokens) in [(there, &one), (here, &other)] {
        validate(tenant, tokens).await.ok();
    }
    call(here, "/revoke", json!({ "accessToken": one["accessToken"] })).await.ok();
    validate(there, &one).await.refused(401, "invalid_token");
    refresh(there, &one).await.refused(401, "invalid_token");
    validate(here, &other).await.ok();

    let held = here.server(Method::GET, "/users/ada/authenticators", Value::Null).await.ok();
    let factor = held[0]["userAuthenticatorId"].as_str().unwrap();
    here.server(Method::DELETE, &format!("/users/ada/authenticators/{factor}"), Value::Null).await.ok();
    validate(there, &other).await.refused(401, "invalid_token");

    let key = Authenticator::new();
    here.user_with_passkey("grace", &key).await;
    let last = opened(there, &key).await;
    here.server(Method::DELETE, "/users/grace", Value::Null).await.ok();
    validate(there, &last).await.refused(401, "invalid_token");
    refresh(there, &last).await.refused(401, "invalid_token");
}

async fn item_63_of_twenty_exchanges_on_two_nodes_one_wins_and_the_session_ends(engine: Engine) {
    let two = Two::on(engine);
    let key = Authenticator::new();
    two.here.user_with_passkey("ada", &key).await;
    let tokens = opened(&two.here, &key).await;
    let mut racing = JoinSet::new();
    for number in 0..20 {
        let tenant = if number % 2 == 0 { two.here.clone() } else { two.there.clone() };
        let tokens = tokens.clone();
        racing.spawn(async move { refresh(&tenant, &tokens).await });
    }
    let answers = racing.join_all().await;
    let won: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(won.len(), 1, "{answers:?}");
    for tenant in [&two.here, &two.there] {
        validate(tenant, &won[0].body).await.refused(401, "invalid_token");
        refresh(tenant, &won[0].body).await.refused(401, "invalid_token");
    }
}

async fn item_72_a_replaced_key_signs_and_verifies_on_every_node(engine: Engine) {
    let two = Two::on(engine);
    let key = Authenticator::new();
    two.here.user_with_passkey("ada", &key).await;
    let old = opened(&two.here, &key).await;
    validate(&two.there, &old).await.ok();
    let made = two.deployment.json(&["key", "rotate", "--tenant", two.here.id.as_str(), "--kind", "signing"]);
    let path = format!("/t/{}/auth/v1/.well-known/jwks.json", two.here.id);
    for tenant in [&two.here, &two.there] {
        // A process may sign with the one before for a second.
        let begin = std::time::Instant::now();
        loop {
            let keys = tenant.send(tenant.raw(Method::GET, &path)).await.ok();
            let ids: Vec<&Value> = keys["keys"].as_array().unwrap().iter().map(|key| &key["kid"]).collect();
            if ids.contains(&&made["keyId"]) {
                assert_eq!(ids.len(), 2, "{keys}");
                break;
            }
            assert!(begin.elapsed().as_secs() < 15, "{keys}");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }
    let new = opened(&two.here, &key).await;
    for (tenant, tokens) in [(&two.here, &old), (&two.there, &old), (&two.here, &new), (&two.there, &new)] {
        validate(tenant, tokens).await.ok();
    }
}
