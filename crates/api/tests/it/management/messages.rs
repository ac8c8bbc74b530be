//! `/message-overrides`.

use countersign_testkit::app::{TestApp, Who};
use http::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn texts_are_replaced_as_a_whole_and_reach_users_as_text() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let first = json!({ "messageOverrides": {
        "en": { "enrol.first.title": "Keep your savings yours", "done.title": "Well done" }, "*": { "continue": "→" },
    } });
    assert_eq!(shop.manage(Method::PATCH, "/message-overrides", first.clone()).await.ok(), first);
    let script = "<script>alert(1)</script> & <img src=x onerror=alert(1)>";
    let second = json!({ "messageOverrides": { "de-AT": { "done.title": script } } });
    assert_eq!(shop.manage(Method::PATCH, "/message-overrides", second.clone()).await.ok(), second);
    assert_eq!(shop.manage(Method::GET, "/message-overrides", Value::Null).await.ok(), second);
    let token = shop.track("ada", "sign-up").await.token;
    let prompt = shop.client(Who::Token(&token), Method::GET, "/prompt", Value::Null).await.ok();
    assert_eq!(prompt["tenant"]["messages"], second["messageOverrides"]);

    let none = json!({ "messageOverrides": {} });
    assert_eq!(shop.manage(Method::DELETE, "/message-overrides", Value::Null).await.ok(), none);
    shop.manage(Method::PATCH, "/message-overrides", first).await.ok();
    assert_eq!(shop.manage(Method::PATCH, "/message-overrides", none.clone()).await.ok(), none);
}

/// The same bounds as those of the command line.
#[tokio::test]
async fn item_83_texts_are_bounded() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let keys = |count: usize| (0..count).map(|n| (format!("key-{n}"), json!("x"))).collect::<serde_json::Map<_, _>>();
    for (overrides, word) in [
        (json!({ "en": { "done.title": "" } }), "1 to 500 characters"),
        (json!({ "en": { "done.title": "x".repeat(501) } }), "1 to 500 characters"),
        (json!({ "en": { "k".repeat(101): "x" } }), "500 characters"),
        (json!({ "en": keys(1001) }), "1,000"),
        (json!({ "not a locale": {} }), "locale"),
        (json!({ "x".repeat(200): {} }), "locale"),
        (json!({ "en": "Hello" }), "expected a map"),
        (json!({ "en": { "done.title": 7 } }), "expected a string"),
    ] {
        let body = json!({ "messageOverrides": overrides });
        let refused = shop.manage(Method::PATCH, "/message-overrides", body).await.refused(400, "invalid_request");
        assert!(refused["errorDescription"].as_str().unwrap().contains(word), "{word}: {refused}");
    }
    // An empty body would take every text away.
    for body in [json!({}), json!({ "messages": {} }), json!({ "messageOverrides": null })] {
        shop.manage(Method::PATCH, "/message-overrides", body).await.refused(400, "invalid_request");
    }
    let most = json!({ "messageOverrides": { "en": keys(1000) } });
    shop.manage(Method::PATCH, "/message-overrides", most).await.ok();
}
