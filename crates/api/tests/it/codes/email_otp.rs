//! A code by e-mail as an app's page uses it, and what it refuses.

use countersign_domain::clock::Span;
use countersign_domain::delivery::Refusal;
use countersign_domain::methods::Method as Kind;
use countersign_testkit::app::{TestApp, Who};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};

const ADA: &str = "ada@example.com";

#[tokio::test]
async fn an_address_is_enrolled_with_its_code_and_completes_the_first_action() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let tracked = shop.track("ada", "sign-up").await;
    let begun = shop.enrol_email(&tracked.token, ADA).await.ok();
    assert_eq!(begun["userId"], "ada");
    let mail = app.inbox().newest(ADA).unwrap();
    assert_eq!(mail.code.as_deref().map(str::len), Some(6));

    // Until the code is answered there is no such factor.
    let list = shop.client(Who::Token(&tracked.token), Method::GET, "/user-authenticators", Value::Null).await.ok();
    assert_eq!(list, json!([]));
    assert_eq!(shop.server(Method::GET, "/users/ada", Value::Null).await.ok()["isEnrolled"], false);

    let done = shop.answer_email(&tracked.token, &app.code_for(ADA)).await.ok();
    assert_eq!(done["isVerified"], true);
    let factor = &done["userAuthenticator"];
    assert_eq!(factor["userAuthenticatorId"], begun["userAuthenticatorId"]);
    assert_eq!((&factor["verificationMethod"], &factor["email"]), (&json!("EMAIL_OTP"), &json!("a***@example.com")));
    assert_eq!(factor["isDefault"], true);

    let verdict = shop.validate(done["accessToken"].as_str().unwrap()).await;
    assert_eq!((&verdict["isValid"], &verdict["verificationMethod"]), (&json!(true), &json!("EMAIL_OTP")));
    assert_eq!((&verdict["acr"], &verdict["amr"]), (&json!("aal1"), &json!(["otp", "email"])));
    let user = shop.server(Method::GET, "/users/ada", Value::Null).await.ok();
    assert_eq!(user["enrolledVerificationMethods"], json!(["EMAIL_OTP"]));
    assert!(user.get("email").is_none(), "an attribute is the backend's to set");
    let held = shop.server(Method::GET, "/users/ada/authenticators", Value::Null).await.ok();
    assert_eq!((&held[0]["email"], held[0].get("webauthnCredential")), (&json!(ADA), None), "whole for the backend");
}

#[tokio::test]
async fn a_later_action_is_proved_by_a_new_code() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.user_with_email(shop, "ada", ADA).await;
    let tracked = shop.track("ada", "pay").await;
    assert_eq!((tracked.state.as_str(), &tracked.body["isEnrolled"]), ("CHALLENGE_REQUIRED", &json!(true)));
    let begun = shop.ask_email(&tracked.token).await.ok();
    assert!(begun["challengeId"].as_str().is_some_and(|id| id.len() == 36));
    let code = app.code_for(ADA);
    let spaced = format!(" {} {}", &code[..3], &code[3..]);
    let done = shop.answer_email(&tracked.token, &spaced).await.ok();
    assert_eq!((&done["isVerified"], done.get("userAuthenticator")), (&json!(true), None));
    assert_eq!(shop.validate(&tracked.token).await["state"], "CHALLENGE_SUCCEEDED");
    // The proof lets the user add another factor.
    shop.enrol_passkey(done["accessToken"].as_str().unwrap(), &Authenticator::new()).await.ok();
}

#[tokio::test]
async fn a_wrong_code_is_no_error_and_proves_nothing() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.user_with_email(shop, "ada", ADA).await;
    let tracked = shop.track("ada", "pay").await;
    let wrong = json!({ "isVerified": false, "failureReason": "CODE_INVALID_OR_EXPIRED" });
    assert_eq!(shop.answer_email(&tracked.token, "123456").await.ok(), wrong, "none was asked for");
    shop.ask_email(&tracked.token).await.ok();
    for text in [&*app.wrong_code_for(ADA), "12345", "1234567", "１２３４５６"] {
        assert_eq!(shop.answer_email(&tracked.token, text).await.ok(), wrong, "{text}");
    }
    assert_eq!(shop.validate(&tracked.token).await["isValid"], false);
}

#[tokio::test]
async fn answers_that_are_none_are_refused() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.user_with_email(shop, "ada", ADA).await;
    let token = shop.track("ada", "pay").await.token;
    shop.ask_email(&token).await.ok();
    for body in [json!({}), json!({ "verificationCode": "" }), json!({ "verificationCode": 123_456 })] {
        shop.page(&token, "/verify/email-otp", body).await.refused(400, "invalid_request");
    }
    shop.answer_email(&token, &"1".repeat(65)).await.refused(400, "invalid_request");
    for address in ["", "ada", "ada@", "a da@example.com", "ada@example.com\r\nBcc: eve@example.com"] {
        shop.enrol_email(&token, address).await.refused(400, "invalid_request");
    }
    // None of it used an attempt up.
    assert_eq!(shop.answer_email(&token, &app.code_for(ADA)).await.ok()["isVerified"], true);
}

