//! `/preview`, and what the page behind its address asks.

use countersign_domain::clock::Span;
use countersign_testkit::app::{Answer, TestApp, TestTenant, Who};
use http::Method;
use serde_json::{Value, json};

use super::LOGO;

/// What stands behind `#` in the address of a preview.
async fn sealed(shop: &TestTenant, draft: Value) -> String {
    let body = shop.manage(Method::POST, "/preview", draft).await.ok();
    body["url"]
        .as_str()
        .expect("a preview has an address")
        .split_once('#')
        .expect("the content is behind #")
        .1
        .to_owned()
}

async fn open(shop: &TestTenant, preview: &str) -> Answer {
    shop.client(Who::Tenant, Method::POST, "/preview", json!({ "preview": preview })).await
}

#[tokio::test]
async fn a_draft_is_shown_over_what_is_saved_and_saves_nothing() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let words = json!({ "en": { "done.title": "Well done" } });
    shop.manage(Method::PATCH, "/theme", json!({ "primaryColor": "#111111", "font": "Inter" })).await.ok();
    shop.manage(Method::PATCH, "/message-overrides", json!({ "messageOverrides": words })).await.ok();
    let before = (shop.manage(Method::GET, "/theme", Value::Null).await.body, app.events().await);

    let draft = json!({ "theme": { "primaryColor": "#222222", "logoUrl": LOGO, "name": "New name" } });
    let made = shop.manage(Method::POST, "/preview", draft).await.ok();
    let (page, content) = made["url"].as_str().unwrap().split_once('#').unwrap();
    assert_eq!(page, format!("https://auth.shop.example/ui/preview?tenant={}", shop.id));
    let shown = open(shop, content).await.ok();
    let theme = json!({ "primary": "#222222", "font": "Inter", "logo": LOGO });
    let tenant = json!({ "tenantId": shop.id.to_string(), "name": "New name", "theme": theme, "messages": words });
    assert_eq!(shown["tenant"], tenant);
    assert_eq!(shown["expiresAt"], made["expiresAt"]);

    let own = json!({ "messageOverrides": { "fr": { "done.title": "Voilà" } } });
    let shown = open(shop, &sealed(shop, own.clone()).await).await.ok();
    assert_eq!(shown["tenant"]["messages"], own["messageOverrides"]);
    assert_eq!(shown["tenant"]["theme"], json!({ "primary": "#111111", "font": "Inter" }));
    assert_eq!((shop.manage(Method::GET, "/theme", Value::Null).await.body, app.events().await), before);
}

#[tokio::test]
async fn it_is_over_after_ten_minutes() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let preview = sealed(shop, json!({})).await;
    app.advance(Span::seconds(599));
    open(shop, &preview).await.ok();
    app.advance(Span::seconds(1));
    let over = open(shop, &preview).await.refused(400, "invalid_request");
    assert!(over["errorDescription"].as_str().unwrap().contains("ended"), "{over}");
}

/// Nobody but a holder of the tenant's management key puts words on our host.
#[tokio::test]
async fn what_was_not_sealed_for_the_tenant_is_not_there() {
    let app = TestApp::new().await;
    let (shop, other) = (app.tenant(), app.another_tenant("other.example").await);
    let preview = sealed(shop, json!({ "theme": { "primaryColor": "#222222" } })).await;
    open(&other, &preview).await.refused(404, "not_found");
    for at in (0..preview.len()).step_by(7) {
        let mut changed = preview.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        open(shop, &String::from_utf8(changed).unwrap()).await.refused(404, "not_found");
        open(shop, &preview[..at]).await.refused(404, "not_found");
    }
    let token = shop.track("ada", "sign-up").await.token;
    let plain = r#"{"ends_at":9999999999999,"name":"Evil","theme":{},"messages":{}}"#;
    for made_up in ["", "AAAA", "%00", plain, &token, &shop.secret, &"A".repeat(100_000)] {
        open(shop, made_up).await.refused(404, "not_found");
    }
    // It is no credential either.
    let (preview, path) = (preview.as_str(), "/prompt");
    shop.client(Who::Token(preview), Method::GET, path, Value::Null).await.refused(401, "invalid_token");
    shop.client(Who::Nobody, Method::POST, "/preview", json!({ "preview": preview }))
        .await
        .refused(401, "unauthorized");
    let body = json!({ "preview": preview });
    let call = shop.client_from(Some("https://evil.example"), Who::Tenant, Method::POST, "/preview", body);
    call.await.refused(403, "origin_not_allowed");
    open(shop, preview).await.ok();
}

#[tokio::test]
async fn a_draft_is_held_to_the_rules_of_what_is_saved() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    for (draft, word) in [
        (json!({ "theme": { "logoUrl": "https://evil.example/logo.svg" } }), "logoUrl"),
        (json!({ "theme": { "logoUrl": "data:image/svg+xml,<svg onload=alert(1)>" } }), "logoUrl"),
        (json!({ "theme": { "primaryColor": "url(//evil.example)" } }), "primaryColor"),
        (json!({ "theme": { "name": "\u{7}" } }), "name"),
        (json!({ "theme": [] }), "expected a map"),
        (json!({ "messageOverrides": { "en": { "done.title": "x".repeat(501) } } }), "500 characters"),
        (json!({ "messageOverrides": { "<b>": {} } }), "locale"),
        (json!({ "html": "<b>" }), "unknown field"),
    ] {
        let refused = shop.manage(Method::POST, "/preview", draft.clone()).await.refused(400, "invalid_request");
        assert!(refused["errorDescription"].as_str().unwrap().contains(word), "{draft}: {refused}");
    }
    // What looks like markup is a text like others.
    let script = json!({ "en": { "done.title": "<script>alert(1)</script>" } });
    let shown = open(shop, &sealed(shop, json!({ "messageOverrides": script })).await).await.ok();
    assert_eq!(shown["tenant"]["messages"], script);
}

#[tokio::test]
async fn item_83_a_preview_is_bounded_and_what_is_made_can_be_opened() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let texts = |count: usize| {
        let texts: serde_json::Map<String, Value> =
            (0..count).map(|n| (format!("key-{n}"), json!("x".repeat(500)))).collect();
        json!({ "messageOverrides": { "en": texts } })
    };
    let picture = format!("data:image/png;base64,{}", "A".repeat(49_000));
    let mut draft = texts(120);
    draft["theme"] = json!({ "logoUrl": picture, "darkMode": { "logoUrl": picture } });
    let preview = sealed(shop, draft).await;
    assert!(preview.len() > 200_000, "{}", preview.len());
    assert_eq!(open(shop, &preview).await.ok()["tenant"]["theme"]["logo"], picture);
    let refused = shop.manage(Method::POST, "/preview", texts(400)).await.refused(400, "invalid_request");
    assert!(refused["errorDescription"].as_str().unwrap().contains("180 KB"), "{refused}");
    shop.manage(Method::POST, "/preview", texts(600)).await.refused(413, "payload_too_large");
    let long = json!({ "preview": "A".repeat(300_000) });
    shop.client(Who::Tenant, Method::POST, "/preview", long).await.refused(413, "payload_too_large");
}
