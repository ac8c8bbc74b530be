//! Items 1 to 9 of docs/reference/checklist.md, for codes by e-mail.

use countersign_domain::clock::Span;
use countersign_testkit::app::{Answer, TestApp, TestTenant};
use http::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

const ADA: &str = "ada@example.com";

/// A shop with a user who has an address, and a token of an action that awaits its code.
async fn asked() -> (TestApp, TestTenant, String) {
    let app = TestApp::new().await;
    let shop = app.tenant().clone();
    app.user_with_email(&shop, "ada", ADA).await;
    let token = shop.track("ada", "pay").await.token;
    shop.ask_email(&token).await.ok();
    (app, shop, token)
}

async fn is_verified(shop: &TestTenant, token: &str, code: &str) -> bool {
    shop.answer_email(token, code).await.ok()["isVerified"] == true
}

async fn twenty_at_once(shop: &TestTenant, token: &str, code: &str) -> Vec<Answer> {
    let mut answers = JoinSet::new();
    for _ in 0..20 {
        let (shop, token, code) = (shop.clone(), token.to_owned(), code.to_owned());
        answers.spawn(async move { shop.answer_email(&token, &code).await });
    }
    answers.join_all().await
}

#[tokio::test]
async fn item_01_a_code_works_for_ten_minutes() {
    for (life, works) in [(Span::seconds(590), true), (Span::minutes(10), false)] {
        let app = TestApp::with(|settings| settings.token_minutes = 20).await;
        let shop = app.tenant();
        app.user_with_email(shop, "ada", ADA).await;
        let token = shop.track("ada", "pay").await.token;
        shop.ask_email(&token).await.ok();
        app.advance(life);
        let answer = shop.answer_email(&token, &app.code_for(ADA)).await.ok();
        assert_eq!(answer["isVerified"], works);
        assert_eq!(answer.get("failureReason").is_some_and(|why| why == "CODE_INVALID_OR_EXPIRED"), !works);
    }
}

#[tokio::test]
async fn item_02_a_code_works_once() {
    let (app, shop, token) = asked().await;
    assert!(is_verified(&shop, &token, &app.code_for(ADA)).await);
    assert!(!is_verified(&shop, &token, &app.code_for(ADA)).await);
}

#[tokio::test]
async fn item_03_of_twenty_right_answers_at_once_one_is_taken() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.user_with_email(shop, "ada", ADA).await;
    for round in 0..50 {
        // Past the ten minutes of sends and answers.
        app.advance(Span::minutes(10));
        let token = shop.track("ada", "pay").await.token;
        shop.ask_email(&token).await.ok();
        let answers = twenty_at_once(shop, &token, &app.code_for(ADA)).await;
        let right: Vec<&Answer> = answers.iter().filter(|answer| answer.body["isVerified"] == true).collect();
        assert_eq!(right.len(), 1, "round {round}");
        let result = right[0].body["accessToken"].as_str().expect("a right answer earns a token");
        assert_eq!(shop.validate(result).await["isValid"], true, "round {round}");
        let known = |answer: &Answer| matches!(answer.status, 200 | 429);
        assert!(answers.iter().all(known), "round {round}: {answers:?}");
    }
}

#[tokio::test]
async fn item_04_a_code_belongs_to_the_action_user_and_tenant_that_asked() {
    let (app, shop, token) = asked().await;
    let code = app.code_for(ADA);
    let other_action = shop.track("ada", "settings").await.token;
    shop.ask_email(&other_action).await.ok();
    app.user_with_email(&shop, "grace", "grace@example.com").await;
    let other_user = shop.track("grace", "pay").await.token;
    shop.ask_email(&other_user).await.ok();
    let rival = app.another_tenant("rival.example").await;
    app.user_with_email(&rival, "ada", "rival@example.com").await;
    let other_tenant = rival.track("ada", "pay").await.token;
    rival.ask_email(&other_tenant).await.ok();
    for (shop, token, address) in [
        (&shop, &other_action, ADA),
        (&shop, &other_user, "grace@example.com"),
        (&rival, &other_tenant, "rival@example.com"),
    ] {
        if app.code_for(address) != code {
            assert!(!is_verified(shop, token, &code).await, "{address}");
        }
    }
    assert!(is_verified(&shop, &token, &code).await);
}

