//! Each kind of factor by the backend's word, and what comes with the first (docs/reference/authsignal.md §5.2).

use countersign_domain::methods::Method as Kind;
use countersign_testkit::app::{AuthenticatorApp, TestApp, TestTenant};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::recovery_codes::set_of;
use super::sms::in_new_zealand;

const ADA: &str = "ada@example.com";
const PHONE: &str = "+64210000789";
/// What another server has shown to an app: 160 bits.
const SEED: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

async fn enrol(shop: &TestTenant, user: &str, body: Value) -> Value {
    shop.server(Method::POST, &format!("/users/{user}/authenticators"), body).await.ok()
}

fn app_at(uri: &str) -> Value {
    json!({ "verificationMethod": "AUTHENTICATOR_APP", "otpUri": uri })
}

fn uri_of(seed: &str) -> String {
    format!("otpauth://totp/Old%20shop:ada?secret={seed}&issuer=Old%20shop")
}

#[tokio::test]
async fn a_phone_by_the_backends_word_gets_codes_by_either_channel() {
    let app = TestApp::with(in_new_zealand).await;
    let shop = app.tenant();
    let phone = json!({ "verificationMethod": "SMS", "phoneNumber": PHONE });
    let made = enrol(shop, "ada", phone.clone()).await["authenticator"].clone();
    assert_eq!((&made["verificationMethod"], &made["phoneNumber"]), (&json!("SMS"), &json!(PHONE)));
    assert_eq!((&made["isDefault"], made.get("previousSmsChannel")), (&json!(true), None));
    assert!(app.inbox().messages().is_empty(), "nothing is asked");
    let again = enrol(shop, "ada", phone).await;
    assert_eq!((&again["authenticator"], shop.factors_of("ada").await.len()), (&made, 1));

    let token = shop.track("ada", "pay").await.token;
    shop.ask_sms(&token).await.ok();
    assert_eq!(shop.answer_sms(&token, &app.code_for(PHONE)).await.ok()["isVerified"], true);
    let token = shop.track("ada", "withdraw").await.token;
    shop.ask_whatsapp(&token).await.ok();
    assert_eq!(shop.answer_whatsapp(&token, &app.code_for(PHONE)).await.ok()["isVerified"], true);
    assert_eq!(shop.factors_of("ada").await[0]["previousSmsChannel"], "WHATSAPP");
}

#[tokio::test]
async fn an_address_for_links_by_the_backends_word_gets_links() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let link = json!({ "verificationMethod": "EMAIL_MAGIC_LINK", "email": ADA });
    let made = enrol(shop, "ada", link).await["authenticator"].clone();
    assert_eq!((&made["verificationMethod"], &made["email"]), (&json!("EMAIL_MAGIC_LINK"), &json!(ADA)));
    let tracked = shop.track("ada", "pay").await;
    assert_eq!(tracked.body["enrolledVerificationMethods"], json!(["EMAIL_MAGIC_LINK"]));
    // It is no address for codes.
    shop.ask_email(&tracked.token).await.refused(400, "invalid_request");
    shop.ask_link(&tracked.token).await.ok();
    let page = app.open_link(&app.link_for(ADA)).await;
    app.press(&page, "yes").await;
    assert_eq!(shop.poll_link(&tracked.token).await.ok()["isVerified"], true);
}

#[tokio::test]
async fn an_app_of_another_server_goes_on_showing_codes() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.next_step();
    let phone = AuthenticatorApp::scan(&uri_of(SEED), app.countersign.clock());
    let made = enrol(shop, "ada", app_at(&uri_of(SEED))).await["authenticator"].clone();
    assert_eq!((&made["verificationMethod"], &made["isDefault"]), (&json!("AUTHENTICATOR_APP"), &json!(true)));
    assert!(!made.to_string().contains(SEED), "{made}");
    let token = shop.track("ada", "pay").await.token;
    assert_eq!(shop.answer_totp(&token, &phone.wrong_code()).await.ok()["isVerified"], false);
    let code = phone.code();
    assert_eq!(shop.answer_totp(&token, &code).await.ok()["isVerified"], true);
    let token = shop.track("ada", "withdraw").await.token;
    assert_eq!(shop.answer_totp(&token, &code).await.ok()["isVerified"], false, "each step once");

    // The same app again is the same, another one is refused, whoever brings it.
    let again = enrol(shop, "ada", app_at(&uri_of(&SEED.to_lowercase()))).await;
    assert_eq!(again["authenticator"]["userAuthenticatorId"], made["userAuthenticatorId"]);
    let other = app_at(&uri_of("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJR"));
    shop.server(Method::POST, "/users/ada/authenticators", other).await.refused(400, "invalid_request");
    app.next_step();
    assert_eq!(shop.answer_totp(&token, &phone.code()).await.ok()["isVerified"], true, "and it is as it was");
    let stored = String::from_utf8_lossy(&app.stored().await).into_owned();
    assert!(!stored.contains(SEED) && !stored.contains("12345678901234567890"), "the seed is sealed");
}

