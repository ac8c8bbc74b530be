//! Item 63 of docs/reference/checklist.md: refresh tokens are exchanged once, and an old one ends its session.

use std::collections::BTreeSet;
use std::sync::Arc;

use countersign_domain::clock::Span;
use countersign_testkit::app::{Answer, TestApp};
use countersign_testkit::forger::Authenticator;
use tokio::task::JoinSet;

use super::{Tokens, enters, opened, own, refresh, refresh_own, validate};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn item_63_twenty_tabs_that_refresh_at_once_get_one_successor() {
    let app = Arc::new(TestApp::new().await);
    let key = Authenticator::new();
    app.tenant().user_with_passkey("ada", &key).await;
    let mut tokens = own(&app, app.tenant(), &key).await;
    for _ in 0..5 {
        let mut racing = JoinSet::new();
        for _ in 0..20 {
            let (app, token) = (app.clone(), tokens.refresh.clone());
            racing.spawn(async move { refresh_own(&app, app.tenant(), &token).await.unwrap() });
        }
        let answers = racing.join_all().await;
        let successors: BTreeSet<&str> = answers.iter().map(|answer| answer.refresh.as_str()).collect();
        assert_eq!(successors.len(), 1);
        assert_ne!(answers[0].refresh, tokens.refresh);
        tokens = answers[0].clone();
    }
    assert!(!app.events().await.iter().any(|kind| kind == "session.reused"));
}

#[tokio::test]
async fn item_63_within_the_grace_an_old_token_gives_what_it_has_become() {
    let app = TestApp::new().await;
    let (shop, key) = (app.tenant(), Authenticator::new());
    shop.user_with_passkey("ada", &key).await;
    let first = own(&app, shop, &key).await.refresh;
    let second = refresh_own(&app, shop, &first).await.unwrap().refresh;
    app.advance(Span::seconds(8));
    assert_eq!(refresh_own(&app, shop, &first).await.unwrap().refresh, second);
    let third = refresh_own(&app, shop, &second).await.unwrap().refresh;
    // A tab that is late by two is told the newest, not one that would end the session in fifteen minutes.
    assert_eq!(refresh_own(&app, shop, &first).await.unwrap().refresh, third);
}

#[tokio::test]
async fn item_63_a_new_ring_key_gives_the_same_successor_within_the_grace() {
    let mut app = TestApp::with(|settings| settings.sessions.refresh_grace_seconds = 60).await;
    let key = Authenticator::new();
    app.tenant().user_with_passkey("ada", &key).await;
    let first = own(&app, app.tenant(), &key).await;
    let second = refresh_own(&app, app.tenant(), &first.refresh).await.unwrap();
    app.rotate_key().await;
    assert_eq!(enters(&app, app.tenant(), &second.access).await, Ok(()));
    assert_eq!(refresh_own(&app, app.tenant(), &first.refresh).await.unwrap().refresh, second.refresh);
    let third = refresh_own(&app, app.tenant(), &second.refresh).await.unwrap();
    assert_eq!(refresh_own(&app, app.tenant(), &first.refresh).await.unwrap().refresh, third.refresh);
}

#[tokio::test]
async fn item_63_a_token_shown_after_its_grace_ends_the_session() {
    let app = TestApp::new().await;
    let (shop, key) = (app.tenant(), Authenticator::new());
    shop.user_with_passkey("ada", &key).await;
    let (first, other) = (own(&app, shop, &key).await, own(&app, shop, &key).await);
    let second = refresh_own(&app, shop, &first.refresh).await.unwrap();
    app.advance(Span::seconds(11));
    assert!(refresh_own(&app, shop, &first.refresh).await.is_err());
    assert_eq!(enters(&app, shop, &second.access).await, Err("invalid"));
    assert!(refresh_own(&app, shop, &second.refresh).await.is_err());
    assert!(refresh_own(&app, shop, &first.refresh).await.is_err());
    let reused = app.events().await.into_iter().filter(|kind| kind == "session.reused").count();
    assert_eq!(reused, 1, "told once");
    assert_eq!(enters(&app, shop, &other.access).await, Ok(()), "another session of the user goes on");
}

/// A backend refreshes alone: what is shown twice was copied.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn item_63_on_the_server_api_there_is_no_grace() {
    let app = TestApp::new().await;
    let (shop, key) = (app.tenant(), Authenticator::new());
    shop.user_with_passkey("ada", &key).await;
    let first = opened(shop, &key).await;
    let second = Tokens::of(&refresh(shop, &first.refresh).await.ok());
    refresh(shop, &first.refresh).await.refused(401, "invalid_token");
    refresh(shop, &second.refresh).await.refused(401, "invalid_token");
    validate(shop, &second.access).await.refused(401, "invalid_token");

    let tokens = opened(shop, &key).await;
    let mut racing = JoinSet::new();
    for _ in 0..20 {
        let (shop, token) = (shop.clone(), tokens.refresh.clone());
        racing.spawn(async move { refresh(&shop, &token).await });
    }
    let answers = racing.join_all().await;
    let won: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(won.len(), 1, "{answers:?}");
    validate(shop, &Tokens::of(&won[0].body).access).await.refused(401, "invalid_token");
}

/// Each door serves its own sessions.
#[tokio::test]
async fn item_63_a_refresh_token_of_one_door_is_none_at_the_other() {
    let app = TestApp::new().await;
    let (shop, key) = (app.tenant(), Authenticator::new());
    shop.user_with_passkey("ada", &key).await;
    let (of_app, mine) = (opened(shop, &key).await, own(&app, shop, &key).await);
    assert!(refresh_own(&app, shop, &of_app.refresh).await.is_err());
    refresh(shop, &mine.refresh).await.refused(401, "invalid_token");
    // Nothing was exchanged, and nothing ended.
    refresh(shop, &of_app.refresh).await.ok();
    refresh_own(&app, shop, &mine.refresh).await.unwrap();
}
