//! Mails that tell the owner of an account what was changed in it (checklist 28).

use countersign_testkit::app::{TestApp, TestTenant};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};

const ADA: &str = "ada@example.com";
const NEW: &str = "new@example.com";

async fn notices(app: &TestApp, to: &str) -> usize {
    app.mails("notice", to).await.len()
}

async fn grant(shop: &TestTenant) -> String {
    shop.track_with("ada", "settings", json!({ "scope": "add:authenticators" })).await.token
}

#[tokio::test]
async fn item_28_every_verified_address_is_told_of_a_new_factor_but_not_of_itself() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.user_with_email(shop, "ada", ADA).await;
    assert_eq!(notices(&app, ADA).await, 0, "the first factor of a new user tells nobody");
    shop.enrol_passkey(&grant(shop).await, &Authenticator::new()).await.ok();
    assert_eq!(notices(&app, ADA).await, 1);
    shop.enrol_security_key(&grant(shop).await, &Authenticator::security_key()).await.ok();
    assert_eq!(notices(&app, ADA).await, 2);

    let token = grant(shop).await;
    shop.enrol_email(&token, NEW).await.ok();
    assert_eq!(notices(&app, ADA).await, 2, "nothing has changed yet");
    let code = app.code_for(NEW);
    assert_eq!(shop.answer_email(&token, &code).await.ok()["isVerified"], true);
    assert_eq!((notices(&app, ADA).await, notices(&app, NEW).await), (3, 0));
    let path = "/users/ada/authenticators";
    let body = json!({ "verificationMethod": "EMAIL_OTP", "email": "third@example.com" });
    shop.server(Method::POST, path, body).await.ok();
    assert_eq!((notices(&app, ADA).await, notices(&app, NEW).await), (4, 1));
    let text = &app.mails("notice", ADA).await[0].text;
    assert!(!text.contains("third@example.com"), "an address is shown masked: {text}");
}

#[tokio::test]
async fn item_28_an_address_that_the_backend_calls_verified_is_told_of_the_first_factor() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    shop.server(Method::PATCH, "/users/ada", json!({ "email": ADA })).await.ok();
    shop.enrol_passkey(&shop.track("ada", "sign-up").await.token, &Authenticator::new()).await.ok();
    assert_eq!(notices(&app, ADA).await, 0, "an attribute proves nothing");
    shop.server(Method::PATCH, "/users/ada", json!({ "emailVerified": true })).await.ok();
    shop.enrol_passkey(&grant(shop).await, &Authenticator::new()).await.ok();
    assert_eq!(notices(&app, ADA).await, 1);
}

#[tokio::test]
async fn item_28_a_removed_address_is_told_and_so_are_the_others() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.user_with_email(shop, "ada", ADA).await;
    let body = json!({ "verificationMethod": "EMAIL_OTP", "email": NEW });
    shop.server(Method::POST, "/users/ada/authenticators", body).await.ok();
    let before = (notices(&app, ADA).await, notices(&app, NEW).await);
    let held = shop.factors_of("ada").await;
    let gone = held.iter().find(|factor| factor["email"] == NEW).unwrap();
    let path = format!("/users/ada/authenticators/{}", gone["userAuthenticatorId"].as_str().unwrap());
    shop.server(Method::DELETE, &path, Value::Null).await.ok();
    assert_eq!((notices(&app, ADA).await, notices(&app, NEW).await), (before.0 + 1, before.1 + 1));
}

#[tokio::test]
async fn item_28_a_moved_address_is_told_at_the_old_place() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.user_with_email(shop, "ada", ADA).await;
    let moved = json!({ "email": NEW, "emailVerified": true });
    shop.server(Method::PATCH, "/users/ada", moved.clone()).await.ok();
    assert_eq!((notices(&app, ADA).await, notices(&app, NEW).await), (1, 0));
    shop.server(Method::PATCH, "/users/ada", moved).await.ok();
    assert_eq!((notices(&app, ADA).await, notices(&app, NEW).await), (1, 0), "nothing changed");
    // The backend's attribute is replaced by one that nobody verified: the old address is told.
    shop.track_with("ada", "pay", json!({ "email": "eve@example.com" })).await;
    assert_eq!((notices(&app, NEW).await, notices(&app, "eve@example.com").await), (1, 0));
}

#[tokio::test]
async fn what_is_refused_tells_nobody_and_a_tenant_can_do_without() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.user_with_email(shop, "ada", ADA).await;
    let held = shop.factors_of("ada").await;
    let path = format!("/users/eve/authenticators/{}", held[0]["userAuthenticatorId"].as_str().unwrap());
    shop.server(Method::DELETE, &path, Value::Null).await.refused(404, "not_found");
    let body = json!({ "verificationMethod": "EMAIL_OTP", "email": ADA });
    shop.server(Method::POST, "/users/ada/authenticators", body).await.ok();
    assert_eq!(notices(&app, ADA).await, 0);

    let quiet = TestApp::with(|settings| settings.notices = false).await;
    let shop = quiet.tenant();
    quiet.user_with_email(shop, "ada", ADA).await;
    shop.enrol_passkey(&grant(shop).await, &Authenticator::new()).await.ok();
    assert_eq!(notices(&quiet, ADA).await, 0);
}
