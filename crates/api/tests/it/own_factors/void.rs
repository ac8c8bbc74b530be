//! What a proof is worth once its factor is gone: who stole a key and was found out does nothing more with what it proved.

use countersign_testkit::app::{TestApp, TestTenant, Who};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{ADA, ada, change, id_of, own, proved, remove};

/// A token of an action of Ada's that a code by e-mail has just proved.
async fn proved_by_mail(app: &TestApp, shop: &TestTenant) -> String {
    let token = shop.track("ada", "owner").await.token;
    shop.ask_email(&token).await.ok();
    let done = shop.answer_email(&token, &app.code_for(ADA)).await.ok();
    done["accessToken"].as_str().expect("a token").to_owned()
}

async fn options(shop: &TestTenant, token: &str) -> u16 {
    let path = "/user-authenticators/passkey/registration-options";
    shop.client(Who::Token(token), Method::POST, path, json!({})).await.status
}

/// Nothing that takes a fresh proof is done with this token.
async fn assert_void(shop: &TestTenant, token: &str) {
    let id = id_of(shop, "ada", "EMAIL_OTP").await;
    change(shop, token, &id, json!({ "name": "Mine" })).await.refused(403, "insufficient_scope");
    remove(shop, token, &id).await.refused(403, "insufficient_scope");
    assert_eq!(options(shop, token).await, 403);
    shop.enrol_email(token, "thief@example.com").await.refused(403, "insufficient_scope");
    shop.ask_recovery_codes(token).await.refused(403, "insufficient_scope");
    let prompt = shop.client(Who::Token(token), Method::GET, "/prompt?settings=true", Value::Null).await.ok();
    let told = (&prompt["kind"], &prompt["mayEnrol"], &prompt["mayRenewRecoveryCodes"]);
    assert_eq!(told, (&json!("CHALLENGE"), &json!(false), &json!(false)));
}

#[tokio::test]
async fn item_70_a_proof_by_a_factor_that_was_removed_since_changes_no_factor() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let stolen = Authenticator::new();
    let thief = ada(&app, &stolen).await;
    let begun = shop.passkey_options(&thief).await;
    let owner = proved_by_mail(&app, shop).await;
    remove(shop, &owner, &id_of(shop, "ada", "PASSKEY").await).await.ok();
    assert_void(shop, &thief).await;
    // What was begun before is not finished either.
    let made = Authenticator::new().create(&begun["options"], &shop.origin).unwrap();
    shop.add_passkey(&thief, &begun, &made.credential).await.refused(403, "insufficient_scope");
    // The owner goes on, and what the action has come to stays what it is.
    assert_eq!(options(shop, &owner).await, 200);
    let verdict = shop.validate(&thief).await;
    assert_eq!((&verdict["isValid"], &verdict["verificationMethod"]), (&json!(true), &json!("PASSKEY")));
    assert_eq!(own(shop, &owner).await.len(), 1);
}

#[tokio::test]
async fn a_proof_by_a_factor_that_the_backend_removed_is_void_and_lifts_no_later_one() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let thief = ada(&app, &Authenticator::new()).await;
    let path = format!("/users/ada/authenticators/{}", id_of(shop, "ada", "PASSKEY").await);
    shop.server(Method::DELETE, &path, Value::Null).await.ok();
    assert_void(shop, &thief).await;
    // Another proof of the same action stands alone: two factors need two that are there.
    shop.ask_email(&thief).await.ok();
    let done = shop.answer_email(&thief, &app.code_for(ADA)).await.ok();
    let verdict = shop.validate(done["accessToken"].as_str().unwrap()).await;
    assert_eq!((&verdict["acr"], &verdict["amr"]), (&json!("aal1"), &json!(["otp", "email"])));
    assert_eq!(options(shop, &thief).await, 200);
}

#[tokio::test]
async fn who_removes_the_factor_that_they_proved_themselves_by_goes_on_and_others_do_not() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    let token = ada(&app, &key).await;
    let elsewhere = proved(shop, "ada", &key).await;
    remove(shop, &token, &id_of(shop, "ada", "PASSKEY").await).await.ok();
    shop.enrol_passkey(&token, &Authenticator::new()).await.ok();
    assert_eq!(own(shop, &token).await.len(), 2);
    assert_void(shop, &elsewhere).await;
}

#[tokio::test]
async fn a_new_set_of_recovery_codes_voids_what_one_of_the_old_set_proved_elsewhere() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let owner = ada(&app, &Authenticator::new()).await;
    let codes = shop.recovery_codes(&owner).await;
    let by_code = async |code: &str| {
        let token = shop.track("ada", "lost").await.token;
        let done = shop.answer_recovery_code(&token, code).await.ok();
        done["accessToken"].as_str().expect("a token").to_owned()
    };
    let (thief, mine) = (by_code(&codes[0]).await, by_code(&codes[1]).await);
    shop.recovery_codes(&mine).await;
    assert_void(shop, &thief).await;
    assert_eq!(options(shop, &mine).await, 200, "who has lost everything makes a new set, and then a new factor");
}

#[tokio::test]
async fn a_proof_by_an_address_that_the_backend_has_moved_is_void() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    ada(&app, &Authenticator::new()).await;
    let thief = proved_by_mail(&app, shop).await;
    let moved = json!({ "email": "new@example.com", "emailVerified": true });
    shop.server(Method::PATCH, "/users/ada", moved).await.ok();
    assert_void(shop, &thief).await;
    assert_eq!(shop.validate(&thief).await["isValid"], true);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_removal_and_an_enrolment_with_its_proof_at_once_none_comes_after() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    ada(&app, &Authenticator::new()).await;
    for round in 0..8 {
        let stolen = Authenticator::new();
        let owner = proved_by_mail(&app, shop).await;
        shop.enrol_passkey(&owner, &stolen).await.ok();
        let thief = proved(shop, "ada", &stolen).await;
        let begun = shop.passkey_options(&thief).await;
        let made = Authenticator::new().create(&begun["options"], &shop.origin).unwrap().credential;
        let held = shop.factors_of("ada").await;
        let id = held.last().unwrap()["userAuthenticatorId"].as_str().unwrap().to_owned();
        let mut racing = JoinSet::new();
        {
            let (shop, thief) = (shop.clone(), thief.clone());
            racing.spawn(async move { shop.add_passkey(&thief, &begun, &made).await.status });
        }
        {
            let (shop, owner) = (shop.clone(), owner.clone());
            racing.spawn(async move { remove(&shop, &owner, &id).await.status });
        }
        let all = racing.join_all().await;
        assert!(all.iter().all(|status| matches!(status, 200 | 403)), "round {round}: {all:?}");
        // Whoever came first, what the list shows now is all there is.
        assert_void(shop, &thief).await;
        let added = usize::from(all.iter().all(|status| *status == 200));
        assert_eq!(shop.factors_of("ada").await.len(), held.len() - 1 + added, "round {round}");
        app.advance(countersign_domain::clock::Span::minutes(11));
    }
}
