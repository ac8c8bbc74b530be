//! Items 89 and 92 of docs/reference/checklist.md, for codes and links.

use countersign_domain::clock::{Millis, Span};
use countersign_domain::delivery::Refusal;
use countersign_domain::phone::Country;
use countersign_testkit::app::{Answer, TestApp, TestTenant};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};

const ADA: &str = "ada@example.com";
const LINK: &str = "link@example.com";
const PHONE: &str = "+64210000789";

async fn shop_with_phones() -> TestApp {
    TestApp::with(|settings| settings.sms.countries = vec![Country::parse("NZ").expect("a country")]).await
}

/// The trail since the last look.
struct Trail<'a> {
    app: &'a TestApp,
    since: Millis,
    user: Option<String>,
}

impl Trail<'_> {
    /// What the step before left has to be these lines, each of who, what, for which action, with what and why. When and where are
    /// the same for all of a step.
    async fn is(&mut self, step: &str, expected: &[&str]) {
        self.app.deliver().await;
        let events = self.app.countersign.newest_events(&self.app.tenant().id, 200).await.expect("events are readable");
        let mut lines = Vec::new();
        for event in events.into_iter().filter(|event| event.at >= self.since) {
            let detail = event.detail.unwrap_or_default();
            let said = |name: &str| detail[name].as_str().map(str::to_owned);
            let action = event.action_code.unwrap_or_default();
            let what = said("method").or_else(|| said("message")).unwrap_or_default();
            let why = said("reason").or_else(|| said("to")).or_else(|| said("state")).unwrap_or_default();
            lines.push([event.kind.as_str(), &action, &what, &why].join(" ").trim().replace("  ", " "));
            if !event.kind.starts_with("message.") {
                assert_eq!(event.ip_address.as_deref(), Some("127.0.0.1"), "{step}: where {lines:?}");
            }
            let user = event.user_id.unwrap_or_else(|| panic!("{step}: whose {lines:?}"));
            assert_eq!(self.user.get_or_insert_with(|| user.clone()), &user, "{step}: {lines:?}");
        }
        lines.sort();
        let mut expected: Vec<&str> = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(lines, expected, "{step}");
        self.app.advance(Span::seconds(1));
        self.since = self.app.countersign.now();
    }
}

fn right(answer: Answer) {
    let body = answer.ok();
    assert_eq!(body["isVerified"], true, "{body}");
}

fn wrong(answer: Answer) {
    let body = answer.ok();
    assert_eq!(body["isVerified"], false, "{body}");
}

