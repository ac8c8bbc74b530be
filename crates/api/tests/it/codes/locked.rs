//! A factor that took a hundred wrong answers: nobody is asked for it, and it is no way out.

use countersign_domain::clock::Span;
use countersign_testkit::app::{TestApp, TestTenant, Who};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};

use super::checklist_49_53::wrong;

const ADA: &str = "ada@example.com";
const OTHER: &str = "ada@example.org";

async fn methods(shop: &TestTenant) -> Value {
    let token = shop.track("ada", "look").await.token;
    shop.client(Who::Token(&token), Method::GET, "/prompt", Value::Null).await.ok()["methods"].clone()
}

#[tokio::test]
async fn a_locked_factor_is_not_asked_for_and_counts_as_none_that_is_left() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.user_with_email(shop, "ada", ADA).await;
    let key = Authenticator::new();
    let grant = json!({ "scope": "add:authenticators" });
    shop.enrol_passkey(&shop.track_with("ada", "add", grant).await.token, &key).await.ok();
    assert_eq!(methods(shop).await, json!(["EMAIL_OTP", "PASSKEY"]));
    for _ in 0..100 {
        wrong(&app, shop).await;
        app.advance(Span::minutes(15));
    }
    assert_eq!(methods(shop).await, json!(["PASSKEY"]));

    let token = shop.track("ada", "account").await.token;
    let done = shop.verify_passkey(&token, &key).await.ok();
    let token = done["accessToken"].as_str().unwrap();
    let held = shop.factors_of("ada").await;
    let id = |at: usize| held[at]["userAuthenticatorId"].as_str().unwrap();
    let remove = async |id: &str| {
        shop.client(Who::Token(token), Method::DELETE, &format!("/user-authenticators/{id}"), Value::Null).await
    };
    remove(id(1)).await.refused(409, "last_factor");

    // A second address answers in place of the locked one, which is asked first no more.
    let other = json!({ "verificationMethod": "EMAIL_OTP", "email": OTHER });
    shop.server(Method::POST, "/users/ada/authenticators", other).await.ok();
    assert_eq!(methods(shop).await, json!(["PASSKEY", "EMAIL_OTP"]));
    let pay = shop.track("ada", "pay").await.token;
    shop.ask_email(&pay).await.ok();
    assert_eq!(shop.answer_email(&pay, &app.code_for(OTHER)).await.ok()["isVerified"], true);
    remove(id(1)).await.ok();
}
