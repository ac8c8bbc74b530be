//! How long actions and the audit trail are kept (docs/adr/0013-retention.md).

use countersign_db::{Db, statements};
use countersign_domain::clock::Span;
use countersign_domain::jobs::Job;
use countersign_domain::{Pace, Retention, Swept};
use countersign_testkit::app::{TestApp, TestTenant};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};

statements! {
    ACTIONS = "SELECT idempotency_key FROM actions WHERE state <> $1";
    EVENTS = "SELECT kind FROM audit_events WHERE kind <> $1";
    PAGES = "SELECT page_count, freelist_count FROM pragma_page_count, pragma_freelist_count";
}

/// How many actions and events there are, of all tenants, but for the events of their making.
async fn rows(db: &Db) -> (usize, usize) {
    let actions = db.all(&ACTIONS, &[&""]).await.expect("actions are readable");
    let events = db.all(&EVENTS, &[&"tenant.created"]).await.expect("events are readable");
    (actions.len(), events.len())
}

/// Sweeps until nothing is left to sweep. Returns what each sweep removed.
async fn sweep(app: &TestApp) -> Vec<u64> {
    let lease = app.countersign.claim(Job::Sweep).await.expect("leases are readable").expect("the lease is free");
    let mut removed = Vec::new();
    loop {
        let Swept { rows, more } = app
            .countersign
            .sweep(&lease, &mut Pace::default())
            .await
            .expect("rows are removed")
            .expect("the lease is kept");
        removed.push(rows);
        if !more {
            app.countersign.release(lease, Span::seconds(0)).await.expect("a lease is given back");
            return removed;
        }
    }
}

async fn state_of(shop: &TestTenant, key: &str) -> Option<String> {
    let answer = shop.server(Method::GET, &format!("/users/ada/actions/withdraw/{key}"), Value::Null).await;
    (answer.status == 200).then(|| answer.body["state"].as_str().expect("a state").to_owned())
}

async fn withdraw(shop: &TestTenant, key: &str) -> String {
    shop.track_with("ada", "withdraw", json!({ "idempotencyKey": key })).await.token
}

fn kept(actions: Option<Span>, audit: Option<Span>) -> Retention {
    Retention::new(actions, audit).expect("a good retention")
}

#[tokio::test]
async fn an_action_ends_ninety_days_after_its_last_change_and_its_events_after_four_hundred() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    withdraw(shop, "old").await;
    withdraw(shop, "changed").await;
    app.advance(Span::days(60));
    shop.server(Method::PATCH, "/users/ada/actions/withdraw/changed", json!({ "state": "BLOCK" })).await.ok();
    app.advance(Span::days(29));
    sweep(&app).await;
    assert_eq!(rows(&app.db).await, (2, 3));

    app.advance(Span::days(2));
    sweep(&app).await;
    assert_eq!((state_of(shop, "old").await, state_of(shop, "changed").await), (None, Some("BLOCK".to_owned())));
    app.advance(Span::days(60));
    sweep(&app).await;
    assert_eq!(rows(&app.db).await, (0, 3));

    app.advance(Span::days(400 - 151));
    sweep(&app).await;
    assert_eq!(app.events().await, ["action.updated"]);
    app.advance(Span::days(60));
    sweep(&app).await;
    assert_eq!(rows(&app.db).await, (0, 0));
}

/// The promise of an idempotency key lasts as long as its action (decisions §3).
#[tokio::test]
async fn a_key_whose_action_has_ended_makes_a_new_one() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    withdraw(shop, "order-1").await;
    shop.server(Method::PATCH, "/users/ada/actions/withdraw/order-1", json!({ "state": "BLOCK" })).await.ok();
    app.advance(Span::days(91));
    sweep(&app).await;
    let again = shop.track_with("ada", "withdraw", json!({ "idempotencyKey": "order-1" })).await;
    assert_eq!(again.state, "ALLOW");
    assert_eq!(shop.validate(&again.token).await["state"], "ALLOW");
}

