//! The same at once: one wins, and what has to hold holds.

use countersign_testkit::app::{Answer, TestApp, TestTenant};
use countersign_testkit::forger::Authenticator;
use serde_json::json;
use tokio::task::JoinSet;

use super::{ada, change, defaults, id_of, own, proved, remove};

const ROUNDS: usize = 8;

/// Removes these at once; how each went.
async fn remove_together(shop: &TestTenant, token: &str, ids: &[String]) -> Vec<u16> {
    let mut racing = JoinSet::new();
    for id in ids {
        let (shop, token, id) = (shop.clone(), token.to_owned(), id.clone());
        racing.spawn(async move { remove(&shop, &token, &id).await.status });
    }
    let mut all = racing.join_all().await;
    all.sort_unstable();
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_factor_is_removed_once_however_many_ask_and_counted_once() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let token = ada(&app, &Authenticator::new()).await;
    let spare = Authenticator::new();
    shop.enrol_passkey(&token, &spare).await.ok();
    let id = id_of(shop, "ada", "PASSKEY").await;
    let answers = remove_together(shop, &token, &vec![id; 8]).await;
    assert_eq!(answers, [200, 404, 404, 404, 404, 404, 404, 404]);
    let deleted = app.events().await.into_iter().filter(|kind| kind == "authenticator.deleted").count();
    assert_eq!(deleted, 1);
    // The count is right: of the two that are left one may go, and the other not.
    remove(shop, &token, &id_of(shop, "ada", "EMAIL_OTP").await).await.ok();
    remove(shop, &token, &id_of(shop, "ada", "PASSKEY").await).await.refused(409, "last_factor");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn item_47_of_the_last_two_removed_at_once_one_stays() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    for round in 0..ROUNDS {
        let (user, key) = (format!("user-{round}"), Authenticator::new());
        shop.user_with_passkey(&user, &key).await;
        let token = proved(shop, &user, &key).await;
        shop.enrol_passkey(&token, &Authenticator::new()).await.ok();
        let held = shop.factors_of(&user).await;
        let ids: Vec<String> = held.iter().map(|one| one["userAuthenticatorId"].as_str().unwrap().to_owned()).collect();
        assert_eq!(remove_together(shop, &token, &ids).await, [200, 409], "round {round}");
        assert_eq!(defaults(shop, &user).await, ["PASSKEY"], "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_renamed_or_made_the_default_while_it_is_removed_is_gone() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let token = ada(&app, &Authenticator::new()).await;
    for round in 0..ROUNDS {
        shop.enrol_passkey(&token, &Authenticator::new()).await.ok();
        let held = shop.factors_of("ada").await;
        let id = held.last().unwrap()["userAuthenticatorId"].as_str().unwrap().to_owned();
        let mut racing: JoinSet<Answer> = JoinSet::new();
        for body in [json!({ "name": format!("name {round}") }), json!({ "isDefault": true })] {
            let (shop, token, id) = (shop.clone(), token.clone(), id.clone());
            racing.spawn(async move { change(&shop, &token, &id, body).await });
        }
        let removed = {
            let (shop, token, id) = (shop.clone(), token.clone(), id.clone());
            tokio::spawn(async move { remove(&shop, &token, &id).await })
        };
        for answer in racing.join_all().await {
            assert!(matches!(answer.status, 200 | 404), "round {round}: {}", answer.body);
        }
        removed.await.unwrap().ok();
        assert_eq!(own(shop, &token).await.len(), 2, "round {round}");
        assert_eq!(defaults(shop, "ada").await.len(), 1, "round {round}: one default");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_several_made_the_default_at_once_one_is() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let token = ada(&app, &Authenticator::new()).await;
    for _ in 0..4 {
        shop.enrol_passkey(&token, &Authenticator::new()).await.ok();
    }
    let held = shop.factors_of("ada").await;
    let mut racing = JoinSet::new();
    for one in held {
        let (shop, token) = (shop.clone(), token.clone());
        let id = one["userAuthenticatorId"].as_str().unwrap().to_owned();
        racing.spawn(async move { change(&shop, &token, &id, json!({ "isDefault": true })).await.ok() });
    }
    racing.join_all().await;
    assert_eq!(defaults(shop, "ada").await.len(), 1);
}
