//! What the pre-built UI is told to show.

use countersign_domain::clock::Span;
use countersign_domain::prompt::{Color, PromptSettings, Theme};
use countersign_domain::tenant::{Origin, Outcome};
use countersign_testkit::app::{Answer, TestApp, TestTenant, Who};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};

const ADDRESS: &str = "ada@example.com";

async fn ask(shop: &TestTenant, token: &str, query: &str) -> Answer {
    shop.client(Who::Token(token), Method::GET, &format!("/prompt{query}"), Value::Null).await
}

async fn kind(shop: &TestTenant, token: &str, query: &str) -> String {
    ask(shop, token, query).await.ok()["kind"].as_str().expect("a kind").to_owned()
}

#[tokio::test]
async fn a_new_user_enrols_keeps_codes_is_offered_a_passkey_and_is_done() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let token = shop.track("ada", "sign-up").await.token;
    let first = ask(shop, &token, "").await.ok();
    assert_eq!(first["kind"], "ENROL");
    let methods = ["PASSKEY", "SECURITY_KEY", "AUTHENTICATOR_APP", "EMAIL_MAGIC_LINK", "EMAIL_OTP"];
    assert_eq!(first["methods"], json!(methods));
    assert_eq!(first["mayEnrol"], true);

    shop.enrol_email(&token, ADDRESS).await.ok();
    let proved = shop.answer_email(&token, &app.code_for(ADDRESS)).await.ok();
    let token = proved["accessToken"].as_str().unwrap();
    assert_eq!(kind(shop, token, "").await, "RECOVERY_CODES");
    shop.recovery_codes(token).await;
    assert_eq!(kind(shop, token, "").await, "UPLIFT");
    assert_eq!(kind(shop, token, "?passed=UPLIFT").await, "DONE");
    shop.enrol_passkey(token, &Authenticator::new()).await.ok();
    assert_eq!(kind(shop, token, "").await, "DONE");
}

#[tokio::test]
async fn a_challenge_lists_what_the_user_has_the_default_first_and_masked() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.user_with_email(shop, "ada", ADDRESS).await;
    let token = shop.track_with("ada", "more", json!({ "scope": "add:authenticators" })).await.token;
    shop.enrol_passkey(&token, &Authenticator::new()).await.ok();
    let token = shop.track("ada", "withdraw").await.token;
    let body = ask(shop, &token, "").await.ok();
    assert_eq!(body["kind"], "CHALLENGE");
    // The first factor is the default one until somebody says otherwise.
    assert_eq!(body["methods"], json!(["EMAIL_OTP", "PASSKEY"]));
    assert_eq!(body["authenticators"][0]["email"], "a***@example.com", "{body}");
    assert_eq!(body["mayEnrol"], false);
    shop.server(Method::PATCH, "/users/ada", json!({ "defaultVerificationMethod": "PASSKEY" })).await.ok();
    assert_eq!(ask(shop, &token, "").await.ok()["methods"], json!(["PASSKEY", "EMAIL_OTP"]));
}

#[tokio::test]
async fn a_method_that_is_off_or_used_up_is_not_asked_for() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let token = shop.track("ada", "sign-up").await.token;
    shop.enrol_email(&token, ADDRESS).await.ok();
    let proved = shop.answer_email(&token, &app.code_for(ADDRESS)).await.ok();
    let codes = shop.recovery_codes(proved["accessToken"].as_str().unwrap()).await;
    let token = shop.track("ada", "withdraw").await.token;
    assert_eq!(ask(shop, &token, "").await.ok()["methods"], json!(["EMAIL_OTP", "RECOVERY_CODE"]));
    for code in codes {
        let token = shop.track("ada", "use-up").await.token;
        let body = json!({ "verificationCode": code });
        let reply = shop.client(Who::Token(&token), Method::POST, "/verify/recovery-code", body).await.ok();
        assert_eq!(reply["isVerified"], true);
        app.advance(Span::minutes(11));
    }
    let token = shop.track("ada", "withdraw-2").await.token;
    assert_eq!(ask(shop, &token, "").await.ok()["methods"], json!(["EMAIL_OTP"]));
}

#[tokio::test]
async fn settings_and_further_factors_follow_a_proof() {
    let app = TestApp::with(|settings| settings.prompts.uplift_every_days = 0).await;
    let shop = app.tenant();
    let key = Authenticator::new();
    shop.user_with_passkey("ada", &key).await;
    let token = shop.track("ada", "account").await.token;
    for query in ["?settings=true", "?forceEnrollment=true"] {
        assert_eq!(kind(shop, &token, query).await, "CHALLENGE", "{query}");
    }
    let proved = shop.verify_passkey(&token, &key).await.ok();
    let token = proved["accessToken"].as_str().unwrap();
    app.advance(Span::minutes(1));
    assert_eq!(kind(shop, token, "?settings=true&passed=RECOVERY_CODES").await, "SETTINGS");
    assert_eq!(kind(shop, token, "?forceEnrollment=true").await, "ENROL");
    assert_eq!(kind(shop, token, "?forceEnrollment=true&passed=ENROL,RECOVERY_CODES").await, "DONE");
}

