//! A link by e-mail as an app's page and its person use it, and what it refuses.

use countersign_domain::clock::Span;
use countersign_domain::tenant::LinkMode;
use countersign_testkit::app::{TestApp, TestTenant};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};

const ADA: &str = "ada@example.com";

async fn is_verified(shop: &TestTenant, token: &str) -> bool {
    shop.poll_link(token).await.ok()["isVerified"] == true
}

#[tokio::test]
async fn an_address_is_enrolled_by_its_link_and_the_page_that_asked_goes_on() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let tracked = shop.track("ada", "sign-up").await;
    let begun = shop.enrol_link(&tracked.token, ADA).await.ok();
    assert_eq!(shop.poll_link(&tracked.token).await.ok(), json!({ "isVerified": false }));
    let page = app.open_link(&app.link_for(ADA)).await;
    assert!(page.html.contains("Test shop") && page.html.contains("a***@example.com") && page.html.contains("sign up"));
    let done = app.press(&page, "yes").await;
    assert!(done.status == 200 && done.html.contains("go back"), "{}", done.html);

    let done = shop.poll_link(&tracked.token).await.ok();
    let factor = &done["userAuthenticator"];
    assert_eq!(factor["userAuthenticatorId"], begun["userAuthenticatorId"]);
    assert_eq!(
        (&factor["verificationMethod"], &factor["email"]),
        (&json!("EMAIL_MAGIC_LINK"), &json!("a***@example.com"))
    );
    let verdict = shop.validate(done["accessToken"].as_str().unwrap()).await;
    assert_eq!((&verdict["isValid"], &verdict["verificationMethod"]), (&json!(true), &json!("EMAIL_MAGIC_LINK")));
    assert_eq!((&verdict["acr"], &verdict["amr"]), (&json!("aal1"), &json!(["link"])));
    // An answer that was lost can be asked for again.
    assert!(is_verified(shop, &tracked.token).await);
}

#[tokio::test]
async fn a_later_action_is_proved_by_another_link_and_its_proof_adds_a_factor() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.user_with_link(shop, "ada", ADA).await;
    let tracked = shop.track("ada", "pay").await;
    assert_eq!(tracked.body["enrolledVerificationMethods"], json!(["EMAIL_MAGIC_LINK"]));
    assert_eq!(shop.poll_link(&tracked.token).await.ok()["isVerified"], false, "none was asked for");
    shop.ask_link(&tracked.token).await.ok();
    let page = app.open_link(&app.link_for(ADA)).await;
    app.press(&page, "yes").await;
    let done = shop.poll_link(&tracked.token).await.ok();
    assert_eq!((&done["isVerified"], done.get("userAuthenticator")), (&json!(true), None));
    shop.enrol_passkey(done["accessToken"].as_str().unwrap(), &Authenticator::new()).await.ok();
    // Another link of the same action waits, though the action is proved.
    shop.ask_link(&tracked.token).await.ok();
    assert_eq!(shop.poll_link(&tracked.token).await.ok(), json!({ "isVerified": false }));
}

#[tokio::test]
async fn a_link_is_enrolled_beside_another_factor_only_with_the_right_to() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    shop.user_with_passkey("ada", &Authenticator::new()).await;
    let tracked = shop.track("ada", "settings").await;
    shop.enrol_link(&tracked.token, ADA).await.refused(403, "insufficient_scope");
    assert!(app.inbox().newest(ADA).is_none());
    let granted = shop.track_with("ada", "settings", json!({ "scope": "add:authenticators" })).await;
    shop.enrol_link(&granted.token, ADA).await.ok();
    let page = app.open_link(&app.link_for(ADA)).await;
    app.press(&page, "yes").await;
    let done = shop.poll_link(&granted.token).await.ok();
    assert!(done["userAuthenticator"].is_object(), "{done}");
    // It adds a factor and changes no state, and the right is used.
    assert_eq!(shop.validate(&granted.token).await["state"], "CHALLENGE_REQUIRED");
    shop.enrol_link(&granted.token, "other@example.com").await.refused(403, "insufficient_scope");
}

#[tokio::test]
async fn no_stops_the_link_and_tells_the_trail() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.user_with_link(shop, "ada", ADA).await;
    let tracked = shop.track("ada", "pay").await;
    shop.ask_link(&tracked.token).await.ok();
    let (one, other) = (app.open_link(&app.link_for(ADA)).await, app.open_link(&app.link_for(ADA)).await);
    let said = app.press(&one, "no").await;
    assert!(said.status == 200 && said.html.contains("nobody gets in"), "{}", said.html);
    assert_eq!(app.press(&other, "yes").await.status, 410);
    let over = json!({ "isVerified": false, "failureReason": "CODE_INVALID_OR_EXPIRED" });
    assert_eq!(shop.poll_link(&tracked.token).await.ok(), over);
    assert_eq!(shop.validate(&tracked.token).await["state"], "CHALLENGE_REQUIRED");
    assert_eq!(app.events().await.iter().filter(|event| *event == "challenge.cancelled").count(), 1);
    // Ada may ask for another.
    shop.ask_link(&tracked.token).await.ok();
    let page = app.open_link(&app.link_for(ADA)).await;
    app.press(&page, "yes").await;
    assert!(is_verified(shop, &tracked.token).await);
}

