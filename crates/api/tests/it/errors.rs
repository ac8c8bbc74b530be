//! Every error code that this product can give now (decisions §4): its status, its shape, and what it says.

use countersign_db::statements;
use countersign_domain::clock::Span;
use countersign_domain::methods::Method as Kind;
use countersign_testkit::app::{TestApp, TestTenant, Who};
use countersign_testkit::forger::{Attestation, Authenticator, Tamper};
use http::Method;
use serde_json::{Value, json};

statements! {
    SPOIL_SETTINGS = "UPDATE tenants SET settings = $1 WHERE tenant_id = $2";
}

const ENROL: &str = "/user-authenticators/passkey/registration-options";

#[tokio::test]
async fn unauthorized_names_the_key_and_the_base_url() {
    let app = TestApp::new().await;
    let answer = app.tenant().server_as("wrong", Method::GET, "/users/ada", Value::Null).await;
    assert!(answer.header("www-authenticate").starts_with("Basic "), "RFC 9110 §11.6.1");
    let body = answer.refused(401, "unauthorized");
    // The SDKs' own tests compare this sentence (docs/reference/authsignal.md §1.5).
    let sentence = "The request is unauthorized. Check that your API key and region base URL are correctly configured.";
    assert_eq!(body["errorDescription"], sentence);
}

/// A `Basic` challenge would make the browser itself ask for a password in front of the page.
#[tokio::test]
async fn invalid_and_expired_tokens_are_told_apart_and_raise_no_password_prompt() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let token = shop.track("ada", "withdraw").await.token;
    app.advance(Span::minutes(10));
    for (token, code) in [(token.as_str(), "expired_token"), ("token", "invalid_token")] {
        let answer = shop.client(Who::Token(token), Method::GET, "/user-authenticators", Value::Null).await;
        assert_eq!(
            answer.header("www-authenticate"),
            "Bearer realm=\"Countersign\", error=\"invalid_token\"",
            "RFC 6750 §3"
        );
        let body = answer.refused(401, code);
        assert!(body["errorDescription"].as_str().unwrap().contains("track the action again"), "{body}");
    }
}

#[tokio::test]
async fn insufficient_scope_says_what_would_suffice() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    shop.user_with_passkey("ada", &Authenticator::new()).await;
    let token = shop.track("ada", "settings").await.token;
    let body = shop.client(Who::Token(&token), Method::POST, ENROL, json!({})).await.refused(403, "insufficient_scope");
    assert!(body["errorDescription"].as_str().unwrap().contains("Complete a challenge"), "{body}");
}

#[tokio::test]
async fn origin_not_allowed_names_the_origin_and_the_command() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let call = shop.client_from(Some("https://evil.example"), Who::Tenant, Method::POST, "/challenge", json!({}));
    let body = call.await.refused(403, "origin_not_allowed");
    let description = body["errorDescription"].as_str().unwrap();
    assert!(description.contains("countersign tenant update --origin https://evil.example"), "{description}");
}

#[tokio::test]
async fn not_found_is_for_ids_and_paths() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    for path in ["/users/ada/actions/withdraw/none", "/nowhere", "/client", "/users/a/b/c/d"] {
        shop.server(Method::GET, path, Value::Null).await.refused(404, "not_found");
    }
    shop.send(shop.raw(Method::GET, "/nowhere")).await.refused(404, "not_found");
    shop.server(Method::PUT, "/users/ada", json!({})).await.refused(405, "invalid_request");
}

#[tokio::test]
async fn invalid_request_says_what_is_wrong_with_the_body() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    for (body, word) in [
        (json!({ "email": 5 }), "invalid type"),
        (json!([5]), "invalid type"),
        (json!("text"), "invalid type"),
        (json!({ "email": "nobody" }), "e-mail"),
        (json!({ "idempotencyKey": "" }), "idempotencyKey"),
    ] {
        let answer = shop.server(Method::POST, "/users/ada/actions/withdraw", body.clone()).await;
        let said = answer.refused(400, "invalid_request")["errorDescription"].as_str().unwrap().to_owned();
        assert!(said.contains(word), "{body}: {said}");
    }
    for text in ["{", "{\"a\":}", "nul", "{} {}", "\u{feff}{}"] {
        let request = shop.raw(Method::POST, "/v1/users/ada/actions/withdraw").basic_auth(&shop.secret, Some(""));
        shop.send(request.body(text)).await.refused(400, "invalid_request");
    }
}

/// The step is the one of WebAuthn Level 3 that refused; a wrong signature is another code.
#[tokio::test]
async fn a_failed_ceremony_names_its_step() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    shop.user_with_passkey("ada", &key).await;
    let token = shop.track("ada", "withdraw").await.token;
    let offer = shop.assertion_options(Who::Token(&token)).await;
    let elsewhere = key.get(&offer["options"], "https://evil.example").unwrap();
    let body = shop.send_assertion(Who::Token(&token), &offer, &elsewhere.credential).await;
    assert_eq!(body.refused(400, "invalid_request")["step"], "7.2.12");

    let flipped =
        key.forge_get(&offer["options"], &shop.origin, |draft| draft.signature = Tamper::OtherMessage).unwrap();
    shop.send_assertion(Who::Token(&token), &offer, &flipped.credential).await.refused(400, "invalid_credential");
}