#[tokio::test]
async fn track_gives_an_address_that_opens_the_settings_where_it_is_asked_to() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    for (body, opens) in [
        (json!({ "redirectToSettings": true }), true),
        (json!({ "redirectToSettings": false }), false),
        (json!({ "redirectToSettings": null }), false),
        (json!({}), false),
    ] {
        let tracked = shop.track_with("ada", "account", body.clone()).await;
        let url = tracked.body["url"].as_str().unwrap();
        let view = if opens { "&view=settings" } else { "" };
        assert!(url.ends_with(&format!("/ui/?token={}{view}", tracked.token)), "{body}: {url}");
    }
}

#[tokio::test]
async fn who_is_asked_for_nothing_proves_themselves_before_they_see_their_settings() {
    let app = TestApp::with(|settings| settings.default_outcome = Some(Outcome::Allow)).await;
    let shop = app.tenant();
    let key = Authenticator::new();
    shop.user_with_passkey("ada", &key).await;
    let token = shop.track("ada", "account").await.token;
    assert_eq!(kind(shop, &token, "?settings=true").await, "CHALLENGE");
    assert_eq!(ask(shop, &token, "").await.ok()["mayRenewRecoveryCodes"], false);
    shop.verify_passkey(&token, &key).await.ok();
    let body = ask(shop, &token, "?settings=true&passed=RECOVERY_CODES").await.ok();
    assert_eq!((&body["kind"], &body["mayRenewRecoveryCodes"]), (&json!("SETTINGS"), &json!(true)));
    assert_eq!(body["mayRemoveLastFactor"], false);
    // The backend may open them by its word.
    let granted = shop.track_with("ada", "elsewhere", json!({ "scope": "update:authenticators" })).await.token;
    assert_eq!(kind(shop, &granted, "?settings=true").await, "SETTINGS");
}

#[tokio::test]
async fn a_decided_action_is_told_as_it_is() {
    let app = TestApp::with(|settings| settings.default_outcome = Some(Outcome::Block)).await;
    let shop = app.tenant();
    let token = shop.track("ada", "withdraw").await.token;
    for query in ["", "?forceEnrollment=true", "?settings=true", "?passed=BLOCKED"] {
        let body = ask(shop, &token, query).await.ok();
        assert_eq!((&body["kind"], &body["mayEnrol"]), (&json!("BLOCKED"), &json!(false)), "{query}");
    }
}

#[tokio::test]
async fn the_tenant_says_how_it_looks_and_where_it_leads() {
    let app = TestApp::with(|settings| {
        let primary = Some(Color::try_from("#0a7b5c".to_owned()).unwrap());
        settings.prompts = PromptSettings { theme: Theme { primary, ..Theme::default() }, ..PromptSettings::default() };
        settings.client_url = Some("https://shop.example/home".to_owned());
        settings.messages.locale = Some("fr".to_owned());
        settings.origins.push(Origin::parse("android:apk-key-hash:abc").unwrap());
    })
    .await;
    let shop = app.tenant();
    let body = ask(shop, &shop.track("ada", "sign-up").await.token, "").await.ok();
    assert_eq!(
        body["tenant"],
        json!({
            "tenantId": shop.id.to_string(), "name": "Test shop", "theme": { "primary": "#0a7b5c" }, "messages": {},
        })
    );
    assert_eq!((&body["redirectUrl"], &body["locale"]), (&json!("https://shop.example/home"), &json!("fr")));
    // An app is told nothing by a message of a page.
    assert_eq!(body["origins"], json!(["https://shop.example"]));

    let wish = json!({ "redirectUrl": "https://shop.example/order?id=7", "locale": "de-AT" });
    let body = ask(shop, &shop.track_with("ada", "order", wish).await.token, "").await.ok();
    assert_eq!((&body["redirectUrl"], &body["locale"]), (&json!("https://shop.example/order?id=7"), &json!("de-AT")));
}

#[tokio::test]
async fn strangers_and_other_tenants_are_told_nothing() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let other = app.another_tenant("other.example").await;
    let token = shop.track("ada", "sign-up").await.token;
    for who in [Who::Nobody, Who::Tenant] {
        shop.client(who, Method::GET, "/prompt", Value::Null).await.refused(401, "invalid_token");
    }
    // A page of another tenant, with a token that is not its own.
    other.client(Who::Token(&token), Method::GET, "/prompt", Value::Null).await.refused(403, "origin_not_allowed");
    shop.server(Method::DELETE, "/users/ada", Value::Null).await.ok();
    ask(shop, &token, "").await.refused(401, "invalid_token");
    let token = shop.track("bob", "sign-up").await.token;
    app.advance(Span::minutes(10));
    ask(shop, &token, "").await.refused(401, "expired_token");
}

