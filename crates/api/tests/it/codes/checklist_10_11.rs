//! Items 10 and 11 of docs/reference/checklist.md: codes to phones.

use countersign_domain::clock::Span;
use countersign_domain::phone::Country;
use countersign_domain::tenant::Settings;
use countersign_testkit::app::{TestApp, TestTenant};
use http::Method;
use serde_json::{Value, json};

fn only(settings: &mut Settings, countries: &[&str]) {
    settings.sms.countries = countries.iter().map(|code| Country::parse(code).expect("a country")).collect();
}

/// Asks for a code to a number by a user of its own; the status.
async fn ask(shop: &TestTenant, number: &str) -> u16 {
    let token = shop.track(number, "sign-up").await.token;
    shop.enrol_phone(&token, number).await.status
}

async fn capped(app: &TestApp) -> usize {
    app.events().await.iter().filter(|event| *event == "sms.cap_reached").count()
}

#[tokio::test]
async fn item_10_no_country_is_served_until_it_is_listed() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let token = shop.track("ada", "sign-up").await.token;
    for answer in [
        shop.enrol_phone(&token, "+64210000789").await,
        shop.ask_sms(&token).await,
        shop.ask_whatsapp(&token).await,
        shop.answer_sms(&token, "123456").await,
    ] {
        let refused = answer.refused(400, "invalid_configuration");
        assert!(refused["errorDescription"].as_str().unwrap().contains("countries"), "{refused}");
    }
    let all = shop.server(Method::GET, "/authenticators", Value::Null).await.ok();
    let sms = all.as_array().unwrap().iter().find(|method| method["verificationMethod"] == "SMS").unwrap();
    assert_eq!(sms["isActive"], false);

    let app = TestApp::with(|settings| only(settings, &["NZ", "CA"])).await;
    let shop = app.tenant();
    for (number, status) in [
        ("+64210000789", 200),
        ("+14165550100", 200),
        // Shared codes: the United States and Jamaica are not Canada.
        ("+12125550100", 400),
        ("+18765550100", 400),
        ("+491511234567", 400),
        // Satellites, freephone, premium, nobody.
        ("+881612345678", 400),
        ("+18005550100", 400),
        ("+19005550100", 400),
        ("+99912345678", 400),
    ] {
        assert_eq!(ask(shop, number).await, status, "{number}");
    }
    let token = shop.track("eve", "sign-up").await.token;
    let said = async |number: &str| {
        let refused = shop.enrol_phone(&token, number).await.refused(400, "invalid_request");
        refused["errorDescription"].clone()
    };
    assert_eq!(said("+491511234567").await, said("+99912345678").await);
    assert_eq!(app.inbox().messages().len(), 2);
}

#[tokio::test]
async fn item_10_a_country_that_is_listed_no_more_gets_none_also_for_phones_that_are_enrolled() {
    let app = TestApp::with(|settings| only(settings, &["NZ"])).await;
    let shop = app.tenant();
    app.user_with_phone(shop, "ada", "+64210000789").await;
    let token = shop.track("ada", "pay").await.token;
    app.change(|_, settings| only(settings, &["DE"])).await;
    shop.ask_sms(&token).await.refused(400, "invalid_request");
    shop.ask_whatsapp(&token).await.refused(400, "invalid_request");
    // Over the Server API it looks sent, like for a user who has no phone.
    for (user, asked) in [("ada", 1), ("nobody", 1)] {
        let ask = json!({ "userId": user, "verificationMethod": "SMS" });
        let begun = shop.begin(ask).await.ok();
        assert_eq!(begun.as_object().unwrap().len(), 3);
        let again = json!({ "challengeId": begun["challengeId"] });
        shop.begin(again).await.ok();
        app.deliver().await;
        assert_eq!(app.inbox().messages().len(), asked, "{user}: what enrolled the phone and no more");
    }
    let to_anybody = json!({ "phoneNumber": "+64210000789" });
    shop.begin(to_anybody).await.refused(400, "invalid_request");
}

