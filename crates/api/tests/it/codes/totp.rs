//! An authenticator app as an app's page uses it, and what it refuses.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use countersign_domain::clock::Span;
use countersign_domain::methods::Method as Kind;
use countersign_testkit::app::{TestApp, Who};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

#[tokio::test]
async fn an_app_is_enrolled_with_its_first_code_and_completes_the_first_action() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let tracked = shop.track_with("ada", "sign-up", json!({ "username": "Ada & co: 100%" })).await;
    let begun = shop.enrol_totp(&tracked.token).await.ok();
    assert_eq!(begun["userId"], "ada");
    let (uri, secret) = (begun["uri"].as_str().unwrap(), begun["secret"].as_str().unwrap());
    assert_eq!(
        uri,
        format!(
            "otpauth://totp/Test%20shop:Ada%20%26%20co%20%20100%25?secret={secret}&issuer=Test%20shop&algorithm=SHA1&digits=6&period=30"
        )
    );
    let picture = begun["qrCode"].as_str().unwrap().strip_prefix("data:image/svg+xml;base64,").unwrap();
    let picture = String::from_utf8(BASE64_STANDARD.decode(picture).unwrap()).unwrap();
    assert!(picture.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\"") && picture.ends_with("</svg>"));
    assert!(!picture.contains(secret));

    let phone = countersign_testkit::app::AuthenticatorApp::scan(uri, app.countersign.clock());
    let done = shop.answer_totp(&tracked.token, &phone.code()).await.ok();
    assert_eq!(done["isVerified"], true);
    let factor = &done["userAuthenticator"];
    assert_eq!(factor["userAuthenticatorId"], begun["userAuthenticatorId"]);
    assert_eq!(
        (&factor["verificationMethod"], &factor["authenticatorType"]),
        (&json!("AUTHENTICATOR_APP"), &json!("OTP"))
    );
    assert_eq!(factor["isDefault"], true);
    let verdict = shop.validate(done["accessToken"].as_str().unwrap()).await;
    assert_eq!((&verdict["isValid"], &verdict["verificationMethod"]), (&json!(true), &json!("AUTHENTICATOR_APP")));
    assert_eq!((&verdict["acr"], &verdict["amr"]), (&json!("aal1"), &json!(["otp"])));
    let user = shop.server(Method::GET, "/users/ada", Value::Null).await.ok();
    assert_eq!(user["enrolledVerificationMethods"], json!(["AUTHENTICATOR_APP"]));
}

#[tokio::test]
async fn a_later_action_is_proved_by_a_later_code_and_again_by_the_next() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let phone = app.user_with_app(shop, "ada").await;
    let tracked = shop.track("ada", "pay").await;
    assert_eq!(tracked.state, "CHALLENGE_REQUIRED");
    let code = phone.code();
    let done = shop.answer_totp(&tracked.token, &format!("{} {}", &code[..3], &code[3..])).await.ok();
    assert_eq!((&done["isVerified"], done.get("userAuthenticator")), (&json!(true), None));
    assert_eq!(shop.validate(&tracked.token).await["state"], "CHALLENGE_SUCCEEDED");
    app.next_step();
    assert_eq!(shop.answer_totp(&tracked.token, &phone.code()).await.ok()["isVerified"], true, "proved anew");
    // The proof lets the user add another factor, and two methods are two factors.
    shop.enrol_passkey(done["accessToken"].as_str().unwrap(), &Authenticator::new()).await.ok();
}

#[tokio::test]
async fn a_wrong_code_is_no_error_and_proves_nothing() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let wrong = json!({ "isVerified": false, "failureReason": "CODE_INVALID_OR_EXPIRED" });
    let phone = app.user_with_app(shop, "ada").await;
    let tracked = shop.track("ada", "pay").await;
    for text in [&*phone.wrong_code(), "12345", "1234567", "１２３４５６"] {
        assert_eq!(shop.answer_totp(&tracked.token, text).await.ok(), wrong, "{text}");
    }
    assert_eq!(shop.validate(&tracked.token).await["isValid"], false);
    // Of a user who has no app, and of one whose app was never confirmed.
    let token = shop.track("grace", "sign-up").await.token;
    assert_eq!(shop.answer_totp(&token, "123456").await.ok(), wrong);
    app.enrol_app(shop, &token).await;
    assert_eq!(shop.answer_totp(&token, "12345").await.ok(), wrong);
}

#[tokio::test]
async fn five_tries_an_action_and_the_sixth_waits_in_any_other() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let phone = app.user_with_app(shop, "ada").await;
    let token = shop.track("ada", "pay").await.token;
    for n in 1..=5 {
        let answer = shop.answer_totp(&token, &phone.wrong_code()).await.ok();
        let why = if n < 5 { "CODE_INVALID_OR_EXPIRED" } else { "MAX_ATTEMPTS_EXCEEDED" };
        assert_eq!(answer, json!({ "isVerified": false, "failureReason": why }), "try {n}");
    }
    let other = shop.track("ada", "settings").await.token;
    shop.answer_totp(&other, &phone.code()).await.refused(429, "too_many_requests");
    app.advance(Span::minutes(5));
    let answer = shop.answer_totp(&token, &phone.code()).await.ok();
    assert_eq!(answer["failureReason"], "MAX_ATTEMPTS_EXCEEDED", "the right one too");
    assert_eq!(shop.answer_totp(&other, &phone.code()).await.ok()["isVerified"], true);
}