#[tokio::test]
async fn asking_changes_nothing_and_bad_wishes_are_refused() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.user_with_email(shop, "ada", ADDRESS).await;
    let token = shop.track("ada", "withdraw").await.token;
    let before = app.events().await;
    for query in ["", "?forceEnrollment=true", "?settings=true&passed=UPLIFT,DONE"] {
        ask(shop, &token, query).await.ok();
    }
    assert_eq!(app.events().await, before);
    for query in ["?passed=EVERYTHING", "?passed=enrol", "?forceEnrollment=maybe"] {
        ask(shop, &token, query).await.refused(400, "invalid_request");
    }
}

/// The UI of these tests is at `auth.shop.example`.
#[tokio::test]
async fn where_the_ui_does_not_fit_the_relying_party_the_remedy_is_told_and_no_passkey_offered() {
    let app = TestApp::new().await;
    let (shop, other) = (app.tenant(), app.another_tenant("other.example").await);
    let token = shop.track("ada", "sign-up").await.token;
    assert!(ask(shop, &token, "").await.ok().get("setUpAdvice").is_none());

    let token = other.track("ada", "sign-up").await.token;
    let advice = ask(&other, &token, "").await.ok()["setUpAdvice"].as_str().expect("there is advice").to_owned();
    assert!(advice.contains("https://auth.shop.example cannot use passkeys of other.example"), "{advice}");
    assert!(advice.contains("countersign tenant update --custom-domain auth.other.example"), "{advice}");
    other.enrol_email(&token, ADDRESS).await.ok();
    let proved = other.answer_email(&token, &app.code_for(ADDRESS)).await.ok();
    let token = proved["accessToken"].as_str().unwrap();
    other.recovery_codes(token).await;
    assert_eq!(kind(&other, token, "").await, "DONE");
}

/// A token that lives for longer than its proof opens no page on which everything is refused.
#[tokio::test]
async fn who_proved_themselves_long_ago_does_so_again_before_they_change_anything() {
    let app = TestApp::with(|settings| settings.token_minutes = 60).await;
    let shop = app.tenant();
    let key = Authenticator::new();
    shop.user_with_passkey("ada", &key).await;
    let token = shop.track("ada", "account").await.token;
    shop.verify_passkey(&token, &key).await.ok();
    app.advance(Span::minutes(11));
    assert_eq!(kind(shop, &token, "").await, "DONE");
    for query in ["?settings=true", "?forceEnrollment=true"] {
        assert_eq!(kind(shop, &token, query).await, "CHALLENGE", "{query}");
    }
    shop.verify_passkey(&token, &key).await.ok();
    assert_eq!(kind(shop, &token, "?settings=true&passed=RECOVERY_CODES").await, "SETTINGS");
    assert_eq!(kind(shop, &token, "?forceEnrollment=true").await, "ENROL");
}

/// A sign-in without a token, a result that was taken, and a claim are worth as much here as anywhere.
#[tokio::test]
async fn tokens_from_elsewhere_open_what_they_proved_and_no_more() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    shop.user_with_passkey("ada", &key).await;
    let signed_in = shop.sign_in(&key).await.ok();
    let token = signed_in["accessToken"].as_str().unwrap();
    app.advance(Span::minutes(1));
    assert_eq!(kind(shop, token, "?settings=true&passed=RECOVERY_CODES").await, "SETTINGS");
    // A backend that has taken the result has not taken the page away.
    let consume = json!({ "token": token, "consume": true });
    assert_eq!(shop.validate_with(consume.clone()).await["isValid"], true);
    assert_eq!(shop.validate_with(consume).await["isValid"], false);
    assert_eq!(kind(shop, token, "?settings=true&passed=RECOVERY_CODES").await, "SETTINGS");

    // A code claimed before it is answered proves nothing until then, and makes nobody's factors visible but the claimed user's.
    let challenge = shop.begin_for(ADDRESS).await;
    let early = json!({ "challengeId": challenge, "userId": "eve", "skipVerificationCheck": true });
    let claimed = shop.server(Method::POST, "/claim", early).await.ok();
    let token = claimed["token"].as_str().unwrap();
    let body = ask(shop, token, "?settings=true").await.ok();
    assert_eq!((&body["kind"], &body["authenticators"]), (&json!("ENROL"), &json!([])));
    assert_eq!(body["user"]["userId"], "eve");
}