#[tokio::test]
async fn item_89_each_step_with_codes_leaves_events_that_say_who_what_when_where_and_why() {
    let app = shop_with_phones().await;
    let shop = app.tenant();
    app.advance(Span::seconds(1));
    let mut trail = Trail { app: &app, since: app.countersign.now(), user: None };

    // The first factor: a code by e-mail.
    let sign_up = shop.track("ada", "sign-up").await.token;
    trail.is("track", &["action.tracked sign-up ALLOW"]).await;
    wrong(shop.answer_email(&sign_up, "123456").await);
    trail.is("an answer to nothing", &["challenge.refused sign-up EMAIL_OTP none_awaited"]).await;
    app.inbox().refuse_next(Refusal::permanent("SMTP 550"));
    shop.enrol_email(&sign_up, ADA).await.refused(502, "delivery_failed");
    let refused = ["enrolment.started sign-up EMAIL_OTP", "message.failed emailCode SMTP 550"];
    trail.is("a code that nobody takes", &refused).await;
    shop.enrol_email(&sign_up, ADA).await.ok();
    let sent = ["enrolment.started sign-up EMAIL_OTP", "message.sent emailCode a***@example.com"];
    trail.is("a code", &sent).await;
    wrong(shop.answer_email(&sign_up, &app.wrong_code_for(ADA)).await);
    trail.is("a wrong code", &["challenge.refused sign-up EMAIL_OTP code_invalid"]).await;
    right(shop.answer_email(&sign_up, &app.code_for(ADA)).await);
    trail.is("the right code", &["action.proved sign-up EMAIL_OTP", "authenticator.created sign-up EMAIL_OTP"]).await;

    // A step-up, and all that can go wrong with it.
    let pay = shop.track("ada", "pay").await.token;
    trail.is("track again", &["action.tracked pay CHALLENGE_REQUIRED"]).await;
    shop.ask_email(&pay).await.ok();
    trail.is("ask", &["challenge.started pay EMAIL_OTP", "message.sent emailCode a***@example.com"]).await;
    right(shop.answer_email(&pay, &app.code_for(ADA)).await);
    trail.is("answer", &["action.proved pay EMAIL_OTP"]).await;
    wrong(shop.answer_email(&pay, &app.code_for(ADA)).await);
    trail.is("the same code", &["challenge.refused pay EMAIL_OTP none_awaited"]).await;

    // Recovery codes.
    let codes = shop.recovery_codes(&pay).await;
    let told = "message.sent notice a***@example.com";
    trail.is("recovery codes", &["authenticator.created pay RECOVERY_CODE", told]).await;
    app.advance(Span::minutes(5));
    let lost = shop.track("ada", "lost").await.token;
    trail.is("track for recovery", &["action.tracked lost CHALLENGE_REQUIRED"]).await;
    wrong(shop.answer_recovery_code(&lost, "0000-0000-0000-0000").await);
    trail.is("a wrong recovery code", &["challenge.refused lost RECOVERY_CODE code_invalid"]).await;
    right(shop.answer_recovery_code(&lost, &codes[0]).await);
    let used = ["action.proved lost RECOVERY_CODE", "recovery_code.used lost RECOVERY_CODE", told];
    trail.is("a recovery code", &used).await;

    // An app.
    let app_token = grant(shop).await;
    trail.is("a grant", &["action.tracked settings CHALLENGE_REQUIRED"]).await;
    let phone = app.enrol_app(shop, &app_token).await;
    trail.is("an app's secret", &["enrolment.started settings AUTHENTICATOR_APP"]).await;
    right(shop.answer_totp(&app_token, &phone.code()).await);
    trail.is("an app", &["authenticator.created settings AUTHENTICATOR_APP", told]).await;
    app.next_step();
    right(shop.answer_totp(&lost, &phone.code()).await);
    trail.is("an app's code", &["action.proved lost AUTHENTICATOR_APP"]).await;
    wrong(shop.answer_totp(&lost, &phone.code()).await);
    trail.is("an app's code again", &["challenge.refused lost AUTHENTICATOR_APP code_invalid"]).await;

    // A phone.
    app.advance(Span::minutes(5));
    let phone_token = grant(shop).await;
    trail.is("another grant", &["action.tracked settings CHALLENGE_REQUIRED"]).await;
    shop.enrol_phone(&phone_token, PHONE).await.ok();
    trail.is("a phone's code", &["enrolment.started settings SMS", "message.sent smsCode +64******789"]).await;
    right(shop.answer_sms(&phone_token, &app.code_for(PHONE)).await);
    trail.is("a phone", &["authenticator.created settings SMS", told]).await;
    let pay = shop.track("ada", "pay").await.token;
    shop.ask_whatsapp(&pay).await.ok();
    let asked = [
        "action.tracked pay CHALLENGE_REQUIRED",
        "challenge.started pay WHATSAPP",
        "message.sent smsCode +64******789",
    ];
    trail.is("ask by WhatsApp", &asked).await;
    right(shop.answer_whatsapp(&pay, &app.code_for(PHONE)).await);
    trail.is("answer by WhatsApp", &["action.proved pay WHATSAPP"]).await;

    // A link.
    let link_token = grant(shop).await;
    trail.is("a third grant", &["action.tracked settings CHALLENGE_REQUIRED"]).await;
    shop.enrol_link(&link_token, LINK).await.ok();
    let sent = ["enrolment.started settings EMAIL_MAGIC_LINK", "message.sent magicLink l***@example.com"];
    trail.is("a link to an address", &sent).await;
    let page = app.open_link(&app.link_for(LINK)).await;
    trail.is("a look at the page", &[]).await;
    assert_eq!(app.press(&page, "yes").await.status, 200);
    trail.is("an address", &["authenticator.created settings EMAIL_MAGIC_LINK", told]).await;
    shop.ask_link(&pay).await.ok();
    let page = app.open_link(&app.link_for(LINK)).await;
    assert_eq!(app.press(&page, "no").await.status, 200);
    let stopped = [
        "challenge.started pay EMAIL_MAGIC_LINK",
        "message.sent magicLink l***@example.com",
        "challenge.cancelled pay EMAIL_MAGIC_LINK not_me",
    ];
    trail.is("It was not me", &stopped).await;

    // Over the Server API.
    let begun = shop.begin(json!({ "userId": "ada", "action": "call", "verificationMethod": "EMAIL_OTP" })).await.ok();
    let begun = begun["challengeId"].as_str().unwrap();
    app.deliver().await;
    let asked = [
        "action.tracked call CHALLENGE_REQUIRED",
        "challenge.started call EMAIL_OTP",
        "message.sent emailCode a***@example.com",
    ];
    trail.is("the backend asks", &asked).await;
    wrong(shop.hand_over(begun, "123").await);
    trail.is("a wrong answer by the backend", &["challenge.refused call EMAIL_OTP code_invalid"]).await;
    right(shop.hand_over(begun, &app.code_for(ADA)).await);
    trail.is("a right answer by the backend", &["challenge.verified call EMAIL_OTP"]).await;
    shop.claim(begun, "ada").await.ok();
    trail.is("the claim", &["action.proved call EMAIL_OTP", "challenge.claimed call EMAIL_OTP"]).await;

    // The backend takes away.
    let held = shop.factors_of("ada").await;
    let app_id = held.iter().find(|factor| factor["verificationMethod"] == "AUTHENTICATOR_APP").unwrap();
    let path = format!("/users/ada/authenticators/{}", app_id["userAuthenticatorId"].as_str().unwrap());
    shop.server(Method::DELETE, &path, Value::Null).await.ok();
    let told_link = "message.sent notice l***@example.com";
    trail.is("a removed app", &["authenticator.deleted AUTHENTICATOR_APP", told, told_link]).await;
    shop.server(Method::DELETE, "/users/ada", Value::Null).await.ok();
    trail.is("a removed user", &["user.deleted"]).await;
}

