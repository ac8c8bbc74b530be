//! The door under its names, CORS, and refusals of every kind as JSON.

use countersign_testkit::forger::Authenticator;
use http::Method;
use serde_json::{Value, json};

use super::unverified;

#[tokio::test]
async fn the_door_has_its_names_and_double_slashes_are_one() {
    let app = unverified().await;
    let shop = app.tenant();
    for base in ["/auth/v1", "/v1/auth", "//auth//v1", &format!("/t/{}/auth/v1", shop.id)] {
        let version = shop.send(shop.raw(Method::GET, &format!("{base}/version"))).await.ok();
        assert_eq!(version["version"], env!("CARGO_PKG_VERSION"), "{base}");
        assert_eq!(shop.send(shop.raw(Method::GET, &format!("{base}/healthz"))).await.ok(), "OK");
        assert_eq!(shop.send(shop.raw(Method::HEAD, &format!("{base}/healthz"))).await.status, 200);
        let body = json!({ "email": "ada@example.com" });
        let offer = shop.send(shop.raw(Method::POST, &format!("{base}/signin/webauthn")).json(&body)).await.ok();
        assert_eq!(offer["rpId"], "shop.example");
    }
    shop.sign_up_key("ada@example.com", &Authenticator::new()).await.session();
    let keys = shop.send(shop.raw(Method::GET, "/auth/v1/.well-known/jwks.json")).await.ok();
    assert_eq!(keys["keys"][0]["alg"], "RS256", "{keys}");
}

#[tokio::test]
async fn every_refusal_is_json_of_this_door() {
    let app = unverified().await;
    let shop = app.tenant();
    let call = |method: Method, path: &str| shop.send(shop.raw(method, path));
    for base in ["/auth/v1", "/v1/auth", &format!("/t/{}/auth/v1", shop.id)] {
        call(Method::GET, &format!("{base}/none")).await.declined(404, "not-found");
        call(Method::GET, &format!("{base}/token")).await.declined(405, "method-not-allowed");
        call(Method::GET, &format!("{base}/user")).await.declined(401, "unauthorized");
        call(Method::POST, &format!("{base}/user/webauthn/add")).await.declined(401, "unauthorized");
        let huge = shop.raw(Method::POST, &format!("{base}/signin/webauthn")).body(vec![b' '; 300 * 1024]);
        shop.send(huge).await.declined(413, "payload-too-large");
        let large = shop.raw(Method::POST, &format!("{base}/signin/webauthn")).body(vec![b'x'; 100 * 1024]);
        shop.send(large).await.declined(413, "payload-too-large");
        let text = shop.raw(Method::POST, &format!("{base}/token")).body("{");
        shop.send(text).await.declined(400, "invalid-request");
    }
    for tenant in ["none", "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"] {
        call(Method::POST, &format!("/t/{tenant}/auth/v1/signin/webauthn")).await.declined(404, "not-found");
    }
    for token in ["x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."] {
        shop.auth(Some(token), Method::GET, "/user", Value::Null).await.declined(401, "unauthorized");
        shop.auth_post("/token/verify", json!({ "token": token })).await.declined(401, "unauthorized");
    }
    app.change(|_, settings| settings.disabled_methods = vec![countersign_domain::methods::Method::SecurityKey]).await;
    let off = json!({ "email": "ada@example.com" });
    let refused = shop.auth_post("/signup/webauthn", off).await.declined(409, "disabled-endpoint");
    assert_eq!(refused["message"], "This endpoint is disabled");
}

#[tokio::test]
async fn pages_of_the_tenant_alone_may_call() {
    let app = unverified().await;
    let (shop, other) = (app.tenant(), app.another_tenant("other.example").await);
    let preflight = |path: String, origin: &str| {
        let request = shop.raw(Method::OPTIONS, &path).header("origin", origin);
        shop.send(
            request
                .header("access-control-request-method", "POST")
                .header("access-control-request-headers", "authorization,content-type,x-hasura-role"),
        )
    };
    for path in [format!("/t/{}/auth/v1/token", shop.id), "/auth/v1/token".to_owned(), "/v1/auth/token".to_owned()] {
        let answer = preflight(path, &shop.origin).await;
        assert_eq!(answer.status, 204);
        assert_eq!(answer.header("access-control-allow-origin"), shop.origin);
        assert_eq!(answer.header("access-control-allow-credentials"), "true");
        assert_eq!(answer.header("access-control-allow-headers"), "authorization,content-type,x-hasura-role");
        assert_eq!(answer.header("access-control-max-age"), "86400");
        assert_eq!(answer.header("vary"), "Origin");
    }
    for (tenant, origin) in
        [(shop, other.origin.as_str()), (&other, shop.origin.as_str()), (shop, "https://evil.example"), (shop, "null")]
    {
        let path = format!("/t/{}/auth/v1/signin/webauthn", tenant.id);
        let answer = preflight(path.clone(), origin).await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (403, ""), "{origin}");
        let call = shop.raw(Method::POST, &path).header("origin", origin);
        let answer = shop.send(call).await;
        assert_eq!(answer.header("access-control-allow-credentials"), "");
        answer.declined(403, "origin-not-allowed");
    }
    let path = format!("/t/{}/auth/v1/none", shop.id);
    let answer = shop.send(shop.raw(Method::GET, &path).header("origin", &shop.origin)).await;
    assert_eq!(answer.header("access-control-allow-origin"), shop.origin, "refusals are readable too");
    answer.declined(404, "not-found");
}
