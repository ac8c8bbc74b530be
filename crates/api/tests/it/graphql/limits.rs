//! What is too large, no query at all, or asked by a foreign page.

use countersign_testkit::app::TestApp;
use http::Method;
use serde_json::json;

use super::{admin, data, error};

#[tokio::test]
async fn a_body_that_is_no_query_is_refused() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let post = || shop.raw(Method::POST, "/graphql/v1").header("x-hasura-admin-secret", &shop.management_key);
    for (body, code) in [
        (json!([{ "query": "{ __typename }" }]), "not-supported"),
        (json!({ "query": 1 }), "invalid-json"),
        (json!({ "variables": {} }), "invalid-json"),
        (json!({ "query": "{ __typename }", "variables": [] }), "invalid-json"),
        (json!({ "query": "query A { __typename } query B { __typename }" }), "validation-failed"),
        (json!({ "query": "query A { __typename }", "operationName": "B" }), "validation-failed"),
        (json!("x"), "invalid-json"),
    ] {
        let answer = shop.send(post().json(&body)).await.ok();
        assert_eq!(error(&answer).1, code, "{body}");
    }
    let chosen =
        json!({ "query": "query A { __typename } query B { k: __typename }", "operationName": "B", "variables": null });
    assert_eq!(data(&shop.send(post().json(&chosen)).await.ok())["k"], "query_root");
    assert_eq!(shop.send(post().body("{")).await.status, 400);
    let huge = json!({ "query": "{ __typename }", "extensions": "x".repeat(70_000) });
    assert_eq!(shop.send(post().json(&huge)).await.status, 413);
    assert_eq!(shop.send(shop.raw(Method::GET, "/graphql/v1")).await.status, 405, "the page is for development");
}

#[tokio::test]
async fn a_large_query_costs_its_sender_more_than_us() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    let deep = format!("{{ authUserSecurityKeys(where: {}{{}}{}) {{ id }} }}", "{_not: ".repeat(70), "}".repeat(70));
    let listed = json!({ "ids": vec![countersign_domain::id::UserId::random(); 1001] });
    let by_users = "query ($ids: [uuid!]) { authUserSecurityKeys(where: {userId: {_in: $ids}}) { id } }";
    for (query, variables, words) in [
        (deep, json!({}), "brackets"),
        (by_users.to_owned(), listed, "at most 1000"),
        (format!("{{ {} }}", "authUserSecurityKeys { id } ".repeat(11)), json!({}), "fields of query_root"),
    ] {
        let body = admin(shop, &query, variables).await;
        assert!(error(&body).0.contains(words), "{body}");
    }
    let mut nested = json!({});
    for _ in 0..50 {
        nested = json!({ "_not": nested });
    }
    let asked = "query ($where: authUserSecurityKeys_bool_exp) { authUserSecurityKeys(where: $where) { id } }";
    assert!(error(&admin(shop, asked, json!({ "where": nested })).await).0.contains("deep"));
}

#[tokio::test]
async fn the_schema_is_shown_to_the_management_key() {
    let app = TestApp::new().await;
    let asked =
        "{ __schema { queryType { name } mutationType { name } types { name } } __type(name: \"uuid\") { kind } }";
    let body = admin(app.tenant(), asked, json!({})).await;
    let shown = data(&body);
    assert_eq!(shown["__schema"]["queryType"]["name"], "query_root");
    assert_eq!(shown["__schema"]["mutationType"]["name"], "mutation_root");
    assert_eq!(shown["__type"]["kind"], "SCALAR");
    let names = shown["__schema"]["types"].to_string();
    for name in
        ["authUserSecurityKeys_bool_exp", "uuid_comparison_exp", "String_comparison_exp", "bigint_comparison_exp"]
    {
        assert!(names.contains(name), "{name}");
    }
}

#[tokio::test]
async fn a_page_of_the_tenant_may_ask_and_one_of_another_origin_may_not() {
    let app = TestApp::new().await;
    let shop = app.tenant();
    for path in ["/graphql/v1", "/v1/graphql", &format!("/t/{}/graphql/v1", shop.id)] {
        let preflight = |origin: &str| {
            let request = shop.raw(Method::OPTIONS, path).header("origin", origin);
            let request = request.header("access-control-request-method", "POST");
            shop.send(request.header("access-control-request-headers", "authorization, content-type, x-hasura-role"))
        };
        let allowed = preflight(&shop.origin).await;
        assert_eq!((allowed.status, allowed.header("access-control-allow-origin")), (204, &*shop.origin), "{path}");
        assert!(allowed.header("access-control-allow-headers").contains("x-hasura-role"), "{path}");
        assert_eq!(preflight("https://evil.example").await.header("access-control-allow-origin"), "", "{path}");
    }
}