async fn grant(shop: &TestTenant) -> String {
    shop.track_with("ada", "settings", json!({ "scope": "add:authenticators" })).await.token
}

/// How many notices came to each of the two addresses, and what the last one at either is about.
async fn told(app: &TestApp) -> (usize, usize, Vec<String>) {
    let (ada, link) = (app.mails("notice", ADA).await, app.mails("notice", LINK).await);
    let subjects = [ada.first(), link.first()].into_iter().flatten().filter_map(|mail| mail.subject.clone()).collect();
    let counts = (ada.len(), link.len());
    app.inbox().clear();
    (counts.0, counts.1, subjects)
}

#[tokio::test]
async fn item_92_each_change_of_a_factor_or_address_is_told_at_every_verified_address_the_old_one_too() {
    let app = shop_with_phones().await;
    let shop = app.tenant();
    app.user_with_email(shop, "ada", ADA).await;
    let token = grant(shop).await;
    shop.enrol_link(&token, LINK).await.ok();
    let page = app.open_link(&app.link_for(LINK)).await;
    assert_eq!(app.press(&page, "yes").await.status, 200);
    assert_eq!(told(&app).await, (1, 0, vec!["An address was added at Test shop".to_owned()]));
    let both = |what: &str| (1, 1, vec![what.to_owned(), what.to_owned()]);

    let token = grant(shop).await;
    let phone = app.enrol_app(shop, &token).await;
    assert_eq!(told(&app).await, (0, 0, Vec::new()), "nothing has changed yet");
    right(shop.answer_totp(&token, &phone.code()).await);
    assert_eq!(told(&app).await, both("A way to sign in was added at Test shop"));

    let token = grant(shop).await;
    shop.enrol_phone(&token, PHONE).await.ok();
    right(shop.answer_sms(&token, &app.code_for(PHONE)).await);
    assert_eq!(told(&app).await, both("An address was added at Test shop"));

    app.next_step();
    let token = shop.track("ada", "pay").await.token;
    right(shop.answer_totp(&token, &phone.code()).await);
    let codes = shop.recovery_codes(&token).await;
    assert_eq!(told(&app).await, both("A way to sign in was added at Test shop"));
    let token = shop.track("ada", "pay").await.token;
    right(shop.answer_recovery_code(&token, &codes[0]).await);
    assert_eq!(told(&app).await, both("A recovery code was used at Test shop"));

    // With the token of the recovery code, as who has lost everything.
    shop.enrol_passkey(&token, &Authenticator::new()).await.ok();
    assert_eq!(told(&app).await, both("A way to sign in was added at Test shop"));

    // The backend moves the phone, then the address: the factors follow, and the addresses before are told.
    shop.server(Method::PATCH, "/users/ada", json!({ "phoneNumber": "+64210000111", "phoneNumberVerified": true }))
        .await
        .ok();
    assert_eq!(told(&app).await, both("An address was changed at Test shop"));
    assert!(shop.factors_of("ada").await.iter().any(|factor| factor["phoneNumber"] == "+64210000111"));

    for (method, what) in [
        ("AUTHENTICATOR_APP", "A way to sign in was removed at Test shop"),
        ("SMS", "An address was removed at Test shop"),
        ("RECOVERY_CODE", "A way to sign in was removed at Test shop"),
        ("PASSKEY", "A way to sign in was removed at Test shop"),
        ("EMAIL_MAGIC_LINK", "An address was removed at Test shop"),
    ] {
        remove(shop, method).await;
        assert_eq!(told(&app).await, both(what), "{method}");
    }

    shop.server(Method::PATCH, "/users/ada", json!({ "email": LINK, "emailVerified": true })).await.ok();
    assert_eq!(told(&app).await, (1, 0, vec!["An address was changed at Test shop".to_owned()]));
    remove(shop, "EMAIL_OTP").await;
    assert_eq!(told(&app).await, (0, 1, vec!["An address was removed at Test shop".to_owned()]));
}

async fn remove(shop: &TestTenant, method: &str) {
    let held = shop.server(Method::GET, "/users/ada/authenticators", Value::Null).await.ok();
    let gone = held.as_array().and_then(|held| held.iter().find(|factor| factor["verificationMethod"] == method));
    let id = gone.and_then(|factor| factor["userAuthenticatorId"].as_str());
    let id = id.unwrap_or_else(|| panic!("{method} in {held:?}"));
    shop.server(Method::DELETE, &format!("/users/ada/authenticators/{id}"), Value::Null).await.ok();
}
