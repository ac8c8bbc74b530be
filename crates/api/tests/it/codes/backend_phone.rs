//! Codes to phones over the Server API (docs/reference/authsignal.md §5.3): by text message and WhatsApp.

use countersign_domain::delivery::Channel;
use countersign_domain::methods::Method as Kind;
use countersign_testkit::app::{TestApp, TestTenant};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::sms::{in_new_zealand, newest};

const ADA: &str = "ada@example.com";
const PHONE: &str = "+64210000789";

/// Asks for a code and waits until it has come to this address, as its `count`th message.
async fn begun(app: &TestApp, shop: &TestTenant, ask: Value, address: &str, count: usize) -> (String, String) {
    let asked = shop.begin(ask).await.ok();
    let id = asked["challengeId"].as_str().expect("a challenge has an id").to_owned();
    (id, app.code_after(address, count).await)
}

async fn open(shop: &TestTenant, id: &str) -> Value {
    shop.server(Method::GET, &format!("/challenges?challengeId={id}"), Value::Null).await.ok()
}

#[tokio::test]
async fn somebody_unknown_shows_a_number_and_is_then_named() {
    let app = TestApp::with(in_new_zealand).await;
    let shop = app.tenant();
    let ask = json!({ "verificationMethod": "SMS", "action": "sign-up", "phoneNumber": PHONE });
    let (id, code) = begun(&app, shop, ask, PHONE, 1).await;
    let shown = open(shop, &id).await;
    assert_eq!((&shown["verificationMethod"], &shown["smsChannel"]), (&json!("SMS"), &json!("DEFAULT")));
    assert_eq!((&shown["phoneNumber"], shown.get("email")), (&json!(PHONE), None));

    assert_eq!(shop.hand_over(&id, &app.wrong_code_for(PHONE)).await.ok()["isVerified"], false);
    let verified = shop.hand_over(&id, &code).await.ok();
    assert_eq!(verified, json!({ "isVerified": true, "phoneNumber": PHONE, "verificationMethod": "SMS" }));
    let claimed = shop.claim(&id, "ada").await.ok();
    let verdict = shop.validate(claimed["token"].as_str().unwrap()).await;
    assert_eq!((&verdict["isValid"], &verdict["verificationMethod"]), (&json!(true), &json!("SMS")));
    assert_eq!((&verdict["acr"], &verdict["amr"]), (&json!("aal1"), &json!(["otp", "sms"])));

    // The number is the new user's first factor, and works over the Client API.
    let held = shop.factors_of("ada").await;
    assert_eq!((held.len(), &held[0]["phoneNumber"], &held[0]["isDefault"]), (1, &json!(PHONE), &json!(true)));
    assert_eq!((&held[0]["verificationMethod"], &held[0]["previousSmsChannel"]), (&json!("SMS"), &json!("DEFAULT")));
    let token = shop.track("ada", "pay").await.token;
    shop.ask_sms(&token).await.ok();
    assert_eq!(shop.answer_sms(&token, &app.code_for(PHONE)).await.ok()["isVerified"], true);
}

#[tokio::test]
async fn a_code_travels_by_the_channel_that_is_asked_for_and_a_new_one_as_the_one_before() {
    let app = TestApp::with(in_new_zealand).await;
    let shop = app.tenant();
    let ask = json!({ "phoneNumber": PHONE, "smsChannel": "WHATSAPP" });
    let (id, _) = begun(&app, shop, ask, PHONE, 1).await;
    assert_eq!(newest(&app, PHONE), (Channel::Whatsapp, 1));
    let shown = open(shop, &id).await;
    assert_eq!((&shown["verificationMethod"], &shown["smsChannel"]), (&json!("SMS"), &json!("WHATSAPP")));
    begun(&app, shop, json!({ "challengeId": id }), PHONE, 2).await;
    assert_eq!(newest(&app, PHONE), (Channel::Whatsapp, 2));
    let (_, code) = begun(&app, shop, json!({ "challengeId": id, "smsChannel": "DEFAULT" }), PHONE, 3).await;
    assert_eq!(newest(&app, PHONE), (Channel::Sms, 3));
    shop.begin(json!({ "challengeId": id, "verificationMethod": "WHATSAPP" })).await.refused(400, "invalid_request");
    assert_eq!(shop.hand_over(&id, &code).await.ok()["verificationMethod"], "SMS");
    shop.claim(&id, "ada").await.ok();
    let previous = async || shop.factors_of("ada").await[0]["previousSmsChannel"].clone();
    assert_eq!(previous().await, "DEFAULT");

    // A method of its own, and it remembers the channel also where nobody knew whose number it was.
    let ask = json!({ "verificationMethod": "WHATSAPP", "phoneNumber": PHONE });
    let (id, code) = begun(&app, shop, ask, PHONE, 4).await;
    assert_eq!(newest(&app, PHONE), (Channel::Whatsapp, 4));
    let verified = shop.hand_over(&id, &code).await.ok();
    assert_eq!(verified, json!({ "isVerified": true, "phoneNumber": PHONE, "verificationMethod": "WHATSAPP" }));
    assert_eq!(previous().await, "DEFAULT", "it is nobody's yet");
    let claimed = shop.claim(&id, "ada").await.ok();
    assert_eq!((&claimed["verificationMethod"], previous().await), (&json!("WHATSAPP"), json!("WHATSAPP")));
    let verdict = shop.validate(claimed["token"].as_str().unwrap()).await;
    assert_eq!(verdict["amr"], json!(["otp", "whatsapp"]));
    assert_eq!(shop.factors_of("ada").await.len(), 1);
    begun(&app, shop, json!({ "userId": "ada", "verificationMethod": "SMS" }), PHONE, 5).await;
    assert_eq!(previous().await, "DEFAULT", "the user's phone is known when it is sent");
}

