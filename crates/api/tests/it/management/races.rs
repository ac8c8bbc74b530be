//! Several who change at once.

use countersign_testkit::app::TestApp;
use http::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn rivals_who_change_different_members_lose_nothing() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let patches = [
        json!({ "primaryColor": "#111111" }),
        json!({ "font": "Inter" }),
        json!({ "colors": { "buttonPrimaryText": "#222222" } }),
        json!({ "borders": { "buttonBorderRadius": 3 } }),
        json!({ "pageBackground": { "backgroundColor": "#444444" } }),
        json!({ "darkMode": { "primaryColor": "#555555" } }),
        json!({ "name": "Seven" }),
    ];
    let calls = patches.map(|patch| {
        let shop = shop.clone();
        tokio::spawn(async move { shop.manage(Method::PATCH, "/theme", patch).await.ok() })
    });
    // The command line changes other settings at the same time.
    for minutes in 1..=5 {
        app.change(move |_, settings| settings.token_minutes = minutes).await;
    }
    for call in calls {
        call.await.unwrap();
    }
    let expected = json!({
        "name": "Seven", "primaryColor": "#111111", "font": "Inter", "colors": { "buttonPrimaryText": "#222222" },
        "borders": { "buttonBorderRadius": 3 }, "pageBackground": { "backgroundColor": "#444444" },
        "darkMode": { "primaryColor": "#555555" },
    });
    assert_eq!(shop.manage(Method::GET, "/theme", Value::Null).await.ok(), expected);
    let changed = app.events().await.iter().filter(|kind| *kind == "theme.changed").count();
    assert_eq!((changed, app.countersign.tenant(&shop.id).await.unwrap().settings.token_minutes), (7, 5));
}

#[tokio::test]
async fn of_rivals_who_mean_the_same_state_one_wins_and_the_others_are_told() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    for path in ["/theme", "/message-overrides"] {
        let tag = shop.manage(Method::GET, path, Value::Null).await.header("etag").to_owned();
        assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 12, "a strong tag: {tag}");
        let calls: Vec<_> = (0..8)
            .map(|n| {
                let (shop, tag) = (shop.clone(), tag.clone());
                let body = match path {
                    "/theme" => json!({ "primaryColor": format!("#00000{n}") }),
                    _ => json!({ "messageOverrides": { "en": { "done.title": format!("Done {n}") } } }),
                };
                tokio::spawn(async move { shop.manage_if(&tag, Method::PATCH, path, body).await })
            })
            .collect();
        let mut won = Vec::new();
        for call in calls {
            let answer = call.await.unwrap();
            if answer.status == 200 {
                won.push((answer.header("etag").to_owned(), answer.ok()));
            } else {
                let said = answer.refused(412, "invalid_request");
                assert!(said["errorDescription"].as_str().unwrap().contains("Read it again"), "{said}");
            }
        }
        let now = shop.manage(Method::GET, path, Value::Null).await;
        assert_eq!(won.len(), 1, "{path}");
        assert_eq!((now.header("etag"), &now.body), (won[0].0.as_str(), &won[0].1), "{path}");
    }
}

#[tokio::test]
async fn a_change_is_taken_for_the_state_it_names_or_for_any() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let tag = shop.manage(Method::GET, "/theme", Value::Null).await.header("etag").to_owned();
    let blue = json!({ "primaryColor": "#0000ff" });
    let blue_tag = shop.manage_if(&tag, Method::PATCH, "/theme", blue.clone()).await.header("etag").to_owned();
    assert_ne!(tag, blue_tag);
    shop.manage_if(&tag, Method::DELETE, "/theme", Value::Null).await.refused(412, "invalid_request");
    for matching in ["*", &format!("{tag}, {blue_tag}")] {
        shop.manage_if(matching, Method::PATCH, "/theme", blue.clone()).await.ok();
    }
    // A weak tag names no state exactly (RFC 9110 §13.1.1).
    let weak = format!("W/{blue_tag}");
    shop.manage_if(&weak, Method::PATCH, "/theme", blue).await.refused(412, "invalid_request");
    assert_eq!(shop.manage_if(&blue_tag, Method::DELETE, "/theme", Value::Null).await.header("etag"), tag);
}