#[tokio::test]
async fn answers_that_are_none_are_refused_and_cost_nothing() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let phone = app.user_with_app(shop, "ada").await;
    let token = shop.track("ada", "pay").await.token;
    for body in [json!({}), json!({ "verificationCode": "" }), json!({ "verificationCode": 123_456 })] {
        shop.page(&token, "/verify/totp", body).await.refused(400, "invalid_request");
    }
    for _ in 0..5 {
        shop.answer_totp(&token, &"1".repeat(65)).await.refused(400, "invalid_request");
    }
    shop.client(Who::Tenant, Method::POST, "/user-authenticators/totp", Value::Null)
        .await
        .refused(401, "invalid_token");
    assert_eq!(shop.answer_totp(&token, &phone.code()).await.ok()["isVerified"], true);
}

#[tokio::test]
async fn who_may_enrol_an_app_is_who_may_enrol_anything() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    shop.user_with_passkey("ada", &Authenticator::new()).await;
    let tracked = shop.track("ada", "settings").await;
    shop.enrol_totp(&tracked.token).await.refused(403, "insufficient_scope");
    let granted = shop.track_with("ada", "settings", json!({ "scope": "add:authenticators" })).await;
    let phone = app.enrol_app(shop, &granted.token).await;
    assert_eq!(shop.answer_totp(&granted.token, &phone.code()).await.ok()["isVerified"], true);
    assert_eq!(
        shop.validate(&granted.token).await["state"],
        "CHALLENGE_REQUIRED",
        "it adds a factor and changes no state"
    );
    shop.enrol_totp(&granted.token).await.refused(403, "insufficient_scope");
}

#[tokio::test]
async fn a_user_has_one_app_and_another_after_its_removal() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let old = app.user_with_app(shop, "ada").await;
    let token = shop.track("ada", "pay").await.token;
    assert_eq!(shop.answer_totp(&token, &old.wrong_code()).await.ok()["isVerified"], false);
    let granted = shop.track_with("ada", "settings", json!({ "scope": "add:authenticators" })).await;
    shop.enrol_totp(&granted.token).await.refused(400, "invalid_request");
    let held = shop.server(Method::GET, "/users/ada/authenticators", Value::Null).await.ok();
    let path = format!("/users/ada/authenticators/{}", held[0]["userAuthenticatorId"].as_str().unwrap());
    shop.server(Method::DELETE, &path, Value::Null).await.ok();
    assert_eq!(shop.answer_totp(&token, &old.code()).await.ok()["isVerified"], false, "it is gone");
    let new = app.user_with_app(shop, "ada").await;
    assert_eq!(shop.answer_totp(&token, &old.code()).await.ok()["isVerified"], false);
    assert_eq!(shop.answer_totp(&token, &new.code()).await.ok()["isVerified"], true, "in an action begun before");
}

#[tokio::test]
async fn of_two_apps_enrolled_at_once_one_stays() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    shop.user_with_passkey("ada", &Authenticator::new()).await;
    let mut begun = Vec::new();
    for n in 0..4 {
        let grant = json!({ "scope": "add:authenticators" });
        let token = shop.track_with("ada", &format!("settings-{n}"), grant).await.token;
        begun.push((app.enrol_app(shop, &token).await, token));
    }
    let mut answers = JoinSet::new();
    for (phone, token) in begun {
        let shop = shop.clone();
        answers.spawn(async move { shop.answer_totp(&token, &phone.code()).await });
    }
    let answers = answers.join_all().await;
    let right = answers.iter().filter(|answer| answer.status == 200 && answer.body["isVerified"] == true);
    assert_eq!(right.count(), 1, "{answers:?}");
    let held = shop.server(Method::GET, "/users/ada/authenticators", Value::Null).await.ok();
    assert_eq!(held.as_array().unwrap().len(), 2, "{held}");
}

#[tokio::test]
async fn an_app_of_another_user_or_tenant_proves_nothing() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let rival = app.another_tenant("rival.example").await;
    let ada = app.user_with_app(shop, "ada").await;
    let eve = app.user_with_app(shop, "eve").await;
    let theirs = app.user_with_app(&rival, "ada").await;
    let token = shop.track("ada", "pay").await.token;
    let right = ada.code();
    for foreign in [eve.code(), theirs.code()] {
        if foreign != right {
            assert_eq!(shop.answer_totp(&token, &foreign).await.ok()["isVerified"], false);
        }
    }
    assert_eq!(shop.answer_totp(&token, &right).await.ok()["isVerified"], true);
}

#[tokio::test]
async fn an_enrolment_ends_with_its_time_and_with_the_next_one() {
    let app = TestApp::with(|settings| settings.token_minutes = 30).await;
    let shop = app.tenant();
    let token = shop.track("ada", "sign-up").await.token;
    let first = app.enrol_app(shop, &token).await;
    let second = app.enrol_app(shop, &token).await;
    assert_eq!(shop.answer_totp(&token, &first.code()).await.ok()["isVerified"], false, "another secret is awaited");
    app.advance(Span::minutes(10));
    assert_eq!(shop.answer_totp(&token, &second.code()).await.ok()["isVerified"], false, "too late");
    let third = app.enrol_app(shop, &token).await;
    assert_eq!(shop.answer_totp(&token, &third.code()).await.ok()["isVerified"], true);
}

#[tokio::test]
async fn a_method_that_is_off_says_so() {
    let app = TestApp::with(|settings| settings.disabled_methods = vec![Kind::AuthenticatorApp]).await;
    let shop = app.tenant();
    let token = shop.track("ada", "sign-up").await.token;
    shop.enrol_totp(&token).await.refused(400, "invalid_configuration");
    shop.answer_totp(&token, "123456").await.refused(400, "invalid_configuration");
}
