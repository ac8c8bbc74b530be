//! Items 59 and 60 of docs/reference/checklist.md.

use countersign_domain::clock::Span;
use countersign_testkit::app::TestApp;
use countersign_testkit::forger::Authenticator;

use super::{Tokens, enters, opened, own, refresh, refresh_own};

#[tokio::test]
async fn item_59_session_secrets_are_random_change_at_each_exchange_and_are_not_kept() {
    let app = TestApp::new().await;
    let (shop, key) = (app.tenant(), Authenticator::new());
    shop.user_with_passkey("ada", &key).await;
    let mut seen = Vec::new();
    let mut tokens = opened(shop, &key).await;
    for _ in 0..8 {
        assert_eq!(tokens.refresh.len(), 36, "a UUID");
        seen.push(tokens.clone());
        tokens = Tokens::of(&refresh(shop, &tokens.refresh).await.ok());
    }
    // A sign-in anew begins a session of its own.
    let other = opened(shop, &key).await;
    assert_ne!(other.claims()["sid"], tokens.claims()["sid"]);
    seen.extend([tokens, other]);
    let mut refreshes: Vec<&str> = seen.iter().map(|tokens| tokens.refresh.as_str()).collect();
    refreshes.sort_unstable();
    refreshes.dedup();
    assert_eq!(refreshes.len(), seen.len());
    // All 128 bits are random: no digit is the same in all, as a UUID's version is.
    for place in (0..36).filter(|place| ![8, 13, 18, 23].contains(place)) {
        let digit = |token: &str| token.as_bytes()[place];
        let first = digit(refreshes[0]);
        assert!(refreshes.iter().any(|token| digit(token) != first), "digit {place} of {refreshes:?}");
    }

    let stored = app.stored().await;
    for tokens in &seen {
        for secret in [&tokens.refresh, &tokens.access] {
            let found = stored.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "a token is kept as it is");
        }
    }
}

#[tokio::test]
async fn item_60_a_session_ends_when_it_is_not_used() {
    let app = TestApp::with(|settings| {
        settings.sessions.idle_hours = 2;
        settings.sessions.absolute_hours = 24;
    })
    .await;
    let (shop, key) = (app.tenant(), Authenticator::new());
    shop.user_with_passkey("ada", &key).await;
    let (mut app_tokens, mut tokens) = (opened(shop, &key).await, own(&app, shop, &key).await);
    for _ in 0..3 {
        app.advance(Span::minutes(115));
        assert_eq!(enters(&app, shop, &tokens.access).await, Err("expired"));
        tokens = refresh_own(&app, shop, &tokens.refresh).await.unwrap();
        app_tokens = Tokens::of(&refresh(shop, &app_tokens.refresh).await.ok());
    }
    app.advance(Span::minutes(121));
    assert!(refresh_own(&app, shop, &tokens.refresh).await.is_err());
    refresh(shop, &app_tokens.refresh).await.refused(401, "invalid_token");
}

#[tokio::test]
async fn item_60_a_session_ends_at_its_end_however_much_it_is_used() {
    let app = TestApp::with(|settings| {
        settings.sessions.idle_hours = 2;
        settings.sessions.absolute_hours = 4;
    })
    .await;
    let (shop, key) = (app.tenant(), Authenticator::new());
    shop.user_with_passkey("ada", &key).await;
    let mut tokens = own(&app, shop, &key).await;
    let begun = tokens.claims()["iat"].as_i64().unwrap();
    for _ in 0..3 {
        app.advance(Span::minutes(78));
        tokens = refresh_own(&app, shop, &tokens.refresh).await.unwrap();
    }
    // Six minutes are left: the access token ends with the session.
    let ends = tokens.claims()["exp"].as_i64().unwrap() - begun;
    assert!((4 * 3600 - 60..=4 * 3600).contains(&ends), "{ends}");
    app.advance(Span::minutes(7));
    assert!(refresh_own(&app, shop, &tokens.refresh).await.is_err());
    assert_eq!(enters(&app, shop, &tokens.access).await, Err("expired"));
}
