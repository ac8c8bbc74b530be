//! Who may change a factor, and of whom.

use countersign_domain::clock::Span;
use countersign_domain::tenant::Outcome;
use countersign_testkit::app::{Answer, TestApp, Who};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};

use super::{ADA, ada, change, id_of, own, proved, remove};

fn name() -> Value {
    json!({ "name": "Mine" })
}

/// Sensitive account calls need a proof newer than ten minutes, or the backend's word.
#[tokio::test]
async fn item_70_a_factor_is_changed_or_removed_only_within_ten_minutes_of_a_proof() {
    let app = TestApp::with(|settings| settings.token_minutes = 30).await;
    let shop = app.tenant();
    let key = Authenticator::new();
    ada(&app, &key).await;
    let id = id_of(shop, "ada", "EMAIL_OTP").await;
    let tracked = shop.track("ada", "other").await.token;
    let told = change(shop, &tracked, &id, name()).await.refused(403, "insufficient_scope");
    assert!(told["errorDescription"].as_str().unwrap().contains("update:authenticators"), "{told}");
    let told = remove(shop, &tracked, &id).await.refused(403, "insufficient_scope");
    assert!(told["errorDescription"].as_str().unwrap().contains("remove:authenticators"), "{told}");

    // A proof of this action opens it, for the token of track too, and for ten minutes.
    let proof = shop.verify_passkey(&tracked, &key).await.ok()["accessToken"].as_str().unwrap().to_owned();
    app.advance(Span::seconds(590));
    for token in [&tracked, &proof] {
        change(shop, token, &id, name()).await.ok();
    }
    app.advance(Span::seconds(11));
    for token in [&tracked, &proof] {
        change(shop, token, &id, name()).await.refused(403, "insufficient_scope");
        remove(shop, token, &id).await.refused(403, "insufficient_scope");
    }
    assert_eq!(shop.factors_of("ada").await.len(), 2);
}

#[tokio::test]
async fn a_scope_of_track_opens_what_it_names_and_no_more() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    ada(&app, &Authenticator::new()).await;
    let id = id_of(shop, "ada", "EMAIL_OTP").await;
    let with = async |scope: &str| shop.track_with("ada", "account", json!({ "scope": scope })).await.token;
    app.advance(Span::minutes(11));
    for scope in ["", "add:authenticators read:authenticators", "UPDATE:authenticators"] {
        let token = with(scope).await;
        change(shop, &token, &id, name()).await.refused(403, "insufficient_scope");
        remove(shop, &token, &id).await.refused(403, "insufficient_scope");
    }
    let (update, removal) = (with("update:authenticators").await, with("remove:authenticators").await);
    remove(shop, &update, &id).await.refused(403, "insufficient_scope");
    change(shop, &removal, &id, name()).await.refused(403, "insufficient_scope");
    change(shop, &update, &id, name()).await.ok();
    assert_eq!(remove(shop, &removal, &id).await.ok()["success"], true);
}

#[tokio::test]
async fn a_blocked_action_and_a_mere_review_change_nothing() {
    let app = TestApp::with(|settings| settings.default_outcome = Some(Outcome::Block)).await;
    let shop = app.tenant();
    let body = json!({ "verificationMethod": "EMAIL_OTP", "email": ADA });
    shop.server(Method::POST, "/users/ada/authenticators", body.clone()).await.ok();
    let id = id_of(shop, "ada", "EMAIL_OTP").await;
    let scope = json!({ "scope": "update:authenticators remove:authenticators", "idempotencyKey": "k" });
    let token = shop.track_with("ada", "account", scope).await.token;
    change(shop, &token, &id, name()).await.refused(403, "insufficient_scope");
    remove(shop, &token, &id).await.refused(403, "insufficient_scope");

    let app = TestApp::with(|settings| settings.default_outcome = Some(Outcome::Review)).await;
    let shop = app.tenant();
    shop.server(Method::POST, "/users/ada/authenticators", body).await.ok();
    let id = id_of(shop, "ada", "EMAIL_OTP").await;
    let token = shop.track_with("ada", "account", json!({ "idempotencyKey": "k" })).await.token;
    let yes = json!({ "state": "REVIEW_SUCCEEDED" });
    shop.server(Method::PATCH, "/users/ada/actions/account/k", yes).await.ok();
    change(shop, &token, &id, name()).await.refused(403, "insufficient_scope");
    remove(shop, &token, &id).await.refused(403, "insufficient_scope");
}

/// Ids of another user or tenant answer like ids that do not exist.
#[tokio::test]
async fn item_82_factors_of_others_are_not_there() {
    let app = TestApp::with(|settings| settings.may_remove_last_factor = true).await;
    let shop = app.tenant();
    let other = app.another_tenant("other.example").await;
    let (ada_key, eve_key, away) = (Authenticator::new(), Authenticator::new(), Authenticator::new());
    shop.user_with_passkey("ada", &ada_key).await;
    shop.user_with_passkey("eve", &eve_key).await;
    other.user_with_passkey("eve", &away).await;
    let (ada, there) = (id_of(shop, "ada", "PASSKEY").await, id_of(&other, "eve", "PASSKEY").await);
    let eve = proved(shop, "eve", &eve_key).await;
    let said = |answer: Answer| {
        let mut body = answer.refused(404, "not_found");
        body["requestId"].take();
        body
    };
    let never = "00000000-0000-4000-8000-000000000000";
    let renamed = said(change(shop, &eve, never, name()).await);
    let removed = said(remove(shop, &eve, never).await);
    for id in [ada.as_str(), &there, "none", "%27", &"a".repeat(300)] {
        assert_eq!(said(change(shop, &eve, id, name()).await), renamed, "{id}");
        assert_eq!(said(remove(shop, &eve, id).await), removed, "{id}");
    }
    // Without a right the answer is the same for all of them too.
    let token = shop.track("eve", "elsewhere").await.token;
    for id in [&ada, &there, never, &id_of(shop, "eve", "PASSKEY").await] {
        change(shop, &token, id, name()).await.refused(403, "insufficient_scope");
    }
    assert_eq!((shop.factors_of("ada").await.len(), other.factors_of("eve").await.len()), (1, 1));
}

#[tokio::test]
async fn strangers_other_pages_and_users_who_are_gone_are_refused() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let token = ada(&app, &Authenticator::new()).await;
    let path = format!("/user-authenticators/{}", id_of(shop, "ada", "EMAIL_OTP").await);
    for method in [Method::PATCH, Method::DELETE] {
        for who in [Who::Nobody, Who::Tenant, Who::Token("x.y.z")] {
            shop.client(who, method.clone(), &path, name()).await.refused(401, "invalid_token");
        }
        let elsewhere = Some("https://evil.example");
        let answer = shop.client_from(elsewhere, Who::Token(&token), method.clone(), &path, name()).await;
        answer.refused(403, "origin_not_allowed");
    }
    assert_eq!(own(shop, &token).await.len(), 2);
    shop.server(Method::DELETE, "/users/ada", Value::Null).await.ok();
    for method in [Method::PATCH, Method::DELETE] {
        shop.client(Who::Token(&token), method, &path, name()).await.refused(401, "invalid_token");
    }
}