#[tokio::test]
async fn a_number_that_is_claimed_several_times_at_once_becomes_one_factor() {
    let app = TestApp::with(in_new_zealand).await;
    let shop = app.tenant();
    shop.user_with_passkey("ada", &Authenticator::new()).await;
    let mut claims = JoinSet::new();
    let mut answered = Vec::new();
    for count in 1..=5 {
        let ask = json!({ "phoneNumber": PHONE, "scope": "add:authenticators" });
        let (id, code) = begun(&app, shop, ask, PHONE, count).await;
        assert_eq!(shop.hand_over(&id, &code).await.ok()["isVerified"], true);
        answered.push(id);
    }
    for id in answered {
        let shop = shop.clone();
        claims.spawn(async move { shop.claim(&id, "ada").await.status });
    }
    assert_eq!(claims.join_all().await, [200; 5]);
    assert_eq!(shop.factors_of("ada").await.len(), 2, "the passkey and the phone");
}

#[tokio::test]
async fn without_a_method_it_is_the_one_of_what_is_given_else_of_what_the_user_has() {
    let app = TestApp::with(in_new_zealand).await;
    let shop = app.tenant();
    let method = async |ask: Value| {
        let asked = shop.begin(ask).await.ok();
        open(shop, asked["challengeId"].as_str().unwrap()).await["verificationMethod"].clone()
    };
    assert_eq!(method(json!({ "phoneNumber": PHONE })).await, "SMS");
    assert_eq!(method(json!({ "email": ADA, "phoneNumber": PHONE })).await, "EMAIL_OTP");
    assert_eq!(method(json!({ "userId": "nobody" })).await, "EMAIL_OTP", "as for anybody");

    app.user_with_phone(shop, "ada", PHONE).await;
    assert_eq!(method(json!({ "userId": "ada", "action": "pay" })).await, "SMS");
    let grant = shop.track_with("ada", "settings", json!({ "scope": "add:authenticators" })).await.token;
    shop.enrol_email(&grant, ADA).await.ok();
    shop.answer_email(&grant, &app.code_for(ADA)).await.ok();
    assert_eq!(method(json!({ "userId": "ada", "action": "pay" })).await, "SMS", "the default one");
    shop.server(Method::PATCH, "/users/ada", json!({ "defaultVerificationMethod": "EMAIL_OTP" })).await.ok();
    assert_eq!(method(json!({ "userId": "ada", "action": "pay" })).await, "EMAIL_OTP");
    assert_eq!(method(json!({ "userId": "ada", "action": "pay", "phoneNumber": PHONE })).await, "SMS");
}

#[tokio::test]
async fn a_method_that_is_off_is_chosen_for_nobody() {
    let app = TestApp::with(|settings| {
        in_new_zealand(settings);
        settings.disabled_methods = vec![Kind::EmailOtp];
    })
    .await;
    let shop = app.tenant();
    app.user_with_phone(shop, "ada", PHONE).await;
    shop.begin(json!({ "userId": "ada", "email": ADA })).await.refused(400, "invalid_configuration");
    for user in ["ada", "nobody"] {
        let asked = shop.begin(json!({ "userId": user })).await.ok();
        let shown = open(shop, asked["challengeId"].as_str().unwrap()).await;
        assert_eq!(shown["verificationMethod"], "SMS", "{user}");
    }
    let none = TestApp::with(|settings| settings.disabled_methods = vec![Kind::EmailOtp]).await;
    none.tenant().begin(json!({ "userId": "ada" })).await.refused(400, "invalid_configuration");
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_before_anybody_is_made() {
    let app = TestApp::with(in_new_zealand).await;
    let shop = app.tenant();
    for method in ["PASSKEY", "SECURITY_KEY", "EMAIL_MAGIC_LINK", "AUTHENTICATOR_APP", "RECOVERY_CODE", "sms"] {
        let ask = json!({ "verificationMethod": method, "userId": "ada", "email": ADA, "phoneNumber": PHONE });
        shop.begin(ask).await.refused(400, "invalid_request");
    }
    for ask in [
        json!({ "verificationMethod": "SMS" }),
        json!({ "verificationMethod": "SMS", "email": ADA }),
        json!({ "verificationMethod": "WHATSAPP", "email": ADA }),
        json!({ "verificationMethod": "EMAIL_OTP", "phoneNumber": PHONE }),
        json!({ "userId": "ada", "phoneNumber": "0210000789" }),
        json!({ "userId": "ada", "phoneNumber": "+64 21 000 0789" }),
        json!({ "userId": "ada", "phoneNumber": PHONE, "smsChannel": "FAX" }),
        json!({ "userId": "ada", "phoneNumber": PHONE, "smsChannel": 7 }),
        json!({ "userId": "ada", "phoneNumber": "+491511234567" }),
        json!({ "userId": "ada", "verificationMethod": "WHATSAPP", "phoneNumber": "+491511234567" }),
        json!({ "phoneNumber": "+491511234567" }),
    ] {
        shop.begin(ask).await.refused(400, "invalid_request");
    }
    let user = shop.server(Method::GET, "/users/ada", Value::Null).await.ok();
    assert!(user.get("createdAt").is_none(), "{user}");
    assert!(app.inbox().messages().is_empty());
    let nowhere = TestApp::new().await;
    let ask = json!({ "userId": "ada", "verificationMethod": "SMS", "phoneNumber": PHONE });
    nowhere.tenant().begin(ask).await.refused(400, "invalid_configuration");
}
