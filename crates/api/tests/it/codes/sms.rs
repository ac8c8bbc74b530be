//! A code to a phone as an app's page uses it, and what it refuses.

use countersign_domain::delivery::{Channel, Refusal};
use countersign_domain::methods::Method as Kind;
use countersign_domain::phone::Country;
use countersign_domain::tenant::Settings;
use countersign_testkit::app::{TestApp, Who};
use http::Method;
use serde_json::{Value, json};

const PHONE: &str = "+64210000789";

pub(super) fn in_new_zealand(settings: &mut Settings) {
    settings.sms.countries = vec![Country::parse("NZ").expect("a country")];
}

/// What the inbox holds for a number: by which channel the newest came, and how many.
pub(super) fn newest(app: &TestApp, number: &str) -> (Channel, usize) {
    let count = app.inbox().messages().iter().filter(|caught| caught.to == number).count();
    (app.inbox().newest(number).expect("a code was sent").channel, count)
}

#[tokio::test]
async fn a_phone_is_enrolled_with_its_code_and_steps_up_with_another() {
    let app = TestApp::with(in_new_zealand).await;
    let shop = app.tenant();
    let tracked = shop.track("ada", "sign-up").await;
    let begun = shop.enrol_phone(&tracked.token, PHONE).await.ok();
    assert_eq!((begun["userId"].as_str(), newest(&app, PHONE)), (Some("ada"), (Channel::Sms, 1)));
    let done = shop.answer_sms(&tracked.token, &app.code_for(PHONE)).await.ok();
    let factor = &done["userAuthenticator"];
    assert_eq!(factor["userAuthenticatorId"], begun["userAuthenticatorId"]);
    assert_eq!((&factor["verificationMethod"], &factor["phoneNumber"]), (&json!("SMS"), &json!("+64******789")));
    assert_eq!(factor["previousSmsChannel"], "DEFAULT");
    assert_eq!(shop.validate(&tracked.token).await["isValid"], true);

    let tracked = shop.track("ada", "pay").await;
    assert_eq!(tracked.body["enrolledVerificationMethods"], json!(["SMS"]));
    shop.ask_sms(&tracked.token).await.ok();
    let wrong = shop.answer_sms(&tracked.token, &app.wrong_code_for(PHONE)).await.ok();
    assert_eq!(wrong, json!({ "isVerified": false, "failureReason": "CODE_INVALID_OR_EXPIRED" }));
    let done = shop.answer_sms(&tracked.token, &app.code_for(PHONE)).await.ok();
    assert_eq!((&done["isVerified"], done.get("userAuthenticator")), (&json!(true), None));
    let verdict = shop.validate(done["accessToken"].as_str().unwrap()).await;
    assert_eq!((&verdict["verificationMethod"], &verdict["amr"]), (&json!("SMS"), &json!(["otp", "sms"])));
}

