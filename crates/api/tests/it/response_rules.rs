//! The response rules that clients force (docs/reference/authsignal.md §1.4), to the letter, over every call.

use std::time::{Duration, Instant};

use countersign_testkit::app::{Answer, TestApp, TestTenant, Who};
use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// One answer of every call that can succeed.
async fn one_of_each(app: &TestApp) -> Vec<(&'static str, Answer)> {
    let shop = app.tenant();
    let server = async |method, path: &str, body| shop.server(method, path, body).await;
    let (passkey, key) = (Authenticator::new(), Authenticator::security_key());
    let mut all = vec![
        ("unknown user", server(Method::GET, "/users/ada", Value::Null).await),
        ("update", server(Method::PATCH, "/users/ada", json!({ "username": "ada" })).await),
        ("update by POST", server(Method::POST, "/users/ada", json!({ "locale": "mi" })).await),
        ("users", server(Method::GET, "/users", Value::Null).await),
        ("no users", server(Method::GET, "/users?email=none@example.com", Value::Null).await),
        ("methods", server(Method::GET, "/authenticators", Value::Null).await),
        ("track", server(Method::POST, "/users/ada/actions/sign-up", json!({ "idempotencyKey": "k" })).await),
        ("action", server(Method::GET, "/users/ada/actions/sign-up/k", Value::Null).await),
        ("actions", server(Method::GET, "/users/ada/actions", Value::Null).await),
        ("batch", server(Method::POST, "/users/authenticators", json!({ "authenticators": [] })).await),
        ("not validated", server(Method::POST, "/validate", json!({ "token": token(shop).await })).await),
    ];
    let first = token(shop).await;
    let path = "/user-authenticators/passkey/registration-options";
    all.push(("creation options", shop.client(Who::Token(&first), Method::POST, path, json!({})).await));
    all.push(("enrol", shop.enrol_passkey(&first, &passkey).await));
    all.push(("enrol key", shop.enrol_security_key(&first, &key).await));
    all.push(("challenge", shop.client(Who::Tenant, Method::POST, "/challenge", json!({})).await));
    let path = "/user-authenticators/passkey/authentication-options";
    all.push(("request options", shop.client(Who::Tenant, Method::POST, path, json!({})).await));
    all.push(("sign in", shop.sign_in(&passkey).await));
    all.push(("step up", shop.verify_passkey(&token(shop).await, &passkey).await));
    all.push(("step up by key", shop.verify_security_key(&token(shop).await, &key).await));
    all.push(("own factors", shop.client(Who::Token(&first), Method::GET, "/user-authenticators", Value::Null).await));
    let id = countersign_domain::secret::base64url(&passkey.credentials()[0]);
    let path = format!("/user-authenticators/passkey?credentialIds={id},x");
    all.push(("known passkey", shop.client(Who::Tenant, Method::GET, &path, Value::Null).await));
    all.push(("validated", server(Method::POST, "/validate", json!({ "token": first })).await));
    let factors = server(Method::GET, "/users/ada/authenticators", Value::Null).await;
    let path = format!("/users/ada/authenticators/{}", factors.body[0]["userAuthenticatorId"].as_str().unwrap_or("-"));
    all.push(("factors", factors));
    all.push(("delete factor", server(Method::DELETE, &path, Value::Null).await));
    let email = json!({ "verificationMethod": "EMAIL_OTP", "email": "grace@example.com" });
    all.push(("enrol verified", server(Method::POST, "/users/grace/authenticators", email.clone()).await));
    let begun = server(Method::POST, "/challenge", json!({ "userId": "grace", "action": "pay" })).await;
    let id = begun.body["challengeId"].as_str().unwrap_or("-").to_owned();
    all.push(("begin", begun));
    all.push(("open", server(Method::GET, &format!("/challenges?challengeId={id}"), Value::Null).await));
    all.push(("none open", server(Method::POST, "/challenges", json!({ "userId": "nobody" })).await));
    all.push(("wrong code", shop.hand_over(&id, "no code").await));
    let code = app.code_after("grace@example.com", 1).await;
    all.push(("right code", shop.hand_over(&id, &code).await));
    all.push(("claim", shop.claim(&id, "grace").await));
    let state = json!({ "state": "REVIEW_REQUIRED" });
    all.push(("set state", server(Method::PATCH, "/users/ada/actions/sign-up/k", state).await));
    all.push(("delete user", server(Method::DELETE, "/users/ada", Value::Null).await));
    all
}

async fn token(shop: &TestTenant) -> String {
    shop.track("ada", "withdraw").await.token
}

