//! The surface of the doors: ids of others, sizes, and what errors tell (checklist 82 to 84).

use std::time::{Duration, Instant};

use countersign_testkit::app::{Answer, TestApp, TestTenant, Who};
use countersign_testkit::forger::Authenticator;
use http::Method;
use reqwest::RequestBuilder;
use serde_json::{Value, json};

/// What an answer says, without the id of its request.
fn said(mut answer: Answer) -> (u16, Value) {
    if let Some(body) = answer.body.as_object_mut() {
        body.remove("requestId");
    }
    (answer.status, answer.body)
}

/// Ids of another tenant or user answer like ids that do not exist: over the Server API.
#[tokio::test]
async fn item_82_ids_of_another_tenant_are_unknown_to_the_backend() {
    let app = TestApp::new().await;
    let (shop, other) = (app.tenant(), app.another_tenant("other.example").await);
    shop.user_with_passkey("ada", &Authenticator::new()).await;
    let key = shop.track("ada", "withdraw").await.idempotency_key;
    let factors = shop.server(Method::GET, "/users/ada/authenticators", Value::Null).await.ok();
    let factor = factors[0]["userAuthenticatorId"].as_str().unwrap().to_owned();
    let never = "00000000-0000-4000-8000-000000000000";
    let state = json!({ "state": "CHALLENGE_SUCCEEDED" });
    // The id as it is in the first tenant, one that is nowhere, and the calls that take it.
    let calls = [
        (
            Method::GET,
            format!("/users/ada/actions/withdraw/{key}"),
            format!("/users/ada/actions/withdraw/{never}"),
            Value::Null,
        ),
        (
            Method::PATCH,
            format!("/users/ada/actions/withdraw/{key}"),
            format!("/users/ada/actions/withdraw/{never}"),
            state,
        ),
        (
            Method::DELETE,
            format!("/users/ada/authenticators/{factor}"),
            format!("/users/ada/authenticators/{never}"),
            Value::Null,
        ),
        (Method::DELETE, "/users/ada".to_owned(), "/users/nobody".to_owned(), Value::Null),
    ];
    for (method, foreign, unknown, body) in calls {
        let foreign = other.server(method.clone(), &foreign, body.clone()).await;
        let unknown = said(other.server(method.clone(), &unknown, body).await);
        assert_eq!(said(foreign), unknown, "{method}");
        assert_eq!((unknown.0, &unknown.1["error"]), (404, &json!("not_found")), "{method}");
    }
    // Unknown users are no error on these reads: the other tenant's are as unknown.
    assert_eq!(other.server(Method::GET, "/users/ada", Value::Null).await.ok()["isEnrolled"], false);
    for path in ["/users/ada/authenticators", "/users/ada/actions"] {
        assert_eq!(other.server(Method::GET, path, Value::Null).await.ok(), json!([]), "{path}");
    }
    assert_eq!(other.server(Method::GET, "/users", Value::Null).await.ok()["users"], json!([]));
    let left = shop.server(Method::GET, "/users/ada/authenticators", Value::Null).await.ok();
    assert_eq!(left, factors, "nothing was touched");
}

/// Ids of another user answer like ids that do not exist.
#[tokio::test]
async fn item_82_ids_of_another_user_are_unknown() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let (ada, eve) = (Authenticator::new(), Authenticator::new());
    shop.user_with_passkey("ada", &ada).await;
    shop.user_with_passkey("eve", &eve).await;
    let never = "00000000-0000-4000-8000-000000000000";
    let factors = shop.server(Method::GET, "/users/ada/authenticators", Value::Null).await.ok();
    let factor = factors[0]["userAuthenticatorId"].as_str().unwrap();
    let foreign = shop.server(Method::DELETE, &format!("/users/eve/authenticators/{factor}"), Value::Null).await;
    let unknown = shop.server(Method::DELETE, &format!("/users/eve/authenticators/{never}"), Value::Null).await;
    assert_eq!(said(foreign), said(unknown));
    let key = shop.track("ada", "withdraw").await.idempotency_key;
    let path = format!("/users/eve/actions/withdraw/{key}");
    shop.server(Method::GET, &path, Value::Null).await.refused(404, "not_found");
    shop.server(Method::PATCH, &path, json!({ "state": "ALLOW" })).await.refused(404, "not_found");

    // Eve answers, by her own token and key, a challenge of Ada's; and one that never was.
    let (ada_token, eve_token) = (shop.track("ada", "x").await.token, shop.track("eve", "x").await.token);
    let offer = shop.assertion_options(Who::Token(&ada_token)).await;
    let mut own = shop.assertion_options(Who::Token(&eve_token)).await;
    let signed = eve.get(&own["options"], &shop.origin).unwrap().credential;
    own["challengeId"] = offer["challengeId"].clone();
    let foreign = said(shop.send_assertion(Who::Token(&eve_token), &own, &signed).await);
    own["challengeId"] = json!(never);
    let unknown = said(shop.send_assertion(Who::Token(&eve_token), &own, &signed).await);
    assert_eq!(foreign, unknown);
    assert_eq!((foreign.0, &foreign.1["error"]), (404, &json!("not_found")));
    shop.answer_passkey(Who::Token(&ada_token), &offer, &ada).await.ok();
}