#[tokio::test]
async fn whatsapp_is_a_channel_of_sms_and_a_method_of_its_own_on_the_same_phone() {
    let app = TestApp::with(in_new_zealand).await;
    let shop = app.tenant();
    let tracked = shop.track("ada", "sign-up").await;
    let none = shop.ask_whatsapp(&tracked.token).await.refused(400, "invalid_request");
    assert_eq!(
        none["errorDescription"], "The user has no phone for codes. Enrol one first.",
        "WhatsApp has no enrolment"
    );
    let enrol = json!({ "phoneNumber": PHONE, "smsChannel": "WHATSAPP" });
    shop.page(&tracked.token, "/user-authenticators/sms", enrol).await.ok();
    assert_eq!(newest(&app, PHONE), (Channel::Whatsapp, 1));
    let done = shop.answer_sms(&tracked.token, &app.code_for(PHONE)).await.ok();
    assert_eq!(done["userAuthenticator"]["previousSmsChannel"], "WHATSAPP");
    let previous = async |token: &str| {
        let held = shop.client(Who::Token(token), Method::GET, "/user-authenticators", Value::Null).await.ok();
        held[0]["previousSmsChannel"].as_str().unwrap_or_default().to_owned()
    };

    let tracked = shop.track("ada", "pay").await;
    shop.ask_sms(&tracked.token).await.ok();
    assert_eq!((newest(&app, PHONE), previous(&tracked.token).await), ((Channel::Sms, 2), "DEFAULT".to_owned()));
    let by_whatsapp = json!({ "smsChannel": "WHATSAPP" });
    shop.page(&tracked.token, "/challenge/sms", by_whatsapp).await.ok();
    assert_eq!((newest(&app, PHONE), previous(&tracked.token).await), ((Channel::Whatsapp, 3), "WHATSAPP".to_owned()));
    assert_eq!(shop.answer_sms(&tracked.token, &app.code_for(PHONE)).await.ok()["isVerified"], true);

    let tracked = shop.track("ada", "withdraw").await;
    shop.ask_whatsapp(&tracked.token).await.ok();
    let code = app.code_for(PHONE);
    assert_eq!(newest(&app, PHONE), (Channel::Whatsapp, 4));
    assert_eq!(shop.answer_sms(&tracked.token, &code).await.ok()["isVerified"], false, "the other method asked");
    let done = shop.answer_whatsapp(&tracked.token, &code).await.ok();
    let verdict = shop.validate(done["accessToken"].as_str().unwrap()).await;
    assert_eq!((&verdict["verificationMethod"], &verdict["amr"]), (&json!("WHATSAPP"), &json!(["otp", "whatsapp"])));
}

#[tokio::test]
async fn two_messages_to_one_phone_are_one_factor() {
    let app = TestApp::with(in_new_zealand).await;
    let shop = app.tenant();
    app.user_with_phone(shop, "ada", PHONE).await;
    let tracked = shop.track("ada", "pay").await;
    shop.ask_sms(&tracked.token).await.ok();
    shop.answer_sms(&tracked.token, &app.code_for(PHONE)).await.ok();
    shop.ask_whatsapp(&tracked.token).await.ok();
    shop.answer_whatsapp(&tracked.token, &app.code_for(PHONE)).await.ok();
    assert_eq!(shop.validate(&tracked.token).await["amr"], json!(["otp", "sms", "whatsapp"]));
}

#[tokio::test]
async fn six_are_sent_to_one_phone_in_ten_minutes_by_whatever_channel() {
    let app = TestApp::with(in_new_zealand).await;
    let shop = app.tenant();
    app.advance_to_midnight();
    app.user_with_phone(shop, "ada", PHONE).await;
    let token = shop.track("ada", "pay").await.token;
    for _ in 0..2 {
        shop.ask_sms(&token).await.ok();
        shop.ask_whatsapp(&token).await.ok();
    }
    shop.page(&token, "/challenge/sms", json!({ "smsChannel": "WHATSAPP" })).await.ok();
    for refused in [shop.ask_sms(&token).await, shop.ask_whatsapp(&token).await] {
        assert!(refused.header("retry-after").parse::<i64>().is_ok_and(|wait| (1..=600).contains(&wait)));
        refused.refused(429, "too_many_requests");
    }
    // Nor to another user of that number.
    let eve = shop.track("eve", "sign-up").await.token;
    shop.enrol_phone(&eve, PHONE).await.refused(429, "too_many_requests");
    assert_eq!(newest(&app, PHONE).1, 6);
}

