//! Items 52, 55 and 57 of docs/reference/checklist.md, for codes over the Server API.

use countersign_domain::clock::Span;
use countersign_testkit::app::{Answer, TestApp, TestTenant};
use http::Method;
use serde_json::{Value, json};

use super::sms::in_new_zealand;

const ADA: &str = "ada@example.com";
const PHONE: &str = "+64210000789";

/// A code for an action that page and backend both know: its token and its challenge.
async fn asked(app: &TestApp, shop: &TestTenant) -> (String, String) {
    app.user_with_email(shop, "ada", ADA).await;
    let tracked = shop.track_with("ada", "pay", json!({ "idempotencyKey": "k" })).await;
    let asked = shop.begin(json!({ "userId": "ada", "action": "pay", "idempotencyKey": "k" })).await.ok();
    app.code_after(ADA, 2).await;
    (tracked.token, asked["challengeId"].as_str().expect("a challenge has an id").to_owned())
}

#[tokio::test]
async fn item_52_tries_of_a_code_are_counted_together_over_both_doors() {
    for (page, backend) in [(3, 2), (2, 3), (5, 0), (0, 5)] {
        let app = TestApp::new().await;
        let shop = app.tenant();
        let (token, id) = asked(&app, shop).await;
        let wrong = app.wrong_code_for(ADA);
        for _ in 0..page {
            shop.answer_email(&token, &wrong).await.ok();
        }
        for _ in 0..backend {
            shop.hand_over(&id, &wrong).await.ok();
        }
        let spent = json!({ "isVerified": false, "failureReason": "MAX_ATTEMPTS_EXCEEDED" });
        assert_eq!(shop.hand_over(&id, &app.code_for(ADA)).await.ok(), spent, "{page} and {backend}");
        assert_eq!(shop.answer_email(&token, &app.code_for(ADA)).await.ok(), spent, "{page} and {backend}");
    }
}

#[tokio::test]
async fn item_52_a_code_is_used_up_at_one_door_for_the_other() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let (token, id) = asked(&app, shop).await;
    assert_eq!(shop.hand_over(&id, &app.code_for(ADA)).await.ok()["isVerified"], true);
    assert_eq!(shop.answer_email(&token, &app.code_for(ADA)).await.ok()["isVerified"], false);
}

/// Moves the clock to the beginning of the ten minutes that sends and answers are counted in.
pub(super) fn begin_window(app: &TestApp) {
    let window = Span::minutes(10).0;
    app.advance(Span(window - app.countersign.now().0.rem_euclid(window)));
}

#[tokio::test]
async fn item_52_answers_for_an_address_are_counted_together_whoever_asked() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    begin_window(&app);
    app.user_with_email(shop, "ada", ADA).await;
    // One was taken by the enrolment. Nine more over challenges that name no user.
    let mut left = 9;
    for n in 0..3 {
        let id = shop.begin_for(ADA).await;
        app.code_after(ADA, 2 + n).await;
        for _ in 0..4.min(left) {
            shop.hand_over(&id, &app.wrong_code_for(ADA)).await.ok();
            left -= 1;
        }
    }
    let token = shop.track("ada", "pay").await.token;
    shop.ask_email(&token).await.ok();
    shop.answer_email(&token, &app.code_for(ADA)).await.refused(429, "too_many_requests");
    app.advance(Span::minutes(5));
    assert_eq!(shop.answer_email(&token, &app.code_for(ADA)).await.ok()["isVerified"], true);
}

#[tokio::test]
async fn item_52_sends_are_counted_together_over_both_doors() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    begin_window(&app);
    app.user_with_email(shop, "ada", ADA).await;
    let token = shop.track("ada", "pay").await.token;
    for n in 0..11 {
        match n % 3 {
            0 => shop.ask_email(&token).await.ok(),
            1 => shop.begin(json!({ "userId": "ada" })).await.ok(),
            _ => shop.begin(json!({ "email": "ADA@example.com" })).await.ok(),
        };
    }
    shop.begin(json!({ "email": ADA })).await.refused(429, "too_many_requests");
    shop.ask_email(&token).await.refused(429, "too_many_requests");
}

#[tokio::test]
async fn item_52_codes_to_a_phone_are_counted_together_over_both_doors_and_channels() {
    let app = TestApp::with(in_new_zealand).await;
    let shop = app.tenant();
    begin_window(&app);
    app.user_with_phone(shop, "ada", PHONE).await;
    let tracked = shop.track_with("ada", "pay", json!({ "idempotencyKey": "k" })).await;
    let asked = shop.begin(json!({ "userId": "ada", "action": "pay", "idempotencyKey": "k" })).await.ok();
    let code = app.code_after(PHONE, 2).await;
    let id = asked["challengeId"].as_str().unwrap();
    // Tries of one code.
    for _ in 0..2 {
        shop.answer_sms(&tracked.token, &app.wrong_code_for(PHONE)).await.ok();
        shop.hand_over(id, &app.wrong_code_for(PHONE)).await.ok();
    }
    let spent = json!({ "isVerified": false, "failureReason": "MAX_ATTEMPTS_EXCEEDED" });
    assert_eq!(shop.hand_over(id, &app.wrong_code_for(PHONE)).await.ok(), spent);
    assert_eq!(shop.answer_sms(&tracked.token, &code).await.ok(), spent);
    // Sends: two were, four more may be.
    let by_whatsapp = json!({ "phoneNumber": PHONE, "smsChannel": "WHATSAPP" });
    shop.ask_whatsapp(&tracked.token).await.ok();
    shop.begin(by_whatsapp.clone()).await.ok();
    shop.begin(json!({ "userId": "ada", "verificationMethod": "WHATSAPP" })).await.ok();
    shop.ask_sms(&tracked.token).await.ok();
    shop.begin(by_whatsapp).await.refused(429, "too_many_requests");
    // That the number gets no more is not told of a user; nor is it sent to.
    shop.begin(json!({ "userId": "ada" })).await.ok();
    shop.ask_sms(&tracked.token).await.refused(429, "too_many_requests");
    app.deliver().await;
    assert_eq!(app.inbox().messages().iter().filter(|caught| caught.to == PHONE).count(), 6);
}

