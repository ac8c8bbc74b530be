//! Headers of every answer (checklist 74).

use countersign_testkit::app::TestApp;
use http::Method;
use serde_json::{Value, json};

/// HSTS for a year where the public URL is https; nosniff, Referrer-Policy, COOP and a content security policy on every
/// answer, errors too.
#[tokio::test]
async fn item_74_every_answer_says_how_a_browser_has_to_treat_it() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let answers = [
        shop.server(Method::POST, "/users/ada/actions/signIn", json!({})).await,
        shop.server_as("wrong", Method::GET, "/users/ada", Value::Null).await,
        shop.send(shop.raw(Method::GET, "/no/such/path")).await,
        shop.send(shop.raw(Method::GET, "/.well-known/webauthn")).await,
        shop.send(shop.raw(Method::OPTIONS, "/v1/client/challenge").header("origin", "https://evil.example")).await,
    ];
    for answer in answers {
        let status = answer.status;
        assert_eq!(answer.header("strict-transport-security"), "max-age=31536000; includeSubDomains", "{status}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{status}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{status}");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{status}");
        let policy = answer.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{status}: {policy}"
        );
    }
}

/// A page of another site gets no byte, and a cache nothing, but of the files that are for other sites.
#[tokio::test]
async fn item_74_nothing_is_for_other_sites_or_kept_that_does_not_say_so() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    for (path, policy, kept) in [
        ("/v1/client/prompt", "same-origin", "no-store"),
        ("/v1/users/ada", "same-origin", "no-store"),
        ("/users/ada", "same-origin", "no-store"),
        ("//v1//users/ada", "same-origin", "no-store"),
        ("/ui/magic-link", "same-origin", "no-store"),
        ("/no/such/path", "same-origin", "no-store"),
        ("/.well-known/webauthn", "", ""),
    ] {
        let answer = shop.send(shop.raw(Method::GET, path)).await;
        let said = (answer.header("cross-origin-resource-policy"), answer.header("cache-control"));
        assert_eq!(said, (policy, kept), "{path}: {}", answer.status);
    }
}

#[tokio::test]
async fn answers_of_the_apis_are_kept_by_no_cache() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let tracked = shop.server(Method::POST, "/users/ada/actions/signIn", json!({})).await;
    let refused = shop.server_as("wrong", Method::GET, "/users/ada", Value::Null).await;
    assert_eq!((tracked.header("cache-control"), refused.header("cache-control")), ("no-store", "no-store"));
}
