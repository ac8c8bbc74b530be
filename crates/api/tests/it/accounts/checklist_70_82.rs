//! Cookies and foreign ids at this door: checklist 73 and 82. Item 70 is in `keys`, item 79 beside the rule.

use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};

use super::{access, unverified};

#[tokio::test]
async fn item_73_this_door_sets_no_cookie_and_reads_none() {
    let app = unverified().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    let answer = shop.sign_up_key("ada@example.com", &key).await;
    assert_eq!(answer.header("set-cookie"), "");
    let session = answer.session();
    let path = format!("/t/{}/auth/v1/user", shop.id);
    let cookie = format!("accessToken={0}; nhostRefreshToken={1}", access(&session), session["refreshToken"]);
    let answer = shop.send(shop.raw(Method::GET, &path).header("cookie", cookie)).await;
    answer.declined(401, "unauthorized");
    for answer in [
        shop.auth(Some(access(&session)), Method::GET, "/user", Value::Null).await,
        shop.auth_post("/token", json!({ "refreshToken": session["refreshToken"] })).await,
        shop.sign_in_key(None, &key).await,
    ] {
        assert_eq!(answer.header("set-cookie"), "");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn item_82_a_session_of_another_is_as_one_that_is_not_there() {
    let app = unverified().await;
    let shop = app.tenant();
    let ada = shop.sign_up_key("ada@example.com", &Authenticator::new()).await.session();
    let eve = shop.sign_up_key("eve@example.com", &Authenticator::new()).await.session();
    let lists = shop.auth(Some(access(&eve)), Method::GET, "/user/sessions", Value::Null).await.ok();
    assert_eq!(lists.as_array().map(Vec::len), Some(1));
    assert_eq!((&lists[0]["id"], &lists[0]["isCurrent"]), (&eve["refreshTokenId"], &json!(true)), "{lists}");
    let mut refusals = Vec::new();
    for id in [ada["refreshTokenId"].as_str().unwrap(), "6f9619ff-8b86-4d01-b42d-00cf4fc964ff", "none", "%20"] {
        let path = format!("/user/sessions/{id}");
        let answer = shop.auth(Some(access(&eve)), Method::DELETE, &path, Value::Null).await;
        refusals.push(answer.declined(404, "not-found"));
    }
    refusals.dedup();
    assert_eq!(refusals.len(), 1, "{refusals:?}");
    shop.auth(Some(access(&ada)), Method::GET, "/user", Value::Null).await.ok();
    let path = format!("/user/sessions/{}", ada["refreshTokenId"].as_str().unwrap());
    assert_eq!(shop.auth(Some(access(&ada)), Method::DELETE, &path, Value::Null).await.ok(), "OK");
    shop.auth(Some(access(&ada)), Method::GET, "/user", Value::Null).await.declined(401, "unauthorized");
}

#[tokio::test]
async fn signing_out_of_all_ends_all() {
    let app = unverified().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    let one = shop.sign_up_key("ada@example.com", &key).await.session();
    let two = shop.sign_in_key(None, &key).await.session();
    shop.auth_post("/signout", json!({ "all": true })).await.declined(401, "unauthorized");
    assert_eq!(shop.auth(Some(access(&one)), Method::POST, "/signout", json!({ "all": true })).await.ok(), "OK");
    for session in [&one, &two] {
        shop.auth(Some(access(session)), Method::GET, "/user", Value::Null).await.declined(401, "unauthorized");
        let body = json!({ "refreshToken": session["refreshToken"] });
        shop.auth_post("/token", body).await.declined(401, "invalid-refresh-token");
    }
}
