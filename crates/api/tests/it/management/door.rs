//! Who may call, and for which tenant.

use countersign_domain::tenant::api_key::{self, KeyKind};
use countersign_testkit::app::{TestApp, TestTenant};
use http::Method;
use serde_json::{Value, json};

const CALLS: [(Method, &str); 7] = [
    (Method::GET, "/theme"),
    (Method::PATCH, "/theme"),
    (Method::DELETE, "/theme"),
    (Method::GET, "/message-overrides"),
    (Method::PATCH, "/message-overrides"),
    (Method::DELETE, "/message-overrides"),
    (Method::POST, "/preview"),
];

async fn call_as(shop: &TestTenant, key: &str, method: Method, path: &str) -> countersign_testkit::app::Answer {
    shop.server_as(key, method, &format!("/management{path}"), json!({})).await
}

/// A key of another kind, a made-up one and a tenant's id are told the words of the Server API's door, and nothing else.
#[tokio::test]
async fn item_86_only_a_management_key_opens_it() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let said = shop.server_as("wrong", Method::GET, "/users/ada", Value::Null).await.refused(401, "unauthorized");
    let made_up = api_key::generate(KeyKind::Management);
    for (method, path) in CALLS {
        for key in [shop.secret.as_str(), made_up.expose(), shop.id.as_str(), "csk_mgmt_", "wrong"] {
            let answer = call_as(shop, key, method.clone(), path).await;
            assert!(answer.header("www-authenticate").starts_with("Basic "), "{method} {path}");
            let body = answer.refused(401, "unauthorized");
            assert_eq!(body["errorDescription"], said["errorDescription"], "{method} {path}");
        }
        let token = shop.track("ada", "sign-up").await.token;
        let request = shop.raw(method.clone(), &format!("/v1/management{path}"));
        shop.send(request.bearer_auth(token)).await.refused(401, "unauthorized");
        shop.send(shop.raw(method, &format!("/v1/management{path}"))).await.refused(401, "unauthorized");
    }
    assert!(!app.events().await.iter().any(|kind| kind.ends_with(".changed")));
}

#[tokio::test]
async fn item_86_a_management_key_that_is_revoked_ends_at_once() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let (id, second) = app.countersign.create_key(&shop.id, KeyKind::Management).await.unwrap();
    call_as(shop, second.expose(), Method::GET, "/theme").await.ok();
    app.countersign.revoke_key(&shop.id, &id).await.unwrap();
    call_as(shop, second.expose(), Method::GET, "/theme").await.refused(401, "unauthorized");
    shop.manage(Method::GET, "/theme", Value::Null).await.ok();
}

#[tokio::test]
async fn item_82_a_key_reads_and_changes_its_own_tenant_alone() {
    let app = TestApp::new().await;
    let (shop, other) = (app.tenant(), app.another_tenant("other.example").await);
    let words = json!({ "messageOverrides": { "en": { "done.title": "Ours" } } });
    shop.manage(Method::PATCH, "/theme", json!({ "name": "Ours", "primaryColor": "#123456" })).await.ok();
    shop.manage(Method::PATCH, "/message-overrides", words).await.ok();
    assert_eq!(other.manage(Method::GET, "/theme", Value::Null).await.ok(), json!({ "name": "Test shop" }));
    let theirs = other.manage(Method::GET, "/message-overrides", Value::Null).await.ok();
    assert_eq!(theirs, json!({ "messageOverrides": {} }));
    other.manage(Method::DELETE, "/theme", Value::Null).await.ok();
    assert_eq!(shop.manage(Method::GET, "/theme", Value::Null).await.ok()["primaryColor"], "#123456");
}

/// A key of this kind has no business in a browser's page: no page is let read an answer, the tenant's own neither.
#[tokio::test]
async fn item_76_no_page_of_another_origin_reads_it() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let preflight = shop.raw(Method::OPTIONS, "/v1/management/theme").header("origin", &shop.origin);
    let preflight = shop.send(preflight.header("access-control-request-method", "PATCH")).await;
    let key = shop.raw(Method::GET, "/v1/management/theme").basic_auth(&shop.management_key, Some(""));
    let call = shop.send(key.header("origin", &shop.origin)).await;
    assert_eq!(call.status, 200);
    for answer in [preflight, call] {
        assert_eq!(answer.header("access-control-allow-origin"), "", "{}", answer.status);
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}

/// Each change leaves one event that names the key; what changes nothing leaves none.
#[tokio::test]
async fn item_89_a_change_leaves_one_event_that_names_the_key() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let keys = app.countersign.list_keys(&shop.id).await.unwrap();
    let key = keys.iter().find(|key| key.kind == KeyKind::Management).unwrap();
    for _ in 0..2 {
        shop.manage(Method::PATCH, "/theme", json!({ "primaryColor": "#123456" })).await.ok();
        let words = json!({ "messageOverrides": { "en": { "done.title": "Well done" } } });
        shop.manage(Method::PATCH, "/message-overrides", words).await.ok();
    }
    shop.manage(Method::PATCH, "/theme", json!({ "primaryColor": "no colour" })).await.refused(400, "invalid_request");
    let events = app.countersign.newest_events(&shop.id, 50).await.unwrap();
    let changed: Vec<_> = events.iter().filter(|event| event.kind.ends_with(".changed")).collect();
    let mut kinds: Vec<&str> = changed.iter().map(|event| event.kind.as_str()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["messages.changed", "theme.changed"]);
    for event in changed {
        assert_eq!(event.detail, Some(json!({ "keyId": key.id.as_str() })));
        assert_eq!(event.ip_address.as_deref(), Some("127.0.0.1"));
    }
}
