//! Sessions whose time is over go with their tokens, and exchanged tokens with the exchanges that follow.

use countersign_db::{Statement, statements};
use countersign_domain::Pace;
use countersign_domain::clock::Span;
use countersign_domain::jobs::Job;
use countersign_testkit::app::TestApp;
use countersign_testkit::forger::Authenticator;

use super::{Tokens, opened, refresh};

statements! {
    SESSIONS = "SELECT session_id FROM sessions WHERE tenant_id = $1";
    TOKENS = "SELECT session_id FROM refresh_tokens WHERE tenant_id = $1";
}

async fn count(app: &TestApp, statement: &Statement) -> usize {
    app.db.all(statement, &[&app.tenant().id]).await.expect("sessions are readable").len()
}

async fn sweep(app: &TestApp) -> u64 {
    let lease = app.countersign.claim(Job::Sweep).await.expect("jobs are readable").expect("nobody else sweeps");
    let swept =
        app.countersign.sweep(&lease, &mut Pace::default()).await.expect("it sweeps").expect("the lease is ours");
    app.countersign.release(lease, Span(0)).await.expect("the lease is given back");
    swept.rows
}

#[tokio::test]
async fn sessions_go_when_their_time_is_over_and_no_sooner() {
    let app = TestApp::with(|settings| {
        settings.sessions.idle_hours = 2;
        settings.sessions.absolute_hours = 4;
    })
    .await;
    let (shop, key) = (app.tenant(), Authenticator::new());
    shop.user_with_passkey("ada", &key).await;
    let (unused, used) = (opened(shop, &key).await, opened(shop, &key).await);
    refresh(shop, &unused.refresh).await.ok();
    app.advance(Span::minutes(100));
    let used = Tokens::of(&refresh(shop, &used.refresh).await.ok());
    app.advance(Span::minutes(29));
    sweep(&app).await;
    assert_eq!((count(&app, &SESSIONS).await, count(&app, &TOKENS).await), (2, 4), "ten minutes late");
    app.advance(Span::minutes(2));
    sweep(&app).await;
    assert_eq!((count(&app, &SESSIONS).await, count(&app, &TOKENS).await), (1, 2));
    refresh(shop, &used.refresh).await.ok();
}

#[tokio::test]
async fn exchanged_tokens_go_when_an_unused_one_would_have_ended() {
    let app = TestApp::with(|settings| settings.sessions.idle_hours = 2).await;
    let (shop, key) = (app.tenant(), Authenticator::new());
    shop.user_with_passkey("ada", &key).await;
    let mut tokens = opened(shop, &key).await;
    for _ in 0..10 {
        app.advance(Span::minutes(50));
        tokens = Tokens::of(&refresh(shop, &tokens.refresh).await.ok());
    }
    assert_eq!(count(&app, &TOKENS).await, 4, "those of the last two hours, and the one that works");
}
