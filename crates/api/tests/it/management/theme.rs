//! `/theme`.

use std::fmt::Write as _;

use countersign_testkit::app::{TestApp, Who};
use http::Method;
use serde_json::{Value, json};

use super::LOGO;

fn whole() -> Value {
    json!({
        "name": "Harbour Savings",
        "primaryColor": "#1f5c4d",
        "logoUrl": LOGO,
        "font": "Inter, system-ui",
        "colors": { "buttonPrimaryText": "#fff" },
        "borders": { "buttonBorderRadius": 8 },
        "pageBackground": { "backgroundColor": "#f3f4f2" },
        "darkMode": {
            "primaryColor": "#7fd1b9",
            "logoUrl": LOGO,
            "colors": { "buttonPrimaryText": "#06231b" },
            "pageBackground": { "backgroundColor": "#131615" },
        },
    })
}

#[tokio::test]
async fn what_is_set_is_read_back_and_shown_to_users() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    assert_eq!(shop.manage(Method::GET, "/theme", Value::Null).await.ok(), json!({ "name": "Test shop" }));
    assert_eq!(shop.manage(Method::PATCH, "/theme", whole()).await.ok(), whole());
    assert_eq!(shop.manage(Method::GET, "/theme", Value::Null).await.ok(), whole());
    let token = shop.track("ada", "sign-up").await.token;
    let prompt = shop.client(Who::Token(&token), Method::GET, "/prompt", Value::Null).await.ok();
    assert_eq!(prompt["tenant"]["name"], "Harbour Savings");
    let theme = json!({
        "primary": "#1f5c4d", "onPrimary": "#fff", "primaryDark": "#7fd1b9", "onPrimaryDark": "#06231b",
        "background": "#f3f4f2", "backgroundDark": "#131615", "radius": 8, "font": "Inter, system-ui",
        "logo": LOGO, "logoDark": LOGO,
    });
    assert_eq!(prompt["tenant"]["theme"], theme);
    // What else is set is left alone.
    let settings = app.countersign.tenant(&shop.id).await.unwrap().settings.clone();
    assert_eq!(settings.origins.len(), 1);
    assert_eq!(settings.prompts.uplift_every_days, 14);
}

#[tokio::test]
async fn a_patch_leaves_the_rest_and_null_goes_back() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    shop.manage(Method::PATCH, "/theme", whole()).await.ok();
    // What clients made for Authsignal send: null for each member that is not set, also for those that we do not have.
    let patch = json!({
        "primaryColor": "#000000", "faviconUrl": null, "logoUrl": null, "colors": { "link": null },
        "darkMode": { "primaryColor": null, "watermarkUrl": null },
    });
    let mut expected = whole();
    expected["primaryColor"] = json!("#000000");
    expected.as_object_mut().unwrap().remove("logoUrl");
    expected["darkMode"].as_object_mut().unwrap().remove("primaryColor");
    assert_eq!(shop.manage(Method::PATCH, "/theme", patch).await.ok(), expected);
    assert_eq!(shop.manage(Method::PATCH, "/theme", json!({})).await.ok(), expected);
    let reset = shop.manage(Method::DELETE, "/theme", Value::Null).await.ok();
    assert_eq!(reset, json!({ "name": "Harbour Savings" }));
}

#[tokio::test]
async fn what_is_no_theme_is_refused_by_the_name_of_its_member_and_changes_nothing() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    shop.manage(Method::PATCH, "/theme", whole()).await.ok();
    let long = "x".repeat(101);
    for (body, word) in [
        (json!({ "primaryColor": "red;background:url(//evil.example)" }), "primaryColor: a colour"),
        (json!({ "darkMode": { "primaryColor": "#12345" } }), "darkMode.primaryColor: a colour"),
        (json!({ "colors": { "buttonPrimaryText": "" } }), "colors.buttonPrimaryText"),
        (json!({ "logoUrl": "https://evil.example/logo.png" }), "logoUrl: a logo is a data URL"),
        (json!({ "logoUrl": "javascript:alert(1)" }), "logoUrl"),
        (json!({ "darkMode": { "logoUrl": "data:text/html;base64,AAAA" } }), "darkMode.logoUrl"),
        (json!({ "font": "x\";} body{display:none" }), "font"),
        (json!({ "borders": { "buttonBorderRadius": 256 } }), "u8"),
        (json!({ "borders": { "buttonBorderRadius": -1 } }), "u8"),
        (json!({ "borders": { "cardBorderRadius": 3 } }), "cardBorderRadius"),
        (json!({ "faviconUrl": LOGO }), "faviconUrl"),
        (json!({ "primaryColor": 7 }), "expected a string"),
        (json!({ "colors": "red" }), "Colors"),
        (json!({ "name": null }), "name"),
        (json!({ "name": " " }), "name"),
        (json!({ "name": "a\u{0}b" }), "name"),
        (json!({ "name": long }), "name"),
    ] {
        let refused = shop.manage(Method::PATCH, "/theme", body.clone()).await.refused(400, "invalid_request");
        assert!(refused["errorDescription"].as_str().unwrap().contains(word), "{body}: {refused}");
    }
    for body in [json!([]), json!("theme"), json!(7)] {
        shop.manage(Method::PATCH, "/theme", body).await.refused(400, "invalid_request");
    }
    let tag = "no tag";
    shop.manage_if(tag, Method::PATCH, "/theme", json!({ "primaryColor": "#000" }))
        .await
        .refused(412, "invalid_request");
    assert_eq!(shop.manage(Method::GET, "/theme", Value::Null).await.ok(), whole());
}

#[tokio::test]
async fn item_83_a_theme_is_bounded_in_size_and_depth() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let picture = |bytes: usize| format!("data:image/png;base64,{}", "A".repeat(bytes));
    // Two pictures of the largest size are more than an ordinary body.
    let two = json!({ "logoUrl": picture(49_000), "darkMode": { "logoUrl": picture(49_000) } });
    assert_eq!(shop.manage(Method::PATCH, "/theme", two).await.ok()["logoUrl"], picture(49_000));
    let large = json!({ "logoUrl": picture(50_000) });
    shop.manage(Method::PATCH, "/theme", large).await.refused(400, "invalid_request");
    let huge = json!({ "logoUrl": picture(300_000) });
    shop.manage(Method::PATCH, "/theme", huge).await.refused(413, "payload_too_large");
    let mut deep = String::new();
    for _ in 0..5_000 {
        deep.write_str("{\"colors\":").unwrap();
    }
    let request = shop.raw(Method::PATCH, "/v1/management/theme").basic_auth(&shop.management_key, Some(""));
    shop.send(request.body(deep)).await.refused(400, "invalid_request");
}