#[tokio::test]
async fn item_06_after_five_wrong_answers_the_right_one_is_refused() {
    let (app, shop, token) = asked().await;
    for n in 1..=5 {
        let answer = shop.answer_email(&token, &app.wrong_code_for(ADA)).await.ok();
        let why = if n < 5 { "CODE_INVALID_OR_EXPIRED" } else { "MAX_ATTEMPTS_EXCEEDED" };
        assert_eq!(answer, json!({ "isVerified": false, "failureReason": why }), "try {n}");
    }
    let answer = shop.answer_email(&token, &app.code_for(ADA)).await.ok();
    assert_eq!(answer, json!({ "isVerified": false, "failureReason": "MAX_ATTEMPTS_EXCEEDED" }));
}

#[tokio::test]
async fn item_06_of_twenty_wrong_answers_at_once_no_more_are_looked_at_than_tries_are_left() {
    let (app, shop, token) = asked().await;
    let wrong = app.wrong_code_for(ADA);
    twenty_at_once(&shop, &token, &wrong).await;
    let events = app.countersign.newest_events(&shop.id, 50).await.expect("events are readable");
    let looked_at = |detail: &Value| detail["reason"] == "code_invalid";
    let refused = events.iter().filter(|event| event.detail.as_ref().is_some_and(looked_at)).count();
    assert_eq!(refused, 5, "so many answers were looked at");
    let unlooked = |detail: &Value| detail["reason"] == "attempts_used_up";
    assert!(events.iter().any(|event| event.detail.as_ref().is_some_and(unlooked)), "the others left a trace, too");
}

#[tokio::test]
async fn item_07_a_new_code_does_not_refill_the_tries_of_the_factor() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.user_with_email(shop, "ada", ADA).await;
    let mut looked_at = 0;
    for _ in 0..8 {
        let token = shop.track("ada", "pay").await.token;
        shop.ask_email(&token).await.ok();
        for _ in 0..2 {
            let answer = shop.answer_email(&token, &app.wrong_code_for(ADA)).await;
            looked_at += usize::from(answer.status == 200);
        }
    }
    assert_eq!(looked_at, 5, "the sixth has to wait, whatever code it answers");
    let token = shop.track("ada", "pay").await.token;
    shop.ask_email(&token).await.ok();
    shop.answer_email(&token, &app.code_for(ADA)).await.refused(429, "too_many_requests");
}

#[tokio::test]
async fn item_08_a_new_code_makes_the_one_before_worthless() {
    let (app, shop, token) = asked().await;
    let first = app.code_for(ADA);
    shop.ask_email(&token).await.ok();
    let second = app.code_for(ADA);
    if first != second {
        assert!(!is_verified(&shop, &token, &first).await);
    }
    assert!(is_verified(&shop, &token, &second).await);
}

#[tokio::test]
async fn item_09_sends_are_limited_for_the_user_and_for_the_address() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.user_with_email(shop, "ada", ADA).await;
    let token = shop.track("ada", "pay").await.token;
    for _ in 0..11 {
        shop.ask_email(&token).await.ok();
    }
    let refused = shop.ask_email(&token).await;
    let wait: i64 = refused.header("retry-after").parse().expect("it says how long to wait");
    refused.refused(429, "too_many_requests");
    assert!((1..=600).contains(&wait), "{wait}");
    let to_ada = || app.inbox().messages().iter().filter(|mail| mail.to == ADA).count();
    assert_eq!(to_ada(), 12);

    // Another user of that address, written otherwise, gets no further one either.
    let eve = shop.track("eve", "sign-up").await.token;
    shop.enrol_email(&eve, "Ada@Example.com").await.refused(429, "too_many_requests");
    assert!(app.inbox().newest("Ada@Example.com").is_none());
    // Another tenant has counters of its own.
    let rival = app.another_tenant("rival.example").await;
    app.user_with_email(&rival, "ada", "rival@example.com").await;

    app.advance(Span::seconds(wait));
    let token = shop.track("ada", "pay").await.token;
    shop.ask_email(&token).await.ok();
    assert_eq!(to_ada(), 13);
}

#[tokio::test]
async fn codes_and_addresses_are_not_stored_readable() {
    let (app, shop, token) = asked().await;
    let code = app.code_for(ADA);
    shop.answer_email(&token, &app.wrong_code_for(ADA)).await.ok();
    let users = shop.server(Method::GET, "/users/ada/authenticators", Value::Null).await.ok();
    assert_eq!(users[0]["email"], ADA);
    let tenant = app.tenant().secret.clone();
    let stored = app.stored().await;
    let holds = |what: &[u8]| stored.windows(what.len()).any(|window| window == what);
    assert!(!holds(code.as_bytes()), "the code {code}");
    assert!(!holds(tenant.as_bytes()));
}