#[tokio::test]
async fn who_may_enrol_an_address_is_who_may_enrol_anything() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    shop.user_with_passkey("ada", &Authenticator::new()).await;
    let tracked = shop.track("ada", "settings").await;
    shop.enrol_email(&tracked.token, ADA).await.refused(403, "insufficient_scope");
    assert!(app.inbox().newest(ADA).is_none(), "nothing is sent");
    let granted = shop.track_with("ada", "settings", json!({ "scope": "add:authenticators" })).await;
    shop.enrol_email(&granted.token, ADA).await.ok();
    assert_eq!(shop.answer_email(&granted.token, &app.code_for(ADA)).await.ok()["isVerified"], true);
    // It adds a factor and changes no state.
    assert_eq!(shop.validate(&granted.token).await["state"], "CHALLENGE_REQUIRED");
    shop.enrol_email(&granted.token, "other@example.com").await.refused(403, "insufficient_scope");
}

#[tokio::test]
async fn an_enrolment_is_answered_before_a_proof_and_can_be_sent_again() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.user_with_email(shop, "ada", ADA).await;
    let tracked = shop.track_with("ada", "settings", json!({ "scope": "add:authenticators" })).await;
    shop.ask_email(&tracked.token).await.ok();
    let proof = app.code_for(ADA);
    shop.enrol_email(&tracked.token, "second@example.com").await.ok();
    assert_eq!(shop.answer_email(&tracked.token, &proof).await.ok()["isVerified"], false, "another code is awaited");
    let first = app.code_for("second@example.com");
    shop.ask_email(&tracked.token).await.ok();
    let again = app.code_for("second@example.com");
    if first != again {
        assert_eq!(shop.answer_email(&tracked.token, &first).await.ok()["isVerified"], false);
    }
    assert!(shop.answer_email(&tracked.token, &again).await.ok()["userAuthenticator"].is_object());
    shop.enrol_email(&tracked.token, "second@example.com").await.refused(403, "insufficient_scope");
}

#[tokio::test]
async fn an_address_is_enrolled_once_a_user_and_by_several_users() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.user_with_email(shop, "ada", ADA).await;
    app.user_with_email(shop, "grace", ADA).await;
    let tracked = shop.track_with("ada", "settings", json!({ "scope": "add:authenticators" })).await;
    shop.enrol_email(&tracked.token, ADA).await.refused(400, "invalid_request");
}

#[tokio::test]
async fn a_provider_that_refuses_is_told_and_a_method_that_is_off_says_so() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let tracked = shop.track("ada", "sign-up").await;
    app.inbox().refuse_next(Refusal::permanent("SMTP 550"));
    let refused = shop.enrol_email(&tracked.token, ADA).await.refused(502, "delivery_failed");
    assert!(refused["errorDescription"].as_str().unwrap().contains("another method"));
    assert!(!refused.to_string().contains(ADA) && !refused.to_string().contains("550"), "{refused}");

    let off = TestApp::with(|settings| settings.disabled_methods = vec![Kind::EmailOtp]).await;
    let shop = off.tenant();
    let tracked = shop.track("ada", "sign-up").await;
    shop.enrol_email(&tracked.token, ADA).await.refused(400, "invalid_configuration");
    shop.answer_email(&tracked.token, "123456").await.refused(400, "invalid_configuration");
    assert!(off.inbox().newest(ADA).is_none());
}

#[tokio::test]
async fn a_user_without_an_address_and_a_deleted_user_get_none() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    shop.user_with_passkey("ada", &Authenticator::new()).await;
    let tracked = shop.track("ada", "pay").await;
    shop.ask_email(&tracked.token).await.refused(400, "invalid_request");
    app.user_with_email(shop, "grace", "grace@example.com").await;
    let tracked = shop.track("grace", "pay").await;
    shop.ask_email(&tracked.token).await.ok();
    shop.server(Method::DELETE, "/users/grace", Value::Null).await.ok();
    shop.answer_email(&tracked.token, &app.code_for("grace@example.com")).await.refused(401, "invalid_token");
}

#[tokio::test]
async fn an_address_that_is_removed_answers_no_more() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.user_with_email(shop, "ada", ADA).await;
    let tracked = shop.track("ada", "pay").await;
    shop.ask_email(&tracked.token).await.ok();
    let held = shop.server(Method::GET, "/users/ada/authenticators", Value::Null).await.ok();
    let path = format!("/users/ada/authenticators/{}", held[0]["userAuthenticatorId"].as_str().unwrap());
    shop.server(Method::DELETE, &path, Value::Null).await.ok();
    assert_eq!(shop.answer_email(&tracked.token, &app.code_for(ADA)).await.ok()["isVerified"], false);
    assert_eq!(shop.validate(&tracked.token).await["isValid"], false);
}

#[tokio::test]
async fn the_tenth_wrong_answer_fails_the_action_whatever_codes_it_had() {
    let app = TestApp::with(|settings| settings.token_minutes = 60).await;
    let shop = app.tenant();
    app.user_with_email(shop, "ada", ADA).await;
    let tracked = shop.track("ada", "pay").await;
    for n in 0..10 {
        if n % 3 == 0 {
            shop.ask_email(&tracked.token).await.ok();
        }
        shop.answer_email(&tracked.token, &app.wrong_code_for(ADA)).await.ok();
        app.advance(Span::minutes(3));
    }
    assert_eq!(shop.validate(&tracked.token).await["state"], "CHALLENGE_FAILED");
}