#[tokio::test]
async fn of_two_apps_at_once_one_is_taken() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let mut calls = JoinSet::new();
    for last in ["Q", "R", "S", "T"] {
        let (shop, body) = (shop.clone(), app_at(&uri_of(&format!("{}{last}", &SEED[..31]))));
        calls.spawn(async move { shop.server(Method::POST, "/users/ada/authenticators", body).await.status });
    }
    let taken = calls.join_all().await.into_iter().filter(|status| *status == 200).count();
    assert_eq!((taken, shop.factors_of("ada").await.len()), (1, 1));
}

#[tokio::test]
async fn what_no_code_could_be_checked_with_is_refused_and_not_repeated() {
    let app = TestApp::with(in_new_zealand).await;
    let shop = app.tenant();
    let short = "GEZDGNBVGY3TQOJQGEZDG";
    for body in [
        json!({ "verificationMethod": "AUTHENTICATOR_APP" }),
        json!({ "verificationMethod": "AUTHENTICATOR_APP", "otpUri": 7 }),
        json!({ "verificationMethod": "AUTHENTICATOR_APP", "email": ADA }),
        app_at(""),
        app_at(SEED),
        app_at("otpauth://totp/ada"),
        app_at(&uri_of("")),
        app_at(&uri_of(short)),
        app_at(&format!("{}&algorithm=SHA256", uri_of(SEED))),
        app_at(&format!("{}&digits=8", uri_of(SEED))),
        app_at(&format!("{}&period=60", uri_of(SEED))),
        app_at(&format!("{}&secret={SEED}", uri_of(SEED))),
        app_at(&uri_of(SEED).replace("totp", "hotp")),
        json!({ "verificationMethod": "SMS" }),
        json!({ "verificationMethod": "SMS", "email": ADA }),
        json!({ "verificationMethod": "SMS", "phoneNumber": "0210000789" }),
        json!({ "verificationMethod": "SMS", "phoneNumber": "+491511234567" }),
        json!({ "verificationMethod": "EMAIL_MAGIC_LINK", "phoneNumber": PHONE }),
        json!({ "verificationMethod": "WHATSAPP", "phoneNumber": PHONE }),
        json!({ "verificationMethod": "RECOVERY_CODE" }),
    ] {
        let path = "/users/ada/authenticators";
        let refused = shop.server(Method::POST, path, body.clone()).await.refused(400, "invalid_request");
        assert!(!refused.to_string().contains(&short[..8]), "{body}: {refused}");
    }
    let user = shop.server(Method::GET, "/users/ada", Value::Null).await.ok();
    assert!(user.get("createdAt").is_none(), "no user was made");
    let nowhere = TestApp::new().await;
    let phone = json!({ "verificationMethod": "SMS", "phoneNumber": PHONE });
    let answer = nowhere.tenant().server(Method::POST, "/users/ada/authenticators", phone).await;
    answer.refused(400, "invalid_configuration");
}

#[tokio::test]
async fn recovery_codes_come_with_the_first_factor_once_and_work() {
    let app = TestApp::with(in_new_zealand).await;
    let shop = app.tenant();
    let email = json!({ "verificationMethod": "EMAIL_OTP", "email": ADA });
    let first = enrol(shop, "ada", email.clone()).await;
    let codes: Vec<&str> = first["recoveryCodes"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(codes.len(), 10);
    assert_eq!(set_of(shop, "ada").await.unwrap()["recoveryCodesLeft"], 10);
    // Neither the call that is repeated nor a further factor shows or replaces them.
    for body in [email.clone(), json!({ "verificationMethod": "SMS", "phoneNumber": PHONE })] {
        assert_eq!(enrol(shop, "ada", body).await["recoveryCodes"], json!([]));
    }
    let token = shop.track("ada", "pay").await.token;
    assert_eq!(shop.answer_recovery_code(&token, codes[4]).await.ok()["isVerified"], true);
    let token = shop.track("ada", "withdraw").await.token;
    assert_eq!(shop.answer_recovery_code(&token, codes[4]).await.ok()["isVerified"], false, "each once");
    assert_eq!(set_of(shop, "ada").await.unwrap()["recoveryCodesLeft"], 9);
    let events = app.events().await;
    assert_eq!(events.iter().filter(|event| *event == "authenticator.created").count(), 3);

    // A user with another factor gets none.
    shop.user_with_passkey("grace", &Authenticator::new()).await;
    assert_eq!(enrol(shop, "grace", email.clone()).await["recoveryCodes"], json!([]));
    assert!(set_of(shop, "grace").await.is_none());
    let off = TestApp::with(|settings| settings.disabled_methods = vec![Kind::RecoveryCode]).await;
    assert_eq!(enrol(off.tenant(), "ada", email).await["recoveryCodes"], json!([]));
    assert!(set_of(off.tenant(), "ada").await.is_none());
}

#[tokio::test]
async fn of_several_first_factors_at_once_one_comes_with_recovery_codes() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let mut calls = JoinSet::new();
    for n in 0..4 {
        let (shop, email) = (shop.clone(), format!("{n}@example.com"));
        calls.spawn(async move {
            let made = enrol(&shop, "ada", json!({ "verificationMethod": "EMAIL_OTP", "email": email })).await;
            made["recoveryCodes"].as_array().expect("a list").len()
        });
    }
    let mut shown = calls.join_all().await;
    shown.sort_unstable();
    assert_eq!(
        (shown, set_of(shop, "ada").await.unwrap()["recoveryCodesLeft"].clone()),
        (vec![0, 0, 0, 10], json!(10))
    );
}
