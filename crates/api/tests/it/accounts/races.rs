//! Several at once.

use countersign_testkit::app::TestApp;
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::unverified;

/// Each of these clients runs so many sign-ins, all at once.
const CLIENTS: usize = 64;
const ROUNDS: usize = 20;

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_clients_sign_in_at_once_without_an_error() {
    let app = unverified().await;
    let mut clients = JoinSet::new();
    for n in 0..CLIENTS {
        let shop = app.tenant().clone();
        clients.spawn(async move {
            let (email, key) = (format!("user{n}@example.com"), Authenticator::new());
            let id = shop.sign_up_key(&email, &key).await.session()["user"]["id"].clone();
            for round in 0..ROUNDS {
                let named = (round % 2 == 0).then_some(email.as_str());
                assert_eq!(shop.sign_in_key(named, &key).await.session()["user"]["id"], id);
            }
        });
    }
    while let Some(done) = clients.join_next().await {
        done.expect("a client has no error");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_eight_equal_assertions_at_once_one_opens_a_session() {
    let app = unverified().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    shop.sign_up_key("ada@example.com", &key).await.session();
    for email in [Some("ada@example.com"), None] {
        let offer = shop.sign_in_offer(email).await;
        let body = json!({ "credential": key.get(&offer, &shop.origin).unwrap().credential });
        assert_eq!(at_once(&app, "/signin/webauthn/verify", &vec![body; 8]).await, 1, "{email:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_eight_sign_ups_with_one_address_one_has_it() {
    let app = unverified().await;
    let shop = app.tenant();
    let mut bodies = Vec::new();
    for _ in 0..8 {
        let offer = shop.auth_post("/signup/webauthn", json!({ "email": "ada@example.com" })).await.ok();
        bodies.push(json!({ "credential": Authenticator::new().create(&offer, &shop.origin).unwrap().credential }));
    }
    assert_eq!(at_once(&app, "/signup/webauthn/verify", &bodies).await, 1);
    let users = shop.server(Method::GET, "/users", Value::Null).await.ok();
    assert_eq!(users["users"].as_array().map(Vec::len), Some(1), "{users}");
}

/// How many of these calls succeed; the others are refused with 4xx.
async fn at_once(app: &TestApp, path: &'static str, bodies: &[Value]) -> usize {
    let mut calls = JoinSet::new();
    for body in bodies {
        let (shop, body) = (app.tenant().clone(), body.clone());
        calls.spawn(async move { shop.auth_post(path, body).await });
    }
    let mut won = 0;
    while let Some(answer) = calls.join_next().await {
        let answer = answer.expect("a call is answered");
        assert!(answer.status == 200 || (400..500).contains(&answer.status), "{}", answer.body);
        won += usize::from(answer.status == 200);
    }
    won
}