/// Ids of another tenant answer like ids that do not exist: over the Client API.
#[tokio::test]
async fn item_82_ids_of_another_tenant_are_unknown_to_its_pages() {
    let app = TestApp::new().await;
    let (shop, other) = (app.tenant(), app.another_tenant("other.example").await);
    let key = Authenticator::new();
    shop.user_with_passkey("ada", &key).await;
    let find = async |tenant: &TestTenant, id: &str| {
        let path = format!("/user-authenticators/passkey?credentialIds={id}");
        said(tenant.client(Who::Tenant, Method::GET, &path, Value::Null).await)
    };
    let id = countersign_domain::secret::base64url(&key.credentials()[0]);
    assert_eq!(find(shop, &id).await.0, 200);
    assert_eq!(find(&other, &id).await, find(&other, "AAAA").await);
    assert_eq!(find(&other, &id).await.0, 404);

    let begun = shop.client(Who::Tenant, Method::POST, "/challenge", json!({})).await.ok();
    let path = "/user-authenticators/passkey/authentication-options";
    let with =
        async |id: &Value| said(other.client(Who::Tenant, Method::POST, path, json!({ "challengeId": id })).await);
    let foreign = with(&begun["challengeId"]).await;
    assert_eq!(foreign, with(&json!("00000000-0000-4000-8000-000000000000")).await);
    assert_eq!(foreign, with(&json!("no id at all")).await);
    assert_eq!((foreign.0, &foreign.1["error"]), (404, &json!("not_found")));
    shop.client(Who::Tenant, Method::POST, path, begun).await.ok();
}

/// Far more than any refusal takes, and far less than work that grows with the square of a megabyte.
const IN_TIME: Duration = Duration::from_millis(300);

/// Sends a call that is to be refused, and again where a loaded machine made it slow: the best of five counts.
async fn in_time(shop: &TestTenant, what: &str, call: RequestBuilder) -> Answer {
    let mut best = Duration::MAX;
    for _ in 0..5 {
        let started = Instant::now();
        let answer = shop.send(call.try_clone().expect("the body can be sent again")).await;
        assert!((400..500).contains(&answer.status), "{what}: {} {}", answer.status, answer.body);
        best = best.min(started.elapsed());
        if best < IN_TIME {
            return answer;
        }
    }
    panic!("{what} took {best:?} at best")
}

/// Bodies, depth, list length, string length are bounded.
#[tokio::test]
async fn item_83_large_and_deep_bodies_are_refused_in_time() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let token = shop.track("ada", "sign-up").await.token;
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let bodies = [
        ("1 MB of text", format!("{{\"email\":\"{}\"}}", "x".repeat(1 << 20))),
        ("1 MB of blanks", " ".repeat(1 << 20)),
        ("10 k deep", format!("{{\"custom\":{{\"a\":{}}}}}", nested(10_000))),
        ("10 k deep and open", "{\"custom\":".repeat(5_000)),
        ("1 M numbers", format!("{{\"custom\":[{}0]}}", "0,".repeat(1 << 20))),
        ("a long name", format!("{{\"username\":\"{}\"}}", "x".repeat(60_000))),
        (
            "many members",
            format!(
                "{{\"custom\":{{{}\"z\":1}}}}",
                (0..5000).map(|n| format!("\"k{n}\":1,")).collect::<Vec<_>>().concat()
            ),
        ),
    ];
    for (what, body) in bodies {
        let request = shop.raw(Method::POST, "/v1/users/ada/actions/x").basic_auth(&shop.secret, Some(""));
        let answer = in_time(shop, what, request.body(body)).await;
        assert!(matches!(answer.status, 400 | 413), "{what}");
    }
    let ceremonies = [
        ("1 MB of credential", format!("{{\"registrationCredential\":\"{}\"}}", "x".repeat(1 << 20))),
        ("a deep credential", format!("{{\"registrationCredential\":{}}}", nested(10_000))),
        ("100 k numbers", format!("{{\"registrationCredential\":[{}0]}}", "0,".repeat(100_000))),
    ];
    for (what, body) in ceremonies {
        let request = shop.raw(Method::POST, "/v1/client/user-authenticators/passkey").bearer_auth(&token);
        in_time(shop, what, request.body(body)).await;
    }
    shop.track("ada", "still-alive").await;
}