#[tokio::test]
async fn unknown_credential_is_told_apart_so_that_the_browser_can_drop_it() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let key = Authenticator::new();
    shop.user_with_passkey("ada", &key).await;
    shop.server(Method::DELETE, "/users/ada", Value::Null).await.ok();
    shop.sign_in(&key).await.refused(400, "unknown_credential");
}

#[tokio::test]
async fn invalid_configuration_names_the_method() {
    let app = TestApp::with(|settings| settings.disabled_methods = vec![Kind::Passkey]).await;
    let shop = app.tenant();
    let token = shop.track("ada", "sign-up").await.token;
    let body = shop.client(Who::Token(&token), Method::POST, ENROL, json!({})).await;
    let body = body.refused(400, "invalid_configuration");
    assert!(body["errorDescription"].as_str().unwrap().contains("PASSKEY"), "{body}");
    let rented = json!({ "verificationMethod": "VERIFF" });
    shop.server(Method::POST, "/users/ada/authenticators", rented).await.refused(400, "invalid_configuration");
    let none = json!({ "verificationMethod": "TELEPATHY" });
    shop.server(Method::POST, "/users/ada/authenticators", none).await.refused(400, "invalid_request");
}

#[tokio::test]
async fn attestation_refused_is_for_a_statement_that_does_not_hold() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let token = shop.track("ada", "sign-up").await.token;
    let offer = shop.passkey_options(&token).await;
    let key = Authenticator::new();
    let made = key.forge_create(&offer["options"], &shop.origin, |draft| {
        draft.attestation = Attestation::PackedSelf;
        draft.signature = Tamper::OtherMessage;
    });
    let answer = shop.add_passkey(&token, &offer, &made.unwrap().credential).await;
    answer.refused(400, "attestation_refused");
}

/// 64 KiB for ordinary bodies, 256 KiB for those that hold a credential; not a byte more, not a byte less.
#[tokio::test]
async fn payload_too_large_begins_after_the_last_byte_allowed() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let padded = |length: usize| format!("{{}}{}", " ".repeat(length - 2));
    let ordinary = |length| {
        let request = shop.raw(Method::POST, "/v1/users/ada/actions/withdraw").basic_auth(&shop.secret, Some(""));
        shop.send(request.body(padded(length)))
    };
    ordinary(64 * 1024).await.ok();
    ordinary(64 * 1024 + 1).await.refused(413, "payload_too_large");
    let ceremony = |length| {
        let request = shop.raw(Method::POST, "/v1/users/authenticators").basic_auth(&shop.secret, Some(""));
        shop.send(request.body(padded(length)))
    };
    ceremony(256 * 1024).await.refused(400, "invalid_request");
    ceremony(256 * 1024 + 1).await.refused(413, "payload_too_large");
}

#[tokio::test]
async fn too_many_requests_says_when_to_come_back() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let token = shop.track("ada", "sign-up").await.token;
    for _ in 0..100 {
        shop.passkey_options(&token).await;
    }
    let answer = shop.client(Who::Token(&token), Method::POST, ENROL, json!({})).await;
    let wait: i64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=600).contains(&wait), "{wait} seconds");
    answer.refused(429, "too_many_requests");
    // Another user is not held up; and after the time told, this one goes on.
    let other = shop.track("eve", "sign-up").await.token;
    shop.passkey_options(&other).await;
    app.advance(Span::seconds(wait));
    let token = shop.track("ada", "sign-up").await.token;
    shop.passkey_options(&token).await;
}

#[tokio::test]
async fn unavailable_says_when_to_come_back_and_nothing_of_the_database() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let token = shop.track("ada", "sign-up").await.token;
    app.db.close().await;
    let server = shop.server(Method::GET, "/users/ada", Value::Null).await;
    let client = shop.client(Who::Token(&token), Method::GET, "/user-authenticators", Value::Null).await;
    for answer in [server, client] {
        assert!(answer.header("retry-after").parse::<u32>().unwrap() >= 1);
        let body = answer.refused(503, "unavailable");
        assert_eq!(body["errorDescription"], "The service is not available. Try again shortly.");
    }
}

async fn spoil_settings(app: &TestApp, shop: &TestTenant) {
    let id = shop.id.clone();
    let spoil = async move |tx: &mut countersign_db::Tx<'_>| tx.run(&SPOIL_SETTINGS, &[&"{ canary", &id]).await;
    let spoiled: Result<u64, countersign_db::Error> = app.db.write(spoil).await;
    assert_eq!(spoiled.expect("the row is there"), 1);
}

#[tokio::test]
async fn internal_error_carries_only_the_id_of_its_request() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    spoil_settings(&app, shop).await;
    let answer = shop.server(Method::GET, "/users/ada", Value::Null).await;
    let id = answer.header("x-request-id").to_owned();
    let body = answer.refused(500, "internal_error");
    assert_eq!(body["requestId"], id, "the same id as in the log");
    assert_eq!(body["errorDescription"], "Something went wrong on our side. Report the requestId.");
    assert_eq!(body.as_object().unwrap().len(), 4, "{body}");
}
