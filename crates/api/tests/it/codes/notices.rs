//! Mails that tell the owner of an account what was changed in it, and that a recovery code was used (checklist 28).

use std::collections::BTreeSet;

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
async fn item_28_a_used_recovery_code_and_a_new_set_are_told_at_every_verified_address() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.user_with_email(shop, "ada", ADA).await;
    shop.server(Method::PATCH, "/users/ada", json!({ "email": NEW, "emailVerified": false })).await.ok();
    let second = json!({ "verificationMethod": "EMAIL_OTP", "email": "second@example.com" });
    shop.server(Method::POST, "/users/ada/authenticators", second).await.ok();
    app.mails("notice", ADA).await;
    app.inbox().clear();

    let token = shop.track("ada", "settings").await.token;
    shop.ask_email(&token).await.ok();
    shop.answer_email(&token, &app.code_for(ADA)).await.ok();
    shop.recovery_codes(&token).await;
    let codes = shop.recovery_codes(&token).await;
    let pay = shop.track("ada", "pay").await.token;
    assert_eq!(shop.answer_recovery_code(&pay, &super::recovery_codes::wrong(&codes)).await.ok()["isVerified"], false);
    assert_eq!(shop.answer_recovery_code(&pay, &codes[0]).await.ok()["isVerified"], true);
    for address in [ADA, "second@example.com"] {
        let told = app.mails("notice", address).await;
        // What is sent one after the other may arrive in another order.
        let subjects: BTreeSet<&str> = told.iter().filter_map(|mail| mail.subject.as_deref()).collect();
        let changed = "A way to sign in was changed at Test shop";
        let added = "A way to sign in was added at Test shop";
        let expected = BTreeSet::from([added, changed, "A recovery code was used at Test shop"]);
        assert_eq!((subjects, told.len()), (expected, 3), "{address}: a wrong code is not told, everything else once");
        let text = told.iter().find(|mail| mail.subject.as_deref() == Some(changed)).map(|mail| mail.text.as_str());
        assert!(text.is_some_and(|text| text.contains("Recovery code")), "{text:?}");
        assert!(codes.iter().all(|code| told.iter().all(|mail| !mail.text.contains(code))));
    }
    assert_eq!(notices(&app, NEW).await, 0, "nobody has verified it");
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