/// Header and address lengths are bounded.
#[tokio::test]
async fn item_83_long_headers_and_addresses_are_refused_in_time() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let long = "x".repeat(60_000);
    let get = |path: &str| shop.raw(Method::GET, path);
    let calls = [
        ("a long key", get("/v1/users/ada").header("authorization", format!("Basic {long}"))),
        ("a long token", get("/v1/client/user-authenticators").bearer_auth(&long)),
        ("a long origin", get("/v1/client/user-authenticators").header("origin", format!("https://{long}.example"))),
        ("many headers", (0..500).fold(get("/v1/users/ada"), |request, n| request.header(format!("x-{n}"), "x"))),
        ("a megabyte of header", get("/v1/users/ada").header("x-long", "x".repeat(1 << 20))),
        ("a long path", get(&format!("/v1/{long}")).basic_auth(&shop.secret, Some(""))),
        ("a long query", get(&format!("/v1/users?limit={long}")).basic_auth(&shop.secret, Some(""))),
    ];
    for (what, request) in calls {
        in_time(shop, what, request).await;
    }
    let list = |ids: usize| format!("/v1/client/user-authenticators/passkey?credentialIds={}", "AAAA,".repeat(ids));
    let find = |ids: usize| get(&list(ids)).basic_auth(shop.id.as_str(), Some(""));
    in_time(shop, "a long list", find(3_000)).await.refused(404, "not_found");
    in_time(shop, "a longer list", find(10_000)).await.refused(414, "invalid_request");
    let long = get("/v1/users/ada").header("x-long", "x".repeat(40_000));
    in_time(shop, "40 KB of header", long).await.refused(431, "invalid_request");
    shop.track("ada", "still-alive").await;
}

/// Errors carry a code and no stack, SQL, path or version.
#[tokio::test]
async fn item_84_errors_tell_nothing_of_the_inside() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let token = shop.track("ada", "sign-up").await.token;
    let mut answers = Vec::new();
    for path in
        ["/users/ada", "/users/%FF", "/users?limit=x", "/validate", "/users/ada/actions/a%20b", "/nowhere", "/../etc"]
    {
        for method in [Method::GET, Method::POST, Method::PATCH, Method::DELETE, Method::PUT] {
            for body in [json!([]), json!({ "token": 1, "state": "'; DROP TABLE users; --", "email": "\u{0}" })] {
                answers.push(shop.server(method.clone(), path, body).await);
            }
        }
    }
    for path in ["/user-authenticators/passkey", "/verify/passkey", "/verify/security-key", "/challenge"] {
        for body in [json!({}), json!([]), json!({ "challengeId": "'", "registrationCredential": { "id": "x" } })] {
            answers.push(shop.client(Who::Token(&token), Method::POST, path, body).await);
        }
    }
    app.db.close().await;
    answers.push(shop.server(Method::GET, "/users/ada", Value::Null).await);
    let folder = app.folder.display().to_string();
    let inside = [
        "sqlite", "select ", "insert ", "panicked", ".rs", "axum", "hyper", "serde", "tokio", "stack", "/src/",
        "0.1.0", &folder,
    ];
    let refused: Vec<_> = answers.into_iter().filter(|answer| answer.status >= 400).collect();
    assert!(refused.len() > 40, "the sweep is of bad input");
    for answer in refused {
        let told = format!("{} {:?}", answer.body, answer.headers).to_lowercase();
        for word in inside {
            assert!(!told.contains(word), "{word} in {told}");
        }
        assert!(answer.body["error"].is_string() && answer.body["requestId"].is_string(), "{told}");
        assert_eq!(answer.header("server"), "");
    }
}

/// PostgreSQL stores no text with a zero byte: no door takes one.
#[tokio::test]
async fn a_zero_byte_is_refused_wherever_a_text_comes_in() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    for path in ["/users/a%00", "/users/ada/actions/x/k%00", "/users?username=%00", "/users/ada/authenticators/%00"] {
        shop.server(Method::GET, path, Value::Null).await.refused(400, "invalid_request");
    }
    let members =
        ["idempotencyKey", "deviceId", "userAgent", "ipAddress", "username", "email", "locale", "redirectUrl"];
    for member in members {
        let body = json!({ member: "a\u{0}b" });
        shop.server(Method::POST, "/users/ada/actions/signIn", body).await.refused(400, "invalid_request");
    }
}
