//! Removal: what ends with it, what has to stay, who is told.

use countersign_domain::methods::Method as Kind;
use countersign_testkit::app::{ORIGIN, TestApp, Who};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};

use super::{ADA, ada, defaults, id_of, own, proved, remove};
use crate::spoiled::bytes;

const LINK: &str = "link@example.com";

/// Deleting a passkey ends its use at once and the answer lists what the client should signal.
#[tokio::test]
async fn item_46_a_passkey_that_its_user_removed_is_dead_and_the_rest_are_listed() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let (lost, kept, key) = (Authenticator::new(), Authenticator::new(), Authenticator::security_key());
    let token = ada(&app, &lost).await;
    let handle = shop.passkey_options(&token).await["options"]["user"]["id"].clone();
    let id = id_of(shop, "ada", "PASSKEY").await;
    shop.enrol_passkey(&token, &kept).await.ok();
    shop.enrol_security_key(&token, &key).await.ok();
    let offer = shop.assertion_options(Who::Tenant).await;
    let request = json!({ "challenge": offer["options"]["challenge"], "rpId": "shop.example" });
    let begun = lost.get(&request, ORIGIN).unwrap().credential;

    let removed = remove(shop, &token, &id).await.ok();
    assert_eq!(removed["success"], true);
    let signal = &removed["signal"];
    assert_eq!((&signal["rpId"], &signal["userId"]), (&json!("shop.example"), &handle));
    let left = signal["allAcceptedCredentialIds"].as_array().unwrap();
    // A security key's too: a keeper of credentials forgets what is not named.
    let mut left: Vec<Vec<u8>> = left.iter().map(bytes).collect();
    let mut expected = [kept.credentials(), key.credentials()].concat();
    left.sort();
    expected.sort();
    assert_eq!(left, expected);

    shop.send_assertion(Who::Tenant, &offer, &begun).await.refused(400, "unknown_credential");
    shop.sign_in(&lost).await.refused(400, "unknown_credential");
    remove(shop, &token, &id).await.refused(404, "not_found");
    assert_eq!(shop.sign_in(&kept).await.ok()["userId"], "ada");
}

/// The last factor cannot be removed by the user when policy asks one, as it does by default.
#[tokio::test]
async fn item_47_the_last_factor_stays_and_goes_where_the_tenant_lets_it() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    let token = ada(&app, &key).await;
    shop.recovery_codes(&token).await;
    let (email, passkey) = (id_of(shop, "ada", "EMAIL_OTP").await, id_of(shop, "ada", "PASSKEY").await);
    remove(shop, &token, &email).await.ok();
    assert_eq!(defaults(shop, "ada").await, ["PASSKEY"], "the heir of the default");
    app.mails("notice", ADA).await;
    app.inbox().clear();
    let before = (own(shop, &token).await, app.events().await);
    let refused = remove(shop, &token, &passkey).await.refused(409, "last_factor");
    assert!(refused["errorDescription"].as_str().unwrap().contains("Add another one first"), "{refused}");
    assert_eq!((own(shop, &token).await, app.events().await), before, "recovery codes are no factor and stay");
    shop.sign_in(&key).await.ok();
    // A set of codes may go: it is no factor.
    remove(shop, &token, &id_of(shop, "ada", "RECOVERY_CODE").await).await.ok();
    // The backend decides for itself.
    shop.server(Method::DELETE, &format!("/users/ada/authenticators/{passkey}"), Value::Null).await.ok();

    let app = TestApp::with(|settings| settings.may_remove_last_factor = true).await;
    let shop = app.tenant();
    shop.user_with_passkey("ada", &key).await;
    let token = proved(shop, "ada", &key).await;
    shop.recovery_codes(&token).await;
    remove(shop, &token, &id_of(shop, "ada", "PASSKEY").await).await.ok();
    assert_eq!(own(shop, &token).await, Vec::<Value>::new(), "recovery codes go with the last factor");
    assert_eq!(shop.track("ada", "again").await.body["isEnrolled"], false);
}

/// A factor that the tenant asks nobody for confirms nobody.
#[tokio::test]
async fn item_47_a_factor_of_a_method_that_is_off_does_not_count() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let token = ada(&app, &Authenticator::new()).await;
    app.change(|_, settings| settings.disabled_methods = vec![Kind::EmailOtp]).await;
    let passkey = id_of(shop, "ada", "PASSKEY").await;
    remove(shop, &token, &passkey).await.refused(409, "last_factor");
    assert_eq!(shop.factors_of("ada").await.len(), 2);
    shop.enrol_security_key(&token, &Authenticator::security_key()).await.ok();
    remove(shop, &token, &passkey).await.ok();
    // One that is off may go itself.
    remove(shop, &token, &id_of(shop, "ada", "EMAIL_OTP").await).await.ok();
}

#[tokio::test]
async fn codes_and_links_on_their_way_to_a_removed_factor_are_worth_nothing() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let token = ada(&app, &Authenticator::new()).await;
    shop.enrol_link(&token, LINK).await.ok();
    let page = app.open_link(&app.link_for(LINK)).await;
    assert_eq!(app.press(&page, "yes").await.status, 200);
    let pay = shop.track("ada", "pay").await.token;
    shop.ask_email(&pay).await.ok();
    shop.ask_link(&pay).await.ok();
    let (code, link) = (app.code_for(ADA), app.link_for(LINK));
    let page = app.open_link(&link).await;
    for method in ["EMAIL_OTP", "EMAIL_MAGIC_LINK"] {
        remove(shop, &token, &id_of(shop, "ada", method).await).await.ok();
    }
    assert_eq!(shop.answer_email(&pay, &code).await.ok()["isVerified"], false);
    app.press(&page, "yes").await;
    assert_eq!(shop.poll_link(&pay).await.ok()["isVerified"], false);
    assert_eq!(shop.validate(&pay).await["state"], "CHALLENGE_REQUIRED");
}

#[tokio::test]
async fn item_92_a_removal_is_told_at_every_address_the_removed_one_too() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let token = ada(&app, &Authenticator::new()).await;
    shop.server(Method::PATCH, "/users/ada", json!({ "email": LINK, "emailVerified": true })).await.ok();
    // The backend's word moved the factor's address, so bring the old one back as a second.
    let body = json!({ "verificationMethod": "EMAIL_OTP", "email": ADA });
    shop.server(Method::POST, "/users/ada/authenticators", body).await.ok();
    app.mails("notice", ADA).await;
    app.inbox().clear();
    let held = shop.factors_of("ada").await;
    let old = held.iter().find(|one| one["email"] == ADA).unwrap()["userAuthenticatorId"].as_str().unwrap();
    remove(shop, &token, old).await.ok();
    for address in [ADA, LINK] {
        let told = app.mails("notice", address).await;
        let subjects: Vec<_> = told.iter().filter_map(|mail| mail.subject.as_deref()).collect();
        assert_eq!(subjects, ["An address was removed at Test shop"], "{address}");
    }
    let events = app.countersign.newest_events(&shop.id, 200).await.unwrap();
    let gone = events.iter().find(|event| event.kind == "authenticator.deleted").expect("item 89: an event");
    assert_eq!(gone.action_code.as_deref(), Some("account"));
    assert_eq!(gone.detail.clone().unwrap_or_default()["method"], "EMAIL_OTP");
}
