//! `Authorization` in every form that clients send (docs/reference/authsignal.md §1.2), over HTTP.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD};
use countersign_testkit::app::{Answer, TestApp, TestTenant};
use http::Method;

/// Every way in which clients write the user part.
fn forms(user: &str) -> Vec<String> {
    let percent = user.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
    let texts =
        [user.to_owned(), format!("{user}:"), percent.clone(), format!("{percent}:"), format!("{user}:ignored")];
    let alphabets = [BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD];
    let encoded = texts.iter().flat_map(|text| alphabets.iter().map(move |alphabet| alphabet.encode(text)));
    let mut forms: Vec<String> = encoded.map(|text| format!("Basic {text}")).collect();
    forms.push(format!("basic {}", BASE64_STANDARD.encode(user)));
    forms.push(format!("BASIC  {} ", BASE64_STANDARD.encode(user)));
    forms
}

/// What no client sends on purpose.
fn broken(user: &str) -> Vec<String> {
    let encoded = BASE64_STANDARD.encode(user);
    let empty = BASE64_STANDARD.encode(":");
    let shifted = BASE64_STANDARD.encode(format!(" {user}"));
    let twice = BASE64_STANDARD.encode(&encoded);
    let none = ["", "Basic", "Basic ", "Bearer", "Basic !!!", "Basic ====", "Negotiate abc"].map(str::to_owned);
    let near = [user.to_owned(), encoded.clone(), format!("Basic {user}"), format!("Basic {empty}")];
    let wrong = [format!("Basic {shifted}"), format!("Basic {twice}"), format!("Basic {}", &encoded[1..])];
    let other = [format!("Digest {encoded}"), format!("Bearer {encoded}"), "Basic //79".to_owned()];
    [&none[..], &near, &wrong, &other].concat()
}

async fn server(shop: &TestTenant, authorization: &str) -> Answer {
    shop.send(shop.raw(Method::GET, "/v1/users/ada").header("authorization", authorization)).await
}

async fn client(shop: &TestTenant, authorization: &str) -> Answer {
    let request = shop.raw(Method::POST, "/v1/client/challenge").header("origin", &shop.origin);
    shop.send(request.header("authorization", authorization)).await
}

#[tokio::test]
async fn the_server_secret_is_read_in_every_form() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    for form in forms(&shop.secret) {
        assert_eq!(server(shop, &form).await.ok()["userId"], "ada", "{form}");
    }
}

#[tokio::test]
async fn the_tenant_id_is_read_in_every_form() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    for form in forms(shop.id.as_str()) {
        assert!(client(shop, &form).await.ok()["challengeId"].is_string(), "{form}");
    }
}

#[tokio::test]
async fn anything_else_is_unauthorized() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    for form in broken(&shop.secret) {
        assert_eq!(server(shop, &form).await.body["error"], "unauthorized", "{form}");
        server(shop, &form).await.refused(401, "unauthorized");
    }
    for form in broken(shop.id.as_str()) {
        assert_eq!(client(shop, &form).await.body["error"], "unauthorized", "{form}");
        client(shop, &form).await.refused(401, "unauthorized");
    }
    shop.send(shop.raw(Method::GET, "/v1/users/ada")).await.refused(401, "unauthorized");
}

/// Ids and secrets are exact: no case folding, no trimming, no second spelling.
#[tokio::test]
async fn near_misses_are_unauthorized() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let swapped: String =
        shop.secret.chars().map(|c| if c.is_lowercase() { c.to_ascii_uppercase() } else { c }).collect();
    for secret in [swapped, format!("{}x", shop.secret), shop.secret[..shop.secret.len() - 1].to_owned()] {
        server(shop, &format!("Basic {}", BASE64_STANDARD.encode(secret))).await.refused(401, "unauthorized");
    }
    let id = shop.id.as_str();
    for id in [id.to_uppercase(), id.replace('-', ""), format!("{{{id}}}"), format!("{id}\n")] {
        client(shop, &format!("Basic {}", BASE64_STANDARD.encode(id))).await.refused(401, "unauthorized");
    }
}

#[tokio::test]
async fn the_sdks_own_headers_disturb_nothing() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let headers = [
        ("accept", "application/json, text/plain, */*"),
        ("user-agent", "authsignal-node"),
        ("x-authsignal-version", "2.20.0"),
        ("x-authsignal-sdk", "ios"),
        ("x-authsignal-tenant-id", "someone else"),
        ("accept-encoding", "gzip, compress, deflate, br"),
    ];
    let mut request = shop.raw(Method::GET, "/v1/users/ada").basic_auth(&shop.secret, Some(""));
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let answer = shop.send(request).await;
    assert_eq!(answer.header("content-encoding"), "");
    assert_eq!(answer.ok()["userId"], "ada");
}