#[tokio::test]
async fn item_10_caps_count_codes_of_both_doors_and_one_that_is_reached_leaves_nothing() {
    let app = TestApp::with(|settings| {
        only(settings, &["NZ"]);
        settings.sms.per_prefix_per_hour = 3;
    })
    .await;
    app.advance_to_midnight();
    let shop = app.tenant();
    let begin = async |number: &str, method: &str| {
        let ask = json!({ "verificationMethod": method, "phoneNumber": number });
        shop.begin(ask).await
    };
    assert_eq!(ask(shop, "+64210000001").await, 200);
    begin("+64210000002", "SMS").await.ok();
    begin("+64210000003", "WHATSAPP").await.ok();
    for method in ["SMS", "WHATSAPP"] {
        let refused = begin("+64210000004", method).await;
        assert!(refused.header("retry-after").parse::<i64>().is_ok_and(|wait| (1..=3600).contains(&wait)));
        refused.refused(429, "too_many_requests");
    }
    assert_eq!((ask(shop, "+64210000005").await, capped(&app).await), (429, 1));
    let named = json!({ "userId": "ada", "action": "pay", "phoneNumber": "+64210000006" });
    // With a user named the answer is the same for everybody, and nobody gets the code (checklist 55).
    shop.begin(named).await.ok();
    assert_eq!(capped(&app).await, 1, "the same window has one event");
    app.deliver().await;
    assert_eq!(app.inbox().messages().len(), 3);
    app.advance(Span::minutes(60));
    begin("+64210000004", "SMS").await.ok();
}

/// Else whoever asks for a user's codes often enough would end the day for all.
#[tokio::test]
async fn item_10_what_is_not_sent_takes_nothing_from_a_cap() {
    let app = TestApp::with(|settings| {
        only(settings, &["NZ"]);
        settings.sms.per_day = 8;
    })
    .await;
    app.advance_to_midnight();
    let shop = app.tenant();
    app.user_with_phone(shop, "ada", "+64210000789").await;
    for _ in 0..12 {
        shop.begin(json!({ "userId": "ada" })).await.ok();
    }
    app.deliver().await;
    assert_eq!(app.inbox().messages().len(), 6);
    assert_eq!((ask(shop, "+64217770001").await, ask(shop, "+64217770002").await), (200, 200), "two are left");
    assert_eq!((ask(shop, "+64217770003").await, capped(&app).await), (429, 1));
}

#[tokio::test]
async fn item_10_a_block_of_numbers_and_a_day_have_their_caps_with_one_event_each() {
    let app = TestApp::with(|settings| {
        only(settings, &["NZ"]);
        settings.sms.per_prefix_per_hour = 5;
        settings.sms.per_day = 8;
    })
    .await;
    app.advance_to_midnight();
    let shop = app.tenant();
    let mut sent = 0;
    for n in 0..30 {
        sent += usize::from(ask(shop, &format!("+6421000{n:04}")).await == 200);
    }
    assert_eq!((sent, app.inbox().messages().len()), (5, 5), "numbers of one block");
    assert_eq!(capped(&app).await, 1, "refusals fill no trail");
    // Another block has a cap of its own, and the day ends for all.
    for n in 0..5 {
        sent += usize::from(ask(shop, &format!("+6421777{n:04}")).await == 200);
    }
    assert_eq!((sent, capped(&app).await), (8, 2));
    let token = shop.track("late", "sign-up").await.token;
    let refused = shop.enrol_phone(&token, "+64219990000").await;
    assert!(refused.header("retry-after").parse::<i64>().is_ok_and(|wait| (1..=86_400).contains(&wait)));
    refused.refused(429, "too_many_requests");
    // Another tenant pays for itself; the next day is another one.
    app.advance(Span::days(1));
    assert_eq!(ask(shop, "+64219990000").await, 200);
}

#[tokio::test]
async fn item_11_a_number_is_no_factor_before_its_code_was_answered_and_sms_is_never_the_only_method() {
    let app = TestApp::with(|settings| only(settings, &["NZ"])).await;
    let shop = app.tenant();
    let tracked = shop.track("ada", "sign-up").await;
    shop.enrol_phone(&tracked.token, "+64210000789").await.ok();
    let other = shop.track("ada", "pay").await;
    assert_eq!((other.state.as_str(), &other.body["isEnrolled"]), ("ALLOW", &json!(false)));
    shop.ask_sms(&other.token).await.refused(400, "invalid_request");
    shop.ask_whatsapp(&other.token).await.refused(400, "invalid_request");
    assert_eq!(shop.answer_sms(&other.token, &app.code_for("+64210000789")).await.ok()["isVerified"], false);
    let held = shop.server(Method::GET, "/users/ada/authenticators", Value::Null).await.ok();
    assert_eq!(held, json!([]));
    let allowed = other.body["allowedVerificationMethods"].as_array().unwrap();
    assert!(allowed.contains(&json!("SMS")) && allowed.contains(&json!("PASSKEY")), "{allowed:?}");
}