/// Everything an anonymous person can make a backend do with one user id, and what it says, with ids masked.
pub(super) async fn story(shop: &TestTenant, user: &str, method: Option<&str>) -> Vec<(u16, Value, Vec<String>)> {
    let masked = |answer: Answer| {
        let mut names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
        names.sort();
        let mut body = answer.body;
        for id in ["challengeId", "idempotencyKey", "requestId", "expiresAt"] {
            if let Some(value) = body.get_mut(id) {
                *value = json!(value.to_string().len());
            }
        }
        (answer.status, body, names)
    };
    let mut said = Vec::new();
    let mut ask = json!({ "userId": user, "action": "signIn" });
    if let Some(method) = method {
        ask["verificationMethod"] = json!(method);
    }
    let begun = shop.begin(ask).await;
    let id = begun.body["challengeId"].as_str().expect("a challenge has an id").to_owned();
    // Which kind of id it is may not differ either.
    said.push((0, json!(id.as_bytes()[14] as char), Vec::new()));
    said.push(masked(begun));
    for _ in 0..6 {
        said.push(masked(shop.hand_over(&id, "no code").await));
    }
    said.push(masked(shop.begin(json!({ "challengeId": id })).await));
    said.push(masked(shop.claim(&id, user).await));
    said
}

#[tokio::test]
async fn item_55_a_code_for_a_known_and_an_unknown_user_begins_and_fails_alike() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    for n in 0..20 {
        let address = format!("known{n}@example.com");
        app.user_with_email(shop, &format!("known{n}"), &address).await;
        let known = story(shop, &format!("known{n}"), None).await;
        let unknown = story(shop, &format!("unknown{n}"), None).await;
        assert_eq!(known, unknown);
    }
    assert!(app.inbox().messages().iter().all(|mail| mail.to.starts_with("known")), "nobody else gets mail");
}

#[tokio::test]
async fn item_55_a_code_to_a_phone_begins_and_fails_alike_for_a_known_and_an_unknown_user() {
    let app = TestApp::with(in_new_zealand).await;
    let shop = app.tenant();
    for (n, method) in [(0, Some("SMS")), (1, Some("WHATSAPP")), (2, None)] {
        app.user_with_phone(shop, &format!("known{n}"), &format!("+6421000078{n}")).await;
        let known = story(shop, &format!("known{n}"), method).await;
        let unknown = story(shop, &format!("unknown{n}"), method).await;
        assert_eq!(known, unknown, "{method:?}");
    }
    app.deliver().await;
    assert!(app.inbox().messages().iter().all(|text| text.to.starts_with("+6421000078")), "nobody else gets a text");
}

#[tokio::test]
async fn item_57_a_locked_address_answers_like_a_wrong_code() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.user_with_email(shop, "ada", ADA).await;
    // Five in a row: the factor makes a pause, which the Client API tells its token's holder.
    let asked = shop.begin(json!({ "userId": "ada" })).await.ok();
    app.code_after(ADA, 2).await;
    for _ in 0..5 {
        shop.hand_over(asked["challengeId"].as_str().unwrap(), &app.wrong_code_for(ADA)).await.ok();
    }
    let asked = shop.begin(json!({ "userId": "ada" })).await.ok();
    let code = app.code_after(ADA, 3).await;
    let id = asked["challengeId"].as_str().unwrap();
    let locked = shop.hand_over(id, &code).await.ok();
    assert_eq!(locked, json!({ "isVerified": false, "failureReason": "CODE_INVALID_OR_EXPIRED" }));
    let unknown = shop.begin(json!({ "userId": "nobody" })).await.ok();
    assert_eq!(shop.hand_over(unknown["challengeId"].as_str().unwrap(), &code).await.ok(), locked);

    app.advance(Span::minutes(15));
    let asked = shop.begin(json!({ "userId": "ada" })).await.ok();
    let code = app.code_after(ADA, 4).await;
    assert_eq!(shop.hand_over(asked["challengeId"].as_str().unwrap(), &code).await.ok()["isVerified"], true);
}

/// A hundred answers a day are looked at for an address that nobody has enrolled.
#[tokio::test]
async fn item_49_an_address_without_a_factor_takes_a_hundred_answers_a_day() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let day = 86_400_000;
    app.advance(Span(day - app.countersign.now().0.rem_euclid(day)));
    let mut looked_at = 0;
    'day: for n in 0.. {
        let id = shop.begin_for(ADA).await;
        app.code_after(ADA, n + 1).await;
        for _ in 0..5 {
            let answer = shop.hand_over(&id, &app.wrong_code_for(ADA)).await;
            if answer.status == 429 {
                break 'day;
            }
            answer.ok();
            looked_at += 1;
        }
        app.advance(Span::minutes(5));
    }
    assert_eq!(looked_at, 100);
    shop.server(Method::GET, "/users/ada", Value::Null).await.ok();
}
