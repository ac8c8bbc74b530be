//! Challenges for anyone that have no row until they are answered (docs/adr/0015-unstored-challenges.md).

use countersign_db::statements;
use countersign_domain::Pace;
use countersign_domain::clock::Span;
use countersign_domain::jobs::Job;
use countersign_testkit::app::{ORIGIN, TestApp, TestTenant, Who};
use countersign_testkit::forger::Authenticator;
use serde_json::Value;

statements! {
    CHALLENGES = "SELECT state, attempts FROM challenges WHERE tenant_id = $1 AND user_id IS NULL ORDER BY created_at";
}

/// State and attempts of the challenges of nobody.
async fn rows(app: &TestApp) -> Vec<(String, i64)> {
    let rows = app.db.all(&CHALLENGES, &[&app.tenant().id]).await.expect("challenges are readable");
    rows.iter().map(|row| (row.get(0).expect("a state"), row.get(1).expect("a count"))).collect()
}

async fn signed(shop: &TestTenant, key: &Authenticator) -> (Value, Value) {
    let offer = shop.assertion_options(Who::Tenant).await;
    let said = key.get(&offer["options"], ORIGIN).expect("the authenticator signs").credential;
    (offer, said)
}

#[tokio::test]
async fn asking_stores_nothing_and_the_first_answer_does() {
    let app = TestApp::new().await;
    let (shop, key) = (app.tenant(), Authenticator::new());
    shop.user_with_passkey("ada", &key).await;
    for _ in 0..20 {
        shop.assertion_options(Who::Tenant).await;
    }
    assert_eq!(rows(&app).await, []);
    let (offer, said) = signed(shop, &key).await;
    shop.send_assertion(Who::Tenant, &offer, &said).await.ok();
    assert_eq!(rows(&app).await, [("verified".to_owned(), 0)]);
    let again = shop.send_assertion(Who::Tenant, &offer, &said).await.refused(400, "invalid_request");
    assert!(again["errorDescription"].as_str().unwrap().contains("already used"), "{again}");
}

/// Twenty at once, all right, none of them stored: one counts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_twenty_right_answers_at_once_one_counts() {
    let app = TestApp::new().await;
    let (shop, key) = (app.tenant(), Authenticator::new());
    shop.user_with_passkey("ada", &key).await;
    let (offer, said) = signed(shop, &key).await;
    let answers = (0..20).map(|_| {
        let (shop, offer, said) = (shop.clone(), offer.clone(), said.clone());
        tokio::spawn(async move { shop.send_assertion(Who::Tenant, &offer, &said).await.status })
    });
    let mut taken = 0;
    for answer in answers.collect::<Vec<_>>() {
        match answer.await.unwrap() {
            200 => taken += 1,
            status => assert_eq!(status, 400),
        }
    }
    assert_eq!(taken, 1);
    assert_eq!(rows(&app).await.len(), 1);
}

#[tokio::test]
async fn wrong_answers_are_counted_and_a_right_one_after_too_many_is_refused() {
    let app = TestApp::new().await;
    let (shop, key, stranger) = (app.tenant(), Authenticator::new(), Authenticator::new());
    shop.user_with_passkey("ada", &key).await;
    shop.user_with_passkey("eve", &stranger).await;
    let (offer, said) = signed(shop, &key).await;
    let mut wrong = said.clone();
    wrong["response"]["signature"] =
        stranger.get(&offer["options"], ORIGIN).unwrap().credential["response"]["signature"].clone();
    for attempts in 1..=5 {
        shop.send_assertion(Who::Tenant, &offer, &wrong).await.refused(400, "invalid_credential");
        let state = if attempts < 5 { "pending" } else { "failed" };
        assert_eq!(rows(&app).await, [(state.to_owned(), attempts)]);
    }
    // From now on it is over for right and wrong answers alike, and none leaves a further trace.
    let events = app.events().await;
    for late in [&said, &wrong] {
        let refused = shop.send_assertion(Who::Tenant, &offer, late).await.refused(400, "invalid_request");
        assert!(refused["errorDescription"].as_str().unwrap().contains("wrongly too often"), "{refused}");
    }
    assert_eq!(rows(&app).await, [("failed".to_owned(), 5)]);
    assert_eq!(app.events().await, events);

    // Fewer do not spoil it.
    let (offer, said) = signed(shop, &key).await;
    wrong["response"]["clientDataJSON"] = said["response"]["clientDataJSON"].clone();
    shop.send_assertion(Who::Tenant, &offer, &wrong).await.refused(400, "invalid_credential");
    shop.send_assertion(Who::Tenant, &offer, &said).await.ok();
}

#[tokio::test]
async fn it_is_over_in_time_and_of_one_tenant() {
    let app = TestApp::new().await;
    let (shop, key) = (app.tenant(), Authenticator::new());
    shop.user_with_passkey("ada", &key).await;
    let other = app.another_tenant("other.example").await;
    let (offer, said) = signed(shop, &key).await;
    other.send_assertion(Who::Tenant, &offer, &said).await.refused(404, "not_found");
    app.advance(Span::minutes(10));
    let late = shop.send_assertion(Who::Tenant, &offer, &said).await.refused(400, "invalid_request");
    assert!(late["errorDescription"].as_str().unwrap().contains("expired"), "{late}");
}

/// The row that says "used" is swept some day. By then the challenge is over, and stays so for a clock that is set back.
#[tokio::test]
async fn item_96_a_swept_challenge_stays_used_when_the_clock_is_set_back() {
    let app = TestApp::new().await;
    let (shop, key) = (app.tenant(), Authenticator::new());
    shop.user_with_passkey("ada", &key).await;
    let (offer, said) = signed(shop, &key).await;
    shop.send_assertion(Who::Tenant, &offer, &said).await.ok();
    app.advance(Span::minutes(30));
    let lease = app.countersign.claim(Job::Sweep).await.unwrap().unwrap();
    app.countersign.sweep(&lease, &mut Pace::default()).await.unwrap();
    assert_eq!(rows(&app).await, []);

    app.advance(Span::minutes(-29));
    // A tenant in memory may be a second old, and its watermark with it.
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    let again = shop.send_assertion(Who::Tenant, &offer, &said).await.refused(400, "invalid_request");
    assert!(again["errorDescription"].as_str().unwrap().contains("expired"), "{again}");
    shop.sign_in(&key).await.ok();
}