/// With the shortest retention and the longest tokens.
#[tokio::test]
async fn no_action_ends_before_the_tokens_that_name_it() {
    let app = TestApp::keeping(kept(Some(Retention::LEAST), Some(Retention::LEAST))).await;
    let shop = app.tenant();
    app.change(|_, settings| settings.token_minutes = 60).await;
    withdraw(shop, "order-1").await;

    // Asked for again when it is about to end, it goes on.
    app.advance(Span(Retention::LEAST.0 - 1));
    let token = withdraw(shop, "order-1").await;
    assert_eq!(app.events().await[0], "action.tracked_again");
    app.advance(Span::minutes(59));
    sweep(&app).await;
    assert_eq!(shop.validate(&token).await["state"], "ALLOW");

    // A further call within the hour writes nothing, and still the action outlives the token and the one got for it.
    withdraw(shop, "order-1").await;
    assert_eq!(app.events().await, ["action.tracked_again"]);
    app.advance(Span::minutes(120));
    sweep(&app).await;
    assert!(state_of(shop, "order-1").await.is_some());
    app.advance(Span::minutes(62));
    sweep(&app).await;
    assert!(state_of(shop, "order-1").await.is_none());
}

#[tokio::test]
async fn a_sign_in_without_token_is_kept_like_what_a_backend_tracked() {
    let app = TestApp::new().await;
    let (shop, key) = (app.tenant(), Authenticator::new());
    shop.user_with_passkey("ada", &key).await;
    shop.sign_in(&key).await.ok();
    app.advance(Span::days(31));
    sweep(&app).await;
    assert_eq!(rows(&app.db).await.0, 2);
    app.advance(Span::days(60));
    sweep(&app).await;
    assert_eq!(rows(&app.db).await.0, 0);
    shop.sign_in(&key).await.ok();
}

#[tokio::test]
async fn what_is_kept_for_good_stays() {
    let app = TestApp::keeping(kept(None, None)).await;
    withdraw(app.tenant(), "order-1").await;
    app.advance(Span::days(36_500));
    assert_eq!(sweep(&app).await, [0]);
    assert_eq!(rows(&app.db).await, (1, 1));
}

/// Of each tenant by itself, what belongs to a user who was deleted, and what a clock wrote that was far behind.
#[tokio::test]
async fn nothing_is_overlooked() {
    let app = TestApp::keeping(kept(Some(Span::days(1)), Some(Span::days(5)))).await;
    let (shop, other) = (app.tenant(), app.another_tenant("other.example").await);
    withdraw(shop, "order-1").await;
    withdraw(&other, "order-1").await;
    shop.track("eve", "withdraw").await;
    shop.server(Method::DELETE, "/users/eve", Value::Null).await.ok();
    assert_eq!(rows(&app.db).await.0, 2);
    app.advance(Span::days(2));
    sweep(&app).await;
    assert_eq!(rows(&app.db).await.0, 0);

    app.advance(Span::days(-3));
    withdraw(shop, "behind").await;
    app.advance(Span::days(3));
    withdraw(shop, "order-2").await;
    sweep(&app).await;
    assert!(state_of(shop, "behind").await.is_some(), "the trail was followed beyond it already");
    app.advance(Span::days(2));
    app.advance(Span::seconds(1));
    sweep(&app).await;
    assert_eq!(rows(&app.db).await.0, 0, "no action outlives its trail");
    app.advance(Span::days(5));
    sweep(&app).await;
    assert_eq!(rows(&app.db).await, (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn history_goes_in_small_batches_and_leaves_room_for_the_next() {
    let app = TestApp::keeping(kept(Some(Span::days(1)), Some(Span::days(2)))).await;
    let is_sqlite = std::env::var("TEST_ENGINE").as_deref() != Ok("postgres");
    let mut sizes = Vec::new();
    for round in 0..4 {
        let calls = (0..8).map(|part| {
            let shop = app.tenant().clone();
            tokio::spawn(async move {
                for number in 0..75 {
                    shop.track(&format!("user-{}", (number * 7 + part) % 40), "withdraw").await;
                }
            })
        });
        for call in calls.collect::<Vec<_>>() {
            call.await.unwrap();
        }
        app.advance(Span::days(1));
        app.advance(Span::seconds(1));
        let removed = sweep(&app).await;
        assert!(removed.iter().all(|rows| *rows <= 1_000), "500 actions and 500 events at most: {removed:?}");
        // The actions of this round, and the events of the one before; the tenant's own goes with the first of them.
        let expected = [600, 1_201, 1_200, 1_200][round];
        assert_eq!(removed.iter().sum::<u64>(), expected);
        assert_eq!(rows(&app.db).await, (0, 600));
        if is_sqlite {
            let size: i64 = app.db.all(&PAGES, &[]).await.unwrap()[0].get(0).unwrap();
            sizes.push(size);
        }
    }
    // Two rounds fill it; from then on pages that were freed are used again. Indexes that are in no order breathe a little.
    assert!(sizes.iter().skip(2).all(|size| size * 100 <= sizes[1] * 105), "pages after each round: {sizes:?}");
}
