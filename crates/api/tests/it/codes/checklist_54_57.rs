//! Items 54 to 57 of docs/reference/checklist.md, where limits are reached.

use std::time::{Duration, Instant};

use countersign_domain::clock::Span;
use countersign_testkit::app::TestApp;
use http::Method;
use serde_json::{Value, json};

use super::checklist_52_57::{begin_window, story};
use super::sms::in_new_zealand;

const ADA: &str = "ada@example.com";
const PHONE: &str = "+64210000789";

#[tokio::test]
async fn item_54_an_address_is_one_however_it_is_written() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    begin_window(&app);
    let written = |n: usize| match n % 4 {
        0 => format!("ada+{n}@example.com"),
        1 => "ADA@EXAMPLE.COM".to_owned(),
        2 => "Ada@\u{ff25}xample.com".to_owned(),
        _ => format!("aDa+{n}+{n}@Example.com"),
    };
    let ask = async |n: usize| {
        let request = shop.raw(Method::POST, "/v1/challenge").basic_auth(&shop.secret, Some(""));
        let request = request.header("x-forwarded-for", format!("198.51.100.{n}")).header("x-real-ip", "198.51.100.1");
        shop.send(request.json(&json!({ "verificationMethod": "EMAIL_OTP", "email": written(n) }))).await
    };
    for n in 0..12 {
        ask(n).await.ok();
    }
    for n in 12..24 {
        ask(n).await.refused(429, "too_many_requests");
    }
    for address in ["ada1@example.com", "ada@example.org", "+1@example.com"] {
        shop.begin(json!({ "email": address })).await.ok();
    }
}

/// Whoever knows an address could ask for codes to it until it gets no more, and then for codes of users.
#[tokio::test]
async fn item_55_an_address_that_gets_no_more_codes_does_not_tell_whose_it_is() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.user_with_email(shop, "ada", ADA).await;
    app.user_with_email(shop, "grace", "grace@example.com").await;
    begin_window(&app);
    for _ in 0..12 {
        shop.begin(json!({ "email": ADA })).await.ok();
    }
    shop.begin(json!({ "email": ADA })).await.refused(429, "too_many_requests");
    let mails = app.mails("emailCode", ADA).await.len();
    let (ada, grace, nobody) =
        (story(shop, "ada", None).await, story(shop, "grace", None).await, story(shop, "nobody", None).await);
    assert_eq!(ada, grace);
    assert_eq!(ada, nobody);
    assert_eq!(app.mails("emailCode", ADA).await.len(), mails, "it gets no more all the same");
    let events = app.countersign.newest_events(&shop.id, 50).await.unwrap();
    let withheld = |detail: &Value| detail["withheld"] == "limit";
    assert!(events.iter().any(|event| event.detail.as_ref().is_some_and(withheld)), "who runs the server is told");
}

/// Of texts a user gets fewer than of mails. How often a code may be asked for must not tell which of them it is, and whether any.
#[tokio::test]
async fn item_55_how_often_a_code_is_sent_does_not_tell_what_a_user_has() {
    let app = TestApp::with(in_new_zealand).await;
    let shop = app.tenant();
    begin_window(&app);
    app.user_with_phone(shop, "phone", PHONE).await;
    app.user_with_email(shop, "mail", ADA).await;
    let asks = async |user: &str| {
        let mut said = Vec::new();
        for n in 0..16 {
            let mut ask = json!({ "userId": user });
            if n % 4 == 3 {
                ask["verificationMethod"] = json!("SMS");
            }
            said.push(shop.begin(ask).await.status);
        }
        said
    };
    let said = asks("nobody").await;
    assert_eq!(said, [[200; 12].as_slice(), &[429; 4]].concat());
    assert_eq!((asks("phone").await, asks("mail").await), (said.clone(), said));
    app.deliver().await;
    let sent = |to: &str| app.inbox().messages().iter().filter(|caught| caught.to == to).count();
    assert_eq!((sent(PHONE), sent(ADA)), (6, 10), "no more than there may be");
    // A method that is named has a limit of its own.
    begin_window(&app);
    for status in [200, 200, 200, 200, 200, 200, 429] {
        let asked = shop.begin(json!({ "userId": "nobody", "verificationMethod": "SMS" })).await;
        assert_eq!(asked.status, status);
    }
}

/// That two answers cannot be told apart by their time is measured (bench/README.md). Here: none leaves before its step ends.
#[tokio::test]
async fn item_56_whoever_a_code_is_for_the_answer_leaves_at_the_end_of_a_step() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.user_with_email(shop, "ada", ADA).await;
    for (asks, status) in [
        (json!({ "userId": "ada" }), 200),
        (json!({ "userId": "nobody" }), 200),
        (json!({ "verificationMethod": "EMAIL_OTP", "email": ADA }), 200),
        (json!({ "verificationMethod": "EMAIL_OTP" }), 400),
        (json!({ "challengeId": "none" }), 404),
    ] {
        let begun = Instant::now();
        assert_eq!(shop.begin(asks).await.status, status);
        assert!(begun.elapsed() >= Duration::from_millis(20), "{:?}", begun.elapsed());
    }
    let begun = Instant::now();
    shop.hand_over("none", "no code").await;
    assert!(begun.elapsed() >= Duration::from_millis(20), "{:?}", begun.elapsed());
}

/// A hundred wrong answers in a row end a factor. An anonymous person is told what everybody is told.
#[tokio::test]
async fn item_57_an_address_that_is_locked_for_good_answers_like_one_that_nobody_has() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.user_with_email(shop, "ada", ADA).await;
    for _ in 0..100 {
        app.advance(Span::minutes(15));
        let asked = shop.begin(json!({ "userId": "ada" })).await.ok();
        shop.hand_over(asked["challengeId"].as_str().unwrap(), "no code").await.ok();
    }
    app.advance(Span::minutes(15));
    assert!(app.events().await.iter().any(|event| event == "authenticator.locked"));
    assert_eq!(story(shop, "ada", None).await, story(shop, "nobody", None).await);
    app.advance(Span::minutes(15));
    let sent = app.mails("emailCode", ADA).await.len();
    let asked = shop.begin(json!({ "userId": "ada" })).await.ok();
    let code = app.code_after(ADA, sent + 1).await;
    let locked = shop.hand_over(asked["challengeId"].as_str().unwrap(), &code).await.ok();
    assert_eq!(locked, json!({ "isVerified": false, "failureReason": "CODE_INVALID_OR_EXPIRED" }));
}