#[tokio::test]
async fn a_link_lives_ten_minutes_works_once_and_a_newer_one_takes_its_place() {
    let app = TestApp::with(|settings| settings.token_minutes = 30).await;
    let shop = app.tenant();
    app.user_with_link(shop, "ada", ADA).await;
    let token = shop.track("ada", "pay").await.token;
    shop.ask_link(&token).await.ok();
    let first = app.open_link(&app.link_for(ADA)).await;
    shop.ask_link(&token).await.ok();
    let second = app.open_link(&app.link_for(ADA)).await;
    assert_eq!(app.press(&first, "yes").await.status, 410);
    assert!(!is_verified(shop, &token).await);
    app.advance(Span::seconds(590));
    assert_eq!(app.press(&second, "yes").await.status, 200);
    assert_eq!(app.press(&second, "yes").await.status, 410);

    let token = shop.track("ada", "late").await.token;
    shop.ask_link(&token).await.ok();
    let late = app.open_link(&app.link_for(ADA)).await;
    app.advance(Span::minutes(10));
    assert_eq!((app.open_link(&app.link_for(ADA)).await.status, app.press(&late, "yes").await.status), (410, 410));
    assert!(!is_verified(shop, &token).await);
}

#[tokio::test]
async fn of_twenty_buttons_pressed_at_once_one_counts() {
    let app = std::sync::Arc::new(TestApp::new().await);
    let shop = app.tenant();
    app.user_with_link(shop, "ada", ADA).await;
    let token = shop.track("ada", "pay").await.token;
    shop.ask_link(&token).await.ok();
    let page = std::sync::Arc::new(app.open_link(&app.link_for(ADA)).await);
    let mut pressed = tokio::task::JoinSet::new();
    for n in 0..20 {
        let (app, page) = (app.clone(), page.clone());
        pressed.spawn(async move { app.press(&page, if n % 2 == 0 { "yes" } else { "no" }).await.status });
    }
    let statuses = pressed.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 200 | 410)), "{statuses:?}");
}

#[tokio::test]
async fn in_new_tab_mode_the_browser_that_confirms_goes_on_with_a_token() {
    let app = TestApp::with(|settings| settings.magic_link.mode = LinkMode::NewTab).await;
    let shop = app.tenant();
    let back = json!({ "redirectUrl": "https://shop.example/back?cart=7" });
    let tracked = shop.track_with("ada", "sign-up", back).await;
    shop.enrol_link(&tracked.token, ADA).await.ok();
    let page = app.open_link(&app.link_for(ADA)).await;
    assert!(page.header("content-security-policy").ends_with("form-action 'self' https://shop.example"));
    let went = app.press(&page, "yes").await;
    assert_eq!((went.status, went.header("cache-control")), (303, "no-store"));
    let token = went.header("location").strip_prefix("https://shop.example/back?cart=7&token=").unwrap();
    let verdict = shop.validate(token).await;
    assert_eq!(
        (&verdict["isValid"], &verdict["userId"], &verdict["action"]),
        (&json!(true), &json!("ada"), &json!("sign-up"))
    );

    // Without anywhere to go it is as in the other mode.
    let tracked = shop.track("ada", "pay").await;
    shop.ask_link(&tracked.token).await.ok();
    let page = app.open_link(&app.link_for(ADA)).await;
    assert_eq!(app.press(&page, "yes").await.status, 200);
    assert!(is_verified(shop, &tracked.token).await);
}

#[tokio::test]
async fn a_link_of_a_blocked_action_or_of_a_user_who_is_gone_does_nothing() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.user_with_link(shop, "ada", ADA).await;
    let tracked = shop.track("ada", "pay").await;
    shop.ask_link(&tracked.token).await.ok();
    let page = app.open_link(&app.link_for(ADA)).await;
    let path = format!("/users/ada/actions/pay/{}", tracked.idempotency_key);
    shop.server(Method::PATCH, &path, json!({ "state": "BLOCK" })).await.ok();
    assert_eq!(app.press(&page, "yes").await.status, 410);
    assert_eq!(shop.validate(&tracked.token).await["isValid"], false);

    let tracked = shop.track("ada", "again").await;
    shop.ask_link(&tracked.token).await.ok();
    let page = app.open_link(&app.link_for(ADA)).await;
    shop.server(Method::DELETE, "/users/ada", Value::Null).await.ok();
    assert_eq!((app.press(&page, "yes").await.status, app.open_link(&app.link_for(ADA)).await.status), (410, 410));
    shop.poll_link(&tracked.token).await.refused(401, "invalid_token");
}

#[tokio::test]
async fn a_link_to_a_mailbox_and_a_code_to_it_are_one_factor() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.user_with_link(shop, "ada", ADA).await;
    let tracked = shop.track_with("ada", "settings", json!({ "scope": "add:authenticators" })).await;
    shop.enrol_email(&tracked.token, ADA).await.ok();
    shop.answer_email(&tracked.token, &app.code_for(ADA)).await.ok();
    let tracked = shop.track("ada", "pay").await;
    shop.ask_email(&tracked.token).await.ok();
    shop.answer_email(&tracked.token, &app.code_for(ADA)).await.ok();
    shop.ask_link(&tracked.token).await.ok();
    let page = app.open_link(&app.link_for(ADA)).await;
    app.press(&page, "yes").await;
    assert_eq!(shop.validate(&tracked.token).await["amr"], json!(["otp", "email", "link"]));
}