fn no_null(name: &str, value: &Value) {
    match value {
        Value::Null => panic!("{name}: absent members are left out"),
        Value::Array(list) => list.iter().for_each(|value| no_null(name, value)),
        Value::Object(members) => members.values().for_each(|value| no_null(name, value)),
        _ => {}
    }
}

#[tokio::test]
async fn a_success_is_200_with_exactly_application_json_and_no_member_error() {
    let app = TestApp::new().await;
    for (name, answer) in one_of_each(&app).await {
        assert_eq!(answer.status, 200, "{name}: {}", answer.body);
        let types: Vec<_> = answer.headers.get_all("content-type").iter().collect();
        assert_eq!(types, ["application/json"], "{name}");
        assert!(answer.body.is_object() || answer.body.is_array(), "{name}: always a JSON body");
        assert!(
            answer.body.get("error").is_none() && answer.body.get("errorCode").is_none(),
            "{name}: {}",
            answer.body
        );
        no_null(name, &answer.body);
        assert_eq!(answer.header("cache-control"), "no-store", "{name}");
        assert!(answer.header("x-request-id").len() >= 12, "{name}");
    }
}

#[tokio::test]
async fn a_deletion_answers_success_true() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    shop.track("ada", "sign-up").await;
    let deleted = shop.server(Method::DELETE, "/users/ada", Value::Null).await.ok();
    assert_eq!(deleted, json!({ "success": true }));
}

/// Browsers send the type and no body, php no body at all, iOS both ways.
#[tokio::test]
async fn an_empty_body_is_an_empty_object() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let token = token(shop).await;
    let server = |path: &str| shop.raw(Method::POST, path).basic_auth(&shop.secret, Some(""));
    let client = |path: &str| shop.raw(Method::POST, path).bearer_auth(&token).header("origin", &shop.origin);
    let options = "/v1/client/user-authenticators/passkey/registration-options";
    for body in ["", " ", "\r\n"] {
        for request in [server("/v1/users/ada/actions/x"), server("/v1/users/ada"), client(options)] {
            let (typed, bare) = (request.try_clone(), request);
            shop.send(typed.unwrap().header("content-type", "application/json").body(body)).await.ok();
            shop.send(bare.body(body)).await.ok();
        }
    }
    shop.send(server("/v1/validate")).await.refused(400, "invalid_request");
}

/// Go and Python name a type on every call, also where there is no body.
#[tokio::test]
async fn a_content_type_without_a_body_disturbs_no_get() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    for header in ["application/json", "application/json; charset=utf-8", "text/plain"] {
        let request = shop.raw(Method::GET, "/v1/users/ada").basic_auth(&shop.secret, Some(""));
        shop.send(request.header("content-type", header).header("content-length", "0")).await.ok();
        let request = shop.raw(Method::POST, "/v1/users/ada").basic_auth(&shop.secret, Some(""));
        shop.send(request.header("content-type", header).body("{}")).await.ok();
    }
}

/// A client that promises more bytes than it sends is answered, not waited for (docs/reference/authsignal.md §1.6).
#[tokio::test]
async fn a_body_shorter_than_promised_is_answered_within_fifteen_seconds() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let mut stream = TcpStream::connect(app.url.trim_start_matches("http://")).await.unwrap();
    let credential = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, format!("{}:", shop.secret));
    let head = format!(
        "POST /v1/users/ada HTTP/1.1\r\nhost: x\r\nauthorization: Basic {credential}\r\ncontent-length: 90\r\n\r\n{{}}"
    );
    let started = Instant::now();
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; 4096];
    let length = tokio::time::timeout(Duration::from_secs(15), stream.read(&mut answer)).await.unwrap().unwrap();
    let text = String::from_utf8_lossy(&answer[..length]);
    assert!(text.starts_with("HTTP/1.1 408 ") && text.contains("invalid_request"), "{text}");
    assert!(started.elapsed() >= Duration::from_secs(5), "a slow client gets its time");
}

/// A trailing slash on an SDK's base URL, and php's base URL without `/v1` (docs/reference/authsignal.md §1.1).
#[tokio::test]
async fn base_urls_as_clients_configure_them_work() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    for path in ["/v1//users/ada", "//v1/users/ada", "/users/ada", "//users/ada"] {
        let request = shop.raw(Method::GET, path).basic_auth(&shop.secret, Some(""));
        assert_eq!(shop.send(request).await.ok()["userId"], "ada", "{path}");
    }
    let request = shop.raw(Method::POST, "/v1//client//challenge").basic_auth(shop.id.as_str(), Some(""));
    shop.send(request).await.ok();
}
