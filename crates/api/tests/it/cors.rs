//! CORS of the Client API (decisions §5, row *CORS*; checklist 76).

use std::num::NonZeroU32;

use countersign_api::AddressLimits;
use countersign_testkit::app::{Answer, TestApp, TestTenant, Who};
use http::Method;
use serde_json::{Value, json};

const ALLOWED: &str = "access-control-allow-origin";

/// Origins that look like `https://shop.example` and are not.
const TRICKS: [&str; 14] = [
    "https://evil.example",
    "null",
    "http://shop.example",
    "https://shop.example.evil.example",
    "https://evilshop.example",
    "https://sub.shop.example",
    "https://shop.example:8443",
    "https://shop.example/",
    "https://SHOP.example",
    "https://shop.example.",
    "https://shop.example@evil.example",
    "https://shop.example,https://evil.example",
    "https://shop.exampl",
    "*",
];

async fn preflight(shop: &TestTenant, origin: &str, path: &str) -> Answer {
    let request = shop.raw(Method::OPTIONS, path).header("origin", origin);
    let request = request.header("access-control-request-method", "POST");
    shop.send(request.header("access-control-request-headers", "authorization,content-type")).await
}

#[tokio::test]
async fn a_preflight_of_a_listed_origin_is_answered() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    for path in ["/v1/client/challenge", "/v1/client/user-authenticators/passkey", "/v1//client//challenge"] {
        let answer = preflight(shop, &shop.origin, path).await;
        assert_eq!((answer.status, answer.header(ALLOWED)), (204, "https://shop.example"), "{path}");
        assert_eq!(answer.header("access-control-allow-headers"), "authorization, content-type");
        assert_eq!(answer.header("access-control-allow-methods"), "GET, POST, PATCH, DELETE");
        assert_eq!(answer.header("vary"), "Origin");
        assert_eq!(answer.header("access-control-allow-credentials"), "");
    }
}

/// CORS answers listed origins only; never a reflected origin with credentials.
#[tokio::test]
async fn item_76_no_trick_makes_an_origin_a_listed_one() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let token = shop.track("ada", "withdraw").await.token;
    for origin in TRICKS {
        let answer = preflight(shop, origin, "/v1/client/challenge").await;
        assert_eq!(answer.header(ALLOWED), "", "{origin}");
        answer.refused(403, "origin_not_allowed");
        for (who, method, path) in
            [(Who::Tenant, Method::POST, "/challenge"), (Who::Token(&token), Method::GET, "/user-authenticators")]
        {
            let answer = shop.client_from(Some(origin), who, method, path, Value::Null).await;
            assert_eq!((answer.header(ALLOWED), answer.header("vary")), ("", "Origin"), "{origin}");
            answer.refused(403, "origin_not_allowed");
        }
    }
}

/// A preflight names no tenant, so that of any tenant's origin is answered; the call itself is not.
#[tokio::test]
async fn item_76_another_tenants_origin_may_ask_and_not_call() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let other = app.another_tenant("other.example").await;
    let token = shop.track("ada", "withdraw").await.token;
    assert_eq!(preflight(shop, &other.origin, "/v1/client/challenge").await.header(ALLOWED), "https://other.example");
    let path = "/user-authenticators";
    for (who, method, path) in [(Who::Tenant, Method::POST, "/challenge"), (Who::Token(&token), Method::GET, path)] {
        let answer = shop.client_from(Some(&other.origin), who, method, path, Value::Null).await;
        answer.refused(403, "origin_not_allowed");
    }
    other.client(Who::Tenant, Method::POST, "/challenge", json!({})).await.ok();
}