#[tokio::test]
async fn what_is_no_number_or_no_channel_is_refused() {
    let app = TestApp::with(in_new_zealand).await;
    let shop = app.tenant();
    let token = shop.track("ada", "sign-up").await.token;
    let long = format!("+64{}", "1".repeat(60_000));
    for number in ["", "0210000789", "+64 21 000 0789", "+64-21", "+6421000078a", "+", &long, "+64210000789\u{0}"] {
        shop.enrol_phone(&token, number).await.refused(400, "invalid_request");
    }
    for body in [
        json!({}),
        json!({ "phoneNumber": 64_210_000_789_i64 }),
        json!({ "phoneNumber": PHONE, "smsChannel": "FAX" }),
        json!({ "phoneNumber": PHONE, "smsChannel": "whatsapp" }),
        json!({ "phoneNumber": [PHONE] }),
    ] {
        shop.page(&token, "/user-authenticators/sms", body).await.refused(400, "invalid_request");
    }
    for body in [json!({}), json!({ "verificationCode": "" }), json!({ "verificationCode": "1".repeat(65) })] {
        shop.page(&token, "/verify/sms", body.clone()).await.refused(400, "invalid_request");
        shop.page(&token, "/verify/whatsapp", body).await.refused(400, "invalid_request");
    }
    assert!(app.inbox().messages().is_empty());
}

#[tokio::test]
async fn a_number_of_another_user_answers_like_any_other_and_a_providers_refusal_names_no_number() {
    let app = TestApp::with(in_new_zealand).await;
    let shop = app.tenant();
    app.user_with_phone(shop, "ada", PHONE).await;
    let token = shop.track("eve", "sign-up").await.token;
    let held = shop.enrol_phone(&token, PHONE).await;
    let free = shop.enrol_phone(&shop.track("eve", "again").await.token, "+64210000999").await;
    let members = |body: &Value| body.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!((held.status, members(&held.body)), (free.status, members(&free.body)));

    app.inbox().refuse_next(Refusal::permanent("30006"));
    let refused = shop.enrol_phone(&token, "+64210000998").await.refused(502, "delivery_failed");
    assert!(!refused.to_string().contains("0000998"), "{refused}");
}

#[tokio::test]
async fn methods_that_are_off_send_nothing() {
    let app = TestApp::with(|settings| {
        in_new_zealand(settings);
        settings.disabled_methods = vec![Kind::Whatsapp];
    })
    .await;
    let shop = app.tenant();
    app.user_with_phone(shop, "ada", PHONE).await;
    let tracked = shop.track("ada", "pay").await;
    assert!(!tracked.body["allowedVerificationMethods"].to_string().contains("WHATSAPP"));
    shop.ask_whatsapp(&tracked.token).await.refused(400, "invalid_configuration");
    shop.answer_whatsapp(&tracked.token, "123456").await.refused(400, "invalid_configuration");
    assert_eq!(newest(&app, PHONE).1, 1);
}

#[tokio::test]
async fn a_tenant_that_switched_whatsapp_off_sends_nothing_by_it() {
    let app = TestApp::with(|settings| {
        in_new_zealand(settings);
        settings.disabled_methods = vec![Kind::Whatsapp];
    })
    .await;
    let shop = app.tenant();
    let token = shop.track("ada", "sign-up").await.token;
    let enrol = json!({ "phoneNumber": PHONE, "smsChannel": "WHATSAPP" });
    shop.page(&token, "/user-authenticators/sms", enrol).await.refused(400, "invalid_configuration");
    app.user_with_phone(shop, "ada", PHONE).await;
    let token = shop.track("ada", "pay").await.token;
    let asked = shop.page(&token, "/challenge/sms", json!({ "smsChannel": "WHATSAPP" })).await;
    let told = asked.refused(400, "invalid_configuration");
    assert_eq!(told["errorDescription"], "The method WHATSAPP is off for this tenant.");
    let begin = json!({ "verificationMethod": "SMS", "phoneNumber": PHONE, "smsChannel": "WHATSAPP" });
    shop.begin(begin).await.refused(400, "invalid_configuration");
    assert_eq!(newest(&app, PHONE), (Channel::Sms, 1));
    shop.ask_sms(&token).await.ok();
    assert_eq!(newest(&app, PHONE), (Channel::Sms, 2));
}
