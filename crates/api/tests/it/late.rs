//! An answer that comes too late ends its challenge for good.

use countersign_db::statements;
use countersign_domain::Pace;
use countersign_domain::clock::Span;
use countersign_domain::jobs::Job;
use countersign_testkit::app::{Answer, ORIGIN, TestApp, TestTenant, Who};
use countersign_testkit::forger::Authenticator;
use serde_json::{Value, json};

statements! {
    STATES = "SELECT state FROM challenges WHERE tenant_id = $1 ORDER BY created_at";
}

async fn states(app: &TestApp) -> Vec<String> {
    let rows = app.db.all(&STATES, &[&app.tenant().id]).await.expect("challenges are readable");
    rows.iter().map(|row| row.get(0).expect("a state")).collect()
}

fn is_told_that_it_expired(answer: Answer) {
    let refusal = answer.refused(400, "invalid_request");
    assert!(refusal["errorDescription"].as_str().expect("a description").contains("expired"), "{refusal}");
}

async fn sign_in(shop: &TestTenant, offer: &Value, said: &Value) -> Answer {
    shop.send_assertion(Who::Tenant, offer, said).await
}

#[tokio::test]
async fn item_96_a_step_up_seen_late_stays_expired_when_the_clock_is_set_back() {
    let app = TestApp::new().await;
    let (shop, key) = (app.tenant(), Authenticator::new());
    shop.user_with_passkey("ada", &key).await;
    let token = shop.track("ada", "withdraw").await.token;
    let (late, unseen) =
        (shop.assertion_options(Who::Token(&token)).await, shop.assertion_options(Who::Token(&token)).await);
    app.advance(Span::minutes(6));
    is_told_that_it_expired(shop.answer_passkey(Who::Token(&token), &late, &key).await);
    app.advance(Span::minutes(-4));
    is_told_that_it_expired(shop.answer_passkey(Who::Token(&token), &late, &key).await);
    // Nobody has seen the other one's end.
    shop.answer_passkey(Who::Token(&token), &unseen, &key).await.ok();
}

#[tokio::test]
async fn item_96_an_enrolment_seen_late_stays_expired_when_the_clock_is_set_back() {
    let app = TestApp::new().await;
    let (shop, key) = (app.tenant(), Authenticator::new());
    let token = shop.track("ada", "sign-up").await.token;
    let offer = shop.passkey_options(&token).await;
    let made = key.create(&offer["options"], ORIGIN).unwrap().credential;
    app.advance(Span::minutes(6));
    is_told_that_it_expired(shop.add_passkey(&token, &offer, &made).await);
    app.advance(Span::minutes(-4));
    is_told_that_it_expired(shop.add_passkey(&token, &offer, &made).await);
    shop.enrol_passkey(&token, &key).await.ok();
}

/// One that has a row from the beginning, and one that gets it with its late answer.
#[tokio::test]
async fn item_96_a_sign_in_seen_late_stays_expired_when_the_clock_is_set_back() {
    let app = TestApp::new().await;
    let (shop, key) = (app.tenant(), Authenticator::new());
    shop.user_with_passkey("ada", &key).await;
    for offer in [shop.begun_options().await, shop.assertion_options(Who::Tenant).await] {
        let said = key.get(&offer["options"], ORIGIN).expect("the authenticator signs").credential;
        app.advance(Span::minutes(11));
        is_told_that_it_expired(sign_in(shop, &offer, &said).await);
        app.advance(Span::minutes(-6));
        is_told_that_it_expired(sign_in(shop, &offer, &said).await);
        app.advance(Span::minutes(-5));
    }
    // However often: one row each, beside the enrolment's.
    assert_eq!(states(&app).await, ["verified", "expired", "expired"]);
    shop.sign_in(&key).await.ok();

    app.advance(Span::minutes(30));
    let lease = app.countersign.claim(Job::Sweep).await.unwrap().unwrap();
    app.countersign.sweep(&lease, &mut Pace::default()).await.unwrap();
    assert_eq!(states(&app).await, [""; 0], "they are swept like others");
}

#[tokio::test]
async fn item_96_a_code_seen_late_stays_expired_when_the_clock_is_set_back() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.user_with_email(shop, "ada", "ada@example.com").await;
    let order = || shop.track_with("ada", "withdraw", json!({ "idempotencyKey": "order-1" }));
    shop.ask_email(&order().await.token).await.ok();
    let code = app.code_for("ada@example.com");
    app.advance(Span::minutes(11));
    let late = shop.answer_email(&order().await.token, &code).await.ok();
    assert_eq!(late["isVerified"], false, "{late}");
    app.advance(Span::minutes(-6));
    let again = shop.answer_email(&order().await.token, &code).await.ok();
    assert_eq!(again["isVerified"], false, "{again}");
    // Another one does.
    shop.ask_email(&order().await.token).await.ok();
    let fresh = shop.answer_email(&order().await.token, &app.code_for("ada@example.com")).await.ok();
    assert_eq!(fresh["isVerified"], true, "{fresh}");
}

/// Whoever only looks at one changes nothing.
#[tokio::test]
async fn item_96_a_link_confirmed_late_stays_expired_when_the_clock_is_set_back() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.user_with_link(shop, "ada", "ada@example.com").await;
    let (first, second) = (shop.track("ada", "withdraw").await.token, shop.track("ada", "transfer").await.token);
    shop.ask_link(&first).await.ok();
    let confirmed = app.open_link(&app.link_for("ada@example.com")).await;
    shop.ask_link(&second).await.ok();
    let looked_at = app.open_link(&app.link_for("ada@example.com")).await;
    app.advance(Span::minutes(11));
    assert_eq!(app.press(&confirmed, "yes").await.status, 410);
    assert_eq!(app.open_link(&app.link_for("ada@example.com")).await.status, 410);
    app.advance(Span::minutes(-6));
    assert_eq!(app.press(&confirmed, "yes").await.status, 410);
    assert_eq!(shop.poll_link(&first).await.ok()["isVerified"], false);
    assert_eq!(states(&app).await, ["verified", "expired", "pending"]);
    assert_eq!(app.press(&looked_at, "yes").await.status, 200);
}

/// To whom a challenge does not belong, it is not there: a stranger's late answer marks nothing.
#[tokio::test]
async fn a_strangers_late_answer_changes_nothing() {
    let app = TestApp::new().await;
    let (shop, ada, eve) = (app.tenant(), Authenticator::new(), Authenticator::new());
    shop.user_with_passkey("ada", &ada).await;
    shop.user_with_passkey("eve", &eve).await;
    let (token, eves) = (shop.track("ada", "withdraw").await.token, shop.track("eve", "withdraw").await.token);
    let offer = shop.assertion_options(Who::Token(&token)).await;
    app.advance(Span::minutes(6));
    shop.answer_passkey(Who::Token(&eves), &offer, &ada).await.refused(404, "not_found");
    app.advance(Span::minutes(-4));
    shop.answer_passkey(Who::Token(&token), &offer, &ada).await.ok();
}
