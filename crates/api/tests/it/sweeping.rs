//! Expired rows go, a process at a time; nothing that still counts goes with them.

use countersign_db::{Db, statements};
use countersign_domain::clock::Span;
use countersign_domain::jobs::Job;
use countersign_domain::{Pace, Swept};
use countersign_testkit::app::{TestApp, Who};
use countersign_testkit::forger::Authenticator;

statements! {
    CHALLENGES = "SELECT challenge_id FROM challenges WHERE state <> $1";
    COUNTERS = "SELECT counter_key FROM counters WHERE n >= $1";
}

/// How many challenges and counters there are.
async fn rows(db: &Db) -> (usize, usize) {
    let challenges = db.all(&CHALLENGES, &[&""]).await.expect("challenges are readable");
    let counters = db.all(&COUNTERS, &[&0_i64]).await.expect("counters are readable");
    (challenges.len(), counters.len())
}

#[tokio::test]
async fn expired_rows_are_removed_ten_minutes_late_and_others_stay() {
    let app = TestApp::new().await;
    let (shop, key) = (app.tenant(), Authenticator::new());
    shop.user_with_passkey("ada", &key).await;
    shop.sign_in(&key).await.ok();
    assert_eq!(rows(&app.db).await, (2, 1));

    let lease = app.countersign.claim(Job::Sweep).await.unwrap().unwrap();
    app.advance(Span::minutes(9));
    let fresh = shop.begun_options().await;
    assert_eq!(app.countersign.sweep(&lease, &mut Pace::default()).await.unwrap(), Some(Swept::default()));
    assert_eq!(rows(&app.db).await, (3, 1));

    // The enrolment's challenge lived for five minutes, the sign-in's for ten.
    app.advance(Span::minutes(12));
    let lease = app.countersign.claim(Job::Sweep).await.unwrap().unwrap();
    app.countersign.sweep(&lease, &mut Pace::default()).await.unwrap();
    assert_eq!(rows(&app.db).await, (1, 0));
    // Late, and still told so.
    let late = shop.answer_passkey(Who::Tenant, &fresh, &key).await.refused(400, "invalid_request");
    assert!(late["errorDescription"].as_str().unwrap().contains("expired"), "{late}");
}

#[tokio::test]
async fn more_rows_than_a_batch_go_in_batches() {
    let app = TestApp::new().await;
    for _ in 0..600 {
        let wanted = countersign_domain::challenge::AnonymousChallenge::default();
        let tenant = app.countersign.tenant(&app.tenant().id).await.unwrap();
        app.countersign.begin_anonymous(&tenant, &wanted).await.unwrap();
    }
    app.advance(Span::minutes(21));
    let lease = app.countersign.claim(Job::Sweep).await.unwrap().unwrap();
    assert_eq!(
        app.countersign.sweep(&lease, &mut Pace::default()).await.unwrap(),
        Some(Swept { rows: 500, more: true })
    );
    assert_eq!(
        app.countersign.sweep(&lease, &mut Pace::default()).await.unwrap(),
        Some(Swept { rows: 100, more: false })
    );
    assert_eq!(rows(&app.db).await.0, 0);
}

#[tokio::test]
async fn a_job_is_one_processes_at_a_time_and_due_again_when_it_said() {
    let app = TestApp::new().await;
    let claims = (0..20).map(|_| {
        let countersign = app.countersign.clone();
        tokio::spawn(async move { countersign.claim(Job::Sweep).await.unwrap() })
    });
    let mut taken = Vec::new();
    for claim in claims.collect::<Vec<_>>() {
        taken.extend(claim.await.unwrap());
    }
    assert_eq!(taken.len(), 1);
    app.countersign.release(taken.remove(0), Span::seconds(10)).await.unwrap();
    assert!(app.countersign.claim(Job::Sweep).await.unwrap().is_none(), "it is not due yet");
    app.advance(Span::seconds(10));
    assert!(app.countersign.claim(Job::Sweep).await.unwrap().is_some());
}

#[tokio::test]
async fn a_lease_that_nobody_keeps_is_taken_over_and_its_old_holder_changes_nothing() {
    let app = TestApp::new().await;
    let lost = app.countersign.claim(Job::Sweep).await.unwrap().unwrap();
    app.advance(Span::seconds(20));
    assert!(app.countersign.claim(Job::Sweep).await.unwrap().is_none(), "its holder may live");
    // Work keeps it.
    app.countersign.sweep(&lost, &mut Pace::default()).await.unwrap();
    app.advance(Span::seconds(20));
    assert!(app.countersign.claim(Job::Sweep).await.unwrap().is_none(), "its holder has just worked");

    app.advance(Span::seconds(11));
    let next = app.countersign.claim(Job::Sweep).await.unwrap().unwrap();
    app.tenant().begun_options().await;
    app.advance(Span::minutes(21));
    assert_eq!(app.countersign.sweep(&lost, &mut Pace::default()).await.unwrap(), None);
    assert_eq!(rows(&app.db).await.0, 1);
    // Nor does it give back what is another's.
    app.countersign.release(lost, Span::seconds(0)).await.unwrap();
    assert_eq!(app.countersign.sweep(&next, &mut Pace::default()).await.unwrap().map(|swept| swept.rows), Some(1));
}

/// A clock that was far ahead for a moment must not stop a job until then.
#[tokio::test]
async fn a_lease_from_the_far_future_is_nonsense() {
    let app = TestApp::new().await;
    app.advance(Span::days(365));
    let lease = app.countersign.claim(Job::Sweep).await.unwrap().unwrap();
    app.countersign.release(lease, Span::seconds(10)).await.unwrap();
    app.advance(Span::days(-365));
    assert!(app.countersign.claim(Job::Sweep).await.unwrap().is_some());
}
