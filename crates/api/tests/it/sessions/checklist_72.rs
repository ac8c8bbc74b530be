//! Item 72 of docs/reference/checklist.md: signing keys are replaced, and both verify for the overlap.

use countersign_domain::clock::Span;
use countersign_domain::signing::Algorithm;
use countersign_testkit::app::{TestApp, TestTenant};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::Value;

use super::{Tokens, enters, opened, own, refresh, validate};
use crate::forgery::taken_apart;

async fn published(shop: &TestTenant) -> Vec<Value> {
    let path = format!("/t/{}/auth/v1/.well-known/jwks.json", shop.id);
    let answer = shop.send(shop.raw(Method::GET, &path)).await;
    assert_eq!(
        (answer.header("cache-control"), answer.header("access-control-allow-origin")),
        ("public, max-age=60", "*")
    );
    answer.ok()["keys"].as_array().expect("a list").clone()
}

async fn ids(shop: &TestTenant) -> Vec<String> {
    published(shop).await.iter().map(|key| key["kid"].as_str().expect("an id").to_owned()).collect()
}

fn kid(tokens: &Tokens) -> String {
    taken_apart(&tokens.access).0["kid"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn item_72_the_old_key_verifies_until_its_last_token_has_ended_and_then_leaves() {
    let app = TestApp::with(|settings| settings.sessions.access_minutes = 60).await;
    let (shop, key) = (app.tenant(), Authenticator::new());
    shop.user_with_passkey("ada", &key).await;
    let (old, mine) = (opened(shop, &key).await, own(&app, shop, &key).await);
    assert_eq!((ids(shop).await, kid(&mine)), (vec![kid(&old)], kid(&old)));

    let made = app.countersign.rotate_signing_key(&shop.id).await.unwrap();
    let new = opened(shop, &key).await;
    assert_eq!(kid(&new), made);
    assert_ne!(kid(&new), kid(&old));
    assert_eq!(ids(shop).await.len(), 2);
    app.advance(Span::minutes(59));
    for tokens in [&old, &new] {
        validate(shop, &tokens.access).await.ok();
    }
    assert_eq!(enters(&app, shop, &mine.access).await, Ok(()));
    app.advance(Span::minutes(3));
    assert_eq!(ids(shop).await, [made.as_str()]);
    // Not "expired": nobody can tell any more who signed it.
    validate(shop, &old.access).await.refused(401, "invalid_token");
    validate(shop, &new.access).await.refused(401, "expired_token");
    // The session goes on under the new key.
    assert_eq!(kid(&Tokens::of(&refresh(shop, &old.refresh).await.ok())), made);
    // A further change leaves no row behind that verifies nothing.
    app.countersign.rotate_signing_key(&shop.id).await.unwrap();
    assert_eq!(ids(shop).await.len(), 2);
}

#[tokio::test]
async fn item_72_every_algorithm_signs_what_its_public_key_verifies() {
    let app = TestApp::new().await;
    let (shop, key) = (app.tenant(), Authenticator::new());
    shop.user_with_passkey("ada", &key).await;
    let mut all = Vec::new();
    for (algorithm, kind) in [(Algorithm::Rs256, "RSA"), (Algorithm::Es256, "EC"), (Algorithm::EdDsa, "OKP")] {
        app.change(move |_, settings| settings.sessions.algorithm = algorithm).await;
        let (of_app, mine) = (opened(shop, &key).await, own(&app, shop, &key).await);
        let header = taken_apart(&mine.access).0;
        assert_eq!((&header["alg"], &header["typ"]), (&algorithm.as_str().into(), &"JWT".into()));
        let keys = published(shop).await;
        let jwk = keys.iter().find(|jwk| jwk["kid"] == header["kid"]).expect("the key is published");
        assert_eq!((&jwk["kty"], &jwk["use"], &jwk["alg"]), (&kind.into(), &"sig".into(), &header["alg"]));
        assert!(jwk.get("d").is_none(), "the private part stays");
        all.push((of_app, mine));
    }
    // Tokens of the algorithms before go on until they end.
    for (of_app, mine) in &all {
        validate(shop, &of_app.access).await.ok();
        assert_eq!(enters(&app, shop, &mine.access).await, Ok(()));
    }
    assert_eq!(published(shop).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_that_want_the_first_key_at_once_one_makes_it() {
    let app = TestApp::new().await;
    let mut racing = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let shop = app.tenant().clone();
        racing.spawn(async move { ids(&shop).await });
    }
    let all = racing.join_all().await;
    assert!(all.iter().all(|ids| ids.len() == 1 && *ids == all[0]), "{all:?}");
    let made = app.events().await.into_iter().filter(|kind| kind == "signing.key_made").count();
    assert_eq!(made, 1);
}