#[tokio::test]
async fn a_page_reads_every_answer_also_the_errors() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let token = shop.track("ada", "withdraw").await.token;
    let options = "/user-authenticators/passkey/authentication-options";
    let cases = [
        (Who::Token(&token), Method::GET, "/user-authenticators", Value::Null, 200),
        (Who::Token("token"), Method::GET, "/user-authenticators", Value::Null, 401),
        (Who::Nobody, Method::POST, "/challenge", Value::Null, 401),
        (Who::Token(&token), Method::POST, options, json!([]), 400),
        (Who::Tenant, Method::GET, "/user-authenticators/passkey?credentialIds=x", Value::Null, 404),
        (Who::Tenant, Method::GET, "/nowhere", Value::Null, 404),
        (Who::Tenant, Method::PUT, "/challenge", Value::Null, 405),
        (Who::Tenant, Method::POST, "/challenge", json!({ "action": "x".repeat(70_000) }), 413),
    ];
    for (who, method, path, body, status) in cases {
        let answer = shop.client(who, method, path, body).await;
        assert_eq!((answer.status, answer.header(ALLOWED)), (status, "https://shop.example"), "{path}");
        assert_eq!(answer.header("access-control-expose-headers"), "retry-after, x-request-id");
        assert_eq!(answer.header("vary"), "Origin");
    }
}

/// Whose origin it is cannot be looked up: that is no refusal of the origin.
#[tokio::test]
async fn without_the_database_a_preflight_is_unavailable_and_not_forbidden() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    app.db.close().await;
    for origin in [&*shop.origin, "https://evil.example"] {
        let answer = preflight(shop, origin, "/v1/client/challenge").await;
        assert_eq!(answer.header(ALLOWED), "");
        answer.refused(503, "unavailable");
    }
}

#[tokio::test]
async fn a_page_also_reads_429() {
    let one = NonZeroU32::MIN;
    let limits = AddressLimits { requests_per_second: NonZeroU32::new(1000).unwrap(), strangers_per_second: one };
    let app = TestApp::with_limits(limits, |_| {}).await;
    let shop = app.tenant();
    let mut statuses = Vec::new();
    for _ in 0..12 {
        let answer = shop.client(Who::Token("token"), Method::GET, "/user-authenticators", Value::Null).await;
        assert_eq!(answer.header(ALLOWED), "https://shop.example");
        statuses.push(answer.status);
        if answer.status == 429 {
            assert!(answer.header("retry-after").parse::<u32>().unwrap() >= 1);
            answer.refused(429, "too_many_requests");
        }
    }
    assert_eq!((statuses[0], statuses[11]), (401, 429));
}

/// Not from a browser's page, or not the Client API: nothing to say.
#[tokio::test]
async fn calls_of_no_page_and_the_server_api_carry_no_cors_headers() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let no_page = shop.client_from(None, Who::Tenant, Method::POST, "/challenge", json!({})).await;
    assert_eq!((no_page.status, no_page.header(ALLOWED)), (200, ""));
    let server = shop.raw(Method::GET, "/v1/users/ada").basic_auth(&shop.secret, Some(""));
    let answer = shop.send(server.header("origin", &shop.origin)).await;
    assert_eq!((answer.status, answer.header(ALLOWED)), (200, ""));
    assert_eq!(preflight(shop, &shop.origin, "/v1/users/ada").await.header(ALLOWED), "");
}

#[tokio::test]
async fn the_servers_own_pages_may_call() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let own = "https://auth.shop.example";
    assert_eq!(preflight(shop, own, "/v1/client/challenge").await.header(ALLOWED), own);
    let answer = shop.client_from(Some(own), Who::Tenant, Method::POST, "/challenge", json!({})).await;
    assert_eq!(answer.header(ALLOWED), own);
    answer.ok();
}

/// The pre-built UI of a tenant with a custom domain calls the Client API from there.
#[tokio::test]
async fn the_custom_domain_of_a_tenant_is_a_listed_origin() {
    let app = TestApp::with(|settings| settings.custom_domain = Some("login.shop.example".to_owned())).await;
    let shop = app.tenant();
    let origin = "https://login.shop.example";
    let answer = preflight(shop, origin, "/v1/client/challenge").await;
    assert_eq!((answer.status, answer.header(ALLOWED)), (204, origin));
    let body = json!({ "action": "signIn" });
    let called = shop.client_from(Some(origin), Who::Tenant, Method::POST, "/challenge", body).await;
    assert_eq!(called.header(ALLOWED), origin);
    called.ok();
}
